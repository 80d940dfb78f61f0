//! The operator's pages under `/admin`: members, orders, reports, settlement, audit trail.

use axum::Router;

use crate::app::AppState;

pub fn routes() -> Router<AppState> {
    Router::new()
}
