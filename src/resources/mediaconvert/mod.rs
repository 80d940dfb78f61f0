//! MediaConvert. Its names are unique within the account and region, and DescribeEndpoints is needed no more.

pub mod job_template;
pub mod queue;

use bogosa_engine::{Result, Tags};

use crate::aws::{Cloud, Said};

fn absent<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(failure) if failure.is(&["NotFoundException"]) => Ok(None),
        result => result.map(Some),
    }
}

async fn live_tags(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = cloud.mediaconvert().list_tags_for_resource().arn(arn).send().await;
    let answer = absent(answer.said("mediaconvert ListTagsForResource"))?;
    let tags = answer.and_then(|answer| answer.resource_tags).and_then(|tags| tags.tags);
    Ok(tags.unwrap_or_default().into_iter().collect())
}

async fn retag(cloud: &Cloud, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tags = Some(set.clone().into_iter().collect());
        cloud.mediaconvert().tag_resource().arn(arn).set_tags(tags).send().await.said("mediaconvert TagResource")?;
    }
    if !unset.is_empty() {
        let call = cloud.mediaconvert().untag_resource().arn(arn).set_tag_keys(Some(unset.to_vec()));
        call.send().await.said("mediaconvert UntagResource")?;
    }
    Ok(())
}
