//! Server access logs: the requests to a bucket are written to another one. It has the logical name of the
//! bucket whose requests they are.
//!
//! No part of the bucket, because S3 wants the other bucket's policy to allow the writing first
//! (`InvalidTargetBucketForLogging`).

use aws_sdk_s3::types::{BucketLoggingStatus, LoggingEnabled};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::{absent, buckets, settled};
use crate::aws::{Built, Cloud, Said};

#[derive(Debug)]
pub struct AccessLogs;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name of the bucket whose requests are written.
    pub bucket: String,
    /// The name of the bucket to which.
    pub target: Input,
    pub prefix: String,
}

impl Resource for AccessLogs {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "s3.access_logs";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const AFTER: &'static [&'static str] = &["s3.bucket"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("bucket", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names = buckets(cloud, scope.wanted.iter().map(|(name, spec)| (spec.bucket.as_str(), *name)));
        // Each costs a call. The buckets of a stack are logged all together or not at all, except that of logs.
        if !scope.wanted.is_empty() {
            names.retain(|bucket, _| scope.wanted.iter().any(|(_, spec)| spec.bucket == *bucket));
        }
        let looks = names.into_iter().map(|(bucket, name)| async move {
            let answer = cloud.s3().get_bucket_logging().bucket(&bucket).send().await.said("s3 GetBucketLogging");
            let live = absent(answer, &["AccessDenied"])?.and_then(|answer| answer.logging_enabled);
            Ok(live.map(|live| {
                let outputs = outputs(&bucket);
                let (target, prefix) = (live.target_bucket().into(), live.target_prefix().to_owned());
                let (id, spec) = (bucket.clone(), Spec { bucket, target, prefix });
                Found { name, id, spec, outputs, tags: None, status: Status::Ready }
            }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let target = LoggingEnabled::builder().target_bucket(spec.target.known()?).target_prefix(&spec.prefix);
        put(cloud, context, &spec.bucket, Some(target.build().built()?)).await?;
        Ok(outputs(&spec.bucket))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Self::create(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let head = cloud.s3().head_bucket().bucket(&live.id).send().await.said("s3 HeadBucket");
        match absent(head, &[])? {
            Some(_) => put(cloud, context, &live.id, None).await,
            None => Ok(()),
        }
    }
}

fn outputs(bucket: &str) -> Outputs {
    Outputs::from([("id".to_owned(), bucket.to_owned())])
}

async fn put(cloud: &Cloud, context: &Context, bucket: &str, target: Option<LoggingEnabled>) -> Result<()> {
    let status = BucketLoggingStatus::builder().set_logging_enabled(target).build();
    let not_permitted_yet = |failure: &Failure| failure.is(&["InvalidTargetBucketForLogging"]);
    settled(context, not_permitted_yet, || async {
        let call = cloud.s3().put_bucket_logging().bucket(bucket).bucket_logging_status(status.clone());
        call.send().await.said("s3 PutBucketLogging").map(drop)
    })
    .await
}
