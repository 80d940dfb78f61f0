//! The log of a run: who changed what, when, and what came of it. One object per run in the home bucket, written when
//! the run begins, at each beat of its lease, and at its end; so a run that died has left what it did until then.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_s3::primitives::ByteStream;
use bogosa_engine::{Action, Address, Event, Failure, Result};
use serde::{Deserialize, Serialize};

use super::lease::Process;
use super::{Cloud, Said, home};

/// One run, as it stands in the bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub run: String,
    pub stack: String,
    pub command: String,
    /// The ARN of who ran it.
    pub who: String,
    pub host: String,
    /// Of bogosa.
    pub version: String,
    /// In milliseconds since 1970 by AWS's clock.
    pub began_ms: i64,
    /// Absent while it runs, and where it died.
    pub ended_ms: Option<i64>,
    /// `ok`, `failed`, `interrupted`.
    pub result: Option<String>,
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub at_ms: i64,
    pub address: Address,
    pub action: Action,
    pub id: Option<String>,
    /// Absent where it was done.
    pub failure: Option<Failure>,
}

/// The log of the run that goes on.
#[derive(Debug)]
pub struct Log {
    cloud: Arc<Cloud>,
    run: Mutex<(Run, Written)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    All,
    Behind,
}

fn folder(stack: &str) -> String {
    format!("runs/{stack}/")
}

impl Log {
    pub fn new(cloud: &Arc<Cloud>, stack: &str, run: &str, command: &str) -> Self {
        let run = Run {
            run: run.to_owned(),
            stack: stack.to_owned(),
            command: command.to_owned(),
            who: cloud.caller.clone(),
            host: Process::this().host,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            began_ms: cloud.now_ms(),
            ended_ms: None,
            result: None,
            changes: Vec::new(),
        };
        Self { cloud: cloud.clone(), run: Mutex::new((run, Written::Behind)) }
    }

    pub fn see(&self, event: &Event) {
        let (address, action, id, failure) = match event {
            Event::Finished { address, action, id, .. } => (address, action, id.clone(), None),
            Event::Failed { address, action, failure, .. } => (address, action, None, Some(failure.clone())),
            Event::Planned { .. } | Event::Started { .. } | Event::Waiting { .. } | Event::Skipped { .. } => return,
        };
        let change = Change { at_ms: self.cloud.now_ms(), address: address.clone(), action: *action, id, failure };
        let mut run = self.lock();
        run.0.changes.push(change);
        run.1 = Written::Behind;
    }

    /// A run that changed nothing leaves no log.
    pub async fn end(&self, result: &str) -> Result<()> {
        {
            let mut run = self.lock();
            if run.0.changes.is_empty() && result == "ok" {
                return Ok(());
            }
            run.0.ended_ms = Some(self.cloud.now_ms());
            run.0.result = Some(result.to_owned());
            run.1 = Written::Behind;
        }
        self.write().await
    }

    /// Writes what is not written yet.
    pub async fn write(&self) -> Result<()> {
        let run = {
            let mut run = self.lock();
            if std::mem::replace(&mut run.1, Written::All) == Written::All {
                return Ok(());
            }
            run.0.clone()
        };
        let text = serde_json::to_vec(&run).map_err(|error| Failure::new("writing the log", error.to_string()))?;
        let key = format!("{}{}.json", folder(&run.stack), run.run);
        let bucket = home::bucket(&self.cloud.account, &self.cloud.region);
        let put = self.cloud.s3().put_object().bucket(bucket).key(key).body(ByteStream::from(text)).send().await;
        put.said("s3 PutObject").map(drop)
    }

    fn lock(&self) -> MutexGuard<'_, (Run, Written)> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The runs of a stack, the newest first, at most so many.
pub async fn latest(cloud: &Cloud, stack: &str, most: usize) -> Result<Vec<Run>> {
    let bucket = home::bucket(&cloud.account, &cloud.region);
    let pages = cloud.s3().list_objects_v2().bucket(&bucket).prefix(folder(stack)).into_paginator().send();
    let pages = match pages.collect::<std::result::Result<Vec<_>, _>>().await.said("s3 ListObjectsV2") {
        Ok(pages) => pages,
        Err(failure) if failure.is(&["NoSuchBucket"]) => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    // Their names begin with the time.
    let mut keys: Vec<&str> = pages.iter().flat_map(|page| page.contents()).filter_map(|object| object.key()).collect();
    keys.sort_unstable_by(|a, b| b.cmp(a));
    let mut runs = Vec::new();
    for key in keys.into_iter().take(most) {
        let object = cloud.s3().get_object().bucket(&bucket).key(key).send().await.said("s3 GetObject")?;
        let bytes = object.body.collect().await.map_err(|error| Failure::new("s3 GetObject", error.to_string()))?;
        runs.extend(serde_json::from_slice::<Run>(&bytes.into_bytes()).ok());
    }
    Ok(runs)
}
