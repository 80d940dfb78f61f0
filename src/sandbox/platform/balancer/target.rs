//! One target: its health, the requests it is busy with, and its end.

use super::health::{self, Health};
use crate::platform::{
    instance::Instance,
    site::Site,
    view::{State, TargetGroup, TargetHealth},
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Notify, task::JoinHandle, time::sleep};

#[derive(Debug)]
pub(super) struct Target {
    pub(super) instance: Arc<Instance>,
    inner: Mutex<Inner>,
    /// How many requests it is busy with.
    busy: AtomicUsize,
    /// Rung when its time is up: what lasts longer is cut.
    pub(super) cut: Notify,
    ring: Arc<Notify>,
}

#[derive(Debug)]
struct Inner {
    settings: TargetGroup,
    health: Health,
    /// Since when it is to leave.
    draining: Option<Instant>,
    checking: Option<JoinHandle<()>>,
}

impl Target {
    /// Begins to check one.
    pub(super) fn check(site: &Arc<Site>, instance: Arc<Instance>, settings: &TargetGroup) -> Arc<Target> {
        let inner = Inner { settings: settings.clone(), health: Health::new(), draining: None, checking: None };
        let target = Arc::new(Target {
            instance,
            inner: Mutex::new(inner),
            busy: AtomicUsize::new(0),
            cut: Notify::new(),
            ring: Arc::clone(&site.ring),
        });
        target.lock().checking = Some(tokio::spawn(checks(Arc::downgrade(&target))));
        target
    }

    pub(super) fn take_on(&self, settings: &TargetGroup) {
        self.lock().settings = settings.clone();
    }

    /// It is registered, perhaps again.
    pub(super) fn register(&self) {
        let mut inner = self.lock();
        if inner.draining.take().is_some() {
            inner.health = Health::new();
        }
    }

    /// Gives it no more requests; whether those it has have ended, or their time. "If a deregistering target has no
    /// in-flight requests and no active connections, Elastic Load Balancing immediately completes the deregistration
    /// process": <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html>
    pub(super) fn drain(&self, delay: Duration) -> bool {
        let since = *self.lock().draining.get_or_insert_with(Instant::now);
        let idle = self.busy.load(Ordering::SeqCst) == 0 || self.instance.address().is_none();
        let over = idle || since.elapsed() >= delay;
        if over {
            self.cut.notify_waiters();
        }
        over
    }

    pub(super) fn seen(&self) -> TargetHealth {
        let inner = self.lock();
        if inner.draining.is_some() {
            return TargetHealth::new(
                "draining",
                "Target.DeregistrationInProgress",
                "Target deregistration is in progress",
            );
        }
        if inner.settings.balancer.is_none() {
            let said = "Target group is not configured to receive traffic from the load balancer";
            return TargetHealth::new("unused", "Target.NotInUse", said);
        }
        let status = self.instance.status();
        if status.state == State::Failed {
            let reason = status.reason.unwrap_or_default();
            return TargetHealth::new(
                "unhealthy",
                "Target.FailedHealthChecks",
                format!("Health checks failed: {reason}"),
            );
        }
        inner.health.seen()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(checking) = self.lock().checking.take() {
            checking.abort();
        }
    }
}

async fn checks(target: std::sync::Weak<Target>) {
    loop {
        let Some(settings) = target.upgrade().map(|target| target.lock().settings.clone()) else { return };
        let address = target.upgrade().and_then(|target| target.instance.address());
        let outcome = match address {
            Some(address) if settings.balancer.is_some() => Some(health::probe(address, &settings).await),
            _ if settings.balancer.is_some() => Some(health::Outcome::Nothing),
            _ => None, // nobody checks what nobody uses
        };
        let Some(target) = target.upgrade() else { return };
        let pause = {
            let mut inner = target.lock();
            let changed = outcome.is_some_and(|outcome| inner.health.observe(outcome, &settings, Instant::now()));
            if inner.health.is_healthy() {
                target.instance.has_served();
            }
            if changed {
                target.ring.notify_one();
            }
            inner.health.pause(&settings)
        };
        drop(target);
        sleep(pause).await;
    }
}

/// A request that a target is busy with, until this is dropped.
#[derive(Debug)]
pub(super) struct Busy(pub(super) Arc<Target>);

impl Busy {
    pub(super) fn new(target: Arc<Target>) -> Busy {
        target.busy.fetch_add(1, Ordering::SeqCst);
        Busy(target)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.0.busy.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.lock().draining.is_some() {
            self.0.ring.notify_one();
        }
    }
}
