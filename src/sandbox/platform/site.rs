//! What all parts of the platform need of the sandbox around them.

use super::functions::{Function, Functions};
use crate::{
    action,
    body::Body,
    call::Call,
    front::Front,
    missing::{ivs::Ivs, mediaconvert::MediaConvert},
    reply::Reply,
};
use bytes::Bytes;
use hyper::{HeaderMap, Method, Uri, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{Mutex, Notify};

/// What may not stand in a path as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

#[derive(Debug)]
pub(super) struct Site {
    front: Arc<Front>,
    /// For everything on disk; gone when the sandbox is.
    pub(super) folder: PathBuf,
    /// Rung when something is seen that moto should hear of.
    pub(super) ring: Arc<Notify>,
}

/// What the parts remember.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Held while an artifact is fetched.
    pub(super) fetching: Mutex<()>,
    /// By group, the releases of which an instance has listened; held while the first one begins.
    pub(super) begun: Mutex<HashSet<(String, String)>>,
    pub(super) functions: Functions,
}

impl Site {
    pub(super) fn new(front: Arc<Front>, folder: PathBuf, ring: Arc<Notify>) -> Site {
        Site { front, folder, ring }
    }

    pub(super) fn port(&self) -> u16 {
        self.front.port
    }

    pub(super) fn state(&self) -> &State {
        &self.front.platform.state
    }

    /// An empty call of that region, to make others of.
    pub(super) fn call(&self, region: &str) -> Call {
        let mut headers = HeaderMap::new();
        if let Ok(signed) = action::authorization("", region, "s3").parse() {
            headers.insert(header::AUTHORIZATION, signed);
        }
        if let Ok(host) = format!("127.0.0.1:{}", self.port()).parse() {
            headers.insert(header::HOST, host);
        }
        Call::new(Method::GET, Uri::default(), headers, Body::default())
    }

    /// Asks as a layer does: without the faults and limits that befall clients.
    pub(super) async fn ask(&self, call: Call) -> Reply {
        self.front.stack.ask(call).await
    }

    /// What an AWS service says of itself. Whether somebody listens is not its concern.
    pub(super) async fn publish(&self, region: &str, source: &str, kind: &str, resource: &Value, detail: &Value) {
        let entry = json!({
            "Source": source,
            "DetailType": kind,
            "Resources": [resource],
            "Detail": detail.to_string(),
        });
        self.ask(self.call(region).target("events", "AWSEvents.PutEvents", &json!({ "Entries": [entry] }))).await;
    }

    pub(super) async fn get_object(&self, region: &str, bucket: &str, key: &str) -> Reply {
        self.ask(self.call(region).rest("s3", Method::GET, &object(bucket, key), "")).await
    }

    /// All files of a folder, each under its path within it after `prefix`. Playlists last, and `main` after them: whoever
    /// sees one finds what it names.
    pub(super) async fn put_folder(
        &self,
        region: &str,
        bucket: &str,
        prefix: &str,
        folder: &Path,
        main: Option<&str>,
    ) -> Result<(), String> {
        let mut names = Vec::new();
        list(folder, "", &mut names).map_err(|error| error.to_string())?;
        names.sort_by_key(|name| (main == Some(name), name.ends_with(".m3u8"), name.clone()));
        for name in names {
            let bytes = fs::read(folder.join(&name)).map_err(|error| error.to_string())?;
            self.put_object(region, bucket, &format!("{prefix}{name}"), bytes.into()).await?;
        }
        Ok(())
    }

    /// A file of a video, with the type that its name says.
    async fn put_object(&self, region: &str, bucket: &str, key: &str, bytes: Bytes) -> Result<(), String> {
        let mut call = self.call(region).rest("s3", Method::PUT, &object(bucket, key), bytes);
        call.headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type(key)));
        let reply = self.ask(call).await;
        if reply.ok() { Ok(()) } else { Err(format!("S3 answers {}", reply.error_code().unwrap_or_default())) }
    }

    /// Where channels go on air.
    pub(super) fn ivs(&self) -> &Ivs {
        &self.front.stack.ivs
    }

    /// Where MediaConvert's jobs are.
    pub(super) fn jobs(&self) -> &MediaConvert {
        &self.front.stack.mediaconvert
    }

    /// A function as it is now, with its code in a folder.
    pub(super) async fn function(&self, arn: &str) -> anyhow::Result<Function> {
        let asked = json!({ "arn": arn, "folder": self.folder.join("functions") });
        self.front.stack.moto.tell("/_bridge/function", &asked).await
    }
}

/// All files under a folder, by their paths within it.
fn list(folder: &Path, within: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(within))? {
        let entry = entry?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(folder, &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

fn object(bucket: &str, key: &str) -> String {
    format!("/{bucket}/{}", utf8_percent_encode(key, ESCAPED))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "m3u8" => "application/vnd.apple.mpegurl",
        "ts" => "video/mp2t",
        "mp4" => "video/mp4",
        "jpg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}
