//! What processes write: into their log group, one stream per instance, where it can be read as on AWS.

use super::site::Site;
use serde_json::json;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::mpsc,
    time::sleep,
};

/// As many lines are kept to say why something failed.
const KEPT: usize = 10;
/// How long lines are gathered before they are sent.
const GATHER: Duration = Duration::from_millis(300);
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>: 10,000 events and 1 MiB.
const BATCH: usize = 500;
/// Longer lines are cut.
const LINE: usize = 64 * 1024;

/// Where the lines of one instance or function go.
#[derive(Clone, Debug)]
pub(super) struct Log {
    lines: mpsc::UnboundedSender<(u64, String)>,
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Log {
    /// Without a log group only the last lines are kept.
    pub(super) fn open(site: &Arc<Site>, region: &str, stream: &str, group: Option<String>) -> Log {
        let (lines, received) = mpsc::unbounded_channel();
        tokio::spawn(send(Arc::clone(site), region.to_owned(), stream.to_owned(), group, received));
        Log { lines, last: Arc::default() }
    }

    pub(super) fn line(&self, line: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(line.to_owned());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let _ = self.lines.send((now.as_millis() as u64, line.to_owned())); // at the very end nobody listens any more
    }

    /// Takes all that a process writes. Ends when it has ended.
    pub(super) async fn follow(self, output: impl AsyncRead + Unpin) {
        let (mut output, mut line) = (BufReader::new(output), Vec::new());
        while matches!(output.read_until(b'\n', &mut line).await, Ok(1..)) {
            let text = String::from_utf8_lossy(&line[..line.len().min(LINE)]);
            let text = text.trim_end();
            if !text.is_empty() {
                self.line(text); // CloudWatch Logs refuses empty ones
            }
            line.clear();
        }
    }

    /// The last lines, for an error.
    pub(super) fn last(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().map(|line| format!("\n  | {line}")).collect()
    }
}

async fn send(
    site: Arc<Site>,
    region: String,
    stream: String,
    group: Option<String>,
    mut lines: mpsc::UnboundedReceiver<(u64, String)>,
) {
    let mut gathered = Vec::new();
    let call = |action: &str, body| site.call(&region).target("logs", &format!("Logs_20140328.{action}"), &body);
    let mut known = false;
    while lines.recv_many(&mut gathered, BATCH).await > 0 {
        let Some(group) = &group else {
            gathered.clear();
            continue;
        };
        if !known {
            let stream = json!({ "logGroupName": group, "logStreamName": stream });
            site.ask(call("CreateLogStream", stream)).await; // it may exist
            known = true;
        }
        let events: Vec<_> =
            gathered.drain(..).map(|(time, line)| json!({ "timestamp": time, "message": line })).collect();
        let body = json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events });
        site.ask(call("PutLogEvents", body)).await; // without its group, nobody wants to read it
        sleep(GATHER).await;
    }
}
