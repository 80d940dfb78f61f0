//! Subnet. Its VPC, zone and CIDR cannot be changed; a CIDR can exist once in a VPC.
//!
//! CreateSubnet cannot say whether instances get public addresses; the default is no.

use std::time::Duration;

use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, ResourceType, SubnetState};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{LINGERING, VISIBLE, filter, gone_is_fine, of_address, of_stack, outputs, retag, tagged, with_holders};
use crate::aws::{Cloud, Poll, Said, retry, tags, until};
use crate::read_tags;

#[derive(Debug)]
pub struct Subnet;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    /// Such as us-east-1a.
    pub zone: String,
    /// /16 to /28, canonical.
    pub cidr: String,
    /// Whether every instance gets a public address.
    pub map_public_ip: bool,
}

impl Resource for Subnet {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.subnet";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("vpc", Impact::Replacement), ("zone", Impact::Replacement), ("cidr", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 1, delete: 3 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for subnet in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(subnet.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = subnet.subnet_id().unwrap_or_default().to_owned();
            let spec = Spec {
                vpc: subnet.vpc_id().unwrap_or_default().into(),
                zone: subnet.availability_zone().unwrap_or_default().to_owned(),
                cidr: subnet.cidr_block().unwrap_or_default().to_owned(),
                map_public_ip: subnet.map_public_ip_on_launch().unwrap_or_default(),
            };
            let status = match subnet.state() {
                Some(SubnetState::Pending) => Status::Pending("pending".to_owned()),
                Some(state @ (SubnetState::Failed | SubnetState::FailedInsufficientCapacity)) => {
                    Status::Failed(state.as_str().to_owned())
                }
                _ => Status::Ready,
            };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status });
        }
        Ok(found)
    }

    fn claim(spec: &Spec) -> Option<String> {
        Some(format!("{} {}", spec.vpc, spec.cidr))
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let invisible = |failure: &Failure| failure.is(&["InvalidVpcID.NotFound"]);
        let made = retry(context, "the new VPC is not visible everywhere yet", VISIBLE, invisible, || async {
            let call = cloud.ec2().create_subnet().vpc_id(spec.vpc.known()?).cidr_block(&spec.cidr);
            let call = call.availability_zone(&spec.zone).tag_specifications(tagged(context, ResourceType::Subnet));
            call.send().await.said("ec2 CreateSubnet")
        })
        .await;
        let id = match made {
            Ok(made) => made.subnet().and_then(|subnet| subnet.subnet_id()).unwrap_or_default().to_owned(),
            Err(failure) if failure.is(&["InvalidSubnet.Conflict"]) => {
                let earlier = describe(cloud, of_address(context)).await?;
                let earlier = earlier.iter().find(|subnet| subnet.cidr_block() == Some(&spec.cidr));
                match earlier.and_then(|subnet| subnet.subnet_id()) {
                    Some(id) => id.to_owned(),
                    None => return Err(failure.hint(format!(
                        "Another subnet of the VPC has addresses of {}. Delete it, or choose a free CIDR in the stack file.",
                        spec.cidr
                    ))),
                }
            }
            Err(failure) => return Err(failure),
        };
        if spec.map_public_ip {
            set_public_ip(cloud, context, &id, true).await?;
        }
        Ok(outputs(&id))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        set_public_ip(cloud, context, &live.id, want.map_public_ip).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        // Interfaces of load balancers, databases and functions outlive their owners by minutes.
        let lingering = |failure: &Failure| failure.is(&["DependencyViolation"]);
        let result = retry(context, "network interfaces linger in the subnet", LINGERING, lingering, || async {
            let call = cloud.ec2().delete_subnet().subnet_id(&live.id);
            gone_is_fine(call.send().await.said("ec2 DeleteSubnet").map(drop), &["InvalidSubnetID.NotFound"])
        });
        let result = result.await;
        with_holders(cloud, filter("subnet-id", &live.id), result).await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the subnet to be available", Duration::from_secs(600), || async {
            match cloud.ec2().describe_subnets().subnet_ids(&id).send().await.said("ec2 DescribeSubnets") {
                Ok(answer) => Ok(match answer.subnets().first().and_then(|subnet| subnet.state()) {
                    Some(SubnetState::Available) => Poll::Ready(()),
                    state => Poll::Pending(state.map_or("not visible", |state| state.as_str()).to_owned()),
                }),
                Err(failure) if failure.is(&["InvalidSubnetID.NotFound"]) => {
                    Ok(Poll::Pending("not visible".to_owned()))
                }
                Err(failure) => Err(failure),
            }
        })
        .await?;
        Ok(outputs)
    }
}

async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<aws_sdk_ec2::types::Subnet>> {
    let pages = cloud.ec2().describe_subnets().set_filters(Some(filters)).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeSubnets")
}

async fn set_public_ip(cloud: &Cloud, context: &Context, id: &str, on: bool) -> Result<()> {
    let invisible = |failure: &Failure| failure.is(&["InvalidSubnetID.NotFound"]);
    retry(context, "the new subnet is not visible everywhere yet", VISIBLE, invisible, || async {
        let value = AttributeBooleanValue::builder().value(on).build();
        let call = cloud.ec2().modify_subnet_attribute().subnet_id(id).map_public_ip_on_launch(value);
        call.send().await.said("ec2 ModifySubnetAttribute").map(drop)
    })
    .await
}
