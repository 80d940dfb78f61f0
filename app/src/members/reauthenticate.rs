//! Asks for the password again before what a borrowed computer must not do (see `guard::Recent`).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde::Deserialize;

use super::login::BY_ACCOUNT;
use crate::app::AppState;
use crate::crypto;
use crate::db::now;
use crate::web::page::safe_next;
use crate::web::{CurrentMember, Errors, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new().route("/reauthenticate", get(show).post(submit))
}

#[derive(Template)]
#[template(path = "members/reauthenticate.html")]
struct ReauthenticatePage {
    page: Page,
    next: String,
    errors: Errors,
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

async fn show(_: CurrentMember, page: Page, Query(query): Query<Next>) -> impl IntoResponse {
    let errors = Errors::new(page.lang);
    Html(ReauthenticatePage { page, next: safe_next(query.next.as_deref(), "/my"), errors })
}

#[derive(Deserialize)]
struct PasswordForm {
    password: String,
    next: Option<String>,
}

async fn submit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Form(form): Form<PasswordForm>,
) -> Outcome<Response> {
    BY_ACCOUNT.hit(&app.db, &format!("again-{}", current.id())).await?;
    let next = safe_next(form.next.as_deref(), "/my");
    if !crypto::verify_password(form.password, current.member.password_hash.clone()).await? {
        let mut errors = Errors::new(page.lang);
        errors.add("password", "reauthenticate-wrong");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(ReauthenticatePage { page, next, errors })).into_response());
    }
    BY_ACCOUNT.clear(&app.db, &format!("again-{}", current.id())).await?;
    let mut row = (*current.session).clone().into_active_model();
    row.reauthenticated_at = Set(Some(now()));
    row.update(&app.db).await?;
    Ok(Redirect::to(&next).into_response())
}
