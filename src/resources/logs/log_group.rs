//! Log group of CloudWatch Logs.
//!
//! Its name is unique in account and region and cannot be changed. Retention is set by a second call; a run
//! that died in between is finished by the next. DescribeLogGroups shows no tags, and its `arn` ends with
//! `:*`, which everything but a policy refuses.
//!
//! Names begin with `/bogosa/<stack>/`, or with `aws-waf-logs-<stack>-` where WAF demands it: so two calls
//! find all of a stack, however many groups the account has.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::LogGroup as Described;
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use crate::aws::{Cloud, Poll, Said, retry, tags, until};

const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

#[derive(Debug)]
pub struct LogGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// One of the values that CloudWatch knows; nothing keeps records for ever.
    pub retention_days: Option<i32>,
    /// The ARN of a key of one's own; nothing is CloudWatch's own key.
    pub kms_key: Option<Input>,
}

impl Spec {
    /// A group of the stack, encrypted with CloudWatch's own key.
    pub fn new(stack: &str, name: &str, retention_days: u32) -> Self {
        let retention_days = i32::try_from(retention_days).ok();
        Self { name: format!("{}{name}", own(stack)), retention_days, kms_key: None }
    }

    /// One that WAF may write to: it insists on the start of the name.
    pub fn for_waf(stack: &str, name: &str, retention_days: u32) -> Self {
        Self { name: format!("{}{name}", wafs(stack)), ..Self::new(stack, name, retention_days) }
    }
}

fn own(stack: &str) -> String {
    format!("/bogosa/{stack}/")
}

fn wafs(stack: &str) -> String {
    format!("aws-waf-logs-{stack}-")
}

