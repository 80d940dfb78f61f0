//! Tags of IVS's channels, stream keys and recording configurations.
//! <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/API_TagResource.html>

use super::{Ivs, Outcome, not_found, text};
use crate::{missing::refusal::refuse, reply::Reply, store::Store};
use serde_json::{Value, json};

impl Ivs {
    fn tagged(&self, region: &str, arn: &str) -> Option<&Store<Value>> {
        [&self.channels, &self.configurations, &self.keys].into_iter().find(|store| store.get(region, arn).is_some())
    }

    pub(super) fn tag_resource(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "resourceArn");
        let Some(store) = self.tagged(region, arn) else { return not_found(arn) };
        let mut tags = store.get(region, arn).map(|thing| thing["tags"].clone()).unwrap_or_else(|| json!({}));
        for (key, value) in request["tags"].as_object().into_iter().flatten() {
            tags[key] = value.clone();
        }
        if tags.as_object().is_some_and(|tags| tags.len() > 50) {
            return refuse(400, "ValidationException", "A resource can have at most 50 tags");
        }
        store.update(region, arn, |thing| thing["tags"] = tags);
        Ok(Reply::json(200, &json!({})))
    }

    pub(super) fn untag_resource(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "resourceArn");
        let Some(store) = self.tagged(region, arn) else { return not_found(arn) };
        store.update(region, arn, |thing| {
            for key in request["tagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                thing["tags"].as_object_mut().map(|tags| tags.remove(key));
            }
        });
        Ok(Reply::json(200, &json!({})))
    }

    pub(super) fn list_tags_for_resource(&self, region: &str, request: &Value) -> Outcome {
        let arn = text(request, "resourceArn");
        match self.tagged(region, arn).and_then(|store| store.get(region, arn)) {
            Some(thing) => Ok(Reply::json(200, &json!({ "tags": thing["tags"] }))),
            None => not_found(arn),
        }
    }
}
