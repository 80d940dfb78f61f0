//! Broadcasts: `/live` for viewers and replays, `/sell/broadcasts` for sellers.

use axum::Router;

use crate::app::AppState;

pub mod events;
pub mod goods;
mod list;
mod pick;
mod plan;
pub mod replay;
pub mod show;
pub mod states;
mod studio;
pub mod viewers;

pub(crate) use plan::own;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(list::routes())
        .merge(show::routes())
        .merge(plan::routes())
        .merge(pick::routes())
        .merge(studio::routes())
}

/// What comes from outside without a browser.
pub fn hooks() -> Router<AppState> {
    events::routes()
}
