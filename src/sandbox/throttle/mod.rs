//! AWS's token buckets, per action, account and region, refilled [`Behaviour::throttle`] times faster than AWS does.
//! The sandbox's own questions pass below this layer and cost nothing.
//!
//! [`Behaviour::throttle`]: crate::behaviour::Behaviour::throttle

pub mod bucket;
pub mod limits;

use crate::{
    behaviour::Shared,
    call::Call,
    common_errors,
    layer::{Answer, Layer, Next},
};
use bucket::Bucket;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

#[derive(Debug)]
pub struct Throttle {
    behaviour: Shared,
    start: Instant,
    /// By region (none for a worldwide service), service, and what shares it.
    buckets: Mutex<HashMap<[String; 3], Bucket>>,
}

impl Throttle {
    pub fn new(behaviour: Shared) -> Throttle {
        Throttle { behaviour, start: Instant::now(), buckets: Mutex::default() }
    }

    /// Whether a call may go at that time. One that may not takes no token anywhere.
    fn admits(&self, call: &Call, faster: f64, now: Duration) -> bool {
        let region = if limits::worldwide(&call.service) { "" } else { &call.region };
        let draws: Vec<_> = limits::draws(call)
            .into_iter()
            .map(|draw| ([region, &call.service, draw.shared_by].map(str::to_owned), draw.limit))
            .collect();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut may = true;
        for (key, limit) in &draws {
            let bucket = buckets.entry(key.clone()).or_insert_with(|| Bucket::full(*limit, now));
            may &= bucket.fill(*limit, faster, now);
        }
        if may {
            draws.iter().filter_map(|(key, _)| buckets.get_mut(key).map(Bucket::take)).for_each(drop);
        }
        may
    }
}

impl Layer for Throttle {
    fn services(&self) -> &[&str] {
        &[]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        let faster = self.behaviour.get().throttle;
        if faster <= 0.0 || self.admits(&call, faster, self.behaviour.clock.now() - self.start) {
            return next.run(call);
        }
        let refused = common_errors::throttled(&call);
        Box::pin(async move { refused })
    }

    fn reset(&self) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
