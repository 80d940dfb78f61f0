//! IVS stream keys, and streams while they are live.

use super::{Ivs, Moment, Outcome, Stream, arn, channel::batch, listed, not_found, summary, text};
use crate::{
    id,
    missing::{
        clock::{iso, unix},
        refusal::{Refusal, refuse},
    },
    reply::Reply,
};
use hyper::Method;
use serde_json::{Value, json};

impl Ivs {
    pub(super) fn keys_of(&self, region: &str, channel: &str) -> Vec<Value> {
        self.keys.list(region).into_iter().filter(|key| text(key, "channelArn") == channel).collect()
    }

    pub(super) fn new_key(&self, region: &str, channel: &str, request: &Value) -> Value {
        let arn = arn(region, "stream-key");
        let key = json!({
            "arn": arn,
            "channelArn": channel,
            "value": format!("sk_{region}_{}_{}", id::mixed(12), id::mixed(30)),
            "tags": request.get("tags").cloned().unwrap_or_else(|| json!({})),
        });
        self.keys.insert(region, &arn, key.clone());
        key
    }

    /// "It will fail because a stream key already exists and there is a limit of 1 stream key per channel."
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_CreateStreamKey.html>
    pub(super) fn create_stream_key(&self, region: &str, request: &Value) -> Outcome {
        let channel = text(request, "channelArn");
        if self.channels.get(region, channel).is_none() {
            return not_found(channel);
        }
        if !self.keys_of(region, channel).is_empty() {
            let message = format!("Channel: {channel} has its one stream key already");
            return refuse(402, "ServiceQuotaExceededException", message);
        }
        Ok(Reply::json(200, &json!({ "streamKey": self.new_key(region, channel, request) })))
    }

    pub(super) fn get_stream_key(&self, region: &str, request: &Value) -> Outcome {
        match self.keys.get(region, text(request, "arn")) {
            Some(key) => Ok(Reply::json(200, &json!({ "streamKey": key }))),
            None => not_found(text(request, "arn")),
        }
    }

    pub(super) fn batch_get_stream_key(&self, region: &str, request: &Value) -> Reply {
        let (found, errors) = batch(request, |arn| self.keys.get(region, arn));
        Reply::json(200, &json!({ "streamKeys": found, "errors": errors }))
    }

    pub(super) fn list_stream_keys(&self, region: &str, request: &Value) -> Outcome {
        let channel = text(request, "channelArn");
        if self.channels.get(region, channel).is_none() {
            return not_found(channel);
        }
        let all = self.keys_of(region, channel);
        listed("streamKeys", all.iter().map(|key| summary(key, &["arn", "channelArn", "tags"])).collect(), request, 50)
    }

    pub(super) fn delete_stream_key(&self, region: &str, request: &Value) -> Outcome {
        match self.keys.remove(region, text(request, "arn")) {
            Some(_) => Ok(Reply::empty(204)),
            None => not_found(text(request, "arn")),
        }
    }

    /// A channel that exists but is off air is `ChannelNotBroadcasting`, not `ResourceNotFoundException`.
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_GetStream.html>
    fn live(&self, region: &str, request: &Value) -> Result<Value, Refusal> {
        let channel = text(request, "channelArn");
        match (self.channels.get(region, channel), self.streams.get(region, channel)) {
            (Some(_), Some(stream)) => Ok(stream.shown),
            (Some(_), None) => refuse(404, "ChannelNotBroadcasting", "The channel isn't currently live"),
            (None, _) => not_found(channel),
        }
    }

    /// What a broadcaster's coming and going would do.
    pub(super) fn set_live(&self, method: &Method, channel: &str) -> Reply {
        let region = channel.split(':').nth(3).unwrap_or_default();
        let Some(found) = self.channels.get(region, channel) else {
            return Reply::json(404, &json!({ "error": format!("there is no channel {channel:?}") }));
        };
        if method == Method::DELETE {
            self.leave(region, channel);
            return Reply::empty(204);
        }
        if let Some(stream) = self.streams.get(region, channel) {
            return Reply::json(200, &json!({ "stream": stream.shown }));
        }
        let since = unix();
        let shown = json!({
            "channelArn": channel,
            "streamId": format!("st-{}", id::mixed(23)),
            "playbackUrl": found["playbackUrl"],
            "startTime": iso(since),
            "state": "LIVE",
            "health": "HEALTHY",
            "viewerCount": 0,
        });
        let stream = Stream { shown, since };
        self.note(region, &found, &stream, Moment::Begin);
        self.streams.insert(region, channel, stream.clone());
        Reply::json(200, &json!({ "stream": stream.shown }))
    }

    /// The broadcaster's connection ends.
    fn leave(&self, region: &str, channel: &str) {
        let (stream, channel) = (self.streams.remove(region, channel), self.channels.get(region, channel));
        if let (Some(stream), Some(channel)) = (stream, channel) {
            let seconds = unix().saturating_sub(stream.since);
            self.note(region, &channel, &stream, Moment::End { seconds });
        }
    }

    pub(super) fn get_stream(&self, region: &str, request: &Value) -> Outcome {
        Ok(Reply::json(200, &json!({ "stream": self.live(region, request)? })))
    }

    pub(super) fn list_streams(&self, region: &str, request: &Value) -> Outcome {
        const SUMMARY: [&str; 6] = ["channelArn", "streamId", "state", "health", "viewerCount", "startTime"];
        let health = text(&request["filterBy"], "health");
        let mut all: Vec<Value> = self.streams.list(region).into_iter().map(|stream| stream.shown).collect();
        all.retain(|stream| health.is_empty() || text(stream, "health") == health);
        listed("streams", all.iter().map(|stream| summary(stream, &SUMMARY)).collect(), request, 100)
    }

    pub(super) fn stop_stream(&self, region: &str, request: &Value) -> Outcome {
        self.live(region, request)?;
        self.leave(region, text(request, "channelArn"));
        Ok(Reply::json(200, &json!({})))
    }

    /// "Maximum: 1 KB per request". Nobody plays the stream here, so what is put into it goes nowhere.
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_PutMetadata.html>
    pub(super) fn put_metadata(&self, region: &str, request: &Value) -> Outcome {
        if text(request, "metadata").len() > 1024 {
            return refuse(400, "ValidationException", "metadata must be at most 1 KB");
        }
        self.live(region, request)?;
        Ok(Reply::empty(204))
    }
}
