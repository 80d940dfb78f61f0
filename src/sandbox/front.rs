//! The HTTP server that clients talk to: reads a request, understands it, sends it through the layers, counts it.

use crate::{
    action,
    behaviour::{Behaviour, Shared},
    body::{Body, Sent},
    call::Call,
    control,
    counts::Counts,
    delivery::Delivery,
    layer::Stack,
    moto::{Moto, strip_hop_by_hop},
    platform::{self, Platform, cdn},
    reply::Reply,
};
use bytes::Bytes;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    future::Future,
    io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::Notify};

/// Everything one sandbox consists of.
#[derive(Debug)]
pub struct Front {
    pub stack: Stack,
    pub counts: Counts,
    pub started: Instant,
    pub platform: Platform,
    pub port: u16,
    /// Rung by `POST /_sandbox/stop`.
    pub stop: Notify,
}

impl Front {
    /// `folder` is for what runs beside moto; without one nothing does.
    pub fn new(moto: Moto, behaviour: Behaviour, port: u16, folder: Option<PathBuf>) -> Front {
        let stack = Stack::new(moto, Shared::new(behaviour));
        let platform = Platform::new(folder, Arc::clone(&stack.moto.waiting));
        Front { stack, counts: Counts::default(), started: Instant::now(), platform, port, stop: Notify::new() }
    }

    /// Behaves like this from now on.
    pub async fn behave(&self, behaviour: Behaviour) -> anyhow::Result<()> {
        self.stack.behaviour.set(behaviour);
        self.stack.moto.behave(behaviour).await
    }

    /// Lets time pass at once: whatever takes so long, or is hidden for so long, has then done so.
    pub async fn forward_clock(&self, by: Duration) -> anyhow::Result<()> {
        self.stack.behaviour.clock.forward(by);
        self.stack.moto.forward_clock(by).await
    }

    /// Serves until `/_sandbox/stop` or until the given future ends.
    pub async fn serve(self: Arc<Front>, listener: TcpListener, end: impl Future<Output = ()>) {
        tokio::pin!(end);
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(_) => continue, // a client that left before it was greeted, or too many open files for now
                },
                () = self.stop.notified() => break,
                () = &mut end => break,
            };
            let _ = stream.set_nodelay(true); // only speed
            let front = Arc::clone(&self);
            tokio::spawn(async move {
                let service = service_fn(|request| {
                    let front = Arc::clone(&front);
                    async move {
                        // In a task of its own: hyper drops what it waits for when the client leaves, but a call that
                        // has arrived is carried out, on AWS as here.
                        let (response, delivery) =
                            tokio::spawn(front.answer(request)).await.map_err(io::Error::other)?;
                        delivery.due().await.map(|()| response)
                    }
                });
                let mut http = hyper::server::conn::http1::Builder::new();
                // An error here is a client that hung up in the middle, or an answer that shall not be sent.
                let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
        // Before the port is given up: whoever waits for that waits for this too.
        self.platform.end().await;
    }

    async fn answer(self: Arc<Front>, request: Request<Incoming>) -> (Response<Sent>, Delivery) {
        let (mut parts, incoming) = request.into_parts();
        let body = if action::carries_object(&parts.method, &parts.uri, &parts.headers) {
            Body::Stream(incoming)
        } else {
            match Body::Stream(incoming).collect().await {
                Ok(bytes) => Body::Whole(bytes),
                Err(error) => {
                    return send(Reply::new(400, "text/plain", format!("the request broke off: {error}")), "");
                }
            }
        };
        if let Some(path) = parts.uri.path().strip_prefix("/_sandbox/cdn/") {
            return send(cdn::answer(&self, &parts.method, path, &parts.headers).await, "");
        }
        if let Some(path) = parts.uri.path().strip_prefix("/_sandbox/") {
            let query = parts.uri.query().unwrap_or_default();
            return send(control::answer(&self, &parts.method, path, query, body.whole()).await, "");
        }
        let page = self.platform.to_public(&mut parts.headers);
        let call = Call::new(parts.method, parts.uri, parts.headers, body);
        self.counts.count(&call);
        let id = call.request_id.clone();
        let concerns_groups = call.mutates && call.service == "autoscaling";
        let event = call.is("lambda", "Invoke").then(|| Bytes::copy_from_slice(call.body.whole()));
        let mut reply = self.stack.run(call).await;
        if concerns_groups {
            self.platform.ring();
        }
        if let Some(event) = event {
            reply = Platform::invoke(&self, reply, event).await;
        }
        if let Some(page) = page {
            platform::to_local(page, &mut reply.headers);
        }
        send(reply, &id)
    }
}

/// As hyper wants it.
fn send(reply: Reply, request_id: &str) -> (Response<Sent>, Delivery) {
    let mut reply = if request_id.is_empty() || reply.headers.contains_key("x-amzn-requestid") {
        reply
    } else {
        reply.header("x-amzn-requestid", request_id)
    };
    strip_hop_by_hop(&mut reply.headers);
    if let Body::Whole(_) = reply.body {
        // A layer may have changed the body. A HEAD's answer keeps the length that moto gave it.
        if !reply.body.whole().is_empty() {
            reply.headers.remove("content-length");
        }
    }
    let mut response = Response::new(reply.body.send());
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    (response, reply.delivery)
}
