//! Internet gateway, with its attachment to the VPC.
//!
//! Made and attached in two calls; one that stayed unattached is attached by the next run. A VPC has at
//! most one. It cannot be detached while anything in the VPC holds a public address.

use std::time::Duration;

use aws_sdk_ec2::types::{Filter, ResourceType};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{LINGERING, VISIBLE, gone_is_fine, of_address, of_stack, outputs, retag, tagged};
use crate::aws::{Cloud, Poll, Said, once, retry, tags, unrepeated, until};
use crate::read_tags;

/// Botocore's waiter has the second spelling.
const NOT_FOUND: &[&str] = &["InvalidInternetGatewayID.NotFound", "InvalidInternetGateway.NotFound"];

#[derive(Debug)]
pub struct InternetGateway;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    /// Off only where a run died between making and attaching it.
    pub attached: bool,
}

impl Spec {
    pub fn new(vpc: Input) -> Self {
        Self { vpc, attached: true }
    }
}

impl Resource for InternetGateway {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.internet_gateway";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const TAG_ONLY: bool = true;
    const IMPACTS: &'static [(&'static str, Impact)] = &[("vpc", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 2, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for gateway in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(gateway.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = gateway.internet_gateway_id().unwrap_or_default().to_owned();
            let vpc = attached_to(&gateway);
            let spec = Spec { attached: vpc.is_some(), vpc: vpc.unwrap_or_default().into() };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if !live.attached {
            live.vpc.clone_from(&want.vpc);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let earlier = || async {
            let found = describe(cloud, of_address(context)).await?;
            Ok(found.first().and_then(|gateway| gateway.internet_gateway_id()).map(str::to_owned))
        };
        let id = once(cloud, context, earlier, || async {
            let call = cloud.ec2().create_internet_gateway();
            let call = call.tag_specifications(tagged(context, ResourceType::InternetGateway)).customize();
            let made = call.config_override(unrepeated!(aws_sdk_ec2)).send().await;
            let made = made.said("ec2 CreateInternetGateway")?;
            Ok(made.internet_gateway().and_then(|made| made.internet_gateway_id()).unwrap_or_default().to_owned())
        })
        .await?;
        attach(cloud, context, &id, spec.vpc.known()?).await?;
        Ok(outputs(&id))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        attach(cloud, context, &live.id, want.vpc.known()?).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let id = &live.id;
        let in_use = |failure: &Failure| failure.is(&["DependencyViolation"]);
        if live.spec.attached {
            let vpc = live.spec.vpc.known()?;
            let reason = "something in the VPC still holds a public address";
            retry(context, reason, LINGERING, in_use, || async {
                let call = cloud.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
                let result = call.send().await.said("ec2 DetachInternetGateway").map(drop);
                let done = ["Gateway.NotAttached", NOT_FOUND[0], NOT_FOUND[1], "InvalidVpcID.NotFound"];
                gone_is_fine(result, &done)
            })
            .await?;
        }
        retry(context, "the internet gateway is still attached", VISIBLE, in_use, || async {
            let call = cloud.ec2().delete_internet_gateway().internet_gateway_id(id);
            gone_is_fine(call.send().await.said("ec2 DeleteInternetGateway").map(drop), NOT_FOUND)
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the internet gateway to be attached", Duration::from_secs(600), || async {
            let call = cloud.ec2().describe_internet_gateways().internet_gateway_ids(&id);
            match call.send().await.said("ec2 DescribeInternetGateways") {
                Ok(answer) => Ok(match answer.internet_gateways().first().and_then(attached_to) {
                    Some(_) => Poll::Ready(()),
                    None => Poll::Pending("not attached".to_owned()),
                }),
                Err(failure) if failure.is(NOT_FOUND) => Ok(Poll::Pending("not visible".to_owned())),
                Err(failure) => Err(failure),
            }
        })
        .await?;
        Ok(outputs)
    }
}

async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<aws_sdk_ec2::types::InternetGateway>> {
    let pages = cloud.ec2().describe_internet_gateways().set_filters(Some(filters)).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeInternetGateways")
}

fn attached_to(gateway: &aws_sdk_ec2::types::InternetGateway) -> Option<&str> {
    // EC2 calls the state `available`, which the SDK's enumeration of attachments does not have.
    let leaving = |state: Option<&str>| matches!(state, Some("detaching" | "detached"));
    let mut attachments = gateway.attachments().iter();
    attachments.find(|one| !leaving(one.state().map(|state| state.as_str()))).and_then(|one| one.vpc_id())
}

async fn attach(cloud: &Cloud, context: &Context, id: &str, vpc: &str) -> Result<()> {
    let invisible = |failure: &Failure| failure.is(NOT_FOUND) || failure.is(&["InvalidVpcID.NotFound"]);
    retry(context, "the new internet gateway is not visible everywhere yet", VISIBLE, invisible, || async {
        let call = cloud.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        match call.send().await.said("ec2 AttachInternetGateway") {
            // Attached already: whether to our VPC, `wait` and the next plan see.
            Err(failure) if failure.is(&["Resource.AlreadyAssociated"]) && failure.said.contains(id) => Ok(()),
            Err(failure) if failure.is(&["Resource.AlreadyAssociated", "InvalidParameterValue"]) => {
                Err(failure.hint("A VPC has one internet gateway. Detach and delete the one that bogosa did not make."))
            }
            result => result.map(drop),
        }
    })
    .await
}
