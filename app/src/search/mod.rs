//! `/search` over products, broadcasts and sellers.

use axum::Router;

use crate::app::AppState;

mod find;
mod show;
pub mod words;

pub fn routes() -> Router<AppState> {
    show::routes()
}
