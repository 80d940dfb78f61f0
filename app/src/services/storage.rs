//! Where media lies. Browsers upload straight to it with a ticket; the server chooses the key.
//! The local form is a folder; its tickets lead to `/media/upload/…`, its files are at `/media/files/…`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Origins;
use crate::crypto::Key;
use crate::db::now;

/// What a ticket allows: this key, this type, exactly this many bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UploadRequest {
    pub key: String,
    pub content_type: String,
    pub size: u64,
}

/// What a browser needs to upload: `fetch(url, {method, headers, body})`.
#[derive(Clone, Debug, Serialize)]
pub struct UploadTicket {
    pub method: &'static str,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub expires_at: DateTime<Utc>,
}

#[async_trait::async_trait]
pub trait Storage: Send + Sync + std::fmt::Debug {
    async fn ticket(&self, request: UploadRequest, valid: Duration) -> anyhow::Result<UploadTicket>;
    fn public_url(&self, key: &str) -> String;
    /// The size, where the object exists.
    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>>;
    /// The first bytes: enough to tell what it really is.
    async fn head(&self, key: &str, bytes: usize) -> anyhow::Result<Bytes>;
    async fn read(&self, key: &str) -> anyhow::Result<Bytes>;
    async fn write(&self, key: &str, content_type: &str, content: Bytes) -> anyhow::Result<()>;
    async fn delete(&self, key: &str) -> anyhow::Result<()>;
    /// Everything in a folder: what a video was converted to.
    async fn delete_folder(&self, folder: &str) -> anyhow::Result<()>;
    async fn ready(&self) -> anyhow::Result<()>;
    fn origins(&self) -> Origins {
        Origins::default()
    }
    fn local(&self) -> Option<&LocalStorage> {
        None
    }
}

#[derive(Debug)]
pub struct LocalStorage {
    folder: PathBuf,
    key: Key,
}

#[derive(Serialize, Deserialize)]
struct Signed {
    request: UploadRequest,
    expires_at: DateTime<Utc>,
}

impl LocalStorage {
    pub fn new(folder: PathBuf, key: Key) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder, key })
    }

    /// What a ticket's path allows, unless it has expired or is not ours.
    pub fn open_ticket(&self, ticket: &str) -> Option<UploadRequest> {
        let sealed = ticket.replace('-', "+").replace('_', "/");
        let signed: Signed = serde_json::from_str(&self.key.decrypt("upload ticket", &sealed).ok()?).ok()?;
        (signed.expires_at > now()).then_some(signed.request)
    }

    /// Keys are made by the server; this holds even if one day they are not.
    pub fn path(&self, key: &str) -> anyhow::Result<PathBuf> {
        let sound = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if !key.split('/').all(sound) {
            bail!("not a storage key");
        }
        Ok(self.folder.join(key))
    }
}

#[async_trait::async_trait]
impl Storage for LocalStorage {
    async fn ticket(&self, request: UploadRequest, valid: Duration) -> anyhow::Result<UploadTicket> {
        self.path(&request.key)?;
        let headers = BTreeMap::from([("content-type".to_owned(), request.content_type.clone())]);
        let expires_at = now() + valid;
        let sealed = self.key.encrypt("upload ticket", &serde_json::to_string(&Signed { request, expires_at })?)?;
        let url = format!("/media/upload/{}", sealed.replace('+', "-").replace('/', "_"));
        Ok(UploadTicket { method: "PUT", url, headers, expires_at })
    }

    fn public_url(&self, key: &str) -> String {
        format!("/media/files/{key}")
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        match tokio::fs::metadata(self.path(key)?).await {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn head(&self, key: &str, bytes: usize) -> anyhow::Result<Bytes> {
        use tokio::io::AsyncReadExt;
        let file = tokio::fs::File::open(self.path(key)?).await?;
        let mut head = Vec::with_capacity(bytes);
        file.take(bytes as u64).read_to_end(&mut head).await?;
        Ok(head.into())
    }

    async fn read(&self, key: &str) -> anyhow::Result<Bytes> {
        Ok(tokio::fs::read(self.path(key)?).await?.into())
    }

    async fn write(&self, key: &str, _content_type: &str, content: Bytes) -> anyhow::Result<()> {
        let path = self.path(key)?;
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        // Readers never see half a file.
        let half = path.with_extension(format!("{}.part", crate::crypto::token()));
        tokio::fs::write(&half, content).await?;
        Ok(tokio::fs::rename(half, path).await?)
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        match tokio::fs::remove_file(self.path(key)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn delete_folder(&self, folder: &str) -> anyhow::Result<()> {
        match tokio::fs::remove_dir_all(self.path(folder)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn ready(&self) -> anyhow::Result<()> {
        tokio::fs::metadata(&self.folder).await.context("the media folder")?;
        Ok(())
    }

    fn local(&self) -> Option<&LocalStorage> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage() -> LocalStorage {
        let folder = std::env::temp_dir().join(format!("bogosa-shop-{}", crate::crypto::token()));
        LocalStorage::new(folder, Key::random()).unwrap()
    }

    #[test]
    fn keys_stay_inside_the_folder() {
        let storage = storage();
        for key in ["../x", "a/../../x", "/etc/passwd", "a//b", ".hidden", "a\\b", "", "a/%2e%2e"] {
            assert!(storage.path(key).is_err(), "{key}");
        }
        assert!(storage.path("products/1/abc-DEF_9.webp").is_ok());
    }

    #[tokio::test]
    async fn tickets_and_files() {
        let storage = storage();
        let request = UploadRequest { key: "a/b.png".into(), content_type: "image/png".into(), size: 3 };
        let ticket = storage.ticket(request.clone(), Duration::from_secs(60)).await.unwrap();
        let sealed = ticket.url.strip_prefix("/media/upload/").unwrap();
        assert_eq!(storage.open_ticket(sealed).unwrap().key, "a/b.png");
        assert!(storage.open_ticket("forged").is_none());
        let expired = storage.ticket(request, Duration::ZERO).await.unwrap();
        assert!(storage.open_ticket(expired.url.strip_prefix("/media/upload/").unwrap()).is_none());

        assert_eq!(storage.size("a/b.png").await.unwrap(), None);
        storage.write("a/b.png", "image/png", Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(storage.size("a/b.png").await.unwrap(), Some(3));
        assert_eq!(&storage.head("a/b.png", 2).await.unwrap()[..], b"ab");
        storage.delete("a/b.png").await.unwrap();
        storage.delete("a/b.png").await.unwrap();
        storage.write("c/d.ts", "video/mp2t", Bytes::from_static(b"abc")).await.unwrap();
        storage.delete_folder("c").await.unwrap();
        storage.delete_folder("c").await.unwrap();
        assert_eq!(storage.size("c/d.ts").await.unwrap(), None);
        assert!(storage.delete_folder("").await.is_err(), "that is everything");
    }
}
