//! IVS recording configurations: immutable but for their tags, and never deleted while a channel uses them.

use super::{Ivs, Outcome, arn, listed, not_found, summary, text};
use crate::{behaviour::Shared, call::Call, layer::Next, missing::refusal::refuse, reply::Reply};
use serde_json::{Value, json};

/// So many one account may have in a region: the documentation and section 4 of the reference.
const RECORDING_CONFIGURATIONS: usize = 20;

/// Where the bucket of a new configuration stands.
#[derive(Debug, PartialEq)]
pub(super) enum Place {
    Here,
    /// In another region, or nowhere.
    Elsewhere,
}

/// Asks S3. An empty `LocationConstraint` is us-east-1.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>
pub(super) async fn place_of(call: &Call, request: &Value, next: Next<'_>) -> Place {
    let bucket = request["destinationConfiguration"]["s3"]["bucketName"].as_str().unwrap_or_default();
    let ask = call.rest("s3", hyper::Method::GET, &format!("/{bucket}?location"), "");
    let reply = next.stack().ask(ask).await;
    match reply.as_xml() {
        Some(location) if reply.ok() => {
            let region = if location.text.is_empty() { "us-east-1" } else { location.text.as_str() };
            if region == call.region { Place::Here } else { Place::Elsewhere }
        }
        _ => Place::Elsewhere,
    }
}

impl Ivs {
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_CreateRecordingConfiguration.html>:
    /// "Known issue: In the us-east-1 region, if you use the AWS CLI to create a recording configuration, it returns
    /// success even if the S3 bucket is in a different region. In this case, the state of the recording configuration
    /// is CREATE_FAILED".
    /// It is CREATING first: <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_RecordingConfiguration.html>
    pub(super) fn create_recording_configuration(
        &self,
        call: &Call,
        request: &Value,
        place: Place,
        shared: &Shared,
    ) -> Outcome {
        let invalid = |message: &str| refuse(400, "ValidationException", message);
        if request["destinationConfiguration"]["s3"].is_null() {
            return invalid("destinationConfiguration must name an S3 bucket");
        }
        // https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/service-quotas.html
        if shared.get().rules && self.configurations.list(&call.region).len() >= RECORDING_CONFIGURATIONS {
            let message = "You have reached the limit of recording configurations in this region.";
            return refuse(402, "ServiceQuotaExceededException", message);
        }
        if place == Place::Elsewhere && call.region != "us-east-1" {
            return invalid("The S3 bucket does not exist in this region");
        }
        let state = if place == Place::Here { "ACTIVE" } else { "CREATE_FAILED" };
        let mut thumbnails = json!({ "recordingMode": "INTERVAL", "storage": ["SEQUENTIAL"] });
        overlay(&mut thumbnails, &request["thumbnailConfiguration"]);
        if thumbnails["recordingMode"] == "INTERVAL" {
            if thumbnails["targetIntervalSeconds"].is_null() {
                thumbnails["targetIntervalSeconds"] = 60.into();
            }
        } else {
            // https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_ThumbnailConfiguration.html
            thumbnails["targetIntervalSeconds"] = Value::Null;
        }
        let mut renditions = json!({ "renditionSelection": "ALL" });
        overlay(&mut renditions, &request["renditionConfiguration"]);
        // "If CUSTOM is specified, a set of renditions must be specified", "otherwise, this field is irrelevant":
        // https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_RenditionConfiguration.html
        let chosen = renditions["renditions"].as_array().is_some_and(|chosen| !chosen.is_empty());
        if renditions["renditionSelection"] == "CUSTOM" && !chosen {
            return invalid("renditions must be specified if renditionSelection is CUSTOM");
        }
        let arn = arn(&call.region, "recording-configuration");
        let state = self.creating.begin(&call.region, &arn, state, shared);
        let configuration = json!({
            "arn": arn,
            "name": text(request, "name"),
            "destinationConfiguration": request["destinationConfiguration"],
            "state": state,
            "tags": request.get("tags").cloned().unwrap_or_else(|| json!({})),
            "thumbnailConfiguration": without_nulls(thumbnails),
            "recordingReconnectWindowSeconds": request["recordingReconnectWindowSeconds"].as_u64().unwrap_or(0),
            "renditionConfiguration": renditions,
        });
        self.configurations.insert(&call.region, &arn, configuration.clone());
        Ok(Reply::json(200, &json!({ "recordingConfiguration": configuration })))
    }

    pub(super) fn get_recording_configuration(&self, region: &str, request: &Value) -> Outcome {
        match self.configurations.get(region, text(request, "arn")) {
            Some(found) => Ok(Reply::json(200, &json!({ "recordingConfiguration": found }))),
            None => not_found(text(request, "arn")),
        }
    }

    pub(super) fn list_recording_configurations(&self, region: &str, request: &Value) -> Outcome {
        const SUMMARY: [&str; 5] = ["arn", "name", "destinationConfiguration", "state", "tags"];
        let all = self.configurations.list(region);
        listed("recordingConfigurations", all.iter().map(|one| summary(one, &SUMMARY)).collect(), request, 100)
    }

    /// "If you try to delete a recording configuration that is associated with a channel, you will get an error (409
    /// ConflictException)."
    /// <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_DeleteRecordingConfiguration.html>
    pub(super) fn delete_recording_configuration(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "arn");
        if self.configurations.get(region, arn).is_none() {
            return not_found(arn);
        }
        let user = self.channels.list(region).into_iter().find(|one| text(one, "recordingConfigurationArn") == arn);
        if let Some(channel) = user {
            let message =
                format!("Recording configuration: {arn} is associated with channel: {}", text(&channel, "arn"));
            return refuse(409, "ConflictException", message);
        }
        self.configurations.remove(region, arn);
        Ok(Reply::empty(204))
    }
}

fn overlay(defaults: &mut Value, given: &Value) {
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        defaults[name] = value.clone();
    }
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}
