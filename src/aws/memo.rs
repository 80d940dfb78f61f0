//! What several kinds need of one bulk read.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use bogosa_engine::Result;
use tokio::sync::OnceCell;

type Cell<T> = Arc<OnceCell<Arc<T>>>;

/// What is read once per discovery and key, however many kinds ask for it.
pub(crate) struct Memo<T>(Mutex<BTreeMap<String, Cell<T>>>);

impl<T> Memo<T> {
    /// The value, read by whoever asks first. A failed read is tried again by the next.
    pub(crate) async fn get<F>(&self, key: &str, read: impl FnOnce() -> F) -> Result<Arc<T>>
    where
        F: Future<Output = Result<T>>,
    {
        let cell = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key.to_owned()).or_default().clone();
        cell.get_or_try_init(|| async { read().await.map(Arc::new) }).await.cloned()
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
