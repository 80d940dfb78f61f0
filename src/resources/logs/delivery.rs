//! The access logs of a distribution, delivered to a bucket (CloudFront's standard logging, version 2).
//!
//! Three things make one delivery: a source (the distribution), a destination (the bucket) and the delivery
//! that joins them; all in us-east-1, wherever the bucket is. They are made in this order and deleted in the
//! other, so the source is the one that exists whenever any does. Source and destination are called
//! `<stack>_<logical name>`, where the logical name is the distribution's: so they are found under the tagged
//! distribution even where the tag index does not know deliveries. A source cannot change what it logs, nor
//! a destination its format.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatchlogs::types::{
    Delivery as SdkDelivery, DeliveryDestinationConfiguration, OutputFormat, S3DeliveryConfiguration,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use crate::aws::{Built, Cloud, Said, retry, tags};

const ABSENT: &str = "ResourceNotFoundException";
const CONFLICT: &str = "ConflictException";

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
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.extend(index.of_kind(Self::KIND).map(|(_, name, _)| name));
        names.extend(index.of_kind("cloudfront.distribution").map(|(_, name, _)| name));
        let mut found = Vec::new();
        for name in names {
            found.extend(look(cloud, scope.stack, &name).await?);
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if live.suffix_path.ends_with(&want.suffix_path) {
            live.suffix_path.clone_from(&want.suffix_path);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let name = physical(&context.stack, context.address.name());
        // Tags can only be given to what is not there yet, so what a run that died has made is taken as it is.
        let known = source(cloud, &name).await?.is_some();
        let sdk_tags = || Some(context.tags.clone().into_iter().collect::<HashMap<_, _>>());
        let logs = cloud.global().logs();
        let call = logs.put_delivery_source().name(&name).resource_arn(spec.distribution.known()?);
        let call = call.log_type("ACCESS_LOGS").set_tags(sdk_tags().filter(|_| !known));
        call.send().await.said("logs PutDeliverySource")?;
        let known = destination(cloud, &name).await?.is_some();
        let to = DeliveryDestinationConfiguration::builder().destination_resource_arn(spec.bucket.known()?);
        let call = logs.put_delivery_destination().name(&name).set_tags(sdk_tags().filter(|_| !known));
        let call = call.output_format(OutputFormat::from(spec.format.as_str()));
        let call = call.delivery_destination_configuration(to.build().built()?);
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
        let name = physical(&context.stack, &live.name);
        let place = format!("arn:{}:logs:us-east-1:{}", cloud.partition, cloud.account);
        let mut arns = vec![format!("{place}:delivery-source:{name}"), format!("{place}:delivery-destination:{name}")];
        if live.id != name {
            arns.push(format!("{place}:delivery:{}", live.id));
        }
        let logs = cloud.global().logs();
        for arn in arns {
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
        let name = &physical(&context.stack, &live.name);
        let logs = cloud.global().logs();
        if let Some(id) = delivery(cloud, name).await?.and_then(|made| made.id) {
            gone_is_fine(logs.delete_delivery().id(id).send().await.said("logs DeleteDelivery").map(drop))?;
        }
        let conflict = |failure: &Failure| failure.is(&[CONFLICT]);
        let minutes = std::time::Duration::from_secs(120);
        retry(context, "the delivery still uses it", minutes, conflict, || async {
            let answer = logs.delete_delivery_destination().name(name).send().await;
            gone_is_fine(answer.said("logs DeleteDeliveryDestination").map(drop))
        })
        .await?;
        retry(context, "the delivery still uses it", minutes, conflict, || async {
            gone_is_fine(
                logs.delete_delivery_source().name(name).send().await.said("logs DeleteDeliverySource").map(drop),
            )
        })
        .await
    }
}

fn physical(stack: &str, name: &str) -> String {
    format!("{stack}_{name}")
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

async fn look(cloud: &Cloud, stack: &str, name: &str) -> Result<Option<Found<Spec>>> {
    let physical = physical(stack, name);
    let Some((arn, distribution)) = source(cloud, &physical).await? else { return Ok(None) };
    let ask = || async {
        let call = cloud.global().logs().list_tags_for_resource().resource_arn(&arn);
        let answer = call.send().await.said("logs ListTagsForResource")?;
        Ok(answer.tags().cloned().unwrap_or_default().into_iter().collect::<Tags>())
    };
    let Some(live_tags) = cloud.index().owned(&arn, ask).await? else { return Ok(None) };
    if tags::name_in(stack, Delivery::KIND, &live_tags).as_deref() != Some(name) {
        return Ok(None);
    }
    let (destination, delivery) =
        futures::future::try_join(destination(cloud, &physical), delivery(cloud, &physical)).await?;
    let id = delivery.as_ref().and_then(|delivery| delivery.id()).unwrap_or(&physical).to_owned();
    let (bucket, format) = destination.filter(|_| delivery.is_some()).unwrap_or_default();
    let s3 = delivery.as_ref().and_then(|delivery| delivery.s3_delivery_configuration());
    let spec = Spec {
        distribution: distribution.into(),
        bucket: bucket.into(),
        format,
        suffix_path: s3.and_then(|s3| s3.suffix_path()).unwrap_or_default().to_owned(),
    };
    let (name, outputs) = (name.to_owned(), outputs(&id));
    Ok(Some(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready }))
}

fn absent_is_none<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.is(&[ABSENT]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Its ARN, and the ARN of what it logs.
async fn source(cloud: &Cloud, name: &str) -> Result<Option<(String, String)>> {
    let answer = cloud.global().logs().get_delivery_source().name(name).send().await.said("logs GetDeliverySource");
    Ok(absent_is_none(answer)?.and_then(|answer| answer.delivery_source).map(|source| {
        let resource = source.resource_arns().first().cloned().unwrap_or_default();
        (source.arn.unwrap_or_default(), resource)
    }))
}

/// The ARN of the bucket, and the format.
async fn destination(cloud: &Cloud, name: &str) -> Result<Option<(String, String)>> {
    let call = cloud.global().logs().get_delivery_destination().name(name);
    let answer = absent_is_none(call.send().await.said("logs GetDeliveryDestination"))?;
    Ok(answer.and_then(|answer| answer.delivery_destination).map(|destination| {
        let to = destination.delivery_destination_configuration();
        let bucket = to.map(|to| to.destination_resource_arn()).unwrap_or_default().to_owned();
        (bucket, destination.output_format().map(|format| format.as_str().to_owned()).unwrap_or_default())
    }))
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
