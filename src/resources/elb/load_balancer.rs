//! Application load balancer.
//!
//! Name and scheme cannot be changed. AWS answers a creation at once and takes two to four minutes to make
//! it active; everything but traffic works before. A deletion returns at once as well, but its network
//! interfaces linger for minutes, so whoever deletes security groups and subnets retries.
//!
//! Attributes keep AWS's own keys. Access logs are tried out the moment they are set ("Access Denied for
//! bucket"), so the bucket's policy has to be there first, and to have arrived everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, LoadBalancer as SdkLoadBalancer, LoadBalancerAttribute, LoadBalancerSchemeEnum,
    LoadBalancerStateEnum, LoadBalancerTypeEnum,
};
use bogosa_engine::{
    Context, Difference, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{by_names, full_name, names, retag, sdk_tags, tags_now, tags_of};
use crate::aws::{Cloud, Poll, Said, retry, tags, until};

const MISSING: &str = "LoadBalancerNotFound";
const PROTECTION: &str = "deletion_protection.enabled";

#[derive(Debug)]
pub struct LoadBalancer;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// At most 32 letters, digits and hyphens, none at an end, not starting with `internal-`.
    pub name: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// One per zone, in two zones at least.
    pub subnets: BTreeSet<Input>,
    pub security_groups: BTreeSet<Input>,
    /// By AWS's keys. Others are left as they are.
    pub attributes: BTreeMap<String, Input>,
}

