//! The Lambda Runtime API, for one process. <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use super::Outcome;
use crate::{
    body::{Body, Sent},
    reply::Reply,
};
use bytes::Bytes;
use hyper::{Method, Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    io,
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    task::AbortHandle,
};

/// One event on its way to the process.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) payload: Bytes,
    pub(super) timeout: Duration,
}

/// Our side of it.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) port: u16,
    pub(super) events: mpsc::Sender<Event>,
    /// By the event's id; one without an id is of the process's start.
    pub(super) outcomes: mpsc::Receiver<(Option<String>, Outcome)>,
    serving: AbortHandle,
}

struct Served {
    arn: String,
    events: Mutex<mpsc::Receiver<Event>>,
    outcomes: mpsc::Sender<(Option<String>, Outcome)>,
}

impl Api {
    pub(super) async fn open(arn: &str) -> io::Result<Api> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (events, waiting) = mpsc::channel(1);
        let (done, outcomes) = mpsc::channel(4);
        let served = Arc::new(Served { arn: arn.to_owned(), events: Mutex::new(waiting), outcomes: done });
        let serving = tokio::spawn(serve(listener, served)).abort_handle();
        Ok(Api { port, events, outcomes, serving })
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, served: Arc<Served>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true); // only speed
        let served = Arc::clone(&served);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let served = Arc::clone(&served);
                async move { Ok::<_, Infallible>(send(served.answer(request).await)) }
            });
            // An error here is a process that has ended.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Served {
    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default().to_owned();
        let path: Vec<&str> = path.split('/').collect();
        match (&parts.method, path.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => self.done(Some(id), Outcome::Answer, body).await,
            (&Method::POST, ["invocation", id, "error"]) => self.done(Some(id), Outcome::Failure, body).await,
            (&Method::POST, ["init", "error"]) => self.done(None, Outcome::Failure, body).await,
            _ => Reply::new(404, "text/plain", "the Lambda Runtime API has no such path"),
        }
    }

    /// Waits as long as it takes.
    async fn next(&self) -> Reply {
        let Some(event) = self.events.lock().await.recv().await else {
            return Reply::new(500, "text/plain", "the function has ended");
        };
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + event.timeout;
        Reply::new(200, "application/json", event.payload)
            .header("lambda-runtime-aws-request-id", &event.id)
            .header("lambda-runtime-deadline-ms", &deadline.as_millis().to_string())
            .header("lambda-runtime-invoked-function-arn", &self.arn)
            .header("lambda-runtime-trace-id", &format!("Root=1-{}-{}", crate::id::hex(8), crate::id::hex(24)))
    }

    async fn done(&self, id: Option<&&str>, outcome: fn(Bytes) -> Outcome, body: Incoming) -> Reply {
        let Ok(body) = Body::Stream(body).collect().await else { return Reply::empty(400) };
        // Nobody may wait for it any more: then its time was over.
        let _ = self.outcomes.send((id.map(|id| (*id).to_owned()), outcome(body))).await;
        Reply::new(202, "application/json", r#"{"status":"OK"}"#)
    }
}

fn send(reply: Reply) -> Response<Sent> {
    let mut response = Response::new(reply.body.send());
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}
