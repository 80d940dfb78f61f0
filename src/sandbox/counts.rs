//! How many requests came in, by service and action: what the plan's call budget and the benchmarks are measured with.

use crate::call::Call;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Debug, Default)]
pub struct Counts(Mutex<Requests>);

/// The answer of `/_sandbox/requests`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Requests {
    pub total: u64,
    pub mutating: u64,
    /// service → action → how many
    pub services: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Counts {
    pub(crate) fn count(&self, call: &Call) {
        let mut requests = self.lock();
        requests.total += 1;
        requests.mutating += u64::from(call.mutates);
        *requests.services.entry(call.service.clone()).or_default().entry(call.action.clone()).or_default() += 1;
    }

    pub fn read(&self) -> Requests {
        self.lock().clone()
    }

    pub fn reset(&self) {
        *self.lock() = Requests::default();
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
