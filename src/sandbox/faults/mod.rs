//! Faults by rule ([`rule::Rule`]): throttling, failures of AWS, connections that break before or after the effect,
//! answers that never come, credentials that expire, rights that are missing.
//!
//! Over HTTP, all under `/_sandbox/`:
//!
//! | Path | |
//! |---|---|
//! | `POST faults` | sets a rule or a list of rules; answers their ids |
//! | `GET faults` | the rules with how often each was met and struck, and which calls were hit |
//! | `POST faults/release` | lets go of all answers that are kept back; the rules stay |
//! | `DELETE faults[?id=N]` | takes all rules away, or one, and lets go of what they keep back |
//!
//! From Rust `sandbox.front().stack.faults`. The first rule in order that strikes a call decides; all of them see it.
//! A reset takes all rules away.

pub mod rule;

use crate::{
    behaviour::Shared,
    call::Call,
    common_errors,
    delivery::{Delivery, Release},
    form::Form,
    layer::{Answer, Layer, Next},
    reply::Reply,
};
use hyper::Method;
use rule::{Progress, Rule, What};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// A handle: its copies are the same faults.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    behaviour: Shared,
    /// Whether there are rules at all: without any, a call passes at once.
    any: AtomicBool,
    state: Mutex<State>,
    /// Rung at every hit.
    hit: Condvar,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    set: Vec<Set>,
    hits: Vec<Hit>,
    /// How many of the hits [`Faults::wait_hit`] has given out.
    given: usize,
}

#[derive(Debug)]
struct Set {
    id: u64,
    rule: Rule,
    progress: Progress,
    /// Counts the releases; when it is dropped all waiting is over.
    released: watch::Sender<u64>,
}

/// A call that a rule has struck. One that is carried out first is listed when it has been.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    pub rule: u64,
    pub what: What,
    pub service: String,
    pub action: String,
    pub region: String,
    /// Its number among the mutating calls since the rule was set; none for one that only reads.
    pub number: Option<u64>,
}

impl Faults {
    pub fn new(behaviour: Shared) -> Faults {
        Faults(Arc::new(Inner { behaviour, ..Inner::default() }))
    }

    /// Sets a rule, and gives its id.
    pub fn add(&self, rule: Rule) -> u64 {
        let mut state = self.lock();
        state.last += 1;
        let id = state.last;
        state.set.push(Set { id, rule, progress: Progress::default(), released: watch::Sender::new(0) });
        self.0.any.store(true, Ordering::Release);
        id
    }

    /// All hits since the rules were last cleared.
    pub fn hits(&self) -> Vec<Hit> {
        self.lock().hits.clone()
    }

    /// Blocks until there is a hit that this has not yet given, and gives it; `None` when the time is over. For a thread
    /// that is not the sandbox's own.
    pub fn wait_hit(&self, longest: Duration) -> Option<Hit> {
        let waited = self.0.hit.wait_timeout_while(self.lock(), longest, |state| state.given == state.hits.len());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let hit = state.hits.get(state.given).cloned()?;
        state.given += 1;
        Some(hit)
    }

    /// Lets go of all answers that are kept back.
    pub fn release(&self) {
        self.lock().set.iter().for_each(|set| set.released.send_modify(|count| *count += 1));
    }

    /// Takes one rule away; false where there is none of that id.
    pub fn remove(&self, id: u64) -> bool {
        let mut state = self.lock();
        let before = state.set.len();
        state.set.retain(|set| set.id != id);
        self.0.any.store(!state.set.is_empty(), Ordering::Release);
        state.set.len() < before
    }

