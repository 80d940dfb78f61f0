//! Target group of instances, HTTP.
//!
//! Name, port, protocol, network and type cannot be changed, and one in use cannot be deleted: so the new one
//! is made first, beside the old one and under the name `<name>-2` where that still has its own; listener and
//! Auto Scaling group move over; then the old one goes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetGroup as SdkTargetGroup, TargetGroupAttribute, TargetTypeEnum,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, ReplaceOrder, Resource, Result, Scope, Seconds,
    Status, TAG_RESOURCE, TAG_STACK, Tags, former,
};
use serde::{Deserialize, Serialize};

use super::{by_names, full_name, names, retag, sdk_tags, tags_now, tags_of};
use crate::aws::{Cloud, Said, retry, tags};

const MISSING: &str = "TargetGroupNotFound";
/// The longest name that AWS takes.
const NAME: usize = 32;

#[derive(Debug)]
pub struct TargetGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// At most 32 letters, digits and hyphens, none at an end.
    pub name: String,
    pub vpc: Input,
    pub port: u16,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub protocol_version: String,
    pub health_check: HealthCheck,
    /// By AWS's keys. Others are left as they are.
    pub attributes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    pub path: String,
    /// `traffic-port`, or a number.
    pub port: String,
    /// HTTP codes, such as `200` or `200-299`.
    pub matcher: String,
    pub interval: i32,
    pub timeout: i32,
    pub healthy: i32,
    pub unhealthy: i32,
}

impl Resource for TargetGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "elb.target_group";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "full_name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[
        ("name", Impact::Replacement),
        ("vpc", Impact::Replacement),
        ("port", Impact::Replacement),
        ("protocol_version", Impact::Replacement),
    ];
    const REPLACE: ReplaceOrder = ReplaceOrder::CreateFirst;
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let names = names(cloud, Self::KIND, scope.wanted.iter().map(|(_, spec)| spec.name.as_str()));
        let groups = describe(cloud, &names).await?;
        let arns: Vec<String> = groups.iter().map(arn_of).collect();
        let mut all_tags = tags_of(cloud, &arns).await?;
        let mut found = Vec::new();
        for group in groups {
            let id = arn_of(&group);
            let live_tags = all_tags.remove(&id).unwrap_or_default();
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let spec = spec_of(&group, attributes(cloud, &id).await?);
            let outputs = outputs(&id);
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if live.name == second_name(&want.name) {
            live.name.clone_from(&want.name);
        }
        live.attributes.retain(|key, _| want.attributes.contains_key(key));
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, vpc, port, protocol_version, health_check, attributes: wanted } = spec;
        let arn = match free_name(cloud, context, name).await? {
            Place::Taken(group) => {
                let arn = arn_of(&group);
                let live = spec_of(&group, attributes(cloud, &arn).await?);
                change(cloud, &arn, &live, spec).await?;
                return Ok(outputs(&arn));
            }
            Place::Free(name) => {
                let HealthCheck { path, port: check_port, matcher, interval, timeout, healthy, unhealthy } =
                    health_check;
                let made = cloud
                    .elb()
                    .create_target_group()
                    .name(name)
                    .target_type(TargetTypeEnum::Instance)
                    .protocol(ProtocolEnum::Http)
                    .protocol_version(protocol_version)
                    .port(i32::from(*port))
                    .vpc_id(vpc.known()?)
                    .health_check_enabled(true)
                    .health_check_protocol(ProtocolEnum::Http)
                    .health_check_port(check_port)
                    .health_check_path(path)
                    .health_check_interval_seconds(*interval)
                    .health_check_timeout_seconds(*timeout)
                    .healthy_threshold_count(*healthy)
                    .unhealthy_threshold_count(*unhealthy)
                    .matcher(Matcher::builder().http_code(matcher).build())
                    .set_tags(Some(sdk_tags(&context.tags)))
                    .send()
                    .await
                    .said("elb CreateTargetGroup")?;
                made.target_groups().first().map(arn_of).unwrap_or_default()
            }
        };
        // AWS's reads lag behind its creations for up to two minutes.
        let invisible = |failure: &Failure| failure.is(&[MISSING]);
        let reason = "the new target group is not visible everywhere yet";
        retry(context, reason, Duration::from_secs(120), invisible, || set_attributes(cloud, &arn, wanted.iter()))
            .await?;
        Ok(outputs(&arn))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        change(cloud, &live.id, &live.spec, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let in_use = |failure: &Failure| failure.is(&["ResourceInUse"]);
        let reason = "a listener still forwards to the target group";
        let result = retry(context, reason, Duration::from_secs(120), in_use, || async {
            let call = cloud.elb().delete_target_group().target_group_arn(&live.id);
            call.send().await.said("elb DeleteTargetGroup").map(drop)
        });
        super::none_if_missing(result.await, MISSING)
    }
}

enum Place {
    /// An earlier run made it.
    Taken(Box<SdkTargetGroup>),
    Free(String),
}

