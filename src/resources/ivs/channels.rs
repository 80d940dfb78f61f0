//! Channels that the application makes, one for each of its members. They are none of the stack file's: they come and go
//! with members. They carry the stack's tag, which the application finds in its environment, and go with the stack.
//!
//! <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_DeleteRecordingConfiguration.html>: "If you try to
//! delete a recording configuration that is associated with a channel, you will get an error (409 ConflictException). To
//! avoid this, for all channels that reference the recording configuration, first use UpdateChannel to set the
//! recordingConfigurationArn field to an empty string".

use std::time::Duration;

use bogosa_engine::{Context, Failure, Result, TAG_STACK};

use crate::aws::{Cloud, Said, retry};

/// How long a channel that is live is waited for: it can neither be changed nor deleted.
const LIVE: Duration = Duration::from_secs(60);

/// The ARNs of the stack's channels that record by a configuration. Fails where others do, for nobody but their owner may
/// say what becomes of them.
async fn recording_by(cloud: &Cloud, context: &Context, recording: &str) -> Result<Vec<String>> {
    let list = cloud.ivs().list_channels().filter_by_recording_configuration_arn(recording).max_results(100);
    let mut pages = list.into_paginator().send();
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        for channel in page.said("ivs ListChannels")?.channels() {
            let is_ours = channel.tags().and_then(|tags| tags.get(TAG_STACK)) == Some(&context.stack);
            let list = if is_ours { &mut ours } else { &mut others };
            list.extend(channel.arn().map(str::to_owned));
        }
    }
    if others.is_empty() {
        return Ok(ours);
    }
    let said = format!("channels that are not the stack's record by {recording}: {}", others.join(", "));
    Err(Failure::new("ivs DeleteRecordingConfiguration", said).hint(
        "Move them to another (`aws ivs update-channel --recording-configuration-arn`) or delete them, then run the same command again.",
    ))
}

/// Lets them record by another configuration, or by none.
pub(super) async fn record_by(cloud: &Cloud, context: &Context, from: &str, to: Option<&str>) -> Result<()> {
    for arn in recording_by(cloud, context, from).await? {
        while_live(context, &arn, || async {
            let update = cloud.ivs().update_channel().arn(&arn).recording_configuration_arn(to.unwrap_or_default());
            update.send().await.said("ivs UpdateChannel").map(drop)
        })
        .await?;
    }
    Ok(())
}

/// Deletes them, those that are live too.
pub(super) async fn delete(cloud: &Cloud, context: &Context, recording: &str) -> Result<()> {
    let channels = recording_by(cloud, context, recording).await?;
    if !channels.is_empty() {
        context.say(format!("deleting the channels that the application has made ({})", channels.len()));
    }
    for arn in channels {
        while_live(context, &arn, || async {
            match cloud.ivs().stop_stream().channel_arn(&arn).send().await.said("ivs StopStream") {
                Err(failure) if !failure.is(&["ChannelNotBroadcasting", "ResourceNotFoundException"]) => Err(failure),
                _ => cloud.ivs().delete_channel().arn(&arn).send().await.said("ivs DeleteChannel").map(drop),
            }
        })
        .await?;
    }
    Ok(())
}

async fn while_live<F: Future<Output = Result<()>>>(
    context: &Context,
    arn: &str,
    call: impl FnMut() -> F,
) -> Result<()> {
    let live = |failure: &Failure| failure.is(&["ConflictException"]);
    match retry(context, &format!("the channel {arn} is live"), LIVE, live, call).await {
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(()),
        Err(failure) if live(&failure) => Err(failure.hint(format!(
            "End its broadcast (`aws ivs stop-stream --channel-arn {arn}`), then run the same command again."
        ))),
        result => result,
    }
}
