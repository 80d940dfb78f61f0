//! Bucket, with everything that is set on it except policy, access logs and notifications.
//!
//! A name is unique in the world and fixed. In us-east-1 creating a bucket that one has already answers
//! success and resets its ACLs, so `create` looks first. CreateBucket takes tags; endpoints that imitate S3
//! ignore them, so they are set once more at once, and an untagged bucket that is empty is a half-made one.
//!
//! Discovery is one read for each setting of each bucket, for S3 has no bulk read, so it asks only for what
//! can deviate and matters. Every bucket: its public access block, which also proves that it exists. Versions,
//! expiry and CORS: where the spec manages them (`Some`). Never: ownership and encryption. New
//! buckets have no ACLs and, with public access blocked, ACLs could make nothing public; and S3 encrypts
//! everything with its own keys at least. Both are set at creation and assumed after that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tag, Tagging};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{absent, buckets, settings, settled, versions};
use crate::aws::{Built, Cloud, Poll, Said, retry, tags, until};
use crate::{read_tags_required, write_tags_checked};

#[derive(Debug)]
pub struct Bucket;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub bucket: String,
    /// All four blocks.
    pub public_access_blocked: bool,
    /// The bucket's owner owns every object, and there are no ACLs.
    pub owner_enforced: bool,
    pub encryption: Encryption,
    /// `None` leaves it alone, here and below.
    pub versioning: Option<bool>,
    /// By the rule's id.
    pub lifecycle: Option<BTreeMap<String, Expiry>>,
    pub cors: Option<Vec<CorsRule>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// With keys of S3.
    SseS3,
    SseKms {
        key: String,
        /// Fewer calls of KMS, which cost.
        bucket_key: bool,
    },
}

/// When objects under a prefix go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiry {
    pub prefix: String,
    pub days: Option<i32>,
    /// Of overwritten and deleted objects.
    pub noncurrent_days: Option<i32>,
    /// Of uploads that were never finished.
    pub upload_days: Option<i32>,
    /// Remove delete markers that hide nothing any more. Not together with `days`.
    pub markers: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsRule {
    pub methods: BTreeSet<String>,
    /// Pages, as `https://www.example.com`.
    pub origins: BTreeSet<Input>,
    pub headers: BTreeSet<String>,
    pub expose: BTreeSet<String>,
    pub max_age: i32,
}

impl Spec {
    /// A private bucket with nothing else set on it.
    pub fn private(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            public_access_blocked: true,
            owner_enforced: true,
            encryption: Encryption::SseS3,
            versioning: None,
            lifecycle: None,
            cors: None,
        }
    }
}

impl Resource for Bucket {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "s3.bucket";
    const OUTPUTS: &'static [&'static str] = &["id", "name", "arn", "domain"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("bucket", Impact::DataLoss)];
    const HOLDS_DATA: bool = true;
    const SECONDS: Seconds = Seconds { create: 4, update: 1, delete: 5 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let names = buckets(cloud, scope.wanted.iter().map(|(name, spec)| (spec.bucket.as_str(), *name)));
        let looks = names.into_iter().map(|(bucket, name)| async move {
            let want = scope.wanted.iter().find(|(wanted, _)| *wanted == name).map(|(_, spec)| spec);
            look(cloud, scope.stack, bucket, want).await
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let bucket = spec.bucket.as_str();
        if !half_made(cloud, context, bucket).await? {
            create_bucket(cloud, context, bucket).await?;
        }
        settled(context, |_| false, || put_tags(cloud, bucket, &context.tags)).await?;
        for setting in settings::ALL {
            setting.put(cloud, context, spec).await?;
        }
        Ok(outputs(cloud, bucket))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        for setting in settings::ALL {
            if differences.iter().any(|difference| difference.path.split('.').next() == Some(setting.field())) {
                setting.put(cloud, context, want).await?;
            }
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        // S3 replaces all tags at once.
        let mut all = live.tags.clone().unwrap_or_default();
        all.retain(|key, _| !unset.contains(key));
        all.extend(set.clone());
        settled(context, |_| false, || put_tags(cloud, &live.id, &all)).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        // Logs and conversions that were on their way may still arrive.
        let again = |failure: &Failure| failure.is(&["BucketNotEmpty", "OperationAborted"]);
        let result = retry(context, "objects still arrive", Duration::from_secs(600), again, || async {
            empty(cloud, context, &live.id).await?;
            cloud.s3().delete_bucket().bucket(&live.id).send().await.said("s3 DeleteBucket").map(drop)
        });
        absent(result.await, &[]).map(drop)
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let bucket = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the bucket to be visible", Duration::from_secs(100), || async {
            let head = cloud.s3().head_bucket().bucket(&bucket).send().await.said("s3 HeadBucket");
            Ok(match absent(head, &[])? {
                Some(_) => Poll::Ready(()),
                None => Poll::Pending("not visible".to_owned()),
            })
        })
        .await?;
        Ok(outputs)
    }
}

