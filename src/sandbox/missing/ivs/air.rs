//! Who has come on air and who has left, until somebody (`platform::streams`) takes it up.

use super::{Ivs, Stream};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// As it was at that moment.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) region: String,
    pub(crate) channel: Value,
    pub(crate) stream: Value,
    /// The configuration by which the channel is recorded.
    pub(crate) recording: Option<Value>,
    pub(crate) moment: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Begin,
    End { seconds: u64 },
}

#[derive(Debug, Default)]
pub(super) struct Air {
    changes: Mutex<VecDeque<Change>>,
    rung: Notify,
}

impl Air {
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Change>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ivs {
    pub(super) fn note(&self, region: &str, channel: &Value, stream: &Stream, moment: Moment) {
        let recording = channel["recordingConfigurationArn"].as_str().unwrap_or_default();
        let change = Change {
            region: region.to_owned(),
            channel: channel.clone(),
            stream: stream.shown.clone(),
            recording: self.configurations.get(region, recording),
            moment,
        };
        self.air.lock().push_back(change);
        self.air.rung.notify_one();
    }

    /// Waits for the next one.
    pub(crate) async fn next_change(&self) -> Change {
        loop {
            let next = self.air.lock().pop_front();
            match next {
                Some(change) => return change,
                None => self.air.rung.notified().await,
            }
        }
    }
}
