//! Log-in, its second step, and log-out.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::{CookieJar, Form};
use sea_orm::EntityTrait;
use serde::Deserialize;

use super::second_factor::check_code;
use super::verify::VerifyPage;
use super::{accounts, signup};
use crate::app::{App, AppState};
use crate::cart::guest;
use crate::crypto;
use crate::entities::enums::{MemberStatus, SessionStage};
use crate::entities::members;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::page::safe_next;
use crate::web::{Errors, Failure, Html, Outcome, Page, Visitor, audit, sessions};

const BY_ADDRESS: Limit = Limit::per_minutes("login-ip", 50, 10);
pub(super) const BY_ACCOUNT: Limit = Limit::per_minutes("login-account", 10, 10);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/login", get(show).post(submit))
        .route("/login/second-factor", get(show_code).post(submit_code))
        .route("/logout", post(log_out))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    email: String,
    password: String,
    next: String,
}

#[derive(Template)]
#[template(path = "members/login.html")]
struct LoginPage {
    page: Page,
    form: LoginForm,
    errors: Errors,
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

async fn show(page: Page, Query(query): Query<Next>) -> Response {
    let next = safe_next(query.next.as_deref(), "/");
    if page.member.is_some() {
        return Redirect::to(&next).into_response();
    }
    let errors = Errors::new(page.lang);
    Html(LoginPage { page, form: LoginForm { next, ..LoginForm::default() }, errors }).into_response()
}

async fn submit(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<LoginForm>,
) -> Outcome<Response> {
    let email = accounts::normal_email(&form.email);
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    BY_ACCOUNT.hit(&app.db, &crypto::hash(&email)).await?;
    let member = accounts::by_email(&app.db, &email).await?;
    let hash = member.as_ref().and_then(|member| member.password_hash.clone());
    let right = crypto::verify_password(form.password.clone(), hash).await?;
    let Some(member) = member.filter(|_| right) else {
        tracing::warn!(ip = %visitor.ip, "a log-in failed");
        metrics::counter!("shop_logins_total", "result" => "refused").increment(1);
        return Ok(refuse(page, form, "login-wrong"));
    };
    if member.status != MemberStatus::Active {
        return Ok(refuse(page, form, "login-suspended"));
    }
    if member.email_verified_at.is_none() {
        signup::send_verification(&app, &member).await?;
        return Ok(VerifyPage::sent(page, email));
    }
    let next = safe_next(Some(&form.next), "/");
    enter(&app, &visitor, &member, &next).await
}

fn refuse(page: Page, form: LoginForm, key: &str) -> Response {
    let mut errors = Errors::new(page.lang);
    errors.add("form", key);
    let form = LoginForm { password: String::new(), ..form };
    (StatusCode::UNPROCESSABLE_ENTITY, Html(LoginPage { page, form, errors })).into_response()
}

/// Opens a session for whoever has proven who they are by one factor. Other ways to log in end here as well.
pub(super) async fn enter(app: &App, visitor: &Visitor, member: &members::Model, next: &str) -> Outcome<Response> {
    let second = member.totp_enabled_at.is_some();
    let stage = if second { SessionStage::AwaitingSecondFactor } else { SessionStage::Complete };
    let token = sessions::open(&app.db, visitor, member.id, stage).await?;
    let jar = CookieJar::new().add(sessions::cookie(&app.config, token));
    if second {
        let to = format!("/login/second-factor?next={}", crate::web::page::query_value(next));
        return Ok((jar, Redirect::to(&to)).into_response());
    }
    entered(app, visitor, member).await?;
    Ok((jar.add(guest::cookie(&app.config, &[])), Redirect::to(next)).into_response())
}

async fn entered(app: &App, visitor: &Visitor, member: &members::Model) -> Outcome<()> {
    if let Some(email) = &member.email {
        BY_ACCOUNT.clear(&app.db, &crypto::hash(email)).await?;
    }
    guest::merge(&app.db, member.id, &visitor.guest_cart).await?;
    metrics::counter!("shop_logins_total", "result" => "ok").increment(1);
    audit::record(&app.db, visitor, Some(member.id), "member.log-in", ("member", member.id), "").await?;
    Ok(())
}

#[derive(Template)]
#[template(path = "members/login_code.html")]
struct CodePage {
    page: Page,
    next: String,
    errors: Errors,
}

async fn show_code(page: Page, visitor: Visitor, Query(query): Query<Next>) -> Response {
    if visitor.pending().is_none() {
        return Redirect::to("/login").into_response();
    }
    let errors = Errors::new(page.lang);
    Html(CodePage { page, next: safe_next(query.next.as_deref(), "/"), errors }).into_response()
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
    next: Option<String>,
}

async fn submit_code(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Outcome<Response> {
    let pending = visitor.pending().ok_or(Failure::LogIn)?;
    BY_ACCOUNT.hit(&app.db, &format!("code-{}", pending.member_id)).await?;
    let member = members::Entity::find_by_id(pending.member_id).one(&app.db).await?.ok_or(Failure::LogIn)?;
    let next = safe_next(form.next.as_deref(), "/");
    if !check_code(&app, &member, &form.code).await? {
        let mut errors = Errors::new(page.lang);
        errors.add("code", "second-factor-wrong");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(CodePage { page, next, errors })).into_response());
    }
    BY_ACCOUNT.clear(&app.db, &format!("code-{}", member.id)).await?;
    let token = sessions::open(&app.db, &visitor, member.id, SessionStage::Complete).await?;
    entered(&app, &visitor, &member).await?;
    let jar = CookieJar::new().add(sessions::cookie(&app.config, token)).add(guest::cookie(&app.config, &[]));
    Ok((jar, Redirect::to(&next)).into_response())
}

async fn log_out(State(app): State<AppState>, visitor: Visitor) -> Outcome<Response> {
    if let Some(session) = &visitor.session {
        sessions::close(&app.db, session.id).await?;
    }
    let jar = CookieJar::new().add(sessions::removal(&app.config));
    Ok((jar, flash("/", "flash-logged-out")).into_response())
}
