//! The home bucket: one per account and region, shared by its stacks. It holds last-applied records, run
//! logs, locks and artifacts. All of it may be deleted without losing the ability to plan, apply or destroy.
//!
//! Commands that only read never make it.

use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bogosa_engine::{Failure, Record, Result};
use serde_json::json;

use super::{Cloud, Said};

/// Its name.
pub fn bucket(account: &str, region: &str) -> String {
    format!("bogosa-{account}-{region}")
}

/// A name for one run: sorts by time, and no two are the same.
pub fn run_id() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", since.as_millis(), std::process::id())
}

/// Whether the home bucket is there; an error where it is somebody else's, or may not be looked at.
pub async fn exists(cloud: &Cloud) -> Result<bool> {
    let bucket = bucket(&cloud.account, &cloud.region);
    let call = cloud.s3().head_bucket().bucket(&bucket).expected_bucket_owner(&cloud.account);
    match call.send().await.said("s3 HeadBucket") {
        Ok(_) => Ok(true),
        Err(failure) if failure.is(&["NotFound", "NoSuchBucket"]) => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn record_key(stack: &str) -> String {
    format!("stacks/{stack}/last-applied.json")
}

/// A last-applied record, as it was found.
#[derive(Clone, Debug)]
pub struct Kept {
    pub record: Record,
    /// How long ago it was written, at least.
    pub age: Duration,
}

/// What the last run applied; `None` where there was none, or where its record is gone or unreadable.
pub async fn read_record(cloud: &Cloud, stack: &str) -> Result<Option<Kept>> {
    let bucket = bucket(&cloud.account, &cloud.region);
    let answer = cloud.s3().get_object().bucket(bucket).key(record_key(stack)).send().await.said("s3 GetObject");
    let object = match answer {
        Ok(object) => object,
        // Without ListBucket, S3 answers AccessDenied for what is not there.
        Err(failure) if failure.is(&["NoSuchBucket", "NoSuchKey", "AccessDenied"]) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let written_ms = object.last_modified().and_then(|at| at.to_millis().ok()).unwrap_or_default();
    // S3 leaves out the fraction of the second: it may be so much younger.
    let age = Duration::from_millis(u64::try_from(cloud.now_ms() - written_ms - 999).unwrap_or_default());
    let bytes = object.body.collect().await.map_err(|error| Failure::new("s3 GetObject", error.to_string()))?;
    Ok(serde_json::from_slice(&bytes.into_bytes()).ok().map(|record| Kept { record, age }))
}

/// Keeps what a run applied; makes the bucket where it is the account's first. A stack of which nothing is left keeps
/// no record.
pub async fn write_record(cloud: &Cloud, stack: &str, record: &Record) -> Result<()> {
    let (bucket, key) = (bucket(&cloud.account, &cloud.region), record_key(stack));
    if record.applied.is_empty() && record.unfinished.is_empty() {
        let deleted = cloud.s3().delete_object().bucket(&bucket).key(&key).send().await.said("s3 DeleteObject");
        return match deleted {
            Err(failure) if failure.is(&["NoSuchBucket"]) => Ok(()),
            deleted => deleted.map(drop),
        };
    }
    let text = serde_json::to_vec(record).map_err(|error| Failure::new("writing the record", error.to_string()))?;
    let put = || cloud.s3().put_object().bucket(&bucket).key(&key).body(ByteStream::from(text.clone())).send();
    match put().await.said("s3 PutObject") {
        Err(failure) if failure.is(&["NoSuchBucket"]) => {
            create(cloud, &bucket).await?;
            put().await.said("s3 PutObject").map(drop)
        }
        put => put.map(drop),
    }
}

/// Makes the bucket. Its secure settings (no public access, owner enforced, encrypted) are S3's defaults for new
/// buckets; versions are added, since run logs are an audit trail, and a policy by which it takes TLS only.
pub(super) async fn create(cloud: &Cloud, bucket: &str) -> Result<()> {
    use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
    let region = BucketLocationConstraint::from(cloud.region.as_str());
    // us-east-1 is the one region that must not be named.
    let place =
        (cloud.region != "us-east-1").then(|| CreateBucketConfiguration::builder().location_constraint(region).build());
    let made = cloud.s3().create_bucket().bucket(bucket).set_create_bucket_configuration(place).send().await;
    match made.said("s3 CreateBucket") {
        Err(failure) if failure.is(&["BucketAlreadyOwnedByYou"]) => {}
        Err(failure) => return Err(failure),
        Ok(_) => {}
    }
    let versions = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let arn = format!("arn:{}:s3:::{bucket}", cloud.partition);
    let tls_only = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, format!("{arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }]});
    let set = || async {
        let call = cloud.s3().put_bucket_versioning().bucket(bucket).versioning_configuration(versions.clone());
        call.send().await.said("s3 PutBucketVersioning")?;
        let call = cloud.s3().put_bucket_policy().bucket(bucket).policy(tls_only.to_string());
        call.send().await.said("s3 PutBucketPolicy")
    };
    let started = Instant::now();
    loop {
        match set().await {
            // A bucket just made is not there for everybody yet, and changes one thing at a time.
            Err(failure)
                if failure.is(&["NoSuchBucket", "OperationAborted"]) && started.elapsed() < cloud.hides_for() =>
            {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            set => return set.map(drop),
        }
    }
}
