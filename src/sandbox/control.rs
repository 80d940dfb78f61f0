//! The sandbox's own API, under `/_sandbox/` on the same port. Any HTTP client can use it.
//!
//! | Path | |
//! |---|---|
//! | `GET health` | who and what this is |
//! | `GET requests`, `DELETE requests` | requests counted by service and action; start from zero |
//! | `GET resources[?tag=KEY[=VALUE]][&all]` | what exists, with its tags; `all` adds what AWS puts into every account |
//! | `GET behaviour`, `PUT behaviour` | how hard it makes life ([`crate::behaviour`]); what the JSON leaves out stays |
//! | `POST clock?forward=SECONDS` | lets time pass at once |
//! | `POST outcomes` | lets the next creation of a kind fail: `{"kind": "ec2.nat_gateway", "state": "failed", "code": …, "message": …}` |
//! | `faults` | what goes wrong, by rule ([`crate::faults`]) |
//! | `GET applications` | what runs for the instances of Auto Scaling groups, and where ([`crate::platform`]) |
//! | `GET cdn/HOST/KEY` | what a CloudFront distribution has for its viewers |
//! | `POST outage?zone=us-east-1a` | kills what runs in a zone, once |
//! | `POST reset` | an empty account again |
//! | `POST stop` | ends the sandbox |
//! | `POST ivs/live?channel=ARN`, `DELETE` likewise | a broadcaster goes on air, or leaves ([`crate::missing::ivs`]) |

use crate::{behaviour::Behaviour, form::Form, front::Front, moto::venv, reply::Reply};
use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// How a health answer is known to be ours.
pub(crate) const NAME: &str = "bogosa-sandbox";

pub(crate) async fn answer(front: &Front, method: &Method, path: &str, query: &str, body: &[u8]) -> Reply {
    match (method.as_str(), path) {
        ("GET", "health") => Reply::json(
            200,
            &json!({
                "name": NAME,
                "version": env!("CARGO_PKG_VERSION"),
                "moto": venv::MOTO,
                "account": crate::ACCOUNT,
                "port": front.port,
                "pid": std::process::id(),
                "moto_pid": front.stack.moto.pid(),
                "uptime_seconds": front.started.elapsed().as_secs(),
            }),
        ),
        ("GET", "requests") => Reply::json(200, &json!(front.counts.read())),
        ("DELETE", "requests") => {
            front.counts.reset();
            Reply::empty(204)
        }
        ("GET", "resources") => resources(front, &Form::parse(query.as_bytes())).await,
        ("POST", "reset") => match front.stack.reset().await {
            Ok(()) => {
                front.counts.reset();
                front.platform.reset();
                Reply::json(200, &json!({ "result": "ok" }))
            }
            Err(error) => failed(&error),
        },
        ("GET", "behaviour") => Reply::json(200, &json!(front.stack.behaviour.get())),
        ("PUT", "behaviour") => match changed(front.stack.behaviour.get(), body) {
            Ok(behaviour) => match front.behave(behaviour).await {
                Ok(()) => Reply::json(200, &json!(behaviour)),
                Err(error) => failed(&error),
            },
            Err(error) => Reply::json(400, &json!({ "error": error.to_string() })),
        },
        ("POST", "clock") => {
            let by = Form::parse(query.as_bytes()).get("forward").and_then(|seconds| seconds.parse().ok());
            match by.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                Some(by) => match front.forward_clock(by).await {
                    Ok(()) => Reply::json(200, &json!({ "forward": by.as_secs_f64() })),
                    Err(error) => failed(&error),
                },
                None => Reply::json(400, &json!({ "error": "say by how many seconds: clock?forward=60" })),
            }
        }
        ("POST", "outcomes") => match serde_json::from_slice::<Value>(body) {
            Ok(wanted) if wanted["kind"].is_string() => match front.stack.outcome(&wanted).await {
                Ok(()) => Reply::json(200, &wanted),
                Err(error) => failed(&error),
            },
            _ => Reply::json(400, &json!({ "error": "a JSON object with the member `kind` is wanted" })),
        },
        ("GET", "applications") => Reply::json(200, &front.platform.applications()),
        ("POST", "outage") => match Form::parse(query.as_bytes()).get("zone") {
            Some(zone) => Reply::json(200, &json!({ "instances": front.platform.outage(zone) })),
            None => Reply::json(400, &json!({ "error": "the parameter `zone` is wanted: outage?zone=us-east-1a" })),
        },
        ("POST", "stop") => {
            front.stop.notify_one();
            Reply::json(200, &json!({ "result": "ok" }))
        }
        _ => {
            let query = Form::parse(query.as_bytes());
            let answered = front.stack.layers.iter().find_map(|layer| layer.control(method, path, &query, body));
            answered.unwrap_or_else(|| {
                let error = format!("the sandbox has no {method} /_sandbox/{path}; see its documentation");
                Reply::json(404, &json!({ "error": error }))
            })
        }
    }
}

/// What the JSON says, laid over what is.
fn changed(now: Behaviour, body: &[u8]) -> serde_json::Result<Behaviour> {
    let mut whole = serde_json::to_value(now)?;
    if let (Value::Object(whole), Value::Object(given)) = (&mut whole, serde_json::from_slice(body)?) {
        whole.extend(given);
    }
    serde_json::from_value(whole)
}

async fn resources(front: &Front, query: &Form) -> Reply {
    let tag = query.get("tag").map(|tag| tag.split_once('=').map_or((tag, None), |(key, value)| (key, Some(value))));
    match front.stack.held().await {
        Ok(mut all) => {
            if query.get("all").is_none() {
                all.retain(|held| !held.builtin);
            }
            if let Some((key, value)) = tag {
                all.retain(|held| held.tags.get(key).is_some_and(|found| value.is_none_or(|value| value == found)));
            }
            Reply::json(200, &json!({ "count": all.len(), "resources": all }))
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> Reply {
    Reply::json(500, &json!({ "error": format!("{error:#}") }))
}
