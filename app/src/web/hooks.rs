//! Events from outside, sent by EventBridge's API destination: a token in the header, as its connections can send.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::crypto;

/// No page is made of it: whoever called reads JSON.
pub fn refuse(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "status": status.as_u16(), "detail": detail }))).into_response()
}

/// Their hashes are compared, so that the time it takes says nothing about the token.
pub fn is_authentic(app: &App, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    match (&app.config.hook_token, given) {
        (Some(token), Some(given)) => crypto::hash(token) == crypto::hash(given),
        _ => false,
    }
}
