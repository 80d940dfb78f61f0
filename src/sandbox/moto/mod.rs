//! moto's server under the front: started as a child on a private port, asked over a pool of kept connections.
//!
//! The child runs `server.py` (beside this file), which serves moto and a few paths of our own under `/_bridge/`:
//! what moto's state holds, and its reset. It ends when its standard input closes, and so even when this process is
//! killed with SIGKILL.

mod program;
pub mod venv;

use crate::{
    behaviour::{Behaviour, durations},
    body::Body,
    call::Call,
    reply::Reply,
    resources::Held,
};
use anyhow::{Context, bail};
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::sync::Notify;

/// How long Python may take to import moto and open its port.
const START: Duration = Duration::from_secs(120);

/// A header of moto's answers (`platform/functions.py`).
const WAITING: &str = "x-bogosa-waiting";

/// Reads the files below from its standard input, a line of JSON, and runs them; the input then stays open.
const BOOTSTRAP: &str = "import json, sys\nspace = {}\n\
    for name, source in json.loads(sys.stdin.readline()): exec(compile(source, name, 'exec'), space)";

/// A running moto. Dropping it ends the child.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    authority: String,
    /// Rung when moto has events for functions that run outside it.
    pub(crate) waiting: Arc<Notify>,
    client: Client<HttpConnector, crate::body::Sent>,
}

impl Moto {
    /// Starts moto with that Python and waits until it listens.
    pub fn start(python: &Path) -> anyhow::Result<Moto> {
        let mut child = Command::new(python)
            .args(["-I", "-c", BOOTSTRAP])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start moto with {}", python.display()))?;
        let program = serde_json::to_string(&program::files())?;
        if let Some(input) = &mut child.stdin {
            writeln!(input, "{program}").context("cannot hand moto its program")?;
        }
        let port = child.stdout.take().map(BufReader::new).context("moto has no output").and_then(first_line);
        let port = port.and_then(|line| {
            line.trim().parse::<u16>().with_context(|| format!("moto said {line:?} instead of its port"))
        });
        match port {
            Ok(port) => {
                let authority = format!("127.0.0.1:{port}");
                Ok(Moto { child, authority, waiting: Arc::default(), client: client() })
            }
            Err(error) => {
                end(&mut child);
                Err(error.context("moto did not start; its own words stand above, or in the sandbox's log"))
            }
        }
    }

    /// Sends a call to moto as it is.
    pub async fn forward(&self, mut call: Call) -> Reply {
        let (method, uri) = (call.method.clone(), call.uri.clone());
        let (mut headers, body) = (std::mem::take(&mut call.headers), std::mem::take(&mut call.body));
        strip_hop_by_hop(&mut headers);
        headers.remove(header::EXPECT); // between the client and us: hyper has answered it
        if let Body::Whole(bytes) = &body {
            headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        }
        match self.send(method, &uri, headers, body).await {
            Ok(reply) if is_gap(&call, &reply) => gap(&call, reply.read().await),
            Ok(reply) => reply,
            Err(error) => Reply::new(502, "text/plain", format!("bogosa's sandbox cannot reach moto: {error:#}")),
        }
    }

    /// Everything that moto holds.
    pub async fn held(&self) -> anyhow::Result<Vec<Held>> {
        let reply = self.bridge(Method::GET, "/_bridge/resources", None).await?;
        serde_json::from_slice(reply.body.whole()).context("moto's list of resources")
    }

    /// Empties moto.
    pub async fn reset(&self) -> anyhow::Result<()> {
        self.bridge(Method::POST, "/_bridge/reset", None).await.map(drop)
    }

    /// Tells moto which rules hold, how long things take, and how late they are seen.
    pub async fn behave(&self, behaviour: Behaviour) -> anyhow::Result<()> {
        let Behaviour { seed, rules, time_scale, consistency, throttle: _ } = behaviour;
        let told = json!({
            "seed": seed,
            "rules": rules,
            "time_scale": time_scale,
            "consistency": consistency,
            "durations": durations(),
        });
        self.bridge(Method::POST, "/_bridge/behaviour", Some(&told)).await.map(drop)
    }