    /// Takes all rules away, and forgets the hits.
    pub fn clear(&self) {
        let mut state = self.lock();
        (state.set, state.hits, state.given) = (Vec::new(), Vec::new(), 0);
        self.0.any.store(false, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows a call to all rules.
    fn judge(&self, call: &Call) -> Option<(Hit, Release)> {
        let seed = self.0.behaviour.get().seed;
        let mut struck = None;
        for set in &mut self.lock().set {
            // Only the first strikes; the others see the call all the same, and count it.
            let mut progress = set.progress.clone();
            let what = set.rule.judge(call, set.id, seed, &mut progress);
            if what.is_some() && struck.is_some() {
                progress.struck -= 1;
            }
            set.progress = progress;
            if let (Some(what), None) = (what, &struck) {
                let hit = Hit {
                    rule: set.id,
                    what,
                    service: call.service.clone(),
                    action: call.action.clone(),
                    region: call.region.clone(),
                    number: call.mutates.then_some(set.progress.mutating),
                };
                let longest = set.rule.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                struck = Some((hit, Release::new(set.released.subscribe(), longest)));
            }
        }
        struck
    }

    fn record(&self, hit: Hit) {
        self.lock().hits.push(hit);
        self.0.hit.notify_all();
    }

    async fn strike(&self, hit: Hit, until: Release, call: Call, next: Next<'_>) -> Reply {
        let reply = match hit.what {
            What::Throttle => common_errors::throttled(&call),
            What::Failed => common_errors::failed(&call),
            What::Unavailable => common_errors::unavailable(&call),
            What::ExpiredToken => common_errors::expired(&call),
            What::AccessDenied => common_errors::denied(&call),
            What::ResetBefore | What::Any => Reply::empty(500).delivered(Delivery::Break),
            What::HangBefore => Reply::empty(500).delivered(Delivery::Withhold { until, sent: false }),
            What::ResetAfter => next.ask(call).await.delivered(Delivery::Break),
            What::TimeOut => next.ask(call).await.delivered(Delivery::Withhold { until, sent: false }),
            What::Hold => next.ask(call).await.delivered(Delivery::Withhold { until, sent: true }),
        };
        self.record(hit);
        reply
    }

    fn read(&self) -> Value {
        let state = self.lock();
        let rules: Vec<Value> =
            state.set.iter().map(|set| json!({ "id": set.id, "rule": set.rule, "progress": set.progress })).collect();
        json!({ "rules": rules, "hits": state.hits })
    }
}

impl Layer for Faults {
    fn services(&self) -> &[&str] {
        &[]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        if !self.0.any.load(Ordering::Acquire) {
            return next.run(call);
        }
        match self.judge(&call) {
            Some((hit, until)) => Box::pin(self.strike(hit, until, call, next)),
            None => next.run(call),
        }
    }

    fn reset(&self) {
        self.clear();
    }

    fn control(&self, method: &Method, path: &str, query: &Form, body: &[u8]) -> Option<Reply> {
        Some(match (method.as_str(), path) {
            ("GET", "faults") => Reply::json(200, &self.read()),
            ("POST", "faults") => match rules(body) {
                Ok(rules) => {
                    let ids: Vec<u64> = rules.into_iter().map(|rule| self.add(rule)).collect();
                    Reply::json(200, &json!({ "ids": ids }))
                }
                Err(error) => Reply::json(400, &json!({ "error": error.to_string() })),
            },
            ("POST", "faults/release") => {
                self.release();
                Reply::empty(204)
            }
            ("DELETE", "faults") => match query.get("id").map(str::parse::<u64>) {
                None => {
                    self.clear();
                    Reply::empty(204)
                }
                Some(Ok(id)) if self.remove(id) => Reply::empty(204),
                Some(_) => Reply::json(404, &json!({ "error": "no rule has that id" })),
            },
            _ => return None,
        })
    }
}

/// One rule or a list of them.
fn rules(body: &[u8]) -> serde_json::Result<Vec<Rule>> {
    match serde_json::from_slice(body)? {
        Value::Array(rules) => rules.into_iter().map(serde_json::from_value).collect(),
        rule => Ok(vec![serde_json::from_value(rule)?]),
    }
}
