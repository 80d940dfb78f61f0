//! The local platform: what instances and load balancers do on AWS, done by processes on this machine.
//!
//! An instance of an Auto Scaling group whose user data hold a `release::Release` is a process here: of the release's
//! artifact, with its environment, on a port of its own. `balancer` plays the load balancer before them. The groups
//! stay moto's: in one exchange (`moto/platform/instances.py`) it hears what is seen of processes and targets, decides
//! what a group would (replace, drain, refresh), and says what there is now. The exchange takes place every second, and
//! when something has happened, as long as there is such an instance; else after calls of Auto Scaling only.
//!
//! `functions` runs what Lambda would. Their events come from moto too, in the same exchange. `media` does what
//! MediaConvert would, with ffmpeg, and `streams` what IVS does while channels are on air.
//!
//! A process that dies is an instance that is lost. One that dies before it was ever healthy stays, as failed, until its
//! group's grace period is over: else a release that cannot start would be started for ever.

mod artifact;
mod balancer;
pub(crate) mod cdn;
mod environment;
mod ffmpeg;
mod functions;
mod instance;
mod logs;
mod media;
mod origin;
mod process;
mod release;
mod site;
mod streams;
mod view;

use crate::{front::Front, reply::Reply};
use balancer::Balancer;
use bytes::Bytes;
use functions::Outcome;
use hyper::{HeaderMap, header::HeaderValue};
use instance::Instance;
pub(crate) use origin::to_local;
use serde_json::{Value, json};
use site::Site;
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use view::{Seen, State, View};

/// Between two exchanges where nothing happens.
const PAUSE: Duration = Duration::from_secs(1);
/// How long whoever stops the sandbox waits for its processes.
const END: Duration = Duration::from_secs(12);

/// A header of moto's answers: the function to invoke (`moto/platform/functions.py`).
const INVOKE: &str = "x-bogosa-function";

/// Nothing, unless it has a folder to work in.
#[derive(Debug)]
pub struct Platform {
    folder: Option<PathBuf>,
    ring: Arc<Notify>,
    running: Mutex<Running>,
    state: site::State,
}

#[derive(Debug, Default)]
struct Running {
    instances: BTreeMap<String, Arc<Instance>>,
    /// By the ARN of the target group.
    balancers: BTreeMap<String, Arc<Balancer>>,
    /// By the ARN of the target group, that of the load balancer.
    forwarding: BTreeMap<String, Option<String>>,
    groups: Vec<String>,
    /// The sandbox ends: nothing is started any more.
    over: bool,
}

impl Platform {
    /// Whoever rings has something for it.
    pub fn new(folder: Option<PathBuf>, ring: Arc<Notify>) -> Platform {
        Platform { folder, ring, running: Mutex::default(), state: site::State::default() }
    }

    /// Something has changed that may concern it.
    pub fn ring(&self) {
        self.ring.notify_one();
    }

    /// The account is empty.
    pub fn reset(&self) {
        self.forget_functions();
        self.ring();
    }

