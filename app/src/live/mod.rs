//! Broadcasts: `/live` for viewers and replays, `/sell/broadcasts` for sellers.

use axum::Router;

use crate::app::AppState;

pub fn routes() -> Router<AppState> {
    Router::new()
}

/// What comes from outside without a browser.
pub fn hooks() -> Router<AppState> {
    Router::new()
}
