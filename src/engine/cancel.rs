//! A wish to stop: nothing new is started, waits end, calls in flight are finished.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Shared by everything that may have to stop; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    requested: AtomicBool,
    rung: Notify,
}

impl Cancel {
    pub fn request(&self) {
        self.0.requested.store(true, Ordering::SeqCst);
        self.0.rung.notify_waiters();
    }

    pub fn requested(&self) -> bool {
        self.0.requested.load(Ordering::SeqCst)
    }

    /// Returns once it is requested.
    pub async fn wait(&self) {
        // Listening begins before the question, so that a request in between is not missed.
        let rung = self.0.rung.notified();
        if !self.requested() {
            rung.await;
        }
    }
}
