//! The access logs of a distribution, delivered to a bucket (CloudFront's standard logging, version 2).
//!
//! Three things make one delivery: a source (the distribution), a destination (the bucket) and the delivery
//! that joins them; all in us-east-1, wherever the bucket is. A source cannot change what it logs. Both are
//! named after what they stand for, so that a delivery alone, which shows only their names, tells everything:
//! the source `<stack>_<logical name>_<distribution id>`, the destination `<stack>_<logical name>_<digest of
//! bucket and format>`. The logical name is the distribution's, so that all are found under it.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::{
    Delivery as SdkDelivery, DeliveryDestinationConfiguration, OutputFormat, S3DeliveryConfiguration,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::aws::{Built, Cloud, Said, retry};
use crate::resources::cloudfront::distribution::Distribution;

const ABSENT: &str = "ResourceNotFoundException";
const CONFLICT: &str = "ConflictException";
const IN_USE: &str = "the delivery still uses it";
const IN_USE_AT_MOST: Duration = Duration::from_secs(120);
const FORMATS: [&str; 4] = ["json", "parquet", "plain", "w3c"];

#[derive(Debug)]
pub struct Delivery;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The ARN of the distribution.
    pub distribution: Input,
    /// The ARN of the bucket. Empty where a run died before the three stood together.
    pub bucket: Input,
    /// `json`, `plain`, `w3c` or `parquet`.
    pub format: String,
    /// Where in the bucket: text and variables such as `{yyyy}`. AWS puts `AWSLogs/<account>/CloudFront/` before.
    pub suffix_path: String,
}

