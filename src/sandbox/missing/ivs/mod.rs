//! Amazon IVS (low-latency streaming): channels, stream keys, recording configurations, streams, tags.
//! <https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/Welcome.html>
//!
//! moto has channels alone: it throws their stream keys away, cannot tag them, and knows nothing of recording
//! configurations. The rules between these (one key a channel, a configuration in use, a channel on air) need them in
//! one place, so all of them live here and moto's channels stay empty.
//!
//! Nobody can broadcast to the sandbox, so `POST /_sandbox/ivs/live?channel=ARN` says that somebody does, until `DELETE`.
//! What follows from that (events, recordings) is not here either: see `air.rs`.

mod air;
mod channel;
mod creating;
mod recording;
mod stream;
mod tags;

use crate::{
    call::Call,
    form::Form,
    layer::{Answer, Layer, Next},
    missing::{
        pages::page,
        refusal::{Refusal, refuse},
    },
    reply::Reply,
    resources::Held,
    shapes,
    store::Store,
};
use air::Air;
pub(crate) use air::{Change, Moment};
use hyper::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Everything as it goes over the wire, by its ARN. Streams are by their channel's ARN, and there while they are live.
#[derive(Debug, Default)]
pub struct Ivs {
    channels: Store<Value>,
    configurations: Store<Value>,
    keys: Store<Value>,
    streams: Store<Stream>,
    creating: creating::Creating,
    air: Air,
}

/// A channel on air.
#[derive(Clone, Debug)]
struct Stream {
    shown: Value,
    /// Seconds since 1970.
    since: u64,
}

type Outcome = Result<Reply, Refusal>;

