//! Deleting objects for good: in a bucket that keeps versions, what is merely deleted stays.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bogosa_engine::{Failure, Result};

use crate::aws::{Built, Cloud, Said};

/// Deletes every version and delete marker of the first page of what begins so, and tells how many these were. None
/// are left where it is 0.
pub async fn delete_page(cloud: &Cloud, bucket: &str, prefix: &str) -> Result<usize> {
    let prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
    let page = cloud.s3().list_object_versions().bucket(bucket).set_prefix(prefix).send().await;
    let page = page.said("s3 ListObjectVersions")?;
    let versions = page.versions().iter().map(|object| (object.key(), object.version_id()));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
    let objects = versions
        .chain(markers)
        .map(|(key, version)| {
            let object = ObjectIdentifier::builder().key(key.unwrap_or_default());
            object.set_version_id(version.map(str::to_owned)).build().built()
        })
        .collect::<Result<Vec<_>>>()?;
    let count = objects.len();
    if count > 0 {
        delete_batch(cloud, bucket, objects).await?;
    }
    Ok(count)
}

/// At most 1000, which is a page. S3 answers success and lists what it did not delete.
async fn delete_batch(cloud: &Cloud, bucket: &str, objects: Vec<ObjectIdentifier>) -> Result<()> {
    let batch = Delete::builder().set_objects(Some(objects)).quiet(true).build().built()?;
    let answer = cloud.s3().delete_objects().bucket(bucket).delete(batch).send().await.said("s3 DeleteObjects")?;
    match answer.errors().first() {
        None => Ok(()),
        Some(error) => {
            let said = format!("{}: {}", error.key().unwrap_or_default(), error.message().unwrap_or_default());
            Err(Failure::new("s3 DeleteObjects", said).code(error.code().unwrap_or_default()))
        }
    }
}