impl Resource for LoadBalancer {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "elb.load_balancer";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "dns_name", "zone_id", "full_name"];
    // An internet-facing one is refused in a network without a gateway, and its addresses hold the gateway.
    const AFTER: &'static [&'static str] = &["ec2.internet_gateway"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("name", Impact::Replacement), ("scheme", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 185, update: 3, delete: 15 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let names = names(cloud, Self::KIND, scope.wanted.iter().map(|(_, spec)| spec.name.as_str()));
        let balancers = describe(cloud, &names).await?;
        let arns: Vec<String> = balancers.iter().map(arn_of).collect();
        let mut all_tags = tags_of(cloud, &arns).await?;
        let mut found = Vec::new();
        for balancer in balancers {
            let id = arn_of(&balancer);
            let live_tags = all_tags.remove(&id).unwrap_or_default();
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let spec = spec_of(&balancer, attributes(cloud, &id).await?);
            let (outputs, status) = (outputs(&balancer), status(&balancer));
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        live.attributes.retain(|key, _| want.attributes.contains_key(key));
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        if let Some(balancer) = describe(cloud, &BTreeSet::from([spec.name.clone()])).await?.into_iter().next() {
            let arn = arn_of(&balancer);
            let what = format!("the load balancer {}", spec.name);
            tags::must_be_ours(context, &what, &tags_now(cloud, &arn).await?)?;
            let live = spec_of(&balancer, attributes(cloud, &arn).await?);
            change(cloud, context, &arn, &live, spec).await?;
            return Ok(outputs(&balancer));
        }
        let made = cloud
            .elb()
            .create_load_balancer()
            .name(&spec.name)
            .r#type(LoadBalancerTypeEnum::Application)
            .scheme(LoadBalancerSchemeEnum::from(spec.scheme.as_str()))
            .ip_address_type(IpAddressType::from(spec.ip_address_type.as_str()))
            .set_subnets(Some(known(&spec.subnets)?))
            .set_security_groups(Some(known(&spec.security_groups)?))
            .set_tags(Some(sdk_tags(&context.tags)))
            .send()
            .await
            .said("elb CreateLoadBalancer")?;
        let balancer = made.load_balancers().first().cloned().unwrap_or_else(|| SdkLoadBalancer::builder().build());
        set_attributes(cloud, context, &arn_of(&balancer), spec.attributes.iter()).await?;
        Ok(outputs(&balancer))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        change(cloud, context, &live.id, &live.spec, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let protected = live.spec.attributes.get(PROTECTION).and_then(Input::text) == Some("true");
        if protected {
            let off = (PROTECTION.to_owned(), Input::from("false"));
            match set_attributes(cloud, context, &live.id, std::iter::once((&off.0, &off.1))).await {
                Err(failure) if failure.is(&[MISSING]) => return Ok(()),
                result => result?,
            }
        }
        match cloud.elb().delete_load_balancer().load_balancer_arn(&live.id).send().await.said("elb DeleteLoadBalancer")
        {
            Err(failure) if failure.is(&[MISSING]) => return Ok(()),
            result => drop(result?),
        }
        until(context, "the load balancer to be gone", Duration::from_secs(600), || async {
            let names = BTreeSet::from([live.spec.name.clone()]);
            let left = describe(cloud, &names).await?.iter().any(|balancer| arn_of(balancer) == live.id);
            Ok(if left { Poll::Pending("being deleted".to_owned()) } else { Poll::Ready(()) })
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let arn = outputs.get("arn").cloned().unwrap_or_default();
        until(context, "the load balancer to be active", Duration::from_secs(600), || async {
            let answer = cloud.elb().describe_load_balancers().load_balancer_arns(&arn).send().await;
            let balancer = match answer.said("elb DescribeLoadBalancers") {
                Err(failure) if failure.is(&[MISSING]) => return Ok(Poll::Pending("not visible".to_owned())),
                answer => answer?.load_balancers().first().cloned(),
            };
            Ok(match balancer.map(|balancer| (status(&balancer), self::outputs(&balancer))) {
                Some((Status::Ready, outputs)) => Poll::Ready(outputs),
                Some((Status::Failed(reason), _)) => {
                    return Err(bogosa_engine::Failure::new("waiting for the load balancer to be active", reason)
                        .hint("Run the same command again: a failed load balancer is replaced."));
                }
                Some((Status::Pending(state) | Status::Deleting(state), _)) => Poll::Pending(state),
                None => Poll::Pending("not visible".to_owned()),
            })
        })
        .await
    }
}

async fn describe(cloud: &Cloud, names: &BTreeSet<String>) -> Result<Vec<SdkLoadBalancer>> {
    by_names(names, MISSING, |names| async {
        let answer = cloud.elb().describe_load_balancers().set_names(Some(names)).send().await;
        Ok(answer.said("elb DescribeLoadBalancers")?.load_balancers.unwrap_or_default())
    })
    .await
}

async fn attributes(cloud: &Cloud, arn: &str) -> Result<BTreeMap<String, Input>> {
    let call = cloud.elb().describe_load_balancer_attributes().load_balancer_arn(arn);
    let answer = call.send().await.said("elb DescribeLoadBalancerAttributes")?;
    let pair = |attribute: &LoadBalancerAttribute| {
        Some((attribute.key()?.to_owned(), Input::from(attribute.value().unwrap_or_default())))
    };
    Ok(answer.attributes().iter().filter_map(pair).collect())
}

/// Makes `live` match `want`, whatever differs.
async fn change(cloud: &Cloud, context: &Context, arn: &str, live: &Spec, want: &Spec) -> Result<()> {
    if live.subnets != want.subnets || live.ip_address_type != want.ip_address_type {
        let family = IpAddressType::from(want.ip_address_type.as_str());
        let call = cloud.elb().set_subnets().load_balancer_arn(arn).set_subnets(Some(known(&want.subnets)?));
        call.ip_address_type(family).send().await.said("elb SetSubnets")?;
    }
    if live.security_groups != want.security_groups {
        let groups = known(&want.security_groups)?;
        let call = cloud.elb().set_security_groups().load_balancer_arn(arn).set_security_groups(Some(groups));
        call.send().await.said("elb SetSecurityGroups")?;
    }
    let changed = want.attributes.iter().filter(|(key, value)| live.attributes.get(*key) != Some(value));
    set_attributes(cloud, context, arn, changed).await
}

async fn set_attributes<'a>(
    cloud: &Cloud,
    context: &Context,
    arn: &str,
    changed: impl Iterator<Item = (&'a String, &'a Input)>,
) -> Result<()> {
    let mut attributes = Vec::new();
    for (key, value) in changed {
        attributes.push(LoadBalancerAttribute::builder().key(key).value(value.known()?).build());
    }
    if attributes.is_empty() {
        return Ok(());
    }
    let refused = |failure: &bogosa_engine::Failure| {
        failure.code.as_deref().is_some_and(|code| code.starts_with("InvalidConfigurationRequest"))
            && failure.said.contains("bucket")
    };
    let reason = "the log bucket does not admit the load balancer yet";
    retry(context, reason, Duration::from_secs(120), refused, || async {
        let call = cloud.elb().modify_load_balancer_attributes().load_balancer_arn(arn);
        let call = call.set_attributes(Some(attributes.clone()));
        call.send().await.said("elb ModifyLoadBalancerAttributes").map(drop)
    })
    .await
}

fn known(inputs: &BTreeSet<Input>) -> Result<Vec<String>> {
    inputs.iter().map(|input| input.known().map(str::to_owned)).collect()
}

fn arn_of(balancer: &SdkLoadBalancer) -> String {
    balancer.load_balancer_arn().unwrap_or_default().to_owned()
}

pub(crate) fn spec_of(balancer: &SdkLoadBalancer, attributes: BTreeMap<String, Input>) -> Spec {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Spec {
        name: text(balancer.load_balancer_name()),
        scheme: text(balancer.scheme().map(|scheme| scheme.as_str())),
        ip_address_type: text(balancer.ip_address_type().map(|family| family.as_str())),
        subnets: balancer.availability_zones().iter().filter_map(|zone| zone.subnet_id()).map(Input::from).collect(),
        security_groups: balancer.security_groups().iter().map(Input::from).collect(),
        attributes,
    }
}

fn status(balancer: &SdkLoadBalancer) -> Status {
    let state = balancer.state();
    match state.and_then(|state| state.code()) {
        Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired) => Status::Ready,
        Some(LoadBalancerStateEnum::Failed) => {
            let reason = state.and_then(|state| state.reason()).unwrap_or("failed, for no stated reason");
            Status::Failed(reason.to_owned())
        }
        code => Status::Pending(code.map_or("provisioning", |code| code.as_str()).to_owned()),
    }
}

fn outputs(balancer: &SdkLoadBalancer) -> Outputs {
    let arn = arn_of(balancer);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Outputs::from([
        ("id".to_owned(), arn.clone()),
        ("full_name".to_owned(), full_name(&arn)),
        ("arn".to_owned(), arn),
        ("dns_name".to_owned(), text(balancer.dns_name())),
        ("zone_id".to_owned(), text(balancer.canonical_hosted_zone_id())),
    ])
}
