//! Recording configuration: where and how the broadcasts of channels are kept.
//!
//! IVS can change nothing of one but its tags, so every field replaces: the new one first, to which the application's
//! channels are moved, for they keep the old one in use (ConflictException). Names are not unique and there is no
//! token: only tags tell which is ours, and the list shows them. A bucket in another region is noticed late: the state
//! becomes CREATE_FAILED, without a reason.

use std::time::Duration;

use aws_sdk_ivs::types::{
    DestinationConfiguration, RecordingConfiguration as SdkRecording, RecordingConfigurationState, RecordingMode,
    S3DestinationConfiguration, ThumbnailConfiguration, ThumbnailConfigurationResolution,
    ThumbnailConfigurationStorage,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, ReplaceOrder, Resource, Result, Scope, Seconds,
    Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::channels;
use crate::aws::{Cloud, Poll, Said, once, retry, tags, unrepeated, until};

#[derive(Debug)]
pub struct RecordingConfiguration;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// The name of a bucket in the same region.
    pub bucket: Input,
    /// Seconds in which a broadcast that breaks off and comes back stays one recording; 0: it does not.
    pub reconnect_seconds: i32,
    pub thumbnails: Option<Thumbnails>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thumbnails {
    /// Seconds between two.
    pub interval: i64,
    /// `FULL_HD` and the like.
    pub resolution: String,
}

impl Resource for RecordingConfiguration {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ivs.recording_configuration";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const TAG_ONLY: bool = true;
    const IMPACTS: &'static [(&'static str, Impact)] = &[
        ("name", Impact::Replacement),
        ("bucket", Impact::Replacement),
        ("reconnect_seconds", Impact::Replacement),
        ("thumbnails", Impact::Replacement),
    ];
    const REPLACE: ReplaceOrder = ReplaceOrder::CreateFirst;
    const SECONDS: Seconds = Seconds { create: 20, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut arns: Vec<String> = index.of_kind(Self::KIND).map(|(arn, ..)| arn.to_owned()).collect();
        if arns.is_empty() && !scope.wanted.is_empty() {
            arns = ours(cloud, |tags| tags::name_in(scope.stack, Self::KIND, tags).is_some()).await?;
        }
        let mut found = Vec::new();
        for arn in arns {
            let Some(recording) = get(cloud, &arn).await? else { continue };
            let live_tags: Tags = recording.tags().cloned().unwrap_or_default().into_iter().collect();
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let status = match recording.state() {
                RecordingConfigurationState::Creating => Status::Pending("CREATING".to_owned()),
                RecordingConfigurationState::CreateFailed => Status::Failed(FAILED.to_owned()),
                _ => Status::Ready,
            };
            let (outputs, spec) = (outputs(&arn), spec(&recording));
            found.push(Found { name, id: arn, spec, outputs, tags: Some(live_tags), status });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, bucket, reconnect_seconds, thumbnails } = spec;
        let to = S3DestinationConfiguration::builder().bucket_name(bucket.known()?).build();
        let to = to.map_err(|error| Failure::new("ivs CreateRecordingConfiguration", error.to_string()))?;
        let thumbnails = match thumbnails {
            None => ThumbnailConfiguration::builder().recording_mode(RecordingMode::Disabled),
            Some(Thumbnails { interval, resolution }) => ThumbnailConfiguration::builder()
                .recording_mode(RecordingMode::Interval)
                .target_interval_seconds(*interval)
                .resolution(ThumbnailConfigurationResolution::from(resolution.as_str()))
                .storage(ThumbnailConfigurationStorage::Sequential),
        };
        let thumbnails = thumbnails.build();
        let destination = DestinationConfiguration::builder().s3(to).build();
        let earlier = || async {
            let same = |tags: &Tags| tags::must_be_ours(context, "", tags).is_ok();
            Ok(ours(cloud, same).await?.first().map(|arn| outputs(arn)))
        };
        once(cloud, context, earlier, || async {
            let made = cloud
                .ivs()
                .create_recording_configuration()
                .name(name)
                .destination_configuration(destination.clone())
                .recording_reconnect_window_seconds(*reconnect_seconds)
                .thumbnail_configuration(thumbnails.clone())
                .set_tags(Some(context.tags.clone().into_iter().collect()))
                .customize()
                .config_override(unrepeated!(aws_sdk_ivs))
                .send()
                .await
                .said("ivs CreateRecordingConfiguration")?;
            Ok(outputs(made.recording_configuration().map(|made| made.arn()).unwrap_or_default()))
        })
        .await
    }

    async fn update(
        _cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        _want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let tags = set.clone().into_iter().collect();
            let call = cloud.ivs().tag_resource().resource_arn(&live.id).set_tags(Some(tags));
            call.send().await.said("ivs TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.ivs().untag_resource().resource_arn(&live.id).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("ivs UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        match context.destroys {
            true => channels::delete(cloud, context, &live.id).await?,
            false => {
                let to = context.successor.as_ref().and_then(|other| other.get("arn"));
                channels::record_by(cloud, context, &live.id, to.map(String::as_str)).await?;
            }
        }
        let busy = |failure: &Failure| failure.is(&["ConflictException"]);
        // IVS may take a moment to see that no channel records by it any more.
        let result = retry(context, "a channel still records by it", Duration::from_secs(60), busy, || async {
            let call = cloud.ivs().delete_recording_configuration().arn(&live.id);
            call.send().await.said("ivs DeleteRecordingConfiguration").map(drop)
        });
        match result.await {
            Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(()),
            result => result,
        }
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let arn = outputs.get("arn").cloned().unwrap_or_default();
        until(context, "the recording configuration to be active", Duration::from_secs(600), || async {
            match get(cloud, &arn).await? {
                None => Ok(Poll::Pending("not visible".to_owned())),
                Some(recording) => match recording.state() {
                    RecordingConfigurationState::Active => Ok(Poll::Ready(())),
                    RecordingConfigurationState::CreateFailed => {
                        let failure = Failure::new("ivs CreateRecordingConfiguration", FAILED).code("CREATE_FAILED");
                        Err(failure.hint("Check that the bucket is in the stack's region and that the credentials may iam:CreateServiceLinkedRole, then run the same command again: it is made anew."))
                    }
                    other => Ok(Poll::Pending(other.as_str().to_owned())),
                },
            }
        })
        .await?;
        Ok(outputs)
    }
}

