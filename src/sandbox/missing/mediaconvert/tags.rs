//! Tags of queues, job templates, presets and jobs.
//! <https://docs.aws.amazon.com/mediaconvert/latest/apireference/tags.html>

use super::{MediaConvert, Outcome, not_found, text};
use crate::{missing::refusal::refuse, reply::Reply};
use serde_json::{Value, json};

impl MediaConvert {
    /// Those of a create, or of a `TagResource`.
    pub(super) fn set_tags(&self, region: &str, arn: &str, request: &Value) {
        let mut tags = self.tags.get(region, arn).unwrap_or_default();
        for (key, value) in request["tags"].as_object().into_iter().flatten() {
            tags.insert(key.clone(), value.as_str().unwrap_or_default().to_owned());
        }
        self.tags.insert(region, arn, tags);
    }

    fn exists(&self, region: &str, arn: &str) -> Result<(), crate::missing::refusal::Refusal> {
        let stores = [&self.queues, &self.templates, &self.presets, &self.jobs];
        match stores.iter().any(|store| store.list(region).iter().any(|thing| text(&thing.value, "arn") == arn)) {
            true => Ok(()),
            false => Err(not_found("resource", arn)),
        }
    }

    pub(super) fn tag_resource(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "arn");
        self.exists(region, arn)?;
        let new = request["tags"].as_object().map_or(0, serde_json::Map::len);
        if self.tags.get(region, arn).unwrap_or_default().len() + new > 50 {
            return refuse(400, "BadRequestException", "A resource can have at most 50 tags");
        }
        self.set_tags(region, arn, request);
        Ok(Reply::json(200, &json!({})))
    }

    pub(super) fn untag_resource(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "arn");
        self.exists(region, arn)?;
        self.tags.update(region, arn, |tags| {
            for key in request["tagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                tags.remove(key);
            }
        });
        Ok(Reply::json(200, &json!({})))
    }

    pub(super) fn list_tags_for_resource(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "arn");
        self.exists(region, arn)?;
        let tags = self.tags.get(region, arn).unwrap_or_default();
        Ok(Reply::json(200, &json!({ "resourceTags": { "arn": arn, "tags": tags } })))
    }
}
