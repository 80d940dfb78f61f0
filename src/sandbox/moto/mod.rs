//! moto's server under the front: started as a child on a private port, asked over a pool of kept connections.
//!
//! The child runs `server.py` (beside this file), which serves moto and a few paths of our own under `/_bridge/`:
//! what moto's state holds, and its reset. It ends when its standard input closes, and so even when this process is
//! killed with SIGKILL.

pub mod venv;

use crate::{body::Body, call::Call, reply::Reply, resources::Held};
use anyhow::{Context, bail};
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// How long Python may take to import moto and open its port.
const START: Duration = Duration::from_secs(120);

/// The Python that runs inside the child, in this order.
const SERVER: [&str; 3] = [include_str!("patches.py"), include_str!("inventory.py"), include_str!("server.py")];

/// A running moto. Dropping it ends the child.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    authority: String,
    client: Client<HttpConnector, crate::body::Sent>,
}

impl Moto {
    /// Starts moto with that Python and waits until it listens.
    pub fn start(python: &Path) -> anyhow::Result<Moto> {
        let mut child = Command::new(python)
            .args(["-I", "-c", &SERVER.join("\n")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start moto with {}", python.display()))?;
        let port = child.stdout.take().map(BufReader::new).context("moto has no output").and_then(first_line);
        let port = port.and_then(|line| {
            line.trim().parse::<u16>().with_context(|| format!("moto said {line:?} instead of its port"))
        });
        match port {
            Ok(port) => Ok(Moto { child, authority: format!("127.0.0.1:{port}"), client: client() }),
            Err(error) => {
                end(&mut child);
                Err(error.context("moto did not start; its own words stand above, or in the sandbox's log"))
            }
        }
    }

    /// Sends a call to moto as it is.
    pub async fn forward(&self, call: Call) -> Reply {
        let Call { method, uri, mut headers, body, .. } = call;
        strip_hop_by_hop(&mut headers);
        if let Body::Whole(bytes) = &body {
            headers.remove(header::EXPECT);
            headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        }
        match self.send(method, &uri, headers, body).await {
            Ok(reply) => reply,
            Err(error) => Reply::new(502, "text/plain", format!("bogosa's sandbox cannot reach moto: {error:#}")),
        }
    }

    /// Everything that moto holds.
    pub async fn held(&self) -> anyhow::Result<Vec<Held>> {
        let reply = self.bridge(Method::GET, "/_bridge/resources").await?;
        serde_json::from_slice(reply.body.whole()).context("moto's list of resources")
    }

    /// Empties moto.
    pub async fn reset(&self) -> anyhow::Result<()> {
        self.bridge(Method::POST, "/_bridge/reset").await.map(drop)
    }

    async fn bridge(&self, method: Method, path: &str) -> anyhow::Result<Reply> {
        let reply = self.send(method, &path.parse()?, HeaderMap::new(), Body::default()).await?.read().await;
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
        let body = if head { Body::default() } else { Body::Stream(body) };
        Ok(Reply { status: parts.status, headers: parts.headers, body })
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

/// Headers that concern one connection only.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE, header::TE, header::TRAILER] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}
