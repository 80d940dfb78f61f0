//! For whoever runs the shop: is it alive, is it ready, what does it measure.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sea_orm::ConnectionTrait;

use crate::app::AppState;
use crate::web::telemetry;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(description))
}

/// Of the JSON endpoints; a test holds it to the routes.
async fn description() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json")).into_response()
}

/// Not while stopping: the load balancer sends nothing more.
async fn ready(State(app): State<AppState>) -> Response {
    let database = app.db.execute_unprepared("SELECT 1").await.is_ok();
    let storage = app.storage.ready().await.is_ok();
    let stopping = app.stop.is_cancelled();
    let ready = database && storage && !stopping;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({ "ready": ready, "database": database, "storage": storage, "stopping": stopping });
    (status, axum::Json(body)).into_response()
}

/// Figures only, no names. Keep it from the public at the load balancer all the same.
async fn metrics() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], telemetry::metrics_text()).into_response()
}
