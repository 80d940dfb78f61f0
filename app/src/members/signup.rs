//! Sign-up. Whether an address already has an account is told to its owner by mail, never to whoever asks here.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use serde::Deserialize;

use super::accounts;
use super::newcomer::Newcomer;
use super::{mails, passwords, tokens};
use crate::app::{App, AppState};
use crate::crypto;
use crate::db::is_unique_violation;
use crate::entities::enums::TokenPurpose;
use crate::entities::members;
use crate::members::verify::VerifyPage;
use crate::web::limits::Limit;
use crate::web::{Errors, Failure, Html, Outcome, Page, Visitor, audit};

const BY_ADDRESS: Limit = Limit::per_minutes("signup", 20, 60);
/// Mails to one address.
pub(super) const MAILS: Limit = Limit::per_minutes("mail", 5, 60);

pub fn routes() -> Router<AppState> {
    Router::new().route("/signup", get(show).post(submit))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignupForm {
    #[serde(flatten)]
    who: Newcomer,
    password: String,
}

#[derive(Template)]
#[template(path = "members/signup.html")]
struct SignupPage {
    page: Page,
    form: SignupForm,
    errors: Errors,
}

async fn show(page: Page) -> impl IntoResponse {
    let errors = Errors::new(page.lang);
    Html(SignupPage { page, form: SignupForm::default(), errors })
}

async fn submit(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<SignupForm>,
) -> Outcome<Response> {
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let mut errors = check(&page, &form);
    if errors.is_empty() && !accounts::nickname_is_free(&app.db, &form.who.nickname, None).await? {
        errors.add("nickname", "signup-nickname-taken");
    }
    if !errors.is_empty() {
        let again = SignupPage { page, form, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let email = accounts::normal_email(&form.who.email);
    // Before it is known whether the address is new, so that both take as long.
    let hash = crypto::hash_password(form.password.clone()).await?;
    match accounts::by_email(&app.db, &email).await? {
        Some(member) => remind(&app, &member, &email).await?,
        None => match accounts::create(&app.db, form.who.member(&page, &email, Some(hash))).await {
            Ok(member) => {
                audit::record(&app.db, &visitor, Some(member.id), "member.sign-up", ("member", member.id), "").await?;
                send_verification(&app, &member).await?;
            }
            // Two of the same address or nickname at the same moment.
            Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("signup-nickname-taken")),
            Err(error) => return Err(error.into()),
        },
    }
    Ok(VerifyPage::sent(page, email).into_response())
}

fn check(page: &Page, form: &SignupForm) -> Errors {
    let SignupForm { who, password } = form;
    let mut errors = Errors::new(page.lang);
    errors.email("email", who.email.trim());
    passwords::check(&mut errors, "password", password, &[who.email.trim(), who.nickname.trim()]);
    who.check(&mut errors);
    errors
}

/// The answer to a sign-up with an address that has an account.
pub(super) async fn remind(app: &App, member: &members::Model, email: &str) -> Outcome<()> {
    if member.email_verified_at.is_none() {
        return send_verification(app, member).await;
    }
    if MAILS.hit(&app.db, email).await.is_ok() {
        mails::already_member(app, lang_of(member), email).await?;
    }
    Ok(())
}

pub(super) async fn send_verification(app: &App, member: &members::Model) -> Outcome<()> {
    let Some(email) = &member.email else { return Ok(()) };
    // Silent: who asks must not learn that there is an account.
    if MAILS.hit(&app.db, email).await.is_ok() {
        let issued = tokens::issue(&app.db, member.id, TokenPurpose::VerifyEmail, Some(email.clone())).await?;
        mails::verify(app, lang_of(member), email, &issued).await?;
    }
    Ok(())
}

pub(super) fn lang_of(member: &members::Model) -> crate::i18n::Lang {
    crate::i18n::Lang::from_code(&member.language).unwrap_or_default()
}
