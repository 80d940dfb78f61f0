//! The cart, across sellers and broadcasts: `/cart`; coupons. A guest's cart lies in a cookie until they log in.

use axum::Router;

use crate::app::AppState;

pub mod coupons;
pub mod guest;
pub mod lines;
mod pages;
pub mod pricing;
mod seller_coupons;

pub fn routes() -> Router<AppState> {
    Router::new().merge(pages::routes()).merge(seller_coupons::routes())
}
