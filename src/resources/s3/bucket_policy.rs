//! Policy of a bucket. It has the logical name of its bucket, under which it is found again.
//!
//! S3 refuses a policy whose principal was made a moment ago as `MalformedPolicy`.

use bogosa_engine::{Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{absent, buckets, settled};
use crate::aws::{Cloud, Said, policy};

#[derive(Debug)]
pub struct BucketPolicy;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name of the bucket. As plain text, so that the policy is found although the index lags.
    pub bucket: String,
    pub policy: Value,
}

impl Resource for BucketPolicy {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "s3.bucket_policy";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const AFTER: &'static [&'static str] = &["s3.bucket"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("bucket", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let names = buckets(cloud, scope.wanted.iter().map(|(name, spec)| (spec.bucket.as_str(), *name)));
        let looks = names.into_iter().map(|(bucket, name)| async move {
            // Denied is what S3 answers for a bucket of another account.
            let Some(policy) = absent(read(cloud, &bucket).await, &["AccessDenied"])?.flatten() else {
                return Ok(None);
            };
            let spec = Spec { bucket, policy };
            let (id, outputs) = (spec.bucket.clone(), outputs(&spec.bucket));
            Ok(Some(Found { name, id, spec, outputs, tags: None, status: Status::Ready }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        policy::adopt(&want.policy, &mut live.policy);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let principal = |failure: &Failure| failure.is(&["MalformedPolicy"]);
        settled(context, principal, || async {
            let call = cloud.s3().put_bucket_policy().bucket(&spec.bucket).policy(spec.policy.to_string());
            call.send().await.said("s3 PutBucketPolicy").map(drop)
        })
        .await?;
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
        let busy = |failure: &Failure| failure.is(&["OperationAborted"]);
        let reason = "another change of the bucket is under way";
        let result = crate::aws::retry(context, reason, super::SETTLING, busy, || async {
            cloud.s3().delete_bucket_policy().bucket(&live.id).send().await.said("s3 DeleteBucketPolicy").map(drop)
        });
        absent(result.await, &["NoSuchBucketPolicy"]).map(drop)
    }
}

/// The policy of a bucket, where it has one.
pub(crate) async fn read(cloud: &Cloud, bucket: &str) -> Result<Option<Value>> {
    let answer = cloud.s3().get_bucket_policy().bucket(bucket).send().await.said("s3 GetBucketPolicy");
    match answer {
        Ok(answer) => Ok(Some(policy::parse(answer.policy().unwrap_or_default()))),
        Err(failure) if failure.is(&["NoSuchBucketPolicy"]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn outputs(bucket: &str) -> Outputs {
    Outputs::from([("id".to_owned(), bucket.to_owned())])
}
