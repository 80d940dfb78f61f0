//! Buckets, and what stands under them: policies, access logs, notifications. Those have no tags; they are found
//! under a bucket that has, and share its logical name.
//!
//! S3 refuses two changes of one bucket at the same time (`OperationAborted`), and forgets a new bucket for
//! moments (`NoSuchBucket`). All writes wait out both.

pub mod access_logs;
pub mod bucket;
pub mod bucket_policy;
pub mod notification;
mod settings;
pub mod versions;

pub(crate) use settings::judged;

use std::collections::BTreeMap;
use std::time::Duration;

use bogosa_engine::{Context, Failure, Resource, Result};

use crate::aws::{Cloud, retry};

const SETTLING: Duration = Duration::from_secs(120);

/// Logical names by bucket: those that are wanted, and those that carry the stack's tag.
fn buckets<'a>(cloud: &Cloud, wanted: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let mut buckets: BTreeMap<String, String> = BTreeMap::new();
    let index = cloud.index();
    for (arn, name, _) in index.of_kind(bucket::Bucket::KIND) {
        if let Some((_, bucket)) = arn.rsplit_once(":::") {
            buckets.insert(bucket.to_owned(), name);
        }
    }
    buckets.extend(wanted.map(|(bucket, name)| (bucket.to_owned(), name.to_owned())));
    buckets
}

/// Repeats a write until S3 agrees with itself, or `also` no longer says that it passes.
async fn settled<T, F>(context: &Context, also: impl Fn(&Failure) -> bool, call: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let passing = |failure: &Failure| {
        failure.is(&["NoSuchBucket", "OperationAborted", "ConditionalRequestConflict"]) || also(failure)
    };
    retry(context, "S3 is not consistent with itself yet", SETTLING, passing, call).await
}

/// `None` where there is nothing, or nothing that we may see and could therefore have made.
pub(crate) fn absent<T>(result: Result<T>, codes: &[&str]) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.is(&["NoSuchBucket", "NotFound", "PermanentRedirect"]) || failure.is(codes) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The end of the partition's host names.
fn suffix(cloud: &Cloud) -> &'static str {
    if cloud.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}
