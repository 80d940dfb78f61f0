//! The cart, across broadcasts: `/cart`; coupons.

use axum::Router;

use crate::app::AppState;

pub fn routes() -> Router<AppState> {
    Router::new()
}
