//! Checkout and orders: `/checkout`, `/orders` for buyers, `/sell/orders` for sellers.

use axum::Router;

use crate::app::AppState;

mod addresses;
mod buyer;
mod checkout;
pub mod closing;
pub mod deadlines;
pub mod notices;
pub mod place;
pub mod refunds;
mod returns;
mod seller;
pub mod shipping;
pub mod states;
pub mod stock;
mod view;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(addresses::routes())
        .merge(buyer::routes())
        .merge(checkout::routes())
        .merge(returns::routes())
        .merge(seller::routes())
}
