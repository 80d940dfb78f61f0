//! What is set on a bucket, each by a call of its own: reading and writing.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketVersioningStatus, CorsConfiguration,
    CorsRule as SdkCorsRule, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
};
use bogosa_engine::{Context, Input, Result};

use super::bucket::{CorsRule, Encryption, Expiry, Spec};
use super::settled;
use crate::aws::{Built, Cloud, Said};

#[derive(Clone, Copy, Debug)]
pub(super) enum Setting {
    PublicAccess,
    Ownership,
    Encryption,
    Versioning,
    Lifecycle,
    Cors,
}

/// One after the other, as S3 wants it: what protects first.
pub(super) const ALL: [Setting; 6] = [
    Setting::PublicAccess,
    Setting::Ownership,
    Setting::Encryption,
    Setting::Versioning,
    Setting::Lifecycle,
    Setting::Cors,
];

impl Setting {
    /// Its field in the spec.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::PublicAccess => "public_access_blocked",
            Self::Ownership => "owner_enforced",
            Self::Encryption => "encryption",
            Self::Versioning => "versioning",
            Self::Lifecycle => "lifecycle",
            Self::Cors => "cors",
        }
    }

    pub(super) async fn put(self, cloud: &Cloud, context: &Context, spec: &Spec) -> Result<()> {
        settled(context, |_| false, || self.put_once(cloud, spec)).await
    }

    async fn put_once(self, cloud: &Cloud, spec: &Spec) -> Result<()> {
        let (s3, bucket) = (cloud.s3(), spec.bucket.as_str());
        match self {
            Self::PublicAccess => {
                let block = public_access(spec.public_access_blocked);
                let call = s3.put_public_access_block().bucket(bucket).public_access_block_configuration(block);
                call.send().await.said("s3 PutPublicAccessBlock").map(drop)
            }
            Self::Ownership => {
                let call = s3.put_bucket_ownership_controls().bucket(bucket);
                let call = call.ownership_controls(ownership(spec.owner_enforced)?);
                call.send().await.said("s3 PutBucketOwnershipControls").map(drop)
            }
            Self::Encryption => {
                let call = s3.put_bucket_encryption().bucket(bucket);
                let call = call.server_side_encryption_configuration(encryption(&spec.encryption)?);
                call.send().await.said("s3 PutBucketEncryption").map(drop)
            }
            Self::Versioning => {
                let Some(on) = spec.versioning else { return Ok(()) };
                let status = if on { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
                let configuration = VersioningConfiguration::builder().status(status).build();
                let call = s3.put_bucket_versioning().bucket(bucket).versioning_configuration(configuration);
                call.send().await.said("s3 PutBucketVersioning").map(drop)
            }
            Self::Lifecycle => match &spec.lifecycle {
                None => Ok(()),
                Some(rules) if rules.is_empty() => {
                    s3.delete_bucket_lifecycle().bucket(bucket).send().await.said("s3 DeleteBucketLifecycle").map(drop)
                }
                Some(rules) => {
                    let call = s3.put_bucket_lifecycle_configuration().bucket(bucket);
                    let call = call.lifecycle_configuration(lifecycle(rules)?);
                    call.send().await.said("s3 PutBucketLifecycleConfiguration").map(drop)
                }
            },
            Self::Cors => match &spec.cors {
                None => Ok(()),
                Some(rules) if rules.is_empty() => {
                    s3.delete_bucket_cors().bucket(bucket).send().await.said("s3 DeleteBucketCors").map(drop)
                }
                Some(rules) => {
                    let call = s3.put_bucket_cors().bucket(bucket).cors_configuration(cors(rules)?);
                    call.send().await.said("s3 PutBucketCors").map(drop)
                }
            },
        }
    }
}

/// The settings of an existing bucket: what `want` manages is read, the rest taken from it. Without a wish,
/// that is before a deletion, nothing but its existence matters.
pub(super) async fn read(cloud: &Cloud, bucket: &str, want: Option<&Spec>) -> Result<Spec> {
    let mut spec = Spec::private(bucket);
    let Some(want) = want else {
        spec.public_access_blocked = read_public_access(cloud, bucket).await?;
        return Ok(spec);
    };
    spec.owner_enforced = want.owner_enforced;
    let (public_access_blocked, encryption, versioning, lifecycle, cors) = tokio::try_join!(
        read_public_access(cloud, bucket),
        async {
            match &want.encryption {
                Encryption::SseS3 => Ok(Encryption::SseS3),
                Encryption::SseKms { .. } => read_encryption(cloud, bucket).await,
            }
        },
        managed(&want.versioning, read_versioning(cloud, bucket)),
        managed(&want.lifecycle, read_lifecycle(cloud, bucket)),
        managed(&want.cors, read_cors(cloud, bucket)),
    )?;
    Ok(Spec { public_access_blocked, encryption, versioning, lifecycle, cors, ..spec })
}

