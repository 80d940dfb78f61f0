//! Buckets of the region, and their policies. S3 has one call for each setting of each bucket.

use bogosa_engine::{Resource, Result};

use super::{Asked, asked, live, one_by_one, text};
use crate::aws::{Cloud, Said};
use crate::resources::s3::bucket::Bucket;
use crate::resources::s3::bucket_policy::{self, BucketPolicy};
use crate::resources::s3::{absent, judged};

pub(super) async fn read(cloud: &Cloud) -> Result<Vec<Asked>> {
    let mut names = Vec::new();
    let mut pages = cloud.s3().list_buckets().bucket_region(&cloud.region).max_buckets(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("s3 ListBuckets")?;
        // What imitates S3 may not know the filter.
        let here = page.buckets().iter().filter(|one| one.bucket_region().is_none_or(|region| region == cloud.region));
        names.extend(here.map(|one| text(one.name())));
    }
    one_by_one(names, |name| one(cloud, name)).await
}

async fn one(cloud: &Cloud, name: String) -> Result<Vec<Asked>> {
    let (settings, policy) = tokio::join!(judged(cloud, &name), bucket_policy::read(cloud, &name));
    let bucket = asked(Bucket::KIND, &name, absent(settings, &[]), |spec| live(Bucket::KIND, &name, spec))?;
    let policy = absent(policy, &[]).map(Option::flatten);
    let policy = asked(BucketPolicy::KIND, &name, policy, |policy| {
        live(BucketPolicy::KIND, &name, bucket_policy::Spec { bucket: name.clone(), policy })
    })?;
    Ok(bucket.into_iter().chain(policy).collect())
}
