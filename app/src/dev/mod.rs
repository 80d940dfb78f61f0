//! Pages for developers. `routes` merges them in development mode only; in production they do not exist.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use crate::app::AppState;
use crate::entities::mails;
use crate::web::{Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new().route("/dev/mailbox", get(mailbox))
}

#[derive(Template)]
#[template(path = "dev/mailbox.html")]
struct Mailbox {
    page: Page,
    mails: Vec<mails::Model>,
}

async fn mailbox(State(app): State<AppState>, page: Page) -> Outcome<impl IntoResponse> {
    let mails = mails::Entity::find().order_by_desc(mails::Column::Id).limit(50).all(&app.db).await?;
    Ok(Html(Mailbox { page, mails }))
}
