//! Application load balancers, their target groups and listeners.
//!
//! `CreateLoadBalancer` and `CreateTargetGroup` succeed silently when one with the same name and settings
//! exists, whoever it belongs to. So each kind looks before it creates.

pub mod listener;
pub mod load_balancer;
pub mod target_group;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use aws_sdk_elasticloadbalancingv2::types::Tag;
use bogosa_engine::{Result, Tags};

use crate::aws::{Cloud, Said};
use crate::{read_tags, write_tags};

/// As many ARNs as DescribeTags takes at once.
const TAGS_AT_ONCE: usize = 20;

pub(crate) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    write_tags!(Tag, tags)
}

/// The names under which resources of a kind may exist: those wanted, and those of the tag index, whose ARNs
/// end in `…/<name>/<id>`.
fn names<'a>(cloud: &Cloud, kind: &str, wanted: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let index = cloud.index();
    let listed = index.of_kind(kind).filter_map(|(arn, _, _)| arn.rsplit('/').nth(1).map(str::to_owned));
    wanted.map(str::to_owned).chain(listed).collect()
}

/// Asks for all names at once, and for each by itself where one is missing, since AWS then refuses the
/// whole question with the code `missing`.
async fn by_names<T, F, Fut>(names: &BTreeSet<String>, missing: &str, describe: F) -> Result<Vec<T>>
where
    F: Fn(Vec<String>) -> Fut + Sync,
    Fut: Future<Output = Result<Vec<T>>> + Send,
    T: Send,
{
    if names.is_empty() {
        return Ok(Vec::new());
    }
    match describe(names.iter().cloned().collect()).await {
        Err(failure) if failure.is(&[missing]) && names.len() > 1 => {
            let mut found = Vec::new();
            for name in names {
                found.extend(none_if_missing(describe(vec![name.clone()]).await, missing)?);
            }
            Ok(found)
        }
        result => none_if_missing(result, missing),
    }
}

fn none_if_missing<T: Default>(result: Result<T>, missing: &str) -> Result<T> {
    match result {
        Err(failure) if failure.is(&[missing]) => Ok(T::default()),
        result => result,
    }
}

/// The tags of each: from the index, and of those that it does not list from the service.
async fn tags_of(cloud: &Cloud, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
    let index = cloud.index();
    let mut all = BTreeMap::new();
    let mut unlisted = Vec::new();
    for arn in arns {
        match index.tags(arn) {
            Some(tags) => drop(all.insert(arn.clone(), tags.clone())),
            None => unlisted.push(arn.clone()),
        }
    }
    for some in unlisted.chunks(TAGS_AT_ONCE) {
        let call = cloud.elb().describe_tags().set_resource_arns(Some(some.to_vec()));
        for described in call.send().await.said("elb DescribeTags")?.tag_descriptions() {
            if let Some(arn) = described.resource_arn() {
                all.insert(arn.to_owned(), read_tags!(described.tags()));
            }
        }
    }
    Ok(all)
}

/// The tags as the service has them now.
async fn tags_now(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = cloud.elb().describe_tags().resource_arns(arn).send().await.said("elb DescribeTags")?;
    Ok(answer.tag_descriptions().first().map(|described| read_tags!(described.tags())).unwrap_or_default())
}

async fn retag(cloud: &Cloud, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let call = cloud.elb().add_tags().resource_arns(arn).set_tags(Some(sdk_tags(set)));
        call.send().await.said("elb AddTags")?;
    }
    if !unset.is_empty() {
        let call = cloud.elb().remove_tags().resource_arns(arn).set_tag_keys(Some(unset.to_vec()));
        call.send().await.said("elb RemoveTags")?;
    }
    Ok(())
}

/// What follows `:loadbalancer/` or stands last in the ARN of a target group: CloudWatch's name for it.
fn full_name(arn: &str) -> String {
    let last = arn.rsplit(':').next().unwrap_or(arn);
    last.strip_prefix("loadbalancer/").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::full_name;

    #[test]
    fn cloudwatch_calls_a_load_balancer_by_its_path_and_a_target_group_by_its_type_too() {
        let start = "arn:aws:elasticloadbalancing:us-east-1:123456789012";
        assert_eq!(full_name(&format!("{start}:loadbalancer/app/web/50dc6c495c0c9188")), "app/web/50dc6c495c0c9188");
        assert_eq!(full_name(&format!("{start}:targetgroup/web/943f017f100becff")), "targetgroup/web/943f017f100becff");
    }
}