fn outputs(cloud: &Cloud, bucket: &str) -> Outputs {
    let domain = format!("{bucket}.s3.{}.{}", cloud.region, super::suffix(cloud));
    [("id", bucket), ("name", bucket), ("arn", &arn(cloud, bucket)), ("domain", &domain)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn arn(cloud: &Cloud, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", cloud.partition)
}

/// What there is under one name, if it is ours.
async fn look(cloud: &Cloud, stack: &str, bucket: String, want: Option<&Spec>) -> Result<Option<Found<Spec>>> {
    let owned = cloud.index().owned(&arn(cloud, &bucket), || live_tags(cloud, &bucket)).await?;
    let Some((tags, name)) = owned.and_then(|tags| tags::name_in(stack, Bucket::KIND, &tags).map(|name| (tags, name)))
    else {
        return Ok(None);
    };
    let Some(spec) = absent(settings::read(cloud, &bucket, want).await, &[])? else { return Ok(None) };
    let outputs = outputs(cloud, &bucket);
    Ok(Some(Found { name, id: bucket, spec, outputs, tags: Some(tags), status: Status::Ready }))
}

/// None where there is no such bucket, or it is not ours to look at.
async fn live_tags(cloud: &Cloud, bucket: &str) -> Result<Tags> {
    let answer = cloud.s3().get_bucket_tagging().bucket(bucket).send().await.said("s3 GetBucketTagging");
    let answer = absent(answer, &["NoSuchTagSet", "AccessDenied", "AuthorizationHeaderMalformed"])?;
    Ok(answer.map(|answer| read_tags_required!(answer.tag_set())).unwrap_or_default())
}

/// Whether the bucket is there already, from a run that died. Anyone else's is a failure.
async fn half_made(cloud: &Cloud, context: &Context, bucket: &str) -> Result<bool> {
    let head = cloud.s3().head_bucket().bucket(bucket).send().await;
    let status = head.as_ref().err().and_then(|error| error.raw_response()).map(|raw| raw.status().as_u16());
    match (head, status) {
        (Err(_), Some(404)) => return Ok(false),
        (Err(_), Some(301 | 403)) => {
            let said = "a bucket of this name exists in another account or region";
            return Err(taken(bucket, said));
        }
        (head, _) => head.said("s3 HeadBucket")?,
    };
    let found = live_tags(cloud, bucket).await?;
    let untouched = || async {
        let objects = cloud.s3().list_object_versions().bucket(bucket).max_keys(1).send().await;
        let objects = objects.said("s3 ListObjectVersions")?;
        Ok(objects.versions().is_empty() && objects.delete_markers().is_empty())
    };
    if !found.is_empty() || !untouched().await? {
        tags::must_be_ours(context, &format!("the bucket {bucket}"), &found)?;
    }
    Ok(true)
}

fn taken(bucket: &str, said: &str) -> Failure {
    Failure::new(format!("creating the bucket {bucket}"), said).code("BucketAlreadyExists").hint(
        "Names of buckets are unique among all accounts of AWS. Give this one another name under `names:` in the stack file.",
    )
}

async fn create_bucket(cloud: &Cloud, context: &Context, bucket: &str) -> Result<()> {
    let mut configuration = CreateBucketConfiguration::builder().set_tags(Some(write_tags_checked!(Tag, context.tags)));
    if cloud.region != "us-east-1" {
        configuration = configuration.location_constraint(BucketLocationConstraint::from(cloud.region.as_str()));
    }
    let configuration = configuration.build();
    let recent = |failure: &Failure| failure.is(&["OperationAborted"]);
    let reason = "the name was given up a moment ago";
    let made = retry(context, reason, Duration::from_secs(1200), recent, || async {
        let call = cloud.s3().create_bucket().bucket(bucket).create_bucket_configuration(configuration.clone());
        call.send().await.said("s3 CreateBucket").map(drop)
    });
    match made.await {
        Err(failure) if failure.is(&["BucketAlreadyExists", "BucketAlreadyOwnedByYou"]) => {
            Err(taken(bucket, &failure.said))
        }
        result => result,
    }
}

async fn put_tags(cloud: &Cloud, bucket: &str, tags: &Tags) -> Result<()> {
    let tags = Tagging::builder().set_tag_set(Some(write_tags_checked!(Tag, tags))).build().built()?;
    cloud.s3().put_bucket_tagging().bucket(bucket).tagging(tags).send().await.said("s3 PutBucketTagging").map(drop)
}

/// Deletes every version, every delete marker and every unfinished upload, always the first page of what is
/// left.
async fn empty(cloud: &Cloud, context: &Context, bucket: &str) -> Result<()> {
    let mut gone = 0;
    loop {
        let deleted = versions::delete_page(cloud, bucket, "").await?;
        if deleted == 0 {
            break;
        }
        gone += deleted;
        context.say(format!("emptying the bucket ({gone} deleted)"));
    }
    loop {
        let page = cloud.s3().list_multipart_uploads().bucket(bucket).send().await.said("s3 ListMultipartUploads")?;
        if page.uploads().is_empty() {
            break;
        }
        for upload in page.uploads() {
            let (key, id) = (upload.key().unwrap_or_default(), upload.upload_id().unwrap_or_default());
            let call = cloud.s3().abort_multipart_upload().bucket(bucket).key(key).upload_id(id);
            absent(call.send().await.said("s3 AbortMultipartUpload"), &["NoSuchUpload"])?;
        }
    }
    Ok(())
}
