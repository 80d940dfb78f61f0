//! Proving that an address is one's own: by the code from the mail, or by its link.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::{CookieJar, Form};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde::Deserialize;

use super::{accounts, channel, mails, signup, tokens};
use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{MemberStatus, SessionStage, TokenPurpose};
use crate::entities::{member_tokens, members};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{Errors, Failure, Html, Outcome, Page, Visitor, audit, sessions};

const BY_ADDRESS: Limit = Limit::per_minutes("verify", 30, 10);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/verify", post(by_code))
        .route("/verify/resend", post(resend))
        .route("/verify/{token}", get(show_link).post(by_link))
}

#[derive(Template)]
#[template(path = "members/verify.html")]
pub(super) struct VerifyPage {
    page: Page,
    email: String,
    errors: Errors,
}

impl VerifyPage {
    /// "We have sent you a mail", true or not.
    pub(super) fn sent(page: Page, email: String) -> Response {
        let errors = Errors::new(page.lang);
        Html(Self { page, email, errors }).into_response()
    }
}

#[derive(Deserialize)]
struct CodeForm {
    email: String,
    #[serde(default)]
    code: String,
}

async fn by_code(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Outcome<Response> {
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let member = accounts::by_email(&app.db, &form.email).await?;
    let token = match &member {
        Some(member) => tokens::find_by_code(&app.db, member.id, TokenPurpose::VerifyEmail, &form.code).await?,
        None => None,
    };
    match token {
        Some(token) => finish(&app, &visitor, token).await,
        None => {
            let mut errors = Errors::new(page.lang);
            errors.add("code", "verify-wrong-code");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(VerifyPage { page, email: form.email, errors })).into_response())
        }
    }
}

async fn resend(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Outcome<Response> {
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let member = accounts::by_email(&app.db, &form.email).await?;
    if let Some(member) = member.filter(|member| member.email_verified_at.is_none()) {
        signup::send_verification(&app, &member).await?;
    }
    Ok(VerifyPage::sent(page, form.email))
}

#[derive(Template)]
#[template(path = "members/verify_link.html")]
struct LinkPage {
    page: Page,
    token: String,
    valid: bool,
}

/// Asks first: scanners of mail follow links.
async fn show_link(State(app): State<AppState>, page: Page, Path(token): Path<String>) -> Outcome<impl IntoResponse> {
    let found = tokens::find(&app.db, &token).await?;
    let valid = found.is_some_and(|found| found.purpose != TokenPurpose::Recover);
    let status = if valid { StatusCode::OK } else { StatusCode::GONE };
    Ok((status, Html(LinkPage { page, token, valid })))
}

async fn by_link(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Outcome<Response> {
    let found = tokens::find(&app.db, &token).await?;
    match found.filter(|found| found.purpose != TokenPurpose::Recover) {
        Some(found) => finish(&app, &visitor, found).await,
        None => Ok((StatusCode::GONE, Html(LinkPage { page, token, valid: false })).into_response()),
    }
}

async fn finish(app: &App, visitor: &Visitor, token: member_tokens::Model) -> Outcome<Response> {
    if !tokens::use_up(&app.db, token.id).await? {
        return Err(Failure::Conflict("verify-used"));
    }
    let member = members::Entity::find_by_id(token.member_id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if member.status != MemberStatus::Active {
        return Err(Failure::Forbidden);
    }
    let (old, lang) = (member.email.clone(), signup::lang_of(&member));
    let second_factor = member.totp_enabled_at.is_some();
    let mut row = member.into_active_model();
    row.email_verified_at = Set(Some(now()));
    row.updated_at = Set(now());
    if token.purpose == TokenPurpose::ChangeEmail {
        row.email = Set(token.email.clone());
    }
    let member = match row.update(&app.db).await {
        Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("verify-address-taken")),
        other => other?,
    };
    audit::record(&app.db, visitor, Some(member.id), "member.verify-email", ("member", member.id), "").await?;
    if token.purpose == TokenPurpose::ChangeEmail {
        if let Some(old) = old {
            mails::changed(app, lang, &old, "mail-what-email").await?;
        }
        return Ok(flash("/my", "flash-email-changed"));
    }
    // Every member has a channel; where the service is out of reach, "my channel" tries again.
    if let Err(error) = channel::ensure(app, member.id).await {
        tracing::warn!(member = member.id, error = format!("{error:#}"), "no channel could be made");
    }
    let stage = if second_factor { SessionStage::AwaitingSecondFactor } else { SessionStage::Complete };
    let token = sessions::open(&app.db, visitor, member.id, stage).await?;
    let jar = CookieJar::new().add(sessions::cookie(&app.config, token));
    Ok((jar, flash("/my", "flash-welcome")).into_response())
}
