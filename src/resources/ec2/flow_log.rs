//! Flow log: a record of every connection in the VPC, written to a log group. Nothing of it can be changed.
//!
//! The role needs no right to make log groups. With it, AWS would make the group again when the last records
//! arrive after its deletion.

use std::time::Duration;

use aws_sdk_ec2::types::{Filter, FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{VISIBLE, gone_is_fine, of_address, of_stack, outputs, retag, tagged_alike, unsuccessful, with_token};
use crate::aws::{Cloud, Said, retry, tags};
use crate::read_tags;

const NOT_FOUND: &[&str] = &["InvalidFlowLogId.NotFound"];

#[derive(Debug)]
pub struct FlowLog;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic: String,
    /// The name of the log group.
    pub log_group: Input,
    /// The ARN of the role that writes there.
    pub role: Input,
    /// How many seconds of traffic make one record: 60 or 600.
    pub interval: i32,
}

impl Resource for FlowLog {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.flow_log";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[
        ("vpc", Impact::Replacement),
        ("traffic", Impact::Replacement),
        ("log_group", Impact::Replacement),
        ("role", Impact::Replacement),
        ("interval", Impact::Replacement),
    ];
    const SECONDS: Seconds = Seconds { create: 2, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for log in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(log.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = log.flow_log_id().unwrap_or_default().to_owned();
            let spec = Spec {
                vpc: log.resource_id().unwrap_or_default().into(),
                traffic: log.traffic_type().map(|traffic| traffic.as_str().to_owned()).unwrap_or_default(),
                log_group: log.log_group_name().unwrap_or_default().into(),
                role: log.deliver_logs_permission_arn().unwrap_or_default().into(),
                interval: log.max_aggregation_interval().unwrap_or(600),
            };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    /// Two with the same VPC and destination cannot be.
    fn claim(spec: &Spec) -> Option<String> {
        Some(format!("{} {} {}", spec.vpc, spec.log_group, spec.traffic))
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let (vpc, group, role) = (spec.vpc.known()?, spec.log_group.known()?, spec.role.known()?);
        // A role that was just made is not known everywhere at once, and cannot be assumed.
        let propagating = |failure: &Failure| {
            failure.is(&["InvalidVpcId.NotFound", "InvalidVpcID.NotFound"])
                || (failure.is(&["InvalidParameter", "InvalidParameterValue"]) && failure.said.contains("assume"))
        };
        let find = || async {
            let earlier = describe(cloud, of_address(context)).await?;
            Ok(earlier.first().and_then(|log| log.flow_log_id()).map(str::to_owned))
        };
        let make = |token: String| async move {
            let result = retry(context, "the new role cannot be assumed yet", VISIBLE, propagating, || async {
                let call = cloud.ec2().create_flow_logs().resource_type(FlowLogsResourceType::Vpc).resource_ids(vpc);
                let call = call.traffic_type(TrafficType::from(spec.traffic.as_str())).client_token(&token);
                let call = call.log_destination_type(LogDestinationType::CloudWatchLogs).log_group_name(group);
                let call = call.deliver_logs_permission_arn(role).max_aggregation_interval(spec.interval);
                let call = call.tag_specifications(tagged_alike(context, ResourceType::VpcFlowLog));
                let made = call.send().await.said("ec2 CreateFlowLogs")?;
                made.unsuccessful().iter().try_for_each(|item| unsuccessful("ec2 CreateFlowLogs", item))?;
                Ok(made.flow_log_ids().first().cloned().unwrap_or_default())
            })
            .await;
            let id = match result {
                Err(failure) if failure.is(&["FlowLogAlreadyExists"]) => {
                    return find().await?.map_or(Err(failure), |id| Ok(Some(id)));
                }
                result => result?,
            };
            // A token may bring back one that has been deleted since; that one never shows up.
            let unseen = |failure: &Failure| failure.is(NOT_FOUND);
            let reason = "the new flow log is not visible everywhere yet";
            match retry(context, reason, Duration::from_secs(10), unseen, || visible(cloud, &id)).await {
                Ok(()) => Ok(Some(id)),
                Err(failure) if failure.is(NOT_FOUND) => Ok(None),
                Err(failure) => Err(failure),
            }
        };
        with_token(cloud, context, make, find).await.map(|id| outputs(&id))
    }

    /// Every field replaces.
    async fn update(
        _cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        _want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        match cloud.ec2().delete_flow_logs().flow_log_ids(&live.id).send().await.said("ec2 DeleteFlowLogs") {
            Ok(answer) => answer
                .unsuccessful()
                .iter()
                .try_for_each(|item| gone_is_fine(unsuccessful("ec2 DeleteFlowLogs", item), NOT_FOUND)),
            Err(failure) => gone_is_fine(Err(failure), NOT_FOUND),
        }
    }
}

async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<aws_sdk_ec2::types::FlowLog>> {
    let pages = cloud.ec2().describe_flow_logs().set_filter(Some(filters)).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeFlowLogs")
}

async fn visible(cloud: &Cloud, id: &str) -> Result<()> {
    let answer = cloud.ec2().describe_flow_logs().flow_log_ids(id).send().await.said("ec2 DescribeFlowLogs")?;
    match answer.flow_logs().is_empty() {
        true => Err(Failure::new("ec2 DescribeFlowLogs", format!("{id} is not listed")).code(NOT_FOUND[0])),
        false => Ok(()),
    }
}
