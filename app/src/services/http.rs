//! Asking other servers for JSON: bounded in time and size, and nothing of the question in errors (it may be a secret).

use std::time::Duration;

use anyhow::{Context, bail};
use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as Legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::web::page::query_value;

const TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 256 * 1024;

#[derive(Clone, Debug)]
pub struct Client(Legacy<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Client {
    /// Plain HTTP is for local tests: the configuration lets no such address through in production.
    pub fn new() -> anyhow::Result<Self> {
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .context("the system's certificates")?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Legacy::builder(TokioExecutor::new()).build(connector)))
    }

    pub async fn get(&self, url: &str, bearer: Option<&str>) -> anyhow::Result<Value> {
        let mut request = Request::get(url).header(header::ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.ask(request.body(Full::default())?).await.with_context(|| format!("GET {}", without_query(url)))
    }

    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> anyhow::Result<Value> {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", query_value(value))).collect();
        let request = Request::post(url)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(body.join("&")))?;
        self.ask(request).await.with_context(|| format!("POST {}", without_query(url)))
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Value> {
        let answer = async {
            let response = self.0.request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
            anyhow::Ok((status, body.map_err(|error| anyhow::anyhow!("{error}"))?.to_bytes()))
        };
        let (status, body) = tokio::time::timeout(TIMEOUT, answer).await.context("no answer in time")??;
        if !status.is_success() {
            // What OAuth calls the error is no secret; the rest of the answer may be.
            let error = serde_json::from_slice::<Value>(&body).ok();
            let error = error.as_ref().and_then(|error| error["error"].as_str()).unwrap_or_default();
            bail!("{status} {}", error.chars().take(60).collect::<String>());
        }
        serde_json::from_slice(&body).context("no JSON")
    }
}

fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
