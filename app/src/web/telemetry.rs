//! A request's id, its line in the log and its figures. Bodies, cookies and queries are never logged.

use std::sync::LazyLock;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Instrument;

use crate::crypto::token;

const HEADER: &str = "x-request-id";
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Installed once for the process. None: another recorder was there first.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .ok()
});

/// What `/metrics` answers.
pub fn metrics_text() -> String {
    RECORDER.as_ref().map(PrometheusHandle::render).unwrap_or_default()
}

/// Middleware, outermost.
pub async fn observe(mut request: Request, next: Next) -> Response {
    LazyLock::force(&RECORDER);
    let started = Instant::now();
    let id = request.headers().get(HEADER).and_then(|id| id.to_str().ok()).filter(|id| is_sound(id)).map(str::to_owned);
    let id = id.unwrap_or_else(token);
    // The pattern, not the path: paths have no end.
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let method = request.method().clone();
    let span =
        tracing::info_span!("request", id = %id, method = %method, path = %loggable(&route, request.uri().path()));
    request.extensions_mut().insert(RequestId(id.clone()));

    let mut response = next.run(request).instrument(span.clone()).await;

    let (status, took) = (response.status().as_u16(), started.elapsed());
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("shop_http_requests_total", &labels).increment(1);
    metrics::histogram!("shop_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    span.in_scope(|| tracing::info!(status, ms = took.as_millis(), "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(HEADER, id);
    }
    response
}

/// What opens something by itself stays out of the log.
fn loggable<'a>(route: &'a str, path: &'a str) -> &'a str {
    if route.contains("{token}") || route.contains("{ticket}") { route } else { path }
}

/// A load balancer may send one; nothing else gets into the logs that way.
fn is_sound(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_addresses_are_not_logged() {
        assert_eq!(loggable("/recover/{token}", "/recover/abc"), "/recover/{token}");
        assert_eq!(loggable("/media/upload/{ticket}", "/media/upload/abc"), "/media/upload/{ticket}");
        assert_eq!(loggable("/orders/{id}", "/orders/7"), "/orders/7");
    }
}
