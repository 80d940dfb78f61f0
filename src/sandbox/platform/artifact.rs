//! A release's artifact: fetched out of the sandbox's own S3, verified, and unpacked once however many instances run it.

use super::{release::Artifact, site::Site};
use crate::body::Body;
use anyhow::{Context, bail};
use bytes::Bytes;
use hyper::Method;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{io::AsyncWriteExt, process::Command};

/// What may not stand in a path as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// The folder with its files.
pub(super) async fn unpacked(site: &Site, region: &str, artifact: &Artifact) -> anyhow::Result<PathBuf> {
    let folder = site.folder.join("artifacts").join(&artifact.sha256);
    // One at a time: instances that start together want the same one.
    let _turn = site.state().fetching.lock().await;
    if folder.is_dir() {
        return Ok(folder);
    }
    let place = format!("s3://{}/{}", artifact.bucket, artifact.key);
    let bytes = fetch(site, region, artifact).await.with_context(|| format!("cannot fetch the artifact {place}"))?;
    let hashed = bytes.clone();
    let digest = tokio::task::spawn_blocking(move || format!("{:x}", Sha256::digest(&hashed))).await?;
    if !digest.eq_ignore_ascii_case(&artifact.sha256) {
        bail!("the artifact {place} has the SHA-256 {digest}, and the release says {}", artifact.sha256);
    }
    // Renamed when it is whole, so that a broken-off one is not taken for it.
    let part = folder.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    fs::create_dir_all(&part).with_context(|| format!("cannot make {}", part.display()))?;
    unpack(&bytes, &part).await.with_context(|| format!("cannot unpack the artifact {place}"))?;
    fs::rename(&part, &folder)?;
    Ok(folder)
}

async fn fetch(site: &Site, region: &str, artifact: &Artifact) -> anyhow::Result<Bytes> {
    let path = format!("/{}/{}", artifact.bucket, utf8_percent_encode(&artifact.key, ESCAPED));
    let reply = site.ask(site.call(region).rest("s3", Method::GET, &path, "")).await;
    if !reply.ok() {
        let code = reply.error_code().unwrap_or_default();
        bail!("S3 answers {} {code}", reply.status.as_u16());
    }
    match reply.body {
        Body::Whole(bytes) => Ok(bytes),
        Body::Stream(_) => bail!("the answer was not read"),
    }
}

async fn unpack(bytes: &[u8], folder: &Path) -> anyhow::Result<()> {
    let mut tar = Command::new("tar")
        .args(["-xzf", "-", "-C"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run tar")?;
    let input = tar.stdin.take();
    let write = async {
        if let Some(mut input) = input {
            // It fails where tar has had enough; tar says why.
            let _ = input.write_all(bytes).await;
        }
    };
    let (output, ()) = tokio::join!(tar.wait_with_output(), write);
    let output = output?;
    if !output.status.success() {
        bail!("tar: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
