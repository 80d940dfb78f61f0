//! The local stand-in for a load balancer: each target group has a port of its own on 127.0.0.1, behind which requests
//! go round the healthy targets. It answers where a load balancer forwards to the target group, whatever the listener;
//! conditions of rules are not looked at, and it speaks plain HTTP.

mod health;
mod proxy;
mod target;

use super::{
    instance::Instance,
    site::Site,
    view::{TargetGroup, TargetHealth},
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use target::{Busy, Target};
use tokio::{net::TcpListener, task::AbortHandle};

/// The first free one is taken, so that the address stays the same from one time to the next.
const PORTS: std::ops::Range<u16> = 8080..8100;

/// How long a connection to a target may take: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-504-issues>
const CONNECT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Balancer {
    pub(super) port: u16,
    inner: Mutex<Inner>,
    client: Client<HttpConnector, Incoming>,
    serving: AbortHandle,
}

#[derive(Debug)]
struct Inner {
    settings: TargetGroup,
    /// By instance; those that drain too.
    targets: BTreeMap<String, Arc<Target>>,
    /// Whose turn it is.
    turn: usize,
}

impl Balancer {
    pub(super) async fn open(settings: TargetGroup) -> io::Result<Arc<Balancer>> {
        let listener = listen().await?;
        let port = listener.local_addr()?.port();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        let inner = Mutex::new(Inner { settings, targets: BTreeMap::new(), turn: 0 });
        Ok(Arc::new_cyclic(|balancer| {
            let balancer = std::sync::Weak::clone(balancer);
            let serving = tokio::spawn(serve(listener, balancer)).abort_handle();
            Balancer { port, inner, client, serving }
        }))
    }

    /// `http://127.0.0.1:PORT`
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Takes on its settings and targets as they are now. `instances` are those that run here; others get no requests.
    pub(super) fn follow(&self, site: &Arc<Site>, settings: TargetGroup, instances: &BTreeMap<String, Arc<Instance>>) {
        let mut inner = self.lock();
        for id in &settings.targets {
            let Some(instance) = instances.get(id) else { continue };
            match inner.targets.get(id) {
                Some(target) => target.register(),
                None => {
                    let target = Target::check(site, Arc::clone(instance), &settings);
                    inner.targets.insert(id.clone(), target);
                }
            }
        }
        let delay = Duration::from_secs(settings.deregistration_delay);
        inner.targets.retain(|id, target| {
            target.take_on(&settings);
            settings.targets.contains(id) || !target.drain(delay)
        });
        inner.settings = settings;
    }

    /// Whether it has that instance as a target, be it one that drains.
    pub(super) fn has(&self, instance: &str) -> bool {
        self.lock().targets.contains_key(instance)
    }

    pub(super) fn seen(&self) -> BTreeMap<String, TargetHealth> {
        self.lock().targets.iter().map(|(id, target)| (id.clone(), target.seen())).collect()
    }

    fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.lock().settings.idle_timeout)
    }

    fn stickiness(&self) -> Option<u64> {
        self.lock().settings.stickiness
    }

    /// The target of the next request: the preferred one, or whoever's turn it is. Where all are unhealthy, any of them:
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
    fn pick(&self, preferred: Option<&str>) -> Option<(Busy, SocketAddr)> {
        let mut inner = self.lock();
        inner.settings.balancer.as_ref()?;
        let able = |state| {
            let targets = inner.targets.values().filter(move |target| target.seen().state == state);
            targets.filter_map(|target| Some((target, target.instance.address()?))).collect::<Vec<_>>()
        };
        let healthy = able("healthy");
        let candidates = if healthy.is_empty() { able("unhealthy") } else { healthy };
        let turn = inner.turn % candidates.len().max(1);
        let kept = candidates.iter().position(|(target, _)| Some(target.instance.listed.id.as_str()) == preferred);
        let (target, address) = candidates.get(kept.unwrap_or(turn))?;
        let picked = (Busy::new(Arc::clone(target)), *address);
        inner.turn = turn + 1;
        Some(picked)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn listen() -> io::Result<TcpListener> {
    for port in PORTS {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            return Ok(listener);
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

async fn serve(listener: TcpListener, balancer: std::sync::Weak<Balancer>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else { continue };
        let Some(balancer) = balancer.upgrade() else { return };
        let _ = stream.set_nodelay(true); // only speed
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let balancer = Arc::clone(&balancer);
                async move { Ok::<_, std::convert::Infallible>(proxy::answer(&balancer, peer.ip(), request).await) }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            // An error here is a viewer that hung up, or a target that broke off.
            let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).with_upgrades().await;
        });
    }
}
