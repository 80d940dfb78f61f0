//! Advertising: sellers book days in a slot (`/sell/ads`), admins approve (`/admin/ads`), pages show it and say that it
//! is advertising. Clicks go through `/ads/{id}`.

use axum::Router;

use crate::app::AppState;

mod approve;
mod book;
pub mod show;

pub use show::Counters;

pub fn routes() -> Router<AppState> {
    Router::new().merge(show::routes()).merge(book::routes()).merge(approve::routes())
}
