//! Live streams, in the shape of Amazon IVS. The local form keeps channels in memory: development pages set them live.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, Utc};

use super::Origins;
use crate::crypto::token;
use crate::db::now;

/// A channel as it is made: the only moment at which the service tells the key by itself.
#[derive(Clone)]
pub struct NewChannel {
    pub external_id: String,
    /// Host only; broadcasting software needs `rtmps://<host>:443/app/`.
    pub ingest_endpoint: String,
    pub playback_url: String,
    pub key: StreamKey,
}

/// The value is a secret: not printed, stored only encrypted.
#[derive(Clone)]
pub struct StreamKey {
    pub id: String,
    pub value: String,
}

impl std::fmt::Debug for StreamKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "StreamKey({})", self.id)
    }
}

impl std::fmt::Debug for NewChannel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "NewChannel({})", self.external_id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamState {
    Offline,
    /// `viewers` is none while the service has no count yet (IVS answers -1).
    Live {
        stream_id: String,
        viewers: Option<i64>,
        started_at: DateTime<Utc>,
    },
}

#[async_trait::async_trait]
pub trait Streaming: Send + Sync + std::fmt::Debug {
    /// The same name twice makes two channels; callers keep what they got.
    async fn create_channel(&self, name: &str) -> anyhow::Result<NewChannel>;
    /// A new key; the old one stops working.
    async fn rotate_key(&self, external_id: &str, old_key_id: &str) -> anyhow::Result<StreamKey>;
    async fn delete_channel(&self, external_id: &str) -> anyhow::Result<()>;
    async fn state(&self, external_id: &str) -> anyhow::Result<StreamState>;
    /// At most 1 KB, five a second for a channel. Offline channels ignore it.
    async fn put_metadata(&self, external_id: &str, metadata: &str) -> anyhow::Result<()>;
    async fn stop(&self, external_id: &str) -> anyhow::Result<()>;
    /// Where a recording can be watched; `prefix` is what the recording's event says.
    fn recording_url(&self, prefix: &str) -> String;
    fn origins(&self) -> Origins {
        Origins::default()
    }
    fn local(&self) -> Option<&LocalStreaming> {
        None
    }
}

#[derive(Debug, Default)]
pub struct LocalStreaming {
    streams: Mutex<HashMap<String, LocalStream>>,
}

#[derive(Clone, Debug)]
struct LocalStream {
    id: String,
    viewers: i64,
    started_at: DateTime<Utc>,
    metadata: Vec<String>,
}

impl LocalStreaming {
    /// Stands for a seller who starts to send.
    pub fn go_live(&self, external_id: &str, viewers: i64) {
        let stream = LocalStream { id: format!("st-{}", token()), viewers, started_at: now(), metadata: Vec::new() };
        self.streams().insert(external_id.to_owned(), stream);
    }

    /// What was written into the running stream, oldest first.
    pub fn metadata(&self, external_id: &str) -> Vec<String> {
        self.streams().get(external_id).map(|stream| stream.metadata.clone()).unwrap_or_default()
    }

    fn streams(&self) -> std::sync::MutexGuard<'_, HashMap<String, LocalStream>> {
        self.streams.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn new_key() -> StreamKey {
    StreamKey { id: format!("local:stream-key/{}", token()), value: format!("sk_local_{}", token()) }
}

#[async_trait::async_trait]
impl Streaming for LocalStreaming {
    async fn create_channel(&self, _name: &str) -> anyhow::Result<NewChannel> {
        let id = token();
        Ok(NewChannel {
            external_id: format!("local:channel/{id}"),
            ingest_endpoint: "ingest.localhost".to_owned(),
            playback_url: format!("/media/files/live/{id}/master.m3u8"),
            key: new_key(),
        })
    }

    async fn rotate_key(&self, _external_id: &str, _old_key_id: &str) -> anyhow::Result<StreamKey> {
        Ok(new_key())
    }

    async fn delete_channel(&self, external_id: &str) -> anyhow::Result<()> {
        self.stop(external_id).await
    }

    async fn state(&self, external_id: &str) -> anyhow::Result<StreamState> {
        Ok(match self.streams().get(external_id) {
            None => StreamState::Offline,
            Some(stream) => StreamState::Live {
                stream_id: stream.id.clone(),
                viewers: Some(stream.viewers),
                started_at: stream.started_at,
            },
        })
    }

    async fn put_metadata(&self, external_id: &str, metadata: &str) -> anyhow::Result<()> {
        anyhow::ensure!(metadata.len() <= 1024, "timed metadata is longer than 1 KB");
        if let Some(stream) = self.streams().get_mut(external_id) {
            stream.metadata.push(metadata.to_owned());
        }
        Ok(())
    }

    async fn stop(&self, external_id: &str) -> anyhow::Result<()> {
        self.streams().remove(external_id);
        Ok(())
    }

    fn recording_url(&self, prefix: &str) -> String {
        format!("/media/files/{prefix}/media/hls/master.m3u8")
    }

    fn local(&self) -> Option<&LocalStreaming> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_local_stream_from_start_to_end() {
        let streaming = LocalStreaming::default();
        let channel = streaming.create_channel("a").await.unwrap();
        assert_eq!(streaming.state(&channel.external_id).await.unwrap(), StreamState::Offline);
        streaming.go_live(&channel.external_id, 3);
        assert!(matches!(
            streaming.state(&channel.external_id).await.unwrap(),
            StreamState::Live { viewers: Some(3), .. }
        ));
        streaming.put_metadata(&channel.external_id, "{\"pin\":1}").await.unwrap();
        assert!(streaming.put_metadata(&channel.external_id, &"x".repeat(1025)).await.is_err());
        assert_eq!(streaming.metadata(&channel.external_id), ["{\"pin\":1}"]);
        streaming.stop(&channel.external_id).await.unwrap();
        assert_eq!(streaming.state(&channel.external_id).await.unwrap(), StreamState::Offline);
        assert!(!format!("{channel:?}{:?}", channel.key).contains(&channel.key.value));
    }
}
