//! Template of conversions: what is made of a video.
//!
//! The settings are hundreds of types in the SDK and plain JSON in the API, so they go through as JSON, in
//! the API's spelling (`outputGroups`). MediaConvert fills in what was not said: only what was said is compared.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use aws_sdk_mediaconvert::types::JobTemplateSettings;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bogosa_engine::{
    Context, Difference, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{absent, live_tags, retag};
use crate::aws::{Cloud, Said, tags};

#[derive(Debug)]
pub struct JobTemplate;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub description: String,
    /// The ARN of the queue that its jobs go to.
    pub queue: Input,
    /// In the API's spelling.
    pub settings: Value,
}

impl Resource for JobTemplate {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "mediaconvert.job_template";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let index = cloud.index();
        let listed = index.of_kind(Self::KIND).filter_map(|(arn, ..)| arn.split_once(":jobTemplates/"));
        names.extend(listed.map(|(_, name)| name.to_owned()));
        let looks = names.iter().map(|template| async move {
            let Some(live) = get(cloud, template).await? else { return Ok(None) };
            let text = |field: &str| live.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let arn = text("arn");
            let Some(tags) = cloud.index().owned(&arn, || live_tags(cloud, &arn)).await? else { return Ok(None) };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &tags) else { return Ok(None) };
            let spec = Spec {
                name: template.clone(),
                description: text("description"),
                queue: text("queue").into(),
                settings: live.get("settings").cloned().unwrap_or_default(),
            };
            let outputs = outputs(template, &arn);
            Ok(Some(Found { name, id: template.clone(), spec, outputs, tags: Some(tags), status: Status::Ready }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        live.settings = asked_for(&want.settings, &live.settings);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        if let Some(live) = get(cloud, &spec.name).await? {
            let arn = live.get("arn").and_then(Value::as_str).unwrap_or_default();
            let found = live_tags(cloud, arn).await?;
            tags::must_be_ours(context, &format!("the job template {}", spec.name), &found)?;
            update(cloud, spec).await?;
            return Ok(outputs(&spec.name, arn));
        }
        let mut body = body(spec)?;
        body["name"] = json!(spec.name);
        body["tags"] = json!(context.tags);
        let made = cloud
            .mediaconvert()
            .create_job_template()
            .name(&spec.name)
            .settings(JobTemplateSettings::builder().build())
            .customize()
            .mutate_request(move |request| replace(request, &body))
            .send()
            .await
            .said("mediaconvert CreateJobTemplate")?;
        Ok(outputs(&spec.name, made.job_template().and_then(|template| template.arn()).unwrap_or_default()))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        update(cloud, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, live.outputs.get("arn").map_or("", String::as_str), set, unset).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let deleted = cloud.mediaconvert().delete_job_template().name(&live.id).send().await;
        absent(deleted.said("mediaconvert DeleteJobTemplate")).map(drop)
    }
}

fn outputs(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn), ("name", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

async fn update(cloud: &Cloud, spec: &Spec) -> Result<()> {
    let body = body(spec)?;
    let call = cloud.mediaconvert().update_job_template().name(&spec.name).customize();
    let call = call.mutate_request(move |request| replace(request, &body));
    call.send().await.said("mediaconvert UpdateJobTemplate").map(drop)
}

fn body(spec: &Spec) -> Result<Value> {
    let Spec { name: _, description, queue, settings } = spec;
    Ok(json!({"description": description, "queue": queue.known()?, "settings": settings}))
}

/// Puts JSON in place of what the SDK wrote. It is signed after that.
fn replace(request: &mut HttpRequest, body: &Value) {
    let text = body.to_string();
    request.headers_mut().insert("content-length", text.len().to_string());
    *request.body_mut() = SdkBody::from(text);
}

/// The template as MediaConvert wrote it.
async fn get(cloud: &Cloud, name: &str) -> Result<Option<Value>> {
    let kept = Kept::default();
    let call = cloud.mediaconvert().get_job_template().name(name).customize().interceptor(kept.clone());
    let answer = call.send().await.said("mediaconvert GetJobTemplate");
    Ok(absent(answer)?.and_then(|_| kept.json().get("jobTemplate").cloned()))
}

/// Keeps the body of the answer.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn json(&self) -> Value {
        self.0.lock().ok().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

impl Intercept for Kept {
    fn name(&self) -> &'static str {
        "bogosa keeps the answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        if let (Ok(mut kept), Some(body)) = (self.0.lock(), context.response().body().bytes()) {
            kept.clear();
            kept.extend_from_slice(body);
        }
        Ok(())
    }
}

/// What `live` says of what `want` mentions.
fn asked_for(want: &Value, live: &Value) -> Value {
    match (want, live) {
        (Value::Object(want), Value::Object(live)) => {
            let both = live.iter().filter_map(|(key, live)| Some((key.clone(), asked_for(want.get(key)?, live))));
            Value::Object(both.collect())
        }
        (Value::Array(want), Value::Array(live)) if want.len() == live.len() => {
            want.iter().zip(live).map(|(want, live)| asked_for(want, live)).collect()
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => want.clone(),
        _ => live.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_that_were_filled_in_are_no_difference() {
        let want = json!({"outputGroups": [{"name": "HLS", "speed": 1}]});
        let live = json!({"adAvailOffset": 0, "outputGroups": [{"name": "HLS", "speed": 1.0, "outputs": []}]});
        assert_eq!(asked_for(&want, &live), want);
        let changed = json!({"outputGroups": [{"name": "DASH", "speed": 1}]});
        assert_ne!(asked_for(&want, &changed), want);
    }
}
