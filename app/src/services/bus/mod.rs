//! Tells every instance what happened on one of them. Messages may be lost: whoever listens persists first, and replays
//! from the last id it has when it is told that it missed some. Three forms: within the process, through a table that
//! every instance polls, and through Valkey.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

mod database;
mod valkey;

pub use database::DatabaseBus;
pub use valkey::{ValkeyBus, ValkeyUrl};

/// A slow listener loses the oldest beyond this, and is told so.
const QUEUE: usize = 1024;

#[async_trait::async_trait]
pub trait Bus: Send + Sync + std::fmt::Debug {
    /// `payload` is UTF-8; it reaches every listener of `topic` on every instance, this one too.
    async fn publish(&self, topic: &str, payload: Bytes) -> anyhow::Result<()>;
    /// From now on.
    fn subscribe(&self, topic: &str) -> Listener;
    /// Whether messages can reach the others now.
    async fn ready(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What a listener is told.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Message(Bytes),
    /// Some messages did not come, nobody knows which.
    Missed,
}

#[derive(Debug)]
pub struct Listener {
    topic: String,
    topics: Arc<Topics>,
    inbox: broadcast::Receiver<Bytes>,
}

impl Listener {
    /// Waits for the next. Nothing is lost where this is given up.
    pub async fn next(&mut self) -> Heard {
        match self.inbox.recv().await {
            Ok(payload) => Heard::Message(payload),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            Err(RecvError::Closed) => {
                self.inbox = self.topics.receiver(&self.topic);
                Heard::Missed
            }
        }
    }
}

/// Who listens in this process: the last step of every form.
#[derive(Debug, Default)]
pub struct Topics(Mutex<HashMap<String, broadcast::Sender<Bytes>>>);

impl Topics {
    fn deliver(&self, topic: &str, payload: Bytes) {
        let mut topics = self.all();
        if let Some(sender) = topics.get(topic)
            && sender.send(payload).is_err()
        {
            // Nobody listens any more.
            topics.remove(topic);
        }
    }

    /// Every listener learns that it missed something.
    fn interrupted(&self) {
        self.all().clear();
    }

    fn listener(self: &Arc<Self>, topic: &str) -> Listener {
        Listener { topic: topic.to_owned(), topics: self.clone(), inbox: self.receiver(topic) }
    }

    fn receiver(&self, topic: &str) -> broadcast::Receiver<Bytes> {
        self.all().entry(topic.to_owned()).or_insert_with(|| broadcast::Sender::new(QUEUE)).subscribe()
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<String, broadcast::Sender<Bytes>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Within the process, which is the only instance.
#[derive(Debug, Default)]
pub struct ProcessBus(Arc<Topics>);

#[async_trait::async_trait]
impl Bus for ProcessBus {
    async fn publish(&self, topic: &str, payload: Bytes) -> anyhow::Result<()> {
        self.0.deliver(topic, payload);
        Ok(())
    }

    fn subscribe(&self, topic: &str) -> Listener {
        self.0.listener(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn listeners_learn_what_they_missed() {
        let bus = Arc::new(Topics::default());
        let mut listener = bus.listener("a");
        bus.deliver("a", Bytes::from_static(b"1"));
        bus.interrupted();
        bus.deliver("a", Bytes::from_static(b"lost"));
        assert_eq!(listener.next().await, Heard::Message(Bytes::from_static(b"1")));
        assert_eq!(listener.next().await, Heard::Missed);
        bus.deliver("b", Bytes::from_static(b"another topic's"));
        bus.deliver("a", Bytes::from_static(b"2"));
        assert_eq!(listener.next().await, Heard::Message(Bytes::from_static(b"2")));
        for _ in 0..=QUEUE {
            bus.deliver("a", Bytes::new());
        }
        assert_eq!(listener.next().await, Heard::Missed, "too slow");
    }
}
