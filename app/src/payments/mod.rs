//! Payments: how a checkout is paid, what the provider tells us, and what has to be given back.

use axum::Router;

use crate::app::AppState;

pub mod attempts;
pub mod confirm;
mod pages;
pub use pages::{go_on, method, methods};
pub mod reconcile;
pub mod settle;
mod test_page;
pub mod void;
pub mod webhooks;

pub fn routes() -> Router<AppState> {
    Router::new().merge(pages::routes()).merge(test_page::routes())
}

/// What comes from outside without a browser.
pub fn hooks() -> Router<AppState> {
    webhooks::routes()
}
