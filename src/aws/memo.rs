//! What several kinds need of one bulk read.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, RwLock};

use bogosa_engine::Result;
use tokio::sync::OnceCell;

/// Something read once per discovery, however many kinds ask for it.
pub(super) struct Memo<T>(RwLock<Arc<OnceCell<Arc<T>>>>);

impl<T> Memo<T> {
    /// The value, read by whoever asks first. A failed read is tried again by the next.
    pub(super) async fn get<F>(&self, read: impl FnOnce() -> F) -> Result<Arc<T>>
    where
        F: Future<Output = Result<T>>,
    {
        let cell = match self.0.read() {
            Ok(held) => held.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        };
        cell.get_or_try_init(|| async { read().await.map(Arc::new) }).await.cloned()
    }

    pub(super) fn clear(&self) {
        match self.0.write() {
            Ok(mut held) => *held = Arc::default(),
            Err(poisoned) => *poisoned.into_inner() = Arc::default(),
        }
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
