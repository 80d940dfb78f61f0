//! Gateway endpoint: a free way from route tables to S3 or DynamoDB that bypasses the NAT gateways.
//!
//! It adds a route to a prefix list to each of its route tables, which only it may change. Deleted ones stay
//! listed for a while.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_ec2::types::{Filter, ResourceType, VpcEndpointType};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{VISIBLE, gone_is_fine, of_address, of_stack, outputs, retag, tagged_alike, with_token};
use crate::aws::{Cloud, Poll, Said, policy, retry, tags, until};
use crate::read_tags;

const NOT_FOUND: &[&str] = &["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"];

#[derive(Debug)]
pub struct VpcEndpoint;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    /// Such as com.amazonaws.us-east-1.s3.
    pub service: String,
    pub route_tables: BTreeSet<Input>,
    /// What may be done through it.
    pub policy: Value,
}

impl Resource for VpcEndpoint {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.vpc_endpoint";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("vpc", Impact::Replacement), ("service", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 5, update: 3, delete: 10 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for endpoint in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(endpoint.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = endpoint.vpc_endpoint_id().unwrap_or_default().to_owned();
            let spec = Spec {
                vpc: endpoint.vpc_id().unwrap_or_default().into(),
                service: endpoint.service_name().unwrap_or_default().to_owned(),
                route_tables: endpoint.route_table_ids().iter().map(Input::from).collect(),
                policy: policy::parse(endpoint.policy_document().unwrap_or_default()),
            };
            let state = state(&endpoint);
            let status = match state.as_str() {
                "available" => Status::Ready,
                "deleting" => Status::Deleting(state),
                "failed" | "rejected" | "expired" => Status::Failed(state),
                _ => Status::Pending(state),
            };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        policy::adopt(&want.policy, &mut live.policy);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let vpc = spec.vpc.known()?;
        let tables = known(&spec.route_tables)?;
        let invisible = |failure: &Failure| {
            failure.is(&["InvalidVpcId.NotFound", "InvalidVpcID.NotFound"])
                || failure.is(&["InvalidRouteTableId.NotFound", "InvalidRouteTableID.NotFound"])
        };
        let make = |token: String| {
            let tables = tables.clone();
            async move {
                let reason = "the new route tables are not visible everywhere yet";
                let made = retry(context, reason, VISIBLE, invisible, || async {
                    let call = cloud.ec2().create_vpc_endpoint().vpc_endpoint_type(VpcEndpointType::Gateway);
                    let call = call.vpc_id(vpc).service_name(&spec.service).client_token(&token);
                    let call = call.set_route_table_ids(Some(tables.clone())).policy_document(spec.policy.to_string());
                    let call = call.tag_specifications(tagged_alike(context, ResourceType::VpcEndpoint));
                    call.send().await.said("ec2 CreateVpcEndpoint")
                })
                .await?;
                let id = made.vpc_endpoint().and_then(|made| made.vpc_endpoint_id()).unwrap_or_default().to_owned();
                // The answer shows the state at the time of the first call with this token.
                let alive = read(cloud, &id).await?.is_none_or(|endpoint| alive(&endpoint));
                Ok(alive.then_some(id))
            }
        };
        let find = || async {
            let earlier = describe(cloud, of_address(context)).await?;
            let mut alive = earlier.iter().filter(|one| alive(one));
            Ok(alive.find_map(|one| one.vpc_endpoint_id()).map(str::to_owned))
        };
        with_token(cloud, context, make, find).await.map(|id| outputs(&id))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        let add = known(want.route_tables.difference(&live.spec.route_tables))?;
        let remove = known(live.spec.route_tables.difference(&want.route_tables))?;
        let new_policy = differences.iter().any(|difference| difference.path.starts_with("policy"));
        let policy = new_policy.then(|| want.policy.to_string());
        let invisible =
            |failure: &Failure| failure.is(&["InvalidRouteTableId.NotFound", "InvalidRouteTableID.NotFound"]);
        retry(context, "the new route tables are not visible everywhere yet", VISIBLE, invisible, || async {
            let call = cloud.ec2().modify_vpc_endpoint().vpc_endpoint_id(&live.id);
            let call = call.set_add_route_table_ids((!add.is_empty()).then(|| add.clone()));
            let call = call.set_remove_route_table_ids((!remove.is_empty()).then(|| remove.clone()));
            call.set_policy_document(policy.clone()).send().await.said("ec2 ModifyVpcEndpoint").map(drop)
        })
        .await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let answer = cloud.ec2().delete_vpc_endpoints().vpc_endpoint_ids(&live.id).send().await;
        let refused = answer.said("ec2 DeleteVpcEndpoints")?;
        for item in refused.unsuccessful() {
            gone_is_fine(super::unsuccessful("ec2 DeleteVpcEndpoints", item), NOT_FOUND)?;
        }
        until(context, "the endpoint to be gone", Duration::from_secs(600), || async {
            Ok(match read(cloud, &live.id).await? {
                Some(endpoint) if state(&endpoint) != "deleted" => Poll::Pending(state(&endpoint)),
                _ => Poll::Ready(()),
            })
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the endpoint to be available", Duration::from_secs(600), || async {
            let Some(endpoint) = read(cloud, &id).await? else { return Ok(Poll::Pending("not visible".to_owned())) };
            match state(&endpoint) {
                state if state == "available" => Ok(Poll::Ready(())),
                state if alive(&endpoint) => Ok(Poll::Pending(state)),
                state => {
                    let reason = endpoint.last_error().and_then(|error| error.message()).unwrap_or("no reason given");
                    Err(Failure::new("waiting for the endpoint", format!("{state}: {reason}")))
                }
            }
        })
        .await?;
        Ok(outputs)
    }
}

type Described = aws_sdk_ec2::types::VpcEndpoint;

/// Those that are not deleted yet.
async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Described>> {
    let pages = cloud.ec2().describe_vpc_endpoints().set_filters(Some(filters)).into_paginator().items().send();
    let all: Vec<Described> = pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeVpcEndpoints")?;
    Ok(all.into_iter().filter(|endpoint| state(endpoint) != "deleted").collect())
}

async fn read(cloud: &Cloud, id: &str) -> Result<Option<Described>> {
    match cloud.ec2().describe_vpc_endpoints().vpc_endpoint_ids(id).send().await.said("ec2 DescribeVpcEndpoints") {
        Ok(answer) => Ok(answer.vpc_endpoints.unwrap_or_default().pop()),
        Err(failure) if failure.is(NOT_FOUND) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// In small letters: AWS writes `available`, its model `Available`.
fn state(endpoint: &Described) -> String {
    endpoint.state().map_or("pending", |state| state.as_str()).to_ascii_lowercase()
}

fn alive(endpoint: &Described) -> bool {
    matches!(state(endpoint).as_str(), "available" | "pending" | "pendingacceptance")
}

fn known<'a>(inputs: impl IntoIterator<Item = &'a Input>) -> Result<Vec<String>> {
    inputs.into_iter().map(|input| input.known().map(str::to_owned)).collect()
}