impl Resource for LogGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "logs.log_group";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 2, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let wanted = scope.wanted.iter().map(|(_, spec)| spec.name.as_str());
        let listed = index.of_kind(Self::KIND).filter_map(|(arn, _, _)| name_of(arn));
        let names: BTreeSet<&str> = wanted.chain(listed).collect();
        let mut found = Vec::new();
        for prefix in prefixes(scope.stack, &names, scope.wanted.is_empty()) {
            for group in describe(cloud, &prefix).await? {
                let group_name = group.log_group_name().unwrap_or_default().to_owned();
                // `aws-waf-logs-shop-` also begins the names of the stack `shop-test`: only those that are
                // known to be ours are worth a question.
                if !names.contains(group_name.as_str()) && !group_name.starts_with(&own(scope.stack)) {
                    continue;
                }
                let arn = arn(&group);
                let Some(live_tags) = index.owned(&arn, || tags_of(cloud, &arn)).await? else { continue };
                let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
                let spec = Spec {
                    name: group_name.clone(),
                    retention_days: group.retention_in_days(),
                    kms_key: group.kms_key_id().map(Input::from),
                };
                let (id, outputs) = (group_name.clone(), outputs(&group_name, &arn));
                found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let name = spec.name.as_str();
        let key = spec.kms_key.as_ref().map(Input::known).transpose()?;
        let call = cloud.logs().create_log_group().log_group_name(name).set_kms_key_id(key.map(str::to_owned));
        let arn = cloud.arn("logs", &format!("log-group:{name}"));
        let tags = context.tags.clone().into_iter().collect();
        match call.set_tags(Some(tags)).send().await.said("logs CreateLogGroup") {
            Err(failure) if failure.is(&["ResourceAlreadyExistsException"]) => {
                let found = tags_of(cloud, &arn).await?;
                tags::must_be_ours(context, &format!("the log group {name}"), &found)?;
                set_key(cloud, name, key).await?;
            }
            result => result.map(drop)?,
        }
        set_retention(cloud, context, name, spec.retention_days).await?;
        Ok(outputs(name, &arn))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        if live.spec.retention_days != want.retention_days {
            set_retention(cloud, context, &live.id, want.retention_days).await?;
        }
        if live.spec.kms_key != want.kms_key {
            set_key(cloud, &live.id, want.kms_key.as_ref().map(Input::known).transpose()?).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = live.outputs.get("arn").cloned().unwrap_or_default();
        if !set.is_empty() {
            let tags = set.clone().into_iter().collect();
            let call = cloud.logs().tag_resource().resource_arn(&arn).set_tags(Some(tags));
            call.send().await.said("logs TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.logs().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("logs UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let busy = |failure: &Failure| failure.is(&["OperationAbortedException"]);
        retry(context, "CloudWatch is still changing the log group", Duration::from_secs(60), busy, || async {
            let call = cloud.logs().delete_log_group().log_group_name(&live.id);
            match call.send().await.said("logs DeleteLogGroup") {
                Err(failure) if failure.is(NOT_FOUND) => Ok(()),
                result => result.map(drop),
            }
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let name = outputs.get("name").cloned().unwrap_or_default();
        until(context, "the log group to be visible", Duration::from_secs(60), || async {
            let there = describe(cloud, &name).await?.iter().any(|group| group.log_group_name() == Some(&name));
            Ok(if there { Poll::Ready(()) } else { Poll::Pending("not visible".to_owned()) })
        })
        .await?;
        Ok(outputs)
    }
}

/// Beginnings of names under which to look. With nothing wanted the stack may be about to go, and the index
/// may not know yet what a run made that died a moment ago: then its own groups are looked for in any case.
fn prefixes(stack: &str, names: &BTreeSet<&str>, all: bool) -> Vec<String> {
    let usual = [own(stack), wafs(stack)];
    let under = |prefix: &String| (all && *prefix == own(stack)) || names.iter().any(|name| name.starts_with(prefix));
    // The logs of one database have one folder, `/aws/rds/instance/<name>/`: one call for all of them.
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names.iter().filter(|name| !usual.iter().any(|prefix| name.starts_with(prefix))) {
        others.entry(name.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default().push(name);
    }
    let others: Vec<String> = others.into_values().map(|names| common_start(&names).to_owned()).collect();
    usual.into_iter().filter(under).chain(others).collect()
}

/// What all names begin with.
fn common_start<'a>(names: &[&'a str]) -> &'a str {
    let [first, rest @ ..] = names else { return "" };
    let agree =
        |at: usize, letter: char| rest.iter().all(|name| name.get(at..).is_some_and(|end| end.starts_with(letter)));
    let end = first.char_indices().find(|(at, letter)| !agree(*at, *letter)).map_or(first.len(), |(at, _)| at);
    &first[..end]
}

async fn describe(cloud: &Cloud, prefix: &str) -> Result<Vec<Described>> {
    let pages = cloud.logs().describe_log_groups().log_group_name_prefix(prefix).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("logs DescribeLogGroups")
}

async fn tags_of(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = cloud.logs().list_tags_for_resource().resource_arn(arn).send().await;
    match answer.said("logs ListTagsForResource") {
        Ok(answer) => Ok(answer.tags.unwrap_or_default().into_iter().collect()),
        Err(failure) if failure.is(NOT_FOUND) => Ok(Tags::new()),
        Err(failure) => Err(failure),
    }
}

fn arn(group: &Described) -> String {
    let arn = group.log_group_arn().or(group.arn()).unwrap_or_default();
    arn.strip_suffix(":*").unwrap_or(arn).to_owned()
}

fn name_of(arn: &str) -> Option<&str> {
    arn.split_once(":log-group:").map(|(_, name)| name.strip_suffix(":*").unwrap_or(name))
}

fn outputs(name: &str, arn: &str) -> Outputs {
    let output = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Outputs::from([output("id", name), output("name", name), output("arn", arn)])
}

async fn set_retention(cloud: &Cloud, context: &Context, name: &str, days: Option<i32>) -> Result<()> {
    let passing = |failure: &Failure| failure.is(NOT_FOUND) || failure.is(&["OperationAbortedException"]);
    retry(context, "the new log group is not visible everywhere yet", Duration::from_secs(60), passing, || async {
        match days {
            Some(days) => {
                let call = cloud.logs().put_retention_policy().log_group_name(name).retention_in_days(days);
                call.send().await.said("logs PutRetentionPolicy").map(drop)
            }
            None => {
                let call = cloud.logs().delete_retention_policy().log_group_name(name);
                call.send().await.said("logs DeleteRetentionPolicy").map(drop)
            }
        }
    })
    .await
}

async fn set_key(cloud: &Cloud, name: &str, key: Option<&str>) -> Result<()> {
    match key {
        Some(key) => {
            let call = cloud.logs().associate_kms_key().log_group_name(name).kms_key_id(key);
            call.send().await.said("logs AssociateKmsKey").map(drop)
        }
        None => {
            let call = cloud.logs().disassociate_kms_key().log_group_name(name);
            call.send().await.said("logs DisassociateKmsKey").map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_at_most_and_none_for_nothing() {
        let names = BTreeSet::from(["/bogosa/shop/flow-logs", "aws-waf-logs-shop-web", "/bogosa/shop/app"]);
        assert_eq!(prefixes("shop", &names, false), ["/bogosa/shop/", "aws-waf-logs-shop-"]);
        assert_eq!(prefixes("shop", &BTreeSet::from(["/bogosa/shop/app"]), false), ["/bogosa/shop/"]);
        assert_eq!(prefixes("shop", &BTreeSet::new(), true), ["/bogosa/shop/"]);
        assert!(prefixes("shop", &BTreeSet::new(), false).is_empty());
        let names = BTreeSet::from(["/aws/rds/instance/shop-db/error", "/aws/rds/instance/shop-db/slowquery"]);
        assert_eq!(prefixes("shop", &names, false), ["/aws/rds/instance/shop-db/"]);
        let names = BTreeSet::from(["/aws/lambda/shop-job", "/elsewhere/x"]);
        assert_eq!(prefixes("shop", &names, false), ["/aws/lambda/shop-job", "/elsewhere/x"]);
    }
}