/// What others have set on a bucket, as far as a check judges it. The rest is as in [`Spec::private`].
pub(crate) async fn judged(cloud: &Cloud, bucket: &str) -> Result<Spec> {
    let (public_access_blocked, owner_enforced, cors) =
        tokio::try_join!(read_public_access(cloud, bucket), read_ownership(cloud, bucket), read_cors(cloud, bucket))?;
    Ok(Spec { public_access_blocked, owner_enforced, cors: Some(cors), ..Spec::private(bucket) })
}

/// Reads only what is managed.
async fn managed<T>(want: &Option<T>, read: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    match want {
        Some(_) => read.await.map(Some),
        None => Ok(None),
    }
}

fn public_access(blocked: bool) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(blocked)
        .ignore_public_acls(blocked)
        .block_public_policy(blocked)
        .restrict_public_buckets(blocked)
        .build()
}

async fn read_public_access(cloud: &Cloud, bucket: &str) -> Result<bool> {
    let answer = cloud.s3().get_public_access_block().bucket(bucket).send().await.said("s3 GetPublicAccessBlock");
    let answer = unset(answer, "NoSuchPublicAccessBlockConfiguration")?;
    let block = answer.and_then(|answer| answer.public_access_block_configuration);
    Ok(block.is_some_and(|block| block == public_access(true)))
}

fn ownership(enforced: bool) -> Result<OwnershipControls> {
    let owner = if enforced { ObjectOwnership::BucketOwnerEnforced } else { ObjectOwnership::BucketOwnerPreferred };
    let rule = OwnershipControlsRule::builder().object_ownership(owner).build().built()?;
    OwnershipControls::builder().rules(rule).build().built()
}

/// Whether there are no ACLs. Buckets from before 2023 have no such setting, and ACLs.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
async fn read_ownership(cloud: &Cloud, bucket: &str) -> Result<bool> {
    let answer = cloud.s3().get_bucket_ownership_controls().bucket(bucket).send().await;
    let answer = unset(answer.said("s3 GetBucketOwnershipControls"), "OwnershipControlsNotFoundError")?;
    let controls = answer.and_then(|answer| answer.ownership_controls);
    let rules = controls.as_ref().map(|controls| controls.rules()).unwrap_or_default();
    Ok(rules.iter().any(|rule| *rule.object_ownership() == ObjectOwnership::BucketOwnerEnforced))
}

fn encryption(encryption: &Encryption) -> Result<ServerSideEncryptionConfiguration> {
    let (by_default, bucket_key) = match encryption {
        Encryption::SseS3 => {
            (ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256), false)
        }
        Encryption::SseKms { key, bucket_key } => {
            let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::AwsKms);
            (by_default.kms_master_key_id(key), *bucket_key)
        }
    };
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(by_default.build().built()?)
        .bucket_key_enabled(bucket_key)
        .build();
    ServerSideEncryptionConfiguration::builder().rules(rule).build().built()
}

async fn read_encryption(cloud: &Cloud, bucket: &str) -> Result<Encryption> {
    let answer = cloud.s3().get_bucket_encryption().bucket(bucket).send().await.said("s3 GetBucketEncryption");
    let answer = unset(answer, "ServerSideEncryptionConfigurationNotFoundError")?;
    let configuration = answer.and_then(|answer| answer.server_side_encryption_configuration);
    let rule = configuration.as_ref().and_then(|configuration| configuration.rules().first());
    let key = rule
        .and_then(|rule| rule.apply_server_side_encryption_by_default())
        .filter(|default| *default.sse_algorithm() != ServerSideEncryption::Aes256)
        .map(|default| default.kms_master_key_id().unwrap_or_default().to_owned());
    let bucket_key = rule.and_then(|rule| rule.bucket_key_enabled()).unwrap_or_default();
    Ok(key.map_or(Encryption::SseS3, |key| Encryption::SseKms { key, bucket_key }))
}

async fn read_versioning(cloud: &Cloud, bucket: &str) -> Result<bool> {
    let answer = cloud.s3().get_bucket_versioning().bucket(bucket).send().await.said("s3 GetBucketVersioning")?;
    Ok(answer.status() == Some(&BucketVersioningStatus::Enabled))
}