impl Resource for Delivery {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "logs.delivery";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("distribution", Impact::Replacement), ("bucket", Impact::Replacement), ("format", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 1, delete: 3 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (distribution, name, _) in index.of_kind(Distribution::KIND) {
            found.extend(look(cloud, scope.stack, &name, distribution).await?);
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if live.suffix_path.ends_with(&want.suffix_path) {
            live.suffix_path.clone_from(&want.suffix_path);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let (distribution, bucket) = (spec.distribution.known()?, spec.bucket.known()?);
        let name = source_name(&context.stack, context.address.name(), distribution);
        // Those of a distribution that was deleted behind our back.
        let prefix = prefix(&context.stack, context.address.name());
        for stray in sources(cloud, &prefix).await?.iter().filter(|stray| **stray != name) {
            remove(cloud, context, stray).await?;
        }
        let sdk_tags = || Some(context.tags.clone().into_iter().collect::<HashMap<_, _>>());
        let logs = cloud.global().logs();
        // Tags can only be given to what is not there yet; what a run that died has made is taken as it is.
        let known = source_exists(cloud, &name).await?;
        let call = logs.put_delivery_source().name(&name).resource_arn(distribution);
        let call = call.log_type("ACCESS_LOGS").set_tags(sdk_tags().filter(|_| !known));
        call.send().await.said("logs PutDeliverySource")?;
        let destination = destination_name(&context.stack, context.address.name(), bucket, &spec.format);
        let known = destination_exists(cloud, &destination).await?;
        let to = DeliveryDestinationConfiguration::builder().destination_resource_arn(bucket).build().built()?;
        let call = logs.put_delivery_destination().name(&destination).set_tags(sdk_tags().filter(|_| !known));
        let call = call.output_format(OutputFormat::from(spec.format.as_str()));
        let call = call.delivery_destination_configuration(to);
        let made = call.send().await.said("logs PutDeliveryDestination")?;
        let to = made.delivery_destination().and_then(|made| made.arn()).unwrap_or_default();
        let s3 = S3DeliveryConfiguration::builder().suffix_path(&spec.suffix_path).enable_hive_compatible_path(false);
        let call = logs.create_delivery().delivery_source_name(&name).delivery_destination_arn(to);
        let call = call.s3_delivery_configuration(s3.build()).set_tags(sdk_tags());
        match call.send().await.said("logs CreateDelivery") {
            Ok(made) => Ok(outputs(made.delivery().and_then(|made| made.id()).unwrap_or_default())),
            Err(failure) if failure.is(&[CONFLICT]) => match delivery(cloud, &name).await? {
                Some(made) => Ok(outputs(made.id().unwrap_or_default())),
                None => Err(failure),
            },
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        let s3 = S3DeliveryConfiguration::builder().suffix_path(&want.suffix_path).enable_hive_compatible_path(false);
        let call = cloud.global().logs().update_delivery_configuration().id(&live.id);
        call.s3_delivery_configuration(s3.build()).send().await.said("logs UpdateDeliveryConfiguration")?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let Spec { distribution, bucket, format, .. } = &live.spec;
        let source = source_name(&context.stack, &live.name, distribution.known()?);
        let destination = destination_name(&context.stack, &live.name, bucket.known()?, format);
        let place = format!("arn:{}:logs:us-east-1:{}", cloud.partition, cloud.account);
        let logs = cloud.global().logs();
        for thing in [
            format!("delivery-source:{source}"),
            format!("delivery-destination:{destination}"),
            format!("delivery:{}", live.id),
        ] {
            let arn = format!("{place}:{thing}");
            if !set.is_empty() {
                let tags = set.clone().into_iter().collect();
                let call = logs.tag_resource().resource_arn(&arn).set_tags(Some(tags));
                gone_is_fine(call.send().await.said("logs TagResource").map(drop))?;
            }
            if !unset.is_empty() {
                let call = logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
                gone_is_fine(call.send().await.said("logs UntagResource").map(drop))?;
            }
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let prefix = prefix(&context.stack, &live.name);
        for source in sources(cloud, &prefix).await? {
            remove(cloud, context, &source).await?;
        }
        for destination in destinations(cloud, &prefix).await? {
            remove_destination(cloud, context, &destination).await?;
        }
        Ok(())
    }
}

fn last(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

fn prefix(stack: &str, name: &str) -> String {
    format!("{stack}_{name}_")
}

fn source_name(stack: &str, name: &str, distribution: &str) -> String {
    prefix(stack, name) + last(distribution)
}

/// Sixty characters are the most.
fn destination_name(stack: &str, name: &str, bucket: &str, format: &str) -> String {
    let digest = Sha256::digest(format!("{bucket} {format}"));
    prefix(stack, name) + &digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>()
}

fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
}

fn gone_is_fine(result: Result<()>) -> Result<()> {
    match result {
        Err(failure) if failure.is(&[ABSENT]) => Ok(()),
        result => result,
    }
}

async fn look(cloud: &Cloud, stack: &str, name: &str, distribution: &str) -> Result<Option<Found<Spec>>> {
    let source = source_name(stack, name, distribution);
    let Some(delivery) = delivery(cloud, &source).await? else {
        // A run that died leaves the source alone; it is looked for where nothing else is.
        let left = source_exists(cloud, &source).await?;
        return Ok(left.then(|| found(name, &source, distribution, None, String::new(), Tags::new())));
    };
    let to = last(delivery.delivery_destination_arn().unwrap_or_default());
    let index = cloud.index();
    let buckets = index.of_kind("s3.bucket").map(|(arn, ..)| arn);
    let both = buckets.flat_map(|bucket| FORMATS.iter().map(move |format| (bucket, *format)));
    let both = both.into_iter().find(|(bucket, format)| destination_name(stack, name, bucket, format) == to);
    let s3 = delivery.s3_delivery_configuration().and_then(|s3| s3.suffix_path());
    let live_tags = match delivery.tags() {
        Some(tags) => tags.clone().into_iter().collect(),
        None => tags_of(cloud, delivery.arn().unwrap_or_default()).await?,
    };
    let id = delivery.id().unwrap_or_default();
    Ok(Some(found(name, id, distribution, both, s3.unwrap_or_default().to_owned(), live_tags)))
}

/// Without bucket and format it is not what anyone wants, and is made again.
fn found(
    name: &str,
    id: &str,
    distribution: &str,
    both: Option<(&str, &str)>,
    suffix_path: String,
    live_tags: Tags,
) -> Found<Spec> {
    let (bucket, format) = both.unwrap_or_default();
    let spec =
        Spec { distribution: distribution.into(), bucket: bucket.into(), format: format.to_owned(), suffix_path };
    let (name, id, outputs, tags) = (name.to_owned(), id.to_owned(), outputs(id), Some(live_tags));
    Found { name, id, spec, outputs, tags, status: Status::Ready }
}

/// For where the list does not show them.
async fn tags_of(cloud: &Cloud, arn: &str) -> Result<Tags> {
    if let Some(tags) = cloud.index().tags(arn) {
        return Ok(tags.clone());
    }
    let call = cloud.global().logs().list_tags_for_resource().resource_arn(arn);
    let answer = call.send().await.said("logs ListTagsForResource")?;
    Ok(answer.tags().cloned().unwrap_or_default().into_iter().collect())
}

async fn source_exists(cloud: &Cloud, name: &str) -> Result<bool> {
    exists(cloud.global().logs().get_delivery_source().name(name).send().await.said("logs GetDeliverySource"))
}

async fn destination_exists(cloud: &Cloud, name: &str) -> Result<bool> {
    let call = cloud.global().logs().get_delivery_destination().name(name);
    exists(call.send().await.said("logs GetDeliveryDestination"))
}

fn exists<T>(answer: Result<T>) -> Result<bool> {
    match answer {
        Ok(_) => Ok(true),
        Err(failure) if failure.is(&[ABSENT]) => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn delivery(cloud: &Cloud, source: &str) -> Result<Option<SdkDelivery>> {
    let mut pages = cloud.global().logs().describe_deliveries().delivery_source_names(source).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("logs DescribeDeliveries")?;
        if let Some(found) = page.deliveries().iter().find(|one| one.delivery_source_name() == Some(source)) {
            return Ok(Some(found.clone()));
        }
    }
    Ok(None)
}

async fn sources(cloud: &Cloud, prefix: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pages = cloud.global().logs().describe_delivery_sources().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("logs DescribeDeliverySources")?;
        let names = page.delivery_sources().iter().filter_map(|source| source.name());
        found.extend(names.filter(|source| source.starts_with(prefix)).map(str::to_owned));
    }
    Ok(found)
}

async fn destinations(cloud: &Cloud, prefix: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pages = cloud.global().logs().describe_delivery_destinations().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("logs DescribeDeliveryDestinations")?;
        let names = page.delivery_destinations().iter().filter_map(|destination| destination.name());
        found.extend(names.filter(|destination| destination.starts_with(prefix)).map(str::to_owned));
    }
    Ok(found)
}

/// Removes a source, its deliveries and their destinations.
async fn remove(cloud: &Cloud, context: &Context, source: &str) -> Result<()> {
    let logs = cloud.global().logs();
    let mut destinations = Vec::new();
    while let Some(delivery) = delivery(cloud, source).await? {
        destinations.push(last(delivery.delivery_destination_arn().unwrap_or_default()).to_owned());
        let call = logs.delete_delivery().id(delivery.id().unwrap_or_default());
        gone_is_fine(call.send().await.said("logs DeleteDelivery").map(drop))?;
    }
    for name in &destinations {
        remove_destination(cloud, context, name).await?;
    }
    let conflict = |failure: &Failure| failure.is(&[CONFLICT]);
    retry(context, IN_USE, IN_USE_AT_MOST, conflict, || async {
        gone_is_fine(
            logs.delete_delivery_source().name(source).send().await.said("logs DeleteDeliverySource").map(drop),
        )
    })
    .await
}

async fn remove_destination(cloud: &Cloud, context: &Context, name: &str) -> Result<()> {
    let conflict = |failure: &Failure| failure.is(&[CONFLICT]);
    retry(context, IN_USE, IN_USE_AT_MOST, conflict, || async {
        let answer = cloud.global().logs().delete_delivery_destination().name(name).send().await;
        gone_is_fine(answer.said("logs DeleteDeliveryDestination").map(drop))
    })
    .await
}