    /// Lets time pass at once.
    pub async fn forward_clock(&self, by: Duration) -> anyhow::Result<()> {
        self.bridge(Method::POST, "/_bridge/clock", Some(&json!({ "forward": by.as_secs_f64() }))).await.map(drop)
    }

    /// Tells something, and hears the answer: what [`crate::platform`] and its side within moto have with one another.
    pub(crate) async fn tell<T: Serialize, A: DeserializeOwned>(&self, path: &str, told: &T) -> anyhow::Result<A> {
        let reply = self.bridge(Method::POST, path, Some(&serde_json::to_value(told)?)).await?;
        serde_json::from_slice(reply.body.whole()).with_context(|| format!("moto's answer to {path}"))
    }

    /// Lets the next creation of a kind fail: `{"kind": "ec2.nat_gateway", "state": "failed", "code": …, "message": …}`.
    pub async fn outcome(&self, wanted: &Value) -> anyhow::Result<()> {
        self.bridge(Method::POST, "/_bridge/outcomes", Some(wanted)).await.map(drop)
    }

    async fn bridge(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Reply> {
        let body = Body::Whole(body.map(Value::to_string).unwrap_or_default().into());
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, body.whole().len().into());
        let reply = self.send(method, &path.parse()?, headers, body).await?.read().await;
        if reply.status != StatusCode::OK {
            bail!("{path}: {} {}", reply.status, String::from_utf8_lossy(reply.body.whole()));
        }
        Ok(reply)
    }

    async fn send(&self, method: Method, uri: &Uri, headers: HeaderMap, body: Body) -> anyhow::Result<Reply> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let head = method == Method::HEAD;
        let mut request =
            Request::builder().method(method).uri(format!("http://{}{path}", self.authority)).body(body.send())?;
        *request.headers_mut() = headers;
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        strip_hop_by_hop(&mut parts.headers);
        if parts.headers.remove(WAITING).is_some() {
            self.waiting.notify_one();
        }
        let body = if head { Body::default() } else { Body::Stream(body) };
        Ok(Reply { status: parts.status, headers: parts.headers, body, ..Reply::default() })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    drop(child.stdin.take());
    // It may have gone by itself; nothing is to be done about a child that cannot be killed.
    let _ = child.kill();
    let _ = child.wait();
}

fn client() -> Client<HttpConnector, crate::body::Sent> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector)
}

/// The child's first line, or an error when it ends or stays silent. What it writes later is read away.
fn first_line(mut output: BufReader<impl Read + Send + 'static>) -> anyhow::Result<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = output.read_line(&mut line);
        let _ = sender.send(read.map(|_| line)); // the receiver may have given up
        let _ = std::io::copy(&mut output, &mut std::io::sink());
    });
    match receiver.recv_timeout(START) {
        Ok(Ok(line)) if !line.is_empty() => Ok(line),
        Ok(Ok(_)) => bail!("its process ended at once"),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => bail!("it did not open its port within {} s", START.as_secs()),
    }
}

/// moto has no such operation: our bridge says 501, and its router says 404 in HTML for a path it does not know.
fn is_gap(call: &Call, reply: &Reply) -> bool {
    let html = || reply.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    reply.status == StatusCode::NOT_IMPLEMENTED
        || (reply.status == StatusCode::NOT_FOUND && call.service != "s3" && html())
}

/// 501 is what no SDK retries.
fn gap(call: &Call, reply: Reply) -> Reply {
    let what = if call.action.is_empty() { call.uri.path() } else { call.action.as_str() };
    let said = reply.as_json();
    let message = match said["fault"].as_str() {
        Some(fault) => format!("moto failed at {} {what}: {fault}", call.service),
        None => format!("the sandbox lacks {} {what}", call.service),
    };
    Reply::error(call, 501, "NotImplemented", &message)
}

/// Headers that concern one connection only.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE, header::TE, header::TRAILER] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}