fn lifecycle(rules: &BTreeMap<String, Expiry>) -> Result<BucketLifecycleConfiguration> {
    let rules = rules
        .iter()
        .map(|(id, Expiry { prefix, days, noncurrent_days, upload_days, markers })| {
            let expiration = match (days, markers) {
                (Some(days), _) => Some(LifecycleExpiration::builder().days(*days).build()),
                (None, true) => Some(LifecycleExpiration::builder().expired_object_delete_marker(true).build()),
                (None, false) => None,
            };
            let noncurrent =
                noncurrent_days.map(|days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build());
            let uploads =
                upload_days.map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
            LifecycleRule::builder()
                .id(id)
                .status(ExpirationStatus::Enabled)
                .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
                .set_expiration(expiration)
                .set_noncurrent_version_expiration(noncurrent)
                .set_abort_incomplete_multipart_upload(uploads)
                .build()
                .built()
        })
        .collect::<Result<Vec<_>>>()?;
    BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build().built()
}

async fn read_lifecycle(cloud: &Cloud, bucket: &str) -> Result<BTreeMap<String, Expiry>> {
    let call = cloud.s3().get_bucket_lifecycle_configuration().bucket(bucket);
    let answer = unset(call.send().await.said("s3 GetBucketLifecycleConfiguration"), "NoSuchLifecycleConfiguration")?;
    let rules = answer.and_then(|answer| answer.rules).unwrap_or_default();
    let rules = rules.iter().map(|rule| {
        let enabled = *rule.status() == ExpirationStatus::Enabled;
        let expiration = rule.expiration().filter(|_| enabled);
        let expiry = Expiry {
            prefix: rule.filter().and_then(|filter| filter.prefix()).unwrap_or_default().to_owned(),
            days: expiration.and_then(|expiration| expiration.days()).filter(|days| *days > 0),
            noncurrent_days: rule
                .noncurrent_version_expiration()
                .filter(|_| enabled)
                .and_then(|expiration| expiration.noncurrent_days()),
            upload_days: rule
                .abort_incomplete_multipart_upload()
                .filter(|_| enabled)
                .and_then(|abort| abort.days_after_initiation()),
            markers: expiration.and_then(|expiration| expiration.expired_object_delete_marker()).unwrap_or_default(),
        };
        (rule.id().unwrap_or_default().to_owned(), expiry)
    });
    Ok(rules.collect())
}

fn cors(rules: &[CorsRule]) -> Result<CorsConfiguration> {
    let rules = rules
        .iter()
        .map(|CorsRule { methods, origins, headers, expose, max_age }| {
            let origins = origins.iter().map(|origin| origin.known().map(str::to_owned)).collect::<Result<_>>()?;
            SdkCorsRule::builder()
                .set_allowed_methods(Some(methods.iter().cloned().collect()))
                .set_allowed_origins(Some(origins))
                .set_allowed_headers(Some(headers.iter().cloned().collect::<Vec<_>>()).filter(|list| !list.is_empty()))
                .set_expose_headers(Some(expose.iter().cloned().collect::<Vec<_>>()).filter(|list| !list.is_empty()))
                .max_age_seconds(*max_age)
                .build()
                .built()
        })
        .collect::<Result<Vec<_>>>()?;
    CorsConfiguration::builder().set_cors_rules(Some(rules)).build().built()
}

async fn read_cors(cloud: &Cloud, bucket: &str) -> Result<Vec<CorsRule>> {
    let answer = cloud.s3().get_bucket_cors().bucket(bucket).send().await.said("s3 GetBucketCors");
    let rules = unset(answer, "NoSuchCORSConfiguration")?.and_then(|answer| answer.cors_rules).unwrap_or_default();
    let set = |list: &[String]| list.iter().cloned().collect();
    let rules = rules.iter().map(|rule| CorsRule {
        methods: set(rule.allowed_methods()),
        origins: rule.allowed_origins().iter().map(Input::from).collect(),
        headers: set(rule.allowed_headers()),
        expose: set(rule.expose_headers()),
        max_age: rule.max_age_seconds().unwrap_or_default(),
    });
    Ok(rules.collect())
}

/// `None` where nothing is set. That the bucket itself is gone stays a failure.
fn unset<T>(answer: Result<T>, code: &str) -> Result<Option<T>> {
    match answer {
        Err(failure) if failure.is(&[code]) => Ok(None),
        answer => answer.map(Some),
    }
}
