//! One process of a function.

use super::{
    Function, Outcome,
    api::{Api, Event},
};
use crate::platform::{logs::Log, process::Process, site::Site};
use anyhow::{Context, bail};
use bytes::Bytes;
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::sleep;

#[derive(Debug)]
pub(in crate::platform) struct Worker {
    process: Process,
    api: Api,
    log: Log,
    version: String,
    timeout: Duration,
    /// Another number after each event.
    id: u64,
}

impl Worker {
    pub(super) async fn start(site: &Arc<Site>, function: &Function) -> anyhow::Result<Worker> {
        if !function.runtime.starts_with("provided") {
            let Function { name, runtime, .. } = function;
            bail!(
                "{name} has the runtime {runtime}; the sandbox runs those with a program of their own (provided.al2023)"
            );
        }
        let api = Api::open(&function.arn).await?;
        let stream = format!("[$LATEST]{}", crate::id::hex(32));
        let log = Log::open(site, &function.region, &stream, Some(function.log_group.clone()));
        // As Lambda does, the first time.
        let group = json!({ "logGroupName": function.log_group });
        site.ask(site.call(&function.region).target("logs", "Logs_20140328.CreateLogGroup", &group)).await;
        let program = function.code.join("bootstrap");
        let environment = environment(site, function, &stream, api.port);
        let (process, out, err) = Process::start(&program, &[], &environment, &function.code)
            .with_context(|| format!("cannot start {}", program.display()))?;
        tokio::spawn(log.clone().follow(out));
        tokio::spawn(log.clone().follow(err));
        let timeout = Duration::from_secs(function.timeout);
        Ok(Worker { process, api, log, version: function.version.clone(), timeout, id: crate::id::random() })
    }

    /// What becomes of an event, and whether another one may come.
    pub(super) async fn run(&mut self, payload: Bytes) -> (Outcome, bool) {
        let (id, began) = (crate::id::uuid(), Instant::now());
        self.id = crate::id::random();
        self.log.line(&format!("START RequestId: {id} Version: $LATEST"));
        let ended = self.take(&id, payload).await;
        self.log.line(&format!("END RequestId: {id}"));
        self.log.line(&format!("REPORT RequestId: {id}\tDuration: {:.2} ms", began.elapsed().as_secs_f64() * 1000.0));
        ended
    }

    async fn take(&mut self, id: &str, payload: Bytes) -> (Outcome, bool) {
        let event = Event { id: id.to_owned(), payload, timeout: self.timeout };
        let (events, outcomes, process) = (&self.api.events, &mut self.api.outcomes, &mut self.process);
        let done = async {
            if events.send(event).await.is_err() {
                return None;
            }
            while let Some((of, outcome)) = outcomes.recv().await {
                // What comes too late is of an earlier one.
                if of.as_deref().is_none_or(|of| of == id) {
                    return Some((outcome, of.is_some()));
                }
            }
            None
        };
        // <https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html>
        tokio::select! {
            Some(outcome) = done => outcome,
            status = process.ended() => {
                sleep(Duration::from_millis(50)).await; // its last words may still be on the way
                let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                let said = format!("RequestId: {id} Error: Runtime exited with error: {status}{}", self.log.last());
                (Outcome::failure("Runtime.ExitError", &said), false)
            }
            () = sleep(self.timeout) => {
                let said = format!("{id} Task timed out after {:.2} seconds", self.timeout.as_secs_f64());
                self.log.line(&said);
                (Outcome::failure("Sandbox.Timedout", &said), false)
            }
        }
    }

    pub(super) async fn end(self) {
        self.process.end().await;
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>: what Lambda says goes before.
fn environment(site: &Site, function: &Function, stream: &str, port: u16) -> BTreeMap<String, String> {
    let mut all = function.environment.clone();
    let own = [
        ("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}")),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", function.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream.to_owned()),
        ("_HANDLER", function.handler.clone().unwrap_or_default()),
        ("LAMBDA_TASK_ROOT", function.code.display().to_string()),
    ];
    all.extend(own.map(|(name, value)| (name.to_owned(), value)));
    all.extend(crate::platform::environment::aws(site.port(), &function.region, &function.name));
    all
}
