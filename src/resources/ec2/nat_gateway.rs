//! NAT gateway, public. Nothing of it can be changed.
//!
//! It fails asynchronously: CreateNatGateway accepts, and a minute later the state is `failed`, with a code
//! that says why. Deleted ones stay listed for about an hour, and so do failed ones after their deletion.

use std::time::Duration;

use aws_sdk_ec2::types::{Filter, NatGatewayState, ResourceType};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{VISIBLE, gone_is_fine, of_address, of_stack, outputs, retag, tagged_alike, with_token};
use crate::aws::{Cloud, Poll, Said, retry, tags, until};
use crate::read_tags;

const NOT_FOUND: &[&str] = &["NatGatewayNotFound"];

#[derive(Debug)]
pub struct NatGateway;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// A public subnet.
    pub subnet: Input,
    /// The allocation id of its elastic IP.
    pub address: Input,
}

impl Resource for NatGateway {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.nat_gateway";
    const OUTPUTS: &'static [&'static str] = &["id"];
    // One that is made before the internet gateway is attached fails, and the gateway cannot be detached
    // while one stands.
    const AFTER: &'static [&'static str] = &["ec2.internet_gateway"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("subnet", Impact::Replacement), ("address", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 100, update: 1, delete: 60 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found: Vec<Found<Spec>> = Vec::new();
        for gateway in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(gateway.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = gateway.nat_gateway_id().unwrap_or_default().to_owned();
            let allocation = gateway.nat_gateway_addresses().iter().find_map(|address| address.allocation_id());
            let spec = Spec {
                subnet: gateway.subnet_id().unwrap_or_default().into(),
                address: allocation.unwrap_or_default().into(),
            };
            let status = match gateway.state() {
                Some(NatGatewayState::Pending) => Status::Pending("pending".to_owned()),
                Some(NatGatewayState::Deleting) => Status::Deleting("deleting".to_owned()),
                Some(NatGatewayState::Failed) => Status::Failed(why(&gateway)),
                _ => Status::Ready,
            };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status });
        }
        // A failed one stays listed beside its successor.
        let working = |one: &Found<Spec>| !matches!(one.status, Status::Failed(_));
        let replaced: Vec<String> = found.iter().filter(|one| working(one)).map(|one| one.name.clone()).collect();
        found.retain(|one| working(one) || !replaced.contains(&one.name));
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let (subnet, address) = (spec.subnet.known()?, spec.address.known()?);
        let invisible = |failure: &Failure| failure.is(&["InvalidAllocationID.NotFound", "InvalidSubnetID.NotFound"]);
        let make = |token: String| async move {
            let reason = "the new subnet or address is not visible everywhere yet";
            let made = retry(context, reason, VISIBLE, invisible, || async {
                let call = cloud.ec2().create_nat_gateway().subnet_id(subnet).allocation_id(address);
                let call =
                    call.client_token(&token).tag_specifications(tagged_alike(context, ResourceType::Natgateway));
                call.send().await.said("ec2 CreateNatGateway")
            })
            .await?;
            let id = made.nat_gateway().and_then(|made| made.nat_gateway_id()).unwrap_or_default().to_owned();
            // The answer shows the state at the time of the first call with this token; what became of it since?
            let state = state(cloud, &id).await?;
            Ok(state.is_none_or(|state| alive(state.state())).then_some(id))
        };
        let find = || async {
            let earlier = describe(cloud, of_address(context)).await?;
            let mut ours = earlier.iter().filter(|one| {
                let live_tags = read_tags!(one.tags());
                tags::name_in(&context.stack, Self::KIND, &live_tags).as_deref() == Some(context.address.name())
            });
            Ok(ours.find(|one| alive(one.state())).and_then(|one| one.nat_gateway_id()).map(str::to_owned))
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

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.ec2().delete_nat_gateway().nat_gateway_id(&live.id);
        gone_is_fine(call.send().await.said("ec2 DeleteNatGateway").map(drop), NOT_FOUND)?;
        // Its elastic IP, its subnet and the internet gateway are in use until it is gone.
        until(context, "the NAT gateway to be gone", Duration::from_secs(1800), || async {
            Ok(match state(cloud, &live.id).await? {
                Some(gateway) => match gateway.state() {
                    Some(
                        state @ (NatGatewayState::Pending | NatGatewayState::Available | NatGatewayState::Deleting),
                    ) => Poll::Pending(state.as_str().to_owned()),
                    _ => Poll::Ready(()),
                },
                None => Poll::Ready(()),
            })
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the NAT gateway to be available", Duration::from_secs(600), || async {
            let Some(gateway) = state(cloud, &id).await? else { return Ok(Poll::Pending("not visible".to_owned())) };
            match gateway.state() {
                Some(NatGatewayState::Available) => Ok(Poll::Ready(())),
                Some(NatGatewayState::Failed | NatGatewayState::Deleted | NatGatewayState::Deleting) => {
                    let failure = Failure::new("waiting for the NAT gateway", why(&gateway));
                    Err(failure.hint("Mend the cause, then run the command again: it makes another one."))
                }
                _ => Ok(Poll::Pending("pending".to_owned())),
            }
        })
        .await?;
        Ok(outputs)
    }
}

type Described = aws_sdk_ec2::types::NatGateway;

/// Those that are not deleted yet.
async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Described>> {
    let states = ["pending", "available", "deleting", "failed"].map(str::to_owned).to_vec();
    let states = Filter::builder().name("state").set_values(Some(states)).build();
    let call = cloud.ec2().describe_nat_gateways().set_filter(Some(filters)).filter(states);
    let pages = call.into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeNatGateways")
}

async fn state(cloud: &Cloud, id: &str) -> Result<Option<Described>> {
    let answer = cloud.ec2().describe_nat_gateways().nat_gateway_ids(id).send().await;
    match answer.said("ec2 DescribeNatGateways") {
        Ok(answer) => Ok(answer.nat_gateways.unwrap_or_default().pop()),
        Err(failure) if failure.is(NOT_FOUND) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn alive(state: Option<&NatGatewayState>) -> bool {
    matches!(state, Some(NatGatewayState::Pending | NatGatewayState::Available))
}

fn why(gateway: &Described) -> String {
    let state = gateway.state().map_or("gone", |state| state.as_str());
    match (gateway.failure_code(), gateway.failure_message()) {
        (Some(code), message) => format!("{state}: {} ({code})", message.unwrap_or("no reason given")),
        (None, _) => state.to_owned(),
    }
}
