//! AWS Elemental MediaConvert, which moto lacks altogether: queues, job templates, presets, jobs, tags, the policy on
//! inputs. <https://docs.aws.amazon.com/mediaconvert/latest/apireference/resources.html>
//!
//! AWS's own templates and presets (`System-…`) are not here: lists by SYSTEM are empty, and a job may name them only
//! as an output's preset. What does a job's work is not here either: see [`work`].

mod job;
mod kinds;
mod queue;
mod settings;
mod tags;
mod words;
mod work;

use crate::{
    ACCOUNT,
    call::Call,
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
use hyper::header;
use kinds::{Kind, Named};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::sync::Notify;

/// Something made, and how manieth it was: times have only seconds.
#[derive(Clone, Debug)]
struct Thing {
    value: Value,
    number: u64,
}

#[derive(Debug, Default)]
pub struct MediaConvert {
    /// By name; jobs by id.
    queues: Store<Thing>,
    templates: Store<Thing>,
    presets: Store<Thing>,
    jobs: Store<Thing>,
    /// By ARN: they are no part of what the other operations answer.
    tags: Store<BTreeMap<String, String>>,
    policies: Store<Value>,
    made: AtomicU64,
    /// Rung when there may be work.
    submitted: Notify,
}

type Outcome = Result<Reply, Refusal>;

impl Layer for MediaConvert {
    fn services(&self) -> &[&str] {
        &["mediaconvert"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        Box::pin(async move {
            self.ensure_default_queue(&call.region);
            let request = request(&call);
            let problems = shapes::check("mediaconvert", &call.action, &request);
            let outcome = if problems.is_empty() {
                match self.run(&call, &request) {
                    Some(outcome) => outcome,
                    None => return next.run(call).await,
                }
            } else {
                refuse(400, "BadRequestException", words::all(&problems))
            };
            if call.mutates {
                self.submitted.notify_one();
            }
            outcome.unwrap_or_else(|refusal| refusal.reply(&call))
        })
    }

    /// Jobs are not listed: nobody can delete one (AWS forgets them after 90 days).
    fn held(&self) -> Vec<Held> {
        let of = |kind: &'static Kind| {
            self.store(kind).all().into_iter().map(move |(region, name, _)| {
                let arn = arn(&region, kind.path, &name);
                Held {
                    service: "mediaconvert".to_owned(),
                    kind: kind.path.to_owned(),
                    tags: self.tags.get(&region, &arn).unwrap_or_default(),
                    builtin: kind.named == Named::Queue && name == queue::DEFAULT,
                    // https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
                    tagging_api: true,
                    id: name,
                    arn,
                    region,
                }
            })
        };
        kinds::ALL.iter().flat_map(of).collect()
    }

    fn reset(&self) {
        [&self.queues, &self.templates, &self.presets, &self.jobs].iter().for_each(|store| store.clear());
        self.tags.clear();
        self.policies.clear();
    }
}

impl MediaConvert {
    fn run(&self, call: &Call, request: &Value) -> Option<Outcome> {
        let region = call.region.as_str();
        if let Some((kind, verb)) = kinds::of(&call.action) {
            return Some(self.manage(region, kind, verb, request));
        }
        Some(match call.action.as_str() {
            "CreateJob" => self.create_job(region, request),
            "GetJob" => self.get_job(region, request),
            "ListJobs" => self.list_jobs(region, request),
            "CancelJob" => self.cancel_job(region, request),
            "TagResource" => self.tag_resource(region, request),
            "UntagResource" => self.untag_resource(region, request),
            "ListTagsForResource" => self.list_tags_for_resource(region, request),
            "GetPolicy" => Ok(self.policy(region)),
            "PutPolicy" => {
                self.policies.insert(region, "", request["policy"].clone());
                Ok(self.policy(region))
            }
            "DeletePolicy" => {
                self.policies.remove(region, "");
                Ok(Reply::json(200, &json!({})))
            }
            "DescribeEndpoints" => Ok(endpoints(call)),
            _ => return None,
        })
    }

    fn store(&self, kind: &Kind) -> &Store<Thing> {
        match kind.named {
            Named::Queue => &self.queues,
            Named::JobTemplate => &self.templates,
            Named::Preset => &self.presets,
        }
    }

    fn thing(&self, value: Value) -> Thing {
        Thing { value, number: self.made.fetch_add(1, Ordering::Relaxed) }
    }

    /// <https://docs.aws.amazon.com/mediaconvert/latest/apireference/policy.html>: what inputs jobs may have.
    fn policy(&self, region: &str) -> Reply {
        let policy = self.policies.get(region, "").unwrap_or_else(|| json!({}));
        let of = |name: &str| policy[name].as_str().unwrap_or("ALLOWED").to_owned();
        let policy =
            json!({ "httpInputs": of("httpInputs"), "httpsInputs": of("httpsInputs"), "s3Inputs": of("s3Inputs") });
        Reply::json(200, &json!({ "policy": policy }))
    }
}

/// "DescribeEndpoints is no longer required", but older clients send everything to what it names, so that must be the
/// sandbox itself.
/// <https://docs.aws.amazon.com/mediaconvert/latest/apireference/endpoints.html>
fn endpoints(call: &Call) -> Reply {
    let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    Reply::json(200, &json!({ "endpoints": [{ "url": format!("http://{host}") }] }))
}

/// The members of a request, wherever they stand: body, path (`/2017-08-29/queues/{name}`), query.
fn request(call: &Call) -> Value {
    let mut request = call.json();
    if !request.is_object() {
        return request; // the check says so
    }
    if let [_, resource, rest @ ..] = call.path().as_slice()
        && !rest.is_empty()
    {
        let member = match resource.as_str() {
            "jobs" => "id",
            "tags" => "arn",
            _ => "name",
        };
        request[member] = rest.join("/").into();
    }
    for name in ["category", "listBy", "nextToken", "order", "queue", "status"] {
        if let Some(value) = call.parameter(name) {
            request[name] = value.into();
        }
    }
    if let Some(size) = call.parameter("maxResults") {
        request["maxResults"] = size.parse::<u64>().map_or_else(|_| size.clone().into(), Value::from);
    }
    request
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn arn(region: &str, path: &str, name: &str) -> String {
    format!("arn:aws:mediaconvert:{region}:{ACCOUNT}:{path}/{name}")
}

fn not_found(what: &str, arn: &str) -> Refusal {
    Refusal { status: 404, code: "NotFoundException", message: format!("The specified {what} was not found: {arn}") }
}

/// `{plural: […], nextToken}`; at most 20, says the model.
fn listed(plural: &str, all: Vec<Value>, request: &Value) -> Outcome {
    let size = request["maxResults"].as_u64().unwrap_or(20) as usize;
    let Some((found, next)) = page(all, size, request["nextToken"].as_str()) else {
        return refuse(400, "BadRequestException", "Invalid nextToken");
    };
    let mut body = json!({ plural: found });
    if let Some(next) = next {
        body["nextToken"] = next.into();
    }
    Ok(Reply::json(200, &body))
}
