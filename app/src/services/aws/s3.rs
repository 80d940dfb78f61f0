//! Media in two buckets: what sellers upload for the video pipeline, and what visitors see, through the CDN. Browsers
//! upload by presigned requests, whose signature covers type and length; neither bucket is public.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, RequestChecksumCalculation};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, Object, ObjectIdentifier};
use bytes::Bytes;

use super::origin;
use crate::db::now;
use crate::services::Origins;
use crate::services::storage::{Storage, UploadRequest, UploadTicket};

/// Where the keys of tickets begin; everything else is written by the shop itself.
const UPLOADS: &str = "trailer-video/";
/// What the browser sets by itself, and lets no script set.
const BROWSERS_OWN: [&str; 2] = ["content-length", "host"];

#[derive(Clone, Debug)]
pub struct Buckets {
    /// The source of the video pipeline.
    pub uploads: String,
    /// Pictures, and what the pipeline makes of videos.
    pub media: String,
    /// The address of the queue in which it says so.
    pub results: String,
    /// Where visitors find the media bucket. Without a slash at the end.
    pub public_url: String,
}

#[derive(Debug)]
pub struct S3Storage {
    client: Client,
    buckets: Buckets,
    /// Scheme and host of the uploads' bucket: where pages may send to.
    uploads_origin: String,
}

impl S3Storage {
    /// Asks nothing of S3: [`Storage::ready`] does.
    pub async fn new(config: &SdkConfig, buckets: Buckets) -> anyhow::Result<Self> {
        let config = aws_sdk_s3::config::Builder::from(config)
            // A checksum that is signed along would have to be the browser's.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            // Elsewhere than on AWS a bucket is no host of its own.
            .force_path_style(config.endpoint_url().is_some());
        // The SDK alone knows where a bucket is; whoever signs, it is there.
        let nobody = config.clone().credentials_provider(Credentials::new("-", "-", None, None, "nobody")).build();
        let sample = UploadRequest { key: "a".to_owned(), content_type: "video/mp4".to_owned(), size: 1 };
        let url = presigned(&Client::from_conf(nobody), &buckets.uploads, &sample, Duration::from_secs(1)).await?;
        let uploads_origin = origin(url.uri()).context("S3's address")?.to_owned();
        Ok(Self { client: Client::from_conf(config.build()), buckets, uploads_origin })
    }

    fn bucket(&self, key: &str) -> &str {
        if key.starts_with(UPLOADS) { &self.buckets.uploads } else { &self.buckets.media }
    }
}

/// A request of that type and length, and no other: both are among the signed headers.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
async fn presigned(
    client: &Client,
    bucket: &str,
    request: &UploadRequest,
    valid: Duration,
) -> anyhow::Result<PresignedRequest> {
    let put = client.put_object().bucket(bucket).key(&request.key).content_type(&request.content_type);
    let put = put.content_length(i64::try_from(request.size)?);
    put.presigned(PresigningConfig::expires_in(valid)?).await.context("signing an upload")
}

#[async_trait::async_trait]
impl Storage for S3Storage {
    async fn ticket(&self, request: UploadRequest, valid: Duration) -> anyhow::Result<UploadTicket> {
        anyhow::ensure!(request.key.starts_with(UPLOADS), "browsers upload videos only");
        let signed = presigned(&self.client, &self.buckets.uploads, &request, valid).await?;
        let headers: BTreeMap<String, String> = signed
            .headers()
            .filter(|(name, _)| !BROWSERS_OWN.contains(&name.to_lowercase().as_str()))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let expires_at = now() + valid;
        Ok(UploadTicket { method: "PUT", url: signed.uri().to_owned(), headers, expires_at })
    }

    fn public_url(&self, key: &str) -> String {
        format!("{}/{key}", self.buckets.public_url)
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        match self.client.head_object().bucket(self.bucket(key)).key(key).send().await {
            Ok(found) => Ok(found.content_length().and_then(|length| u64::try_from(length).ok())),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(anyhow::Error::new(error).context("asking S3 for an object")),
        }
    }

    async fn head(&self, key: &str, bytes: usize) -> anyhow::Result<Bytes> {
        let range = format!("bytes=0-{}", bytes.saturating_sub(1));
        let found = self.client.get_object().bucket(self.bucket(key)).key(key).range(range).send().await?;
        Ok(found.body.collect().await?.into_bytes())
    }

    async fn read(&self, key: &str) -> anyhow::Result<Bytes> {
        let found = self.client.get_object().bucket(self.bucket(key)).key(key).send().await?;
        Ok(found.body.collect().await?.into_bytes())
    }

    async fn write(&self, key: &str, content_type: &str, content: Bytes) -> anyhow::Result<()> {
        let put = self.client.put_object().bucket(self.bucket(key)).key(key).content_type(content_type);
        // Keys are random and never written twice.
        put.cache_control("public, max-age=31536000, immutable").body(ByteStream::from(content)).send().await?;
        Ok(())
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        self.client.delete_object().bucket(self.bucket(key)).key(key).send().await?;
        Ok(())
    }

    async fn delete_folder(&self, folder: &str) -> anyhow::Result<()> {
        anyhow::ensure!(!folder.is_empty(), "that is everything");
        let (bucket, prefix) = (self.bucket(folder), format!("{folder}/"));
        loop {
            let listed = self.client.list_objects_v2().bucket(bucket).prefix(&prefix).send().await?;
            let name = |object: &Object| ObjectIdentifier::builder().set_key(object.key.clone()).build();
            let names = listed.contents().iter().map(name).collect::<Result<Vec<_>, _>>()?;
            if names.is_empty() {
                return Ok(());
            }
            let delete = Delete::builder().set_objects(Some(names)).quiet(true).build()?;
            let deleted = self.client.delete_objects().bucket(bucket).delete(delete).send().await?;
            if let Some(error) = deleted.errors().first() {
                anyhow::bail!("S3 did not delete {folder}: {}", error.message().unwrap_or_default());
            }
        }
    }

    async fn ready(&self) -> anyhow::Result<()> {
        for bucket in [&self.buckets.uploads, &self.buckets.media] {
            self.client.head_bucket().bucket(bucket).send().await.with_context(|| format!("the bucket {bucket}"))?;
        }
        Ok(())
    }

    fn origins(&self) -> Origins {
        let public = origin(&self.buckets.public_url).unwrap_or_default().to_owned();
        Origins {
            media: vec![public.clone()],
            // The player asks for playlists.
            connect: vec![self.uploads_origin.clone(), public],
            ..Origins::default()
        }
    }
}