const FAILED: &str = "CREATE_FAILED: IVS cannot write to the bucket, or it is in another region";

fn outputs(arn: &str) -> Outputs {
    [("id", arn), ("arn", arn)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// The ARNs of those whose tags pass: twenty at most in an account, by quota.
async fn ours(cloud: &Cloud, passes: impl Fn(&Tags) -> bool) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pages = cloud.ivs().list_recording_configurations().max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        for summary in page.said("ivs ListRecordingConfigurations")?.recording_configurations() {
            let tags: Tags = summary.tags().cloned().unwrap_or_default().into_iter().collect();
            if passes(&tags) {
                found.push(summary.arn().to_owned());
            }
        }
    }
    Ok(found)
}

async fn get(cloud: &Cloud, arn: &str) -> Result<Option<SdkRecording>> {
    match cloud.ivs().get_recording_configuration().arn(arn).send().await.said("ivs GetRecordingConfiguration") {
        Ok(answer) => Ok(answer.recording_configuration),
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn spec(recording: &SdkRecording) -> Spec {
    let bucket = recording.destination_configuration().and_then(|to| to.s3()).map(|s3| s3.bucket_name());
    let thumbnails = recording
        .thumbnail_configuration()
        .filter(|thumbnails| thumbnails.recording_mode() == Some(&RecordingMode::Interval))
        .map(|thumbnails| Thumbnails {
            interval: thumbnails.target_interval_seconds().unwrap_or(60),
            resolution: thumbnails.resolution().map(|size| size.as_str()).unwrap_or("FULL_HD").to_owned(),
        });
    Spec {
        name: recording.name().unwrap_or_default().to_owned(),
        bucket: bucket.unwrap_or_default().into(),
        reconnect_seconds: recording.recording_reconnect_window_seconds(),
        thumbnails,
    }
}
