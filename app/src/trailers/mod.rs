//! Announced broadcasts: `/trailers`, `/sell/trailers`. Reminders are `social`'s; `live` marks what has begun.

use axum::Router;

use crate::app::AppState;

mod announce;
mod comments;
mod form;
mod list;
mod mine;
mod show;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(list::routes())
        .merge(show::routes())
        .merge(comments::routes())
        .merge(mine::routes())
        .merge(announce::routes())
}
