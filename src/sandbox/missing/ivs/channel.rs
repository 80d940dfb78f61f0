//! IVS channels. Creating one makes its stream key; deleting one deletes it.

use super::{Ivs, Outcome, arn, listed, not_found, summary, text};
use crate::{
    ACCOUNT, id,
    missing::refusal::{Refusal, refuse},
    reply::Reply,
};
use serde_json::{Value, json};

/// The part of an ingest server's name that tells customers apart.
const CUSTOMER: &str = "bogosa000000";

/// What `UpdateChannel` can change, and what a new channel has of it unless told otherwise.
/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_CreateChannel.html>
fn settings() -> [(&'static str, Value); 12] {
    [
        ("name", json!("")),
        ("latencyMode", json!("LOW")),
        ("type", json!("STANDARD")),
        ("authorized", json!(false)),
        ("insecureIngest", json!(false)),
        ("preset", json!("")),
        ("recordingConfigurationArn", json!("")),
        ("playbackRestrictionPolicyArn", json!("")),
        ("containerFormat", json!("TS")),
        ("multitrackInputConfiguration", Value::Null),
        ("adConfigurationArn", Value::Null),
        ("failoverSlateConfigurationArn", Value::Null),
    ]
}

impl Ivs {
    pub(super) fn create_channel(&self, region: &str, request: &Value) -> Outcome {
        let arn = arn(region, "channel");
        let id = arn.rsplit('/').next().unwrap_or_default();
        let mut channel = json!({
            "arn": arn,
            "ingestEndpoint": format!("{CUSTOMER}.global-contribute.live-video.net"),
            "playbackUrl": format!(
                "https://{CUSTOMER}.{region}.playback.live-video.net/api/video/v1/{region}.{ACCOUNT}.channel.{id}.m3u8"
            ),
            "srt": { "endpoint": format!("{CUSTOMER}.srt.live-video.net"), "passphrase": id::mixed(70) },
            "tags": request.get("tags").cloned().unwrap_or_else(|| json!({})),
        });
        for (name, default) in settings() {
            let value = request.get(name).filter(|value| !value.is_null()).cloned().unwrap_or(default);
            if !value.is_null() {
                channel[name] = value;
            }
        }
        self.fits(region, &mut channel)?;
        self.channels.insert(region, &arn, channel.clone());
        let key = self.new_key(region, &arn, request);
        Ok(Reply::json(200, &json!({ "channel": channel, "streamKey": key })))
    }

    /// What the API's page says about its members together, for a channel as it would become.
    fn fits(&self, region: &str, channel: &mut Value) -> Result<(), Refusal> {
        let invalid = |message: &str| refuse(400, "ValidationException", message);
        let advanced = text(channel, "type").starts_with("ADVANCED");
        match text(channel, "preset") {
            "" if advanced => channel["preset"] = "HIGHER_BANDWIDTH_DELIVERY".into(),
            preset if !preset.is_empty() && !advanced => {
                return invalid("preset is selectable only for ADVANCED_HD and ADVANCED_SD channel types");
            }
            _ => {}
        }
        let multitrack = channel["multitrackInputConfiguration"]["enabled"] == json!(true);
        if multitrack && (text(channel, "containerFormat") != "FRAGMENTED_MP4" || text(channel, "type") != "STANDARD") {
            return invalid("multitrack input needs containerFormat FRAGMENTED_MP4 and type STANDARD");
        }
        match text(channel, "recordingConfigurationArn") {
            "" => Ok(()),
            configuration if self.configurations.get(region, configuration).is_some() => Ok(()),
            configuration => not_found(configuration),
        }
    }

    pub(super) fn get_channel(&self, region: &str, request: &Value) -> Outcome {
        match self.channels.get(region, text(request, "arn")) {
            Some(channel) => Ok(Reply::json(200, &json!({ "channel": channel }))),
            None => not_found(text(request, "arn")),
        }
    }

    pub(super) fn batch_get_channel(&self, region: &str, request: &Value) -> Reply {
        let (found, errors) = batch(request, |arn| self.channels.get(region, arn));
        Reply::json(200, &json!({ "channels": found, "errors": errors }))
    }

    /// The filters exclude one another: "you will get an error (409 ConflictException)".
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_ListChannels.html>
    pub(super) fn list_channels(&self, region: &str, request: &Value) -> Outcome {
        const FILTERS: [(&str, &str); 5] = [
            ("filterByName", "name"),
            ("filterByRecordingConfigurationArn", "recordingConfigurationArn"),
            ("filterByPlaybackRestrictionPolicyArn", "playbackRestrictionPolicyArn"),
            ("filterByAdConfigurationArn", "adConfigurationArn"),
            ("filterByFailoverSlateConfigurationArn", "failoverSlateConfigurationArn"),
        ];
        let filters: Vec<_> = FILTERS.iter().filter(|(filter, _)| !text(request, filter).is_empty()).collect();
        if filters.len() > 1 {
            return refuse(409, "ConflictException", "Filters are mutually exclusive; use only one");
        }
        const SUMMARY: [&str; 11] = [
            "arn",
            "name",
            "latencyMode",
            "authorized",
            "recordingConfigurationArn",
            "tags",
            "insecureIngest",
            "type",
            "preset",
            "playbackRestrictionPolicyArn",
            "adConfigurationArn",
        ];
        let mut all = self.channels.list(region);
        all.retain(|channel| filters.iter().all(|(filter, member)| text(channel, member) == text(request, filter)));
        listed("channels", all.iter().map(|channel| summary(channel, &SUMMARY)).collect(), request, 100)
    }

    /// "Live channels cannot be updated."
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_UpdateChannel.html>
    pub(super) fn update_channel(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "arn");
        let Some(mut channel) = self.channels.get(region, arn) else { return not_found(arn) };
        self.off_air(region, arn)?;
        for (name, _) in settings() {
            if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
                channel[name] = value.clone();
            }
        }
        if request.get("type").is_some() && request.get("preset").is_none() {
            channel["preset"] = "".into(); // the new type's own default
        }
        self.fits(region, &mut channel)?;
        self.channels.insert(region, arn, channel.clone());
        Ok(Reply::json(200, &json!({ "channel": channel })))
    }

    /// "If you try to delete a live channel, you will get an error (409 ConflictException)."
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_DeleteChannel.html>
    pub(super) fn delete_channel(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "arn");
        self.off_air(region, arn)?;
        if self.channels.remove(region, arn).is_none() {
            return not_found(arn);
        }
        for key in self.keys_of(region, arn) {
            self.keys.remove(region, text(&key, "arn"));
        }
        Ok(Reply::empty(204))
    }

    fn off_air(&self, region: &str, arn: &str) -> Result<(), Refusal> {
        match self.streams.get(region, arn) {
            Some(_) => refuse(409, "ConflictException", format!("Channel: {arn} is live")),
            None => Ok(()),
        }
    }
}

/// What is there and, of what is not, an error each.
pub(super) fn batch(request: &Value, get: impl Fn(&str) -> Option<Value>) -> (Vec<Value>, Vec<Value>) {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for arn in request["arns"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        match get(arn) {
            Some(thing) => found.push(thing),
            None => errors.push(json!({
                "arn": arn,
                "code": "ResourceNotFoundException",
                "message": format!("Resource: {arn} not found"),
            })),
        }
    }
    (found, errors)
}
