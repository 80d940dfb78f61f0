//! The main page, and the language switch.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use self::queries::{Front, front};
use crate::ads::show::{Advert, in_slot};
use crate::app::AppState;
use crate::i18n::Lang;
use crate::web::page::safe_next;
use crate::web::visitor::LANGUAGE_COOKIE;
use crate::web::{Failure, Html, Outcome, Page};

pub mod queries;

pub fn routes() -> Router<AppState> {
    Router::new().route("/", get(show)).route("/lang/{code}", get(switch))
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct Home {
    page: Page,
    front: Front,
    top: Option<Advert>,
    middle: Option<Advert>,
}

async fn show(State(app): State<AppState>, page: Page) -> Outcome<impl IntoResponse> {
    let front = front(&app.db).await?;
    let (top, middle) = (in_slot(&app, "home-top").await?, in_slot(&app, "home-middle").await?);
    Ok(Html(Home { page, front, top, middle }))
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

/// A link, for it must work without scripts; it changes nothing but the visitor's own cookie.
async fn switch(
    State(app): State<AppState>,
    Path(code): Path<String>,
    Query(query): Query<Next>,
) -> Outcome<impl IntoResponse> {
    let lang = Lang::from_code(&code).ok_or(Failure::NotFound)?;
    let cookie = Cookie::build((LANGUAGE_COOKIE, lang.code()))
        .path("/")
        .secure(app.config.secure())
        .http_only(true)
        .same_site(SameSite::Lax)
        .permanent();
    Ok((CookieJar::new().add(cookie), Redirect::to(&safe_next(query.next.as_deref(), "/"))))
}
