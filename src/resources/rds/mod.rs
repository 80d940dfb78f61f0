//! Databases.
//!
//! RDS stores names in small letters. Some of its error codes end with `Fault` and some do not, and the
//! documentation is no guide to which; `is` takes both.

pub mod instance;
pub mod parameter_group;
pub mod subnet_group;

use aws_sdk_rds::types::Tag;
use bogosa_engine::{Failure, Result, Tags};

use crate::aws::{Cloud, Said};
use crate::{read_tags, write_tags};

pub(crate) fn is(failure: &Failure, code: &str) -> bool {
    failure.code.as_deref().is_some_and(|found| found.trim_end_matches("Fault") == code)
}

pub(crate) async fn tags_of(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = cloud.rds().list_tags_for_resource().resource_name(arn).send().await;
    Ok(read_tags!(answer.said("rds ListTagsForResource")?.tag_list()))
}

pub(crate) async fn retag(cloud: &Cloud, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let call = cloud.rds().add_tags_to_resource().resource_name(arn).set_tags(Some(write_tags!(Tag, set)));
        call.send().await.said("rds AddTagsToResource")?;
    }
    if !unset.is_empty() {
        let call = cloud.rds().remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(unset.to_vec()));
        call.send().await.said("rds RemoveTagsFromResource")?;
    }
    Ok(())
}
