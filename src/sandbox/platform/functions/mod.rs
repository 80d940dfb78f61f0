//! Lambda functions as processes: the program `bootstrap` of a function's code, over the Lambda Runtime API.
//!
//! A process takes one event at a time and waits for the next one, as on Lambda; as many run as there are events at
//! once. One that has waited for long ends, and so does one whose function has changed.

mod api;
mod worker;

use super::site::Site;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::sleep;
use worker::Worker;

/// How long a process waits for another event.
const IDLE: Duration = Duration::from_secs(300);
/// Between an event's first failure and its second attempt; twice as long before the third. Lambda takes a minute:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
const AGAIN: Duration = Duration::from_secs(1);

/// Processes that wait, by function.
pub(super) type Functions = Mutex<BTreeMap<String, Vec<Worker>>>;

/// A function, as moto knows it (`moto/platform/functions.py`).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Function {
    arn: String,
    name: String,
    region: String,
    runtime: String,
    handler: Option<String>,
    /// In seconds.
    timeout: u64,
    /// In MB.
    memory: u64,
    environment: BTreeMap<String, String>,
    log_group: String,
    /// The folder with its code.
    code: PathBuf,
    /// Another one after each change of code or configuration.
    version: String,
    /// How often an event is tried again that failed.
    retries: u32,
    /// The ARN of the queue or topic for events that failed in the end.
    dead_letters: Option<String>,
}

/// An event whose sender does not wait for the answer.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Invocation {
    function: String,
    event: String,
}

/// What a function makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answer(Bytes),
    /// In the form of <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror>.
    Failure(Bytes),
}

impl Outcome {
    fn failure(kind: &str, message: &str) -> Outcome {
        Outcome::Failure(json!({ "errorType": kind, "errorMessage": message }).to_string().into())
    }
}

/// Runs a function once.
pub(super) async fn invoke(site: &Arc<Site>, arn: &str, event: Bytes) -> Outcome {
    match site.function(arn).await {
        Ok(function) => run(site, &function, event).await,
        Err(error) => Outcome::failure("Sandbox.Function", &format!("{error:#}")),
    }
}

async fn run(site: &Arc<Site>, function: &Function, event: Bytes) -> Outcome {
    let waiting = || {
        let mut all = site.state().functions.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = all.entry(function.arn.clone()).or_default();
        waiting.retain(|worker| worker.version() == function.version);
        waiting.pop()
    };
    let worker = match waiting() {
        Some(worker) => Ok(worker),
        None => Worker::start(site, function).await,
    };
    let mut worker = match worker {
        Ok(worker) => worker,
        Err(error) => return Outcome::failure("Runtime.InvalidEntrypoint", &format!("{error:#}")),
    };
    let (outcome, lives) = worker.run(event).await;
    if lives {
        let id = worker.id();
        let mut all = site.state().functions.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(function.arn.clone()).or_default().push(worker);
        let (site, arn) = (Arc::clone(site), function.arn.clone());
        tokio::spawn(async move {
            sleep(IDLE).await;
            let mut all = site.state().functions.lock().unwrap_or_else(PoisonError::into_inner);
            // It may have worked meanwhile, and then has another number.
            all.entry(arn).or_default().retain(|worker| worker.id() != id);
        });
    } else {
        worker.end().await;
    }
    outcome
}

/// Runs a function until it succeeds or there are no attempts left; then the event becomes a dead letter.
pub(super) async fn deliver(site: Arc<Site>, invocation: Invocation) {
    let event = Bytes::from(invocation.event);
    let mut pause = AGAIN;
    for attempt in 0.. {
        let Ok(function) = site.function(&invocation.function).await else { return }; // it has been deleted
        let Outcome::Failure(failure) = run(&site, &function, event.clone()).await else { return };
        if attempt >= function.retries {
            if let Some(target) = &function.dead_letters {
                bury(&site, &function, target, &event, &failure).await;
            }
            return;
        }
        sleep(pause).await;
        pause *= 2;
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>
async fn bury(site: &Site, function: &Function, target: &str, event: &Bytes, failure: &Bytes) {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let said: Value = serde_json::from_slice(failure).unwrap_or_default();
    let message: String = said["errorMessage"].as_str().unwrap_or_default().chars().take(1024).collect();
    let attribute = |kind: &str, value: &str| json!({ "DataType": kind, "StringValue": value });
    let mut attributes = json!({
        "RequestID": attribute("String", &crate::id::uuid()),
        "ErrorCode": attribute("Number", "200"),
    });
    if !message.is_empty() {
        attributes["ErrorMessage"] = attribute("String", &message);
    }
    let call = site.call(&function.region);
    let name = target.rsplit(':').next().unwrap_or(target);
    let call = if target.contains(":sqs:") {
        let queue = format!("http://127.0.0.1:{}/{}/{name}", site.port(), crate::ACCOUNT);
        let body = json!({ "QueueUrl": queue, "MessageBody": text(event), "MessageAttributes": attributes });
        call.target("sqs", "AmazonSQS.SendMessage", &body)
    } else {
        call.query("sns", "Publish", &[("TopicArn", target), ("Message", &text(event))])
    };
    site.ask(call).await; // a target that is gone is nobody's
}
