//! Recording configurations that are CREATING, and what the next ones are to become instead of ACTIVE.

use crate::behaviour::{Shared, durations};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The kind in `config/aws-timing.yaml` and in `POST /_sandbox/outcomes`.
pub(super) const KIND: &str = "ivs.recording_configuration";

#[derive(Debug, Default)]
pub(super) struct Creating(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Waiting>,
    outcomes: VecDeque<String>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    due: Instant,
    pub region: String,
    pub arn: String,
    /// What it becomes.
    pub state: String,
}

impl Creating {
    /// How the next one ends.
    pub fn expect(&self, state: &str) {
        self.lock().outcomes.push_back(state.to_owned());
    }

    /// The state of one that is just made and is to become `state` in the end, unless an outcome was asked for.
    pub fn begin(&self, region: &str, arn: &str, state: &str, shared: &Shared) -> String {
        let mut inner = self.lock();
        let state = inner.outcomes.pop_front().unwrap_or_else(|| state.to_owned());
        let typical = durations().get(KIND).and_then(|row| row.get("create")).copied().unwrap_or_default();
        let Ok(lasts) = Duration::try_from_secs_f64(typical * shared.get().time_scale) else { return state };
        if lasts.is_zero() {
            return state;
        }
        let due = shared.clock.now() + lasts;
        inner.waiting.push(Waiting { due, region: region.to_owned(), arn: arn.to_owned(), state });
        "CREATING".to_owned()
    }

    /// Those whose time has come.
    pub fn due(&self, now: Instant) -> Vec<Waiting> {
        self.lock().waiting.extract_if(.., |one| one.due <= now).collect()
    }

    pub fn clear(&self) {
        *self.lock() = State::default();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
