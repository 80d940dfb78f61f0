//! Recovery through the registered address: the same answer for every address, a link that works once.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set, TransactionTrait};
use serde::Deserialize;

use super::signup::{MAILS, lang_of};
use super::{accounts, mails, passwords, tokens};
use crate::app::AppState;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{MemberStatus, TokenPurpose};
use crate::entities::members;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{Errors, Failure, Html, Outcome, Page, Visitor, audit, sessions};

const BY_ADDRESS: Limit = Limit::per_minutes("recover", 20, 60);

pub fn routes() -> Router<AppState> {
    Router::new().route("/recover", get(show).post(submit)).route("/recover/{token}", get(show_reset).post(reset))
}

#[derive(Template)]
#[template(path = "members/recover.html")]
struct RecoverPage {
    page: Page,
    email: String,
    sent: bool,
    errors: Errors,
}

async fn show(page: Page) -> impl IntoResponse {
    let errors = Errors::new(page.lang);
    Html(RecoverPage { page, email: String::new(), sent: false, errors })
}

#[derive(Deserialize)]
struct RecoverForm {
    email: String,
}

async fn submit(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<RecoverForm>,
) -> Outcome<Response> {
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let mut errors = Errors::new(page.lang);
    let email = accounts::normal_email(&form.email);
    errors.email("email", &email);
    if !errors.is_empty() {
        let again = RecoverPage { page, email: form.email, sent: false, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let member = accounts::by_email(&app.db, &email).await?.filter(|member| member.status == MemberStatus::Active);
    if let Some(member) = member
        && MAILS.hit(&app.db, &email).await.is_ok()
    {
        let issued = tokens::issue(&app.db, member.id, TokenPurpose::Recover, None).await?;
        mails::recover(&app, lang_of(&member), &email, &member.nickname, &issued).await?;
    }
    Ok(Html(RecoverPage { page, email, sent: true, errors }).into_response())
}

#[derive(Template)]
#[template(path = "members/reset.html")]
struct ResetPage {
    page: Page,
    token: String,
    valid: bool,
    errors: Errors,
}

async fn show_reset(State(app): State<AppState>, page: Page, Path(token): Path<String>) -> Outcome<Response> {
    let valid = tokens::find(&app.db, &token).await?.is_some_and(|found| found.purpose == TokenPurpose::Recover);
    let status = if valid { StatusCode::OK } else { StatusCode::GONE };
    let errors = Errors::new(page.lang);
    Ok((status, Html(ResetPage { page, token, valid, errors })).into_response())
}

#[derive(Deserialize)]
struct ResetForm {
    password: String,
}

async fn reset(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Path(token): Path<String>,
    Form(form): Form<ResetForm>,
) -> Outcome<Response> {
    let found = tokens::find(&app.db, &token).await?.filter(|found| found.purpose == TokenPurpose::Recover);
    let mut errors = Errors::new(page.lang);
    let Some(found) = found else {
        return Ok((StatusCode::GONE, Html(ResetPage { page, token, valid: false, errors })).into_response());
    };
    let member = members::Entity::find_by_id(found.member_id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let email = member.email.clone().unwrap_or_default();
    passwords::check(&mut errors, "password", &form.password, &[&email, &member.nickname]);
    if !errors.is_empty() {
        let again = ResetPage { page, token, valid: true, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let hash = crypto::hash_password(form.password).await?;
    let lang = lang_of(&member);
    let transaction = app.db.begin().await?;
    if !tokens::use_up(&transaction, found.id).await? {
        return Err(Failure::Conflict("verify-used"));
    }
    let (id, verified) = (member.id, member.email_verified_at);
    let mut row = member.into_active_model();
    row.password_hash = Set(Some(hash));
    // Whoever has the mail has the address.
    row.email_verified_at = Set(verified.or_else(|| Some(now())));
    row.updated_at = Set(now());
    row.update(&transaction).await?;
    sessions::close_all(&transaction, id, None).await?;
    audit::record(&transaction, &visitor, Some(id), "member.recover", ("member", id), "").await?;
    transaction.commit().await?;
    mails::changed(&app, lang, &email, "mail-what-password").await?;
    Ok(flash("/login", "flash-password-changed"))
}
