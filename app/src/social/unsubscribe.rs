//! The way out that every advertising mail carries: without logging in, free, at once.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use crate::app::{App, AppState};
use crate::entities::enums::ConsentPurpose;
use crate::entities::trailer_reminders;
use crate::members::accounts::record_consent;
use crate::members::consents::is_granted;
use crate::web::{Failure, Html, Outcome, Page};

const PURPOSE: &str = "unsubscribe";

pub fn routes() -> Router<AppState> {
    Router::new().route("/unsubscribe/{token}", get(show).post(submit))
}

/// Sealed, so that nobody can take others off the list by counting.
pub fn link(app: &App, member_id: i64) -> anyhow::Result<String> {
    let sealed = app.config.secret_key.encrypt(PURPOSE, &member_id.to_string())?;
    let token = sealed.replace('+', "-").replace('/', "_").replace('=', "");
    Ok(format!("{}/unsubscribe/{token}", app.config.public_url))
}

fn member_of(app: &App, token: &str) -> Outcome<i64> {
    let mut sealed = token.replace('-', "+").replace('_', "/");
    while !sealed.len().is_multiple_of(4) {
        sealed.push('=');
    }
    let plain = app.config.secret_key.decrypt(PURPOSE, &sealed).map_err(|_| Failure::NotFound)?;
    plain.parse().map_err(|_| Failure::NotFound)
}

#[derive(Template)]
#[template(path = "social/unsubscribe.html")]
struct UnsubscribePage {
    page: Page,
    token: String,
    done: bool,
}

/// Asks first: scanners of mail follow links.
async fn show(State(app): State<AppState>, page: Page, Path(token): Path<String>) -> Outcome<impl IntoResponse> {
    member_of(&app, &token)?;
    Ok(Html(UnsubscribePage { page, token, done: false }))
}

async fn submit(State(app): State<AppState>, page: Page, Path(token): Path<String>) -> Outcome<Response> {
    let member = member_of(&app, &token)?;
    for purpose in [ConsentPurpose::MarketingEmail, ConsentPurpose::MarketingNight] {
        if is_granted(&app.db, member, purpose).await? {
            record_consent(&app.db, member, purpose, false).await?;
        }
    }
    let open = trailer_reminders::Column::MemberId.eq(member).and(trailer_reminders::Column::NotifiedAt.is_null());
    trailer_reminders::Entity::delete_many().filter(open).exec(&app.db).await?;
    Ok(Html(UnsubscribePage { page, token, done: true }).into_response())
}
