//! VPC. CreateVpc has no idempotency token and no unique key: only its tags tell ours.
//!
//! The CIDR cannot be changed. DNS attributes are set one per call, after creation, and DescribeVpcs does
//! not show them.

use std::time::Duration;

use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, ResourceType, VpcAttributeName, VpcState};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{VISIBLE, filter, gone_is_fine, of_address, of_stack, outputs, retag, tagged, with_holders};
use crate::aws::{Cloud, Poll, Said, once, retry, tags, unrepeated, until};
use crate::read_tags;

#[derive(Debug)]
pub struct Vpc;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// /16 to /28, canonical.
    pub cidr: String,
    pub dns_hostnames: bool,
}

impl Resource for Vpc {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.vpc";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const TAG_ONLY: bool = true;
    const IMPACTS: &'static [(&'static str, Impact)] = &[("cidr", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for vpc in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(vpc.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = vpc.vpc_id().unwrap_or_default().to_owned();
            let spec = Spec {
                cidr: vpc.cidr_block().unwrap_or_default().to_owned(),
                dns_hostnames: dns_hostnames(cloud, &id).await?,
            };
            let status = match vpc.state() {
                Some(VpcState::Pending) => Status::Pending("pending".to_owned()),
                Some(VpcState::Deleting) => Status::Deleting("deleting".to_owned()),
                _ => Status::Ready,
            };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let earlier = || async {
            let found = describe(cloud, of_address(context)).await?;
            let found = found.iter().find(|vpc| vpc.cidr_block() == Some(&spec.cidr));
            Ok(found.and_then(|vpc| vpc.vpc_id()).map(str::to_owned))
        };
        let id = once(cloud, context, earlier, || async {
            let call = cloud.ec2().create_vpc().cidr_block(&spec.cidr);
            let call = call.tag_specifications(tagged(context, ResourceType::Vpc)).customize();
            let made = call.config_override(unrepeated!(aws_sdk_ec2)).send().await.said("ec2 CreateVpc")?;
            Ok(made.vpc().and_then(|vpc| vpc.vpc_id()).unwrap_or_default().to_owned())
        })
        .await?;
        set_dns_hostnames(cloud, context, &id, spec.dns_hostnames).await?;
        Ok(outputs(&id))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        set_dns_hostnames(cloud, context, &live.id, want.dns_hostnames).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        // Interfaces of load balancers and functions linger for minutes after their owners are gone.
        let lingering = |failure: &Failure| failure.is(&["DependencyViolation"]);
        let result =
            retry(context, "something still stands in the VPC", Duration::from_secs(300), lingering, || async {
                let result = cloud.ec2().delete_vpc().vpc_id(&live.id).send().await.said("ec2 DeleteVpc").map(drop);
                gone_is_fine(result, &["InvalidVpcID.NotFound"])
            });
        let result = result.await;
        with_holders(cloud, filter("vpc-id", &live.id), result).await?;
        until(context, "the VPC to be gone", VISIBLE, || async {
            match cloud.ec2().describe_vpcs().vpc_ids(&live.id).send().await.said("ec2 DescribeVpcs") {
                Ok(answer) if answer.vpcs().is_empty() => Ok(Poll::Ready(())),
                Ok(_) => Ok(Poll::Pending("still listed".to_owned())),
                Err(failure) if failure.is(&["InvalidVpcID.NotFound"]) => Ok(Poll::Ready(())),
                Err(failure) => Err(failure),
            }
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the VPC to be available", Duration::from_secs(600), || async {
            let answer = cloud.ec2().describe_vpcs().vpc_ids(&id).send().await.said("ec2 DescribeVpcs");
            match answer {
                Ok(answer) => Ok(match answer.vpcs().first().and_then(|vpc| vpc.state()) {
                    Some(VpcState::Available) => Poll::Ready(()),
                    _ => Poll::Pending("pending".to_owned()),
                }),
                Err(failure) if failure.is(&["InvalidVpcID.NotFound"]) => Ok(Poll::Pending("not visible".to_owned())),
                Err(failure) => Err(failure),
            }
        })
        .await?;
        Ok(outputs)
    }
}

async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<aws_sdk_ec2::types::Vpc>> {
    let pages = cloud.ec2().describe_vpcs().set_filters(Some(filters)).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeVpcs")
}

async fn dns_hostnames(cloud: &Cloud, id: &str) -> Result<bool> {
    let attribute = VpcAttributeName::EnableDnsHostnames;
    let answer = cloud
        .ec2()
        .describe_vpc_attribute()
        .vpc_id(id)
        .attribute(attribute)
        .send()
        .await
        .said("ec2 DescribeVpcAttribute")?;
    Ok(answer.enable_dns_hostnames().and_then(|value| value.value()).unwrap_or_default())
}

async fn set_dns_hostnames(cloud: &Cloud, context: &Context, id: &str, on: bool) -> Result<()> {
    let invisible = |failure: &Failure| failure.is(&["InvalidVpcID.NotFound"]);
    retry(context, "the new VPC is not visible everywhere yet", VISIBLE, invisible, || async {
        let value = AttributeBooleanValue::builder().value(on).build();
        cloud
            .ec2()
            .modify_vpc_attribute()
            .vpc_id(id)
            .enable_dns_hostnames(value)
            .send()
            .await
            .said("ec2 ModifyVpcAttribute")
            .map(drop)
    })
    .await
}
