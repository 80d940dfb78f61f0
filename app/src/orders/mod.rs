//! Checkout and orders: `/checkout`, `/orders` for buyers, `/sell/orders` for sellers.

use axum::Router;

use crate::app::AppState;

pub fn routes() -> Router<AppState> {
    Router::new()
}
