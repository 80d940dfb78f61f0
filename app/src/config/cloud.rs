//! What lies in AWS. Credentials and region are where AWS's own tools look for them.

use std::collections::BTreeMap;

use super::{Reader, StorageConfig, StreamingConfig};
use crate::services::aws::s3::Buckets;

impl Reader {
    /// S3 where a bucket is named, or else a folder.
    pub(super) fn storage(&mut self) -> StorageConfig {
        let folder = self.text("SHOP_MEDIA_FOLDER", "shop-data/media");
        let Some(media) = self.take("SHOP_MEDIA_BUCKET") else { return StorageConfig::Folder(folder.into()) };
        let uploads = self.with_bucket("SHOP_UPLOAD_BUCKET");
        // Without what the pipeline tells no video is ever shown.
        let results = self.with_bucket("SHOP_MEDIA_QUEUE");
        StorageConfig::S3(Buckets { uploads, media, results, public_url: self.media_url() })
    }

    fn with_bucket(&mut self, name: &str) -> String {
        self.take(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is missing: SHOP_MEDIA_BUCKET needs it"));
            String::new()
        })
    }

    fn media_url(&mut self) -> String {
        let url = self.with_bucket("SHOP_MEDIA_URL");
        if !url.is_empty() && !url.starts_with("https://") && (self.production || !url.starts_with("http://")) {
            self.problems.push(format!("SHOP_MEDIA_URL={url}: begin with https://"));
        }
        url.trim_end_matches('/').to_owned()
    }

    pub(super) fn streaming(&mut self) -> StreamingConfig {
        let ivs = self.choice("SHOP_STREAMING", false, &[("local", false), ("ivs", true)]);
        let recording = self.take("SHOP_IVS_RECORDING");
        let recordings_url = self.text("SHOP_RECORDINGS_URL", "").trim_end_matches('/').to_owned();
        let tags = self.tags("SHOP_IVS_TAGS");
        if !ivs {
            return StreamingConfig::Local;
        }
        if recording.is_some() && recordings_url.is_empty() {
            self.problems
                .push("SHOP_RECORDINGS_URL is missing: where the recordings of SHOP_IVS_RECORDING are seen".to_owned());
        }
        StreamingConfig::Ivs { recording, recordings_url, tags }
    }

    fn tags(&mut self, name: &str) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        for pair in self.text(name, "").split(',').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some((key, value)) => drop(tags.insert(key.to_owned(), value.to_owned())),
                None => self.problems.push(format!("{name}: {pair:?} is no tag; write key=value, with commas between")),
            }
        }
        tags
    }
}
