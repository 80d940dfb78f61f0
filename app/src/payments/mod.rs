//! Payments: return pages and webhooks of the payment provider, refunds.

use axum::Router;

use crate::app::AppState;

pub fn routes() -> Router<AppState> {
    Router::new()
}

/// What comes from outside without a browser.
pub fn hooks() -> Router<AppState> {
    Router::new()
}
