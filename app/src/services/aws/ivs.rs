//! Live channels by Amazon IVS: standard type, low latency, recorded where a recording configuration is named.

use std::collections::BTreeMap;

use anyhow::Context;
use aws_config::SdkConfig;
use aws_sdk_ivs::Client;
use aws_sdk_ivs::error::SdkError;
use aws_sdk_ivs::types::{ChannelLatencyMode, ChannelType};
use chrono::DateTime;

use super::origin;
use crate::services::Origins;
use crate::services::streaming::{NewChannel, StreamKey, StreamState, Streaming};

/// Players ask hosts of IVS for playlists and segments; which ones, IVS decides.
/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/security-network.html>
const PLAYBACK: &str = "https://*.live-video.net";

#[derive(Debug)]
pub struct Ivs {
    client: Client,
    /// The ARN of the recording configuration. None: nothing is recorded.
    recording: Option<String>,
    /// Where the bucket of recordings is seen. Without a slash at the end.
    recordings_url: String,
    /// Of the channels. Whoever made the platform finds them by these.
    tags: BTreeMap<String, String>,
}

impl Ivs {
    pub fn new(
        config: &SdkConfig,
        recording: Option<String>,
        recordings_url: String,
        tags: BTreeMap<String, String>,
    ) -> Self {
        Self { client: Client::new(config), recording, recordings_url, tags }
    }
}

/// Done, or there was nothing to do it to.
fn gone<T, E, R>(answer: Result<T, SdkError<E, R>>, nothing: impl Fn(&E) -> bool) -> Result<(), SdkError<E, R>> {
    match answer {
        Err(error) if !error.as_service_error().is_some_and(nothing) => Err(error),
        _ => Ok(()),
    }
}

fn key(given: Option<&aws_sdk_ivs::types::StreamKey>) -> anyhow::Result<StreamKey> {
    let (id, value) = given.and_then(|key| Some((key.arn()?, key.value()?))).context("IVS made no stream key")?;
    Ok(StreamKey { id: id.to_owned(), value: value.to_owned() })
}

#[async_trait::async_trait]
impl Streaming for Ivs {
    async fn create_channel(&self, name: &str) -> anyhow::Result<NewChannel> {
        // Names take letters, digits, hyphens and underscores.
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(128).collect();
        let made = self
            .client
            .create_channel()
            .name(name)
            .r#type(ChannelType::StandardChannelType)
            .latency_mode(ChannelLatencyMode::LowLatency)
            .set_recording_configuration_arn(self.recording.clone())
            .set_tags(Some(self.tags.clone().into_iter().collect()))
            .send()
            .await
            .context("making a channel")?;
        let channel = made.channel().context("IVS made no channel")?;
        let text = |text: Option<&str>, what: &'static str| text.map(str::to_owned).context(what);
        Ok(NewChannel {
            external_id: text(channel.arn(), "a channel without an ARN")?,
            ingest_endpoint: text(channel.ingest_endpoint(), "a channel without an ingest endpoint")?,
            playback_url: text(channel.playback_url(), "a channel without a playback address")?,
            key: key(made.stream_key())?,
        })
    }

    /// A channel has one key at most, so the old one goes first: whichever it is, for an earlier attempt may have ended
    /// before its key was written down.
    async fn rotate_key(&self, external_id: &str, _old_key_id: &str) -> anyhow::Result<StreamKey> {
        let listed = self.client.list_stream_keys().channel_arn(external_id).send().await;
        for old in listed.context("looking for the old stream key")?.stream_keys() {
            let delete = self.client.delete_stream_key().set_arn(old.arn().map(str::to_owned)).send().await;
            gone(delete, |error| error.is_resource_not_found_exception()).context("taking the old stream key away")?;
        }
        let made = self.client.create_stream_key().channel_arn(external_id).send().await;
        key(made.context("making a stream key")?.stream_key())
    }

    async fn delete_channel(&self, external_id: &str) -> anyhow::Result<()> {
        // A channel that sends cannot be deleted.
        self.stop(external_id).await?;
        let delete = self.client.delete_channel().arn(external_id).send().await;
        gone(delete, |error| error.is_resource_not_found_exception()).context("deleting a channel")
    }

    async fn state(&self, external_id: &str) -> anyhow::Result<StreamState> {
        let asked = match self.client.get_stream().channel_arn(external_id).send().await {
            Err(error) if error.as_service_error().is_some_and(|error| error.is_channel_not_broadcasting()) => {
                return Ok(StreamState::Offline);
            }
            asked => asked.context("asking for a stream")?,
        };
        let stream = asked.stream().context("IVS named no stream")?;
        let started = stream.start_time().context("a stream without a start")?;
        Ok(StreamState::Live {
            stream_id: stream.stream_id().unwrap_or_default().to_owned(),
            // -1: not counted yet.
            viewers: Some(stream.viewer_count()).filter(|count| *count >= 0),
            started_at: DateTime::from_timestamp(started.secs(), 0).context("the start of a stream")?,
        })
    }

    async fn put_metadata(&self, external_id: &str, metadata: &str) -> anyhow::Result<()> {
        let put = self.client.put_metadata().channel_arn(external_id).metadata(metadata).send().await;
        gone(put, |error| error.is_channel_not_broadcasting()).context("writing timed metadata")
    }

    async fn stop(&self, external_id: &str) -> anyhow::Result<()> {
        let stop = self.client.stop_stream().channel_arn(external_id).send().await;
        gone(stop, |error| error.is_channel_not_broadcasting() || error.is_resource_not_found_exception())
            .context("stopping a stream")
    }

    fn recording_url(&self, prefix: &str) -> String {
        format!("{}/{prefix}/media/hls/master.m3u8", self.recordings_url)
    }

    fn origins(&self) -> Origins {
        let recordings = origin(&self.recordings_url).map(str::to_owned);
        let all: Vec<String> = std::iter::once(PLAYBACK.to_owned()).chain(recordings).collect();
        Origins { media: all.clone(), connect: all, ..Origins::default() }
    }
}
