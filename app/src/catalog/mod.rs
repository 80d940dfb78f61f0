//! Products: `/products` for buyers, `/sell/products` for sellers.

use axum::Router;

use crate::app::AppState;

pub mod categories;
mod edit;
mod form;
mod list;
mod mine;
pub mod options;
mod pictures;
pub mod shelf;
mod show;
mod variants;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(list::routes())
        .merge(show::routes())
        .merge(mine::routes())
        .merge(edit::routes())
        .merge(options::routes())
        .merge(variants::routes())
        .merge(pictures::routes())
}
