//! Caches. What the kinds of ElastiCache share: tags by ARN.

pub mod replication_group;
pub mod subnet_group;

use aws_sdk_elasticache::types::Tag;
use bogosa_engine::{Failure, Result, Tags};

use crate::aws::{Cloud, Said};
use crate::{read_tags, write_tags};

/// Some of ElastiCache's error codes end with `Fault` and some do not; this takes both.
pub(crate) fn is(failure: &Failure, code: &str) -> bool {
    failure.code.as_deref().is_some_and(|found| found.trim_end_matches("Fault") == code)
}

pub(crate) async fn tags_of(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = cloud.elasticache().list_tags_for_resource().resource_name(arn).send().await;
    Ok(read_tags!(answer.said("elasticache ListTagsForResource")?.tag_list()))
}

pub(crate) async fn retag(cloud: &Cloud, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let call = cloud.elasticache().add_tags_to_resource().resource_name(arn);
        call.set_tags(Some(write_tags!(Tag, set))).send().await.said("elasticache AddTagsToResource")?;
    }
    if !unset.is_empty() {
        let call = cloud.elasticache().remove_tags_from_resource().resource_name(arn);
        call.set_tag_keys(Some(unset.to_vec())).send().await.said("elasticache RemoveTagsFromResource")?;
    }
    Ok(())
}
