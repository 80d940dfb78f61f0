//! Elastic IP address. No idempotency token, no unique key and no pages: only its tags tell ours.
//!
//! It costs money while nothing uses it. Just after a NAT gateway is deleted AWS still thinks the address in
//! use, and says so in several ways.

use aws_sdk_ec2::types::{Address, DomainType, Filter, ResourceType};
use bogosa_engine::{Context, Difference, Failure, Found, Outputs, Resource, Result, Scope, Seconds, Status, Tags};
use serde::{Deserialize, Serialize};

use super::{VISIBLE, gone_is_fine, of_address, of_stack, retag, tagged};
use crate::aws::{Cloud, Said, once, retry, tags, unrepeated};
use crate::read_tags;

#[derive(Debug)]
pub struct ElasticIp;

/// AWS chooses the address; there is nothing to set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {}

impl Resource for ElasticIp {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.elastic_ip";
    const OUTPUTS: &'static [&'static str] = &["id", "public_ip"];
    const TAG_ONLY: bool = true;
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for address in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(address.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let outputs = outputs(address.allocation_id(), address.public_ip());
            let id = address.allocation_id().unwrap_or_default().to_owned();
            found.push(Found { name, id, spec: Spec {}, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, _spec: &Spec) -> Result<Outputs> {
        let earlier = || async {
            let found = describe(cloud, of_address(context)).await?;
            Ok(found.first().map(|address| outputs(address.allocation_id(), address.public_ip())))
        };
        let made = once(cloud, context, earlier, || async {
            let call = cloud.ec2().allocate_address().domain(DomainType::Vpc);
            let call = call.tag_specifications(tagged(context, ResourceType::ElasticIp)).customize();
            let made = call.config_override(unrepeated!(aws_sdk_ec2)).send().await.said("ec2 AllocateAddress")?;
            Ok(outputs(made.allocation_id(), made.public_ip()))
        });
        made.await.map_err(|failure| match failure.is(&["AddressLimitExceeded"]) {
            true => failure.hint(
                "An account has 5 elastic IPs per region unless AWS raises the quota (L-0263D0A3). Each NAT gateway \
                 needs one; `network.nat: single` needs one in all.",
            ),
            false => failure,
        })
    }

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
        let in_use = |failure: &Failure| {
            failure.is(&["AuthFailure", "InvalidIPAddress.InUse", "InvalidNetworkInterfaceID.NotFound"])
        };
        retry(context, "AWS still thinks the address in use", VISIBLE, in_use, || async {
            let call = cloud.ec2().release_address().allocation_id(&live.id);
            gone_is_fine(call.send().await.said("ec2 ReleaseAddress").map(drop), &["InvalidAllocationID.NotFound"])
        })
        .await
    }
}

async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Address>> {
    let answer = cloud.ec2().describe_addresses().set_filters(Some(filters)).send().await;
    Ok(answer.said("ec2 DescribeAddresses")?.addresses.unwrap_or_default())
}

fn outputs(allocation: Option<&str>, public_ip: Option<&str>) -> Outputs {
    let output = |name: &str, value: Option<&str>| (name.to_owned(), value.unwrap_or_default().to_owned());
    Outputs::from([output("id", allocation), output("public_ip", public_ip)])
}