    /// Their processes end with their leash.
    fn forget_functions(&self) {
        self.state.functions.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Keeps processes and moto in step, for ever.
    pub async fn run(front: Arc<Front>) {
        let platform = &front.platform;
        let Some(folder) = &platform.folder else { return };
        let _ = fs::remove_dir_all(folder); // of an earlier one that was killed
        let site = Arc::new(Site::new(Arc::clone(&front), folder.clone(), Arc::clone(&platform.ring)));
        tokio::spawn(media::work(Arc::clone(&site)));
        tokio::spawn(streams::work(Arc::clone(&site)));
        loop {
            // An error is a moto that has died, or an account that is being emptied: the next one tells.
            if let Ok(view) = platform.exchange(&front).await {
                platform.follow(&site, view).await;
            }
            let idle = platform.lock().instances.is_empty();
            let rung = platform.ring.notified();
            if idle {
                rung.await
            } else {
                drop(timeout(PAUSE, rung).await)
            }
            // What happens at once is told at once.
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends all processes and waits for that.
    pub async fn end(&self) {
        let instances = {
            let mut running = self.lock();
            running.over = true;
            std::mem::take(&mut running.instances)
        };
        instances.values().for_each(|instance| instance.end());
        self.forget_functions();
        let ended = async {
            while instances.values().any(|instance| instance.status().state != State::Ended) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = timeout(END, ended).await; // they are on a leash and end without us
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder); // only space; the next start does it again
        }
    }

    /// Kills the processes of all instances in a zone; their ids.
    pub fn outage(&self, zone: &str) -> Vec<String> {
        let running = self.lock();
        let there = running.instances.values().filter(|instance| instance.listed.zone == zone);
        there.inspect(|instance| instance.kill()).map(|instance| instance.listed.id.clone()).collect()
    }

    /// Lets a page of a local load balancer ask under its public address, and gives back its own one, for the answer.
    pub fn to_public(&self, headers: &mut HeaderMap) -> Option<HeaderValue> {
        origin::to_public(&self.lock(), headers)
    }

    /// What runs, by Auto Scaling group.
    pub fn applications(&self) -> Value {
        let running = self.lock();
        let mut groups: BTreeMap<&str, Vec<&Arc<Instance>>> = BTreeMap::new();
        for instance in running.instances.values() {
            groups.entry(&instance.listed.group).or_default().push(instance);
        }
        groups.into_iter().map(|(group, instances)| running.application(group, &instances)).collect()
    }

    async fn exchange(&self, front: &Front) -> anyhow::Result<View> {
        let seen = {
            let running = self.lock();
            Seen {
                instances: running.instances.iter().map(|(id, instance)| (id.clone(), instance.seen())).collect(),
                targets: running.balancers.iter().map(|(arn, balancer)| (arn.clone(), balancer.seen())).collect(),
            }
        };
        front.stack.moto.tell("/_bridge/platform", &seen).await
    }

    /// Runs a function where moto says so in its answer to `Invoke`.
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
    pub(crate) async fn invoke(front: &Arc<Front>, mut reply: Reply, event: Bytes) -> Reply {
        let Some(arn) = reply.headers.remove(INVOKE) else { return reply };
        let Some(folder) = &front.platform.folder else { return reply };
        let site = Arc::new(Site::new(Arc::clone(front), folder.clone(), Arc::clone(&front.platform.ring)));
        let event = if event.is_empty() { Bytes::from_static(b"{}") } else { event };
        let reply = match functions::invoke(&site, arn.to_str().unwrap_or_default(), event).await {
            Outcome::Answer(answer) => Reply::new(200, "application/json", answer),
            Outcome::Failure(failure) => {
                Reply::new(200, "application/json", failure).header("x-amz-function-error", "Unhandled")
            }
        };
        reply.header("x-amz-executed-version", "$LATEST")
    }

    /// Starts and ends what the view says.
    async fn follow(&self, site: &Arc<Site>, view: View) {
        for group in &view.target_groups {
            // Without a port there is no load balancer, and its absence shows; the next exchange tries again.
            if !self.lock().balancers.contains_key(&group.arn)
                && let Ok(balancer) = Balancer::open(group.clone()).await
            {
                self.lock().balancers.insert(group.arn.clone(), balancer);
            }
        }
        for invocation in view.invocations {
            tokio::spawn(functions::deliver(Arc::clone(site), invocation));
        }
        let mut running = self.lock();
        if running.over {
            return;
        }
        let Running { instances, balancers, forwarding, groups, over: _ } = &mut *running;
        for listed in view.instances.iter().filter(|listed| !instances.contains_key(&listed.id)).collect::<Vec<_>>() {
            let url = listed.target_groups.iter().find_map(|arn| balancers.get(arn)).map(|balancer| balancer.url());
            instances.insert(listed.id.clone(), Instance::start(site, listed.clone(), url));
        }
        balancers.retain(|arn, balancer| {
            let group = view.target_groups.iter().find(|group| group.arn == *arn);
            group.inspect(|group| balancer.follow(site, (*group).clone(), instances)).is_some()
        });
        *forwarding = view.target_groups.into_iter().map(|group| (group.arn, group.balancer)).collect();
        instances.retain(|id, instance| {
            let listed = view.instances.iter().find(|listed| listed.id == *id);
            let targeted = balancers.values().any(|balancer| balancer.has(id));
            if listed.is_none_or(|listed| listed.leaving && !targeted) {
                instance.end();
            }
            // Until moto has heard of its end.
            listed.is_some() || instance.status().state != State::Ended
        });
        for gone in groups.iter().filter(|group| !view.groups.contains(group)) {
            let _ = fs::remove_dir_all(instance::shared(site, gone)); // only space
        }
        *groups = view.groups;
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn application(&self, group: &str, instances: &[&Arc<Instance>]) -> Value {
        let listed = &instances[0].listed;
        let arn = listed.target_groups.iter().find(|arn| self.balancers.contains_key(*arn));
        let balancer = arn.and_then(|arn| self.balancers.get(arn));
        let seen = balancer.map(|balancer| balancer.seen()).unwrap_or_default();
        let instances: Vec<Value> = instances
            .iter()
            .map(|instance| {
                let (status, id) = (instance.status(), &instance.listed.id);
                // What the load balancer says of it, where there is one.
                let health = seen.get(id).filter(|_| status.state == State::Running);
                json!({
                    "id": id,
                    "zone": instance.listed.zone,
                    "pid": status.pid,
                    "port": status.port,
                    "state": health.map_or(json!(status.state), |health| json!(health.state)),
                    "reason": status.reason.or_else(|| health?.description.clone()),
                    "release": status.release,
                })
            })
            .collect();
        json!({
            "stack": listed.stack,
            "group": group,
            "load_balancer_arn": arn.and_then(|arn| self.forwarding.get(arn)),
            "url": balancer.map(|balancer| balancer.url()),
            "instances": instances,
        })
    }
}