/// Finds the name to create under: `name`, or the second one where the group that is being replaced has it.
async fn free_name(cloud: &Cloud, context: &Context, name: &str) -> Result<Place> {
    let second = second_name(name);
    let address = context.address.to_string();
    let mut free = vec![name.to_owned(), second.clone()];
    for group in describe(cloud, &BTreeSet::from([name.to_owned(), second.clone()])).await? {
        let live_tags = tags_now(cloud, &arn_of(&group)).await?;
        let its_name = group.target_group_name().unwrap_or_default();
        let ours = |key: &str| live_tags.get(key) == context.tags.get(key);
        match live_tags.get(TAG_RESOURCE) {
            _ if ours(TAG_STACK) && ours(TAG_RESOURCE) => return Ok(Place::Taken(Box::new(group))),
            Some(owner) if ours(TAG_STACK) && former(owner) == Some(&address) => free.retain(|free| free != its_name),
            _ if its_name == second => free.retain(|free| free != its_name),
            _ => tags::must_be_ours(context, &format!("the target group {name}"), &live_tags)?,
        }
    }
    free.into_iter().next().map(Place::Free).ok_or_else(|| {
        Failure::new(format!("creating the target group {name}"), format!("both {name} and {second} are taken"))
            .hint("Delete the one that is not in use, or give ours another name under `names:` in the stack file.")
    })
}

fn second_name(name: &str) -> String {
    let kept: String = name.chars().take(NAME - 2).collect();
    format!("{}-2", kept.trim_end_matches('-'))
}

async fn describe(cloud: &Cloud, names: &BTreeSet<String>) -> Result<Vec<SdkTargetGroup>> {
    by_names(names, MISSING, |names| async {
        let answer = cloud.elb().describe_target_groups().set_names(Some(names)).send().await;
        Ok(answer.said("elb DescribeTargetGroups")?.target_groups.unwrap_or_default())
    })
    .await
}

async fn attributes(cloud: &Cloud, arn: &str) -> Result<BTreeMap<String, String>> {
    let call = cloud.elb().describe_target_group_attributes().target_group_arn(arn);
    let answer = call.send().await.said("elb DescribeTargetGroupAttributes")?;
    let pair = |attribute: &TargetGroupAttribute| {
        Some((attribute.key()?.to_owned(), attribute.value().unwrap_or_default().to_owned()))
    };
    Ok(answer.attributes().iter().filter_map(pair).collect())
}

/// Makes `live` match `want`, whatever differs.
async fn change(cloud: &Cloud, arn: &str, live: &Spec, want: &Spec) -> Result<()> {
    if live.health_check != want.health_check {
        let HealthCheck { path, port, matcher, interval, timeout, healthy, unhealthy } = &want.health_check;
        cloud
            .elb()
            .modify_target_group()
            .target_group_arn(arn)
            .health_check_enabled(true)
            .health_check_protocol(ProtocolEnum::Http)
            .health_check_port(port)
            .health_check_path(path)
            .health_check_interval_seconds(*interval)
            .health_check_timeout_seconds(*timeout)
            .healthy_threshold_count(*healthy)
            .unhealthy_threshold_count(*unhealthy)
            .matcher(Matcher::builder().http_code(matcher).build())
            .send()
            .await
            .said("elb ModifyTargetGroup")?;
    }
    let changed = want.attributes.iter().filter(|(key, value)| live.attributes.get(*key) != Some(value));
    set_attributes(cloud, arn, changed).await
}

async fn set_attributes<'a>(
    cloud: &Cloud,
    arn: &str,
    changed: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<()> {
    let attributes: Vec<_> =
        changed.map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build()).collect();
    if attributes.is_empty() {
        return Ok(());
    }
    let call = cloud.elb().modify_target_group_attributes().target_group_arn(arn).set_attributes(Some(attributes));
    call.send().await.said("elb ModifyTargetGroupAttributes").map(drop)
}

fn arn_of(group: &SdkTargetGroup) -> String {
    group.target_group_arn().unwrap_or_default().to_owned()
}

fn spec_of(group: &SdkTargetGroup, attributes: BTreeMap<String, String>) -> Spec {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let number = |number: Option<i32>| number.unwrap_or_default();
    Spec {
        name: text(group.target_group_name()),
        vpc: text(group.vpc_id()).into(),
        port: group.port().and_then(|port| port.try_into().ok()).unwrap_or_default(),
        protocol_version: text(group.protocol_version()),
        health_check: HealthCheck {
            path: text(group.health_check_path()),
            port: text(group.health_check_port()),
            matcher: text(group.matcher().and_then(|matcher| matcher.http_code())),
            interval: number(group.health_check_interval_seconds()),
            timeout: number(group.health_check_timeout_seconds()),
            healthy: number(group.healthy_threshold_count()),
            unhealthy: number(group.unhealthy_threshold_count()),
        },
        attributes,
    }
}

fn outputs(arn: &str) -> Outputs {
    Outputs::from([
        ("id".to_owned(), arn.to_owned()),
        ("arn".to_owned(), arn.to_owned()),
        ("full_name".to_owned(), full_name(arn)),
    ])
}

#[cfg(test)]
mod tests {
    use super::second_name;

    #[test]
    fn the_second_name_is_one_that_aws_takes() {
        assert_eq!(second_name("web"), "web-2");
        let long = second_name("a-name-of-thirty-two-characters-");
        assert!(long.len() <= 32 && !long.contains("--"), "{long}");
    }
}
