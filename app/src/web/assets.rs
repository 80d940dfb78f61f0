//! Style sheets, scripts and pictures from `static/`: in the program itself when released, from the disk in debug
//! builds. All of `css/` is served as one sheet, in the order of its file names.

use std::fmt::Write;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::app::AppState;
use crate::web::errors::Failure;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

const SHEET: &str = "shop.css";

pub fn routes() -> Router<AppState> {
    Router::new().route("/static/{*path}", get(file)).route("/favicon.ico", get(favicon))
}

pub fn url(path: &str) -> String {
    let version = match path {
        SHEET => sheets().map(|(_, file)| version(&file)).collect(),
        path => Files::get(path).map(|file| version(&file)).unwrap_or_default(),
    };
    format!("/static/{path}?v={version}")
}

fn version(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash()[..4].iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn sheets() -> impl Iterator<Item = (String, EmbeddedFile)> {
    let mut names: Vec<String> = Files::iter().filter(|name| name.starts_with("css/")).map(Into::into).collect();
    names.sort();
    names.into_iter().filter_map(|name| Files::get(&name).map(|file| (name, file)))
}

#[derive(Deserialize)]
struct Version {
    v: Option<String>,
}

async fn file(Path(path): Path<String>, Query(asked): Query<Version>) -> Result<Response, Failure> {
    let body = if path == SHEET {
        sheets().flat_map(|(_, file)| file.data.into_owned()).collect::<Vec<u8>>()
    } else {
        Files::get(&path).ok_or(Failure::NotFound)?.data.into_owned()
    };
    let cache = if asked.v.is_some() { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let headers = [
        (header::CONTENT_TYPE, content_type(&path)),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, body).into_response())
}

async fn favicon() -> Result<Response, Failure> {
    file(Path("img/mark.svg".to_owned()), Query(Version { v: None })).await
}

pub fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "m3u8" => "application/vnd.apple.mpegurl",
        "ts" => "video/mp2t",
        "wasm" => "application/wasm",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