impl Layer for Ivs {
    fn services(&self) -> &[&str] {
        &["ivs"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        Box::pin(async move {
            for ready in self.creating.due(next.stack().behaviour.clock.now()) {
                self.configurations.update(&ready.region, &ready.arn, |one| one["state"] = ready.state.into());
            }
            let request = request(&call);
            let problems = shapes::check("ivs", &call.action, &request);
            let outcome = if problems.is_empty() {
                match call.action.as_str() {
                    "CreateRecordingConfiguration" => {
                        let place = recording::place_of(&call, &request, next).await;
                        self.create_recording_configuration(&call, &request, place, &next.stack().behaviour)
                    }
                    _ => match self.run(&call, &request) {
                        Some(outcome) => outcome,
                        None => return next.run(call).await,
                    },
                }
            } else {
                refuse(400, "ValidationException", shapes::coral(&problems))
            };
            outcome.unwrap_or_else(|refusal| error(&call, &refusal))
        })
    }

    fn held(&self) -> Vec<Held> {
        let kinds = [
            ("channel", &self.channels),
            ("recording-configuration", &self.configurations),
            ("stream-key", &self.keys),
        ];
        let held = |kind: &str, region: String, arn: String, thing: &Value| Held {
            service: "ivs".to_owned(),
            kind: kind.to_owned(),
            id: arn.clone(),
            arn,
            region,
            tags: tags_of(thing),
            // https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
            tagging_api: true,
            builtin: false,
        };
        kinds
            .iter()
            .flat_map(|(kind, store)| {
                store.all().into_iter().map(|(region, arn, thing)| held(kind, region, arn, &thing))
            })
            .collect()
    }

    fn control(&self, method: &Method, path: &str, query: &Form, _body: &[u8]) -> Option<Reply> {
        (path == "ivs/live").then(|| self.set_live(method, query.get("channel").unwrap_or_default()))
    }

    fn outcome(&self, wanted: &Value) -> bool {
        let ours = wanted["kind"] == creating::KIND;
        if ours {
            self.creating.expect(wanted["state"].as_str().unwrap_or("CREATE_FAILED"));
        }
        ours
    }

    fn reset(&self) {
        self.creating.clear();
        self.air.clear();
        self.streams.clear();
        [&self.channels, &self.configurations, &self.keys].iter().for_each(|store| store.clear());
    }
}

impl Ivs {
    fn run(&self, call: &Call, request: &Value) -> Option<Outcome> {
        let region = &call.region;
        Some(match call.action.as_str() {
            "CreateChannel" => self.create_channel(region, request),
            "GetChannel" => self.get_channel(region, request),
            "BatchGetChannel" => Ok(self.batch_get_channel(region, request)),
            "ListChannels" => self.list_channels(region, request),
            "UpdateChannel" => self.update_channel(region, request),
            "DeleteChannel" => self.delete_channel(region, request),
            "GetRecordingConfiguration" => self.get_recording_configuration(region, request),
            "ListRecordingConfigurations" => self.list_recording_configurations(region, request),
            "DeleteRecordingConfiguration" => self.delete_recording_configuration(region, request),
            "CreateStreamKey" => self.create_stream_key(region, request),
            "GetStreamKey" => self.get_stream_key(region, request),
            "BatchGetStreamKey" => Ok(self.batch_get_stream_key(region, request)),
            "ListStreamKeys" => self.list_stream_keys(region, request),
            "DeleteStreamKey" => self.delete_stream_key(region, request),
            "GetStream" => self.get_stream(region, request),
            "ListStreams" => self.list_streams(region, request),
            "StopStream" => self.stop_stream(region, request),
            "PutMetadata" => self.put_metadata(region, request),
            "TagResource" => self.tag_resource(region, request),
            "UntagResource" => self.untag_resource(region, request),
            "ListTagsForResource" => self.list_tags_for_resource(region, request),
            _ => return None,
        })
    }
}

/// The members of a request, wherever they stand: body, path (`/tags/{resourceArn}`) or query (`tagKeys`, repeated).
fn request(call: &Call) -> Value {
    let mut request = call.json();
    if let [tags, arn @ ..] = call.path().as_slice()
        && tags == "tags"
    {
        request["resourceArn"] = arn.join("/").into();
    }
    if call.action == "UntagResource" {
        request["tagKeys"] = call.parameters("tagKeys").into();
    }
    request
}

/// IVS calls the message `exceptionMessage`; clients that look for `message` find that too.
fn error(call: &Call, refusal: &Refusal) -> Reply {
    let reply = refusal.reply(call);
    let mut body = reply.as_json();
    body["exceptionMessage"] = refusal.message.as_str().into();
    reply.with_json(&body)
}

fn not_found<T>(arn: &str) -> Result<T, Refusal> {
    refuse(404, "ResourceNotFoundException", format!("Resource: {arn} not found"))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn arn(region: &str, kind: &str) -> String {
    format!("arn:aws:ivs:{region}:{}:{kind}/{}", crate::ACCOUNT, crate::id::mixed(12))
}

fn tags_of(thing: &Value) -> BTreeMap<String, String> {
    let pair = |(key, value): (&String, &Value)| (key.clone(), value.as_str().unwrap_or_default().to_owned());
    thing["tags"].as_object().into_iter().flatten().map(pair).collect()
}

/// Only some members, as the lists' summaries have them.
fn summary(thing: &Value, members: &[&str]) -> Value {
    let kept = |member: &&str| Some(((*member).to_owned(), thing.get(*member)?.clone()));
    Value::Object(members.iter().filter_map(kept).collect::<Map<_, _>>())
}

/// `{name: […], nextToken}`; the page's size is checked by the model.
fn listed(name: &str, all: Vec<Value>, request: &Value, default: u64) -> Outcome {
    let size = request["maxResults"].as_u64().unwrap_or(default) as usize;
    let Some((found, next)) = page(all, size, request["nextToken"].as_str()) else {
        return refuse(400, "ValidationException", "nextToken is invalid");
    };
    let mut body = json!({ name: found });
    if let Some(next) = next {
        body["nextToken"] = next.into();
    }
    Ok(Reply::json(200, &body))
}
