//! Signing up after another platform has said who it is. The same consents and the same question of age as any other
//! sign-up; until they are given nothing is stored: who it is travels in the form, sealed.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum_extra::extract::Form;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde::{Deserialize, Serialize};

use super::linked;
use super::provider::Person;
use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::members::accounts;
use crate::members::newcomer::Newcomer;
use crate::members::verify::VerifyPage;
use crate::members::{channel, login, signup};
use crate::web::limits::Limit;
use crate::web::page::safe_next;
use crate::web::{Errors, Failure, Html, Outcome, Page, Visitor, audit};

const PURPOSE: &str = "social sign-up";
const VALID: Duration = Duration::minutes(30);
const BY_ADDRESS: Limit = Limit::per_minutes("signup", 20, 60);

pub fn routes() -> Router<AppState> {
    Router::new().route("/signup/with", post(submit))
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    provider: String,
    person: Person,
    expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    sealed: String,
    next: String,
    #[serde(flatten)]
    who: Newcomer,
}

#[derive(Template)]
#[template(path = "members/social_sign_up.html")]
struct SignUpPage {
    page: Page,
    label: String,
    /// Its address is known to be theirs, and cannot be changed here.
    verified: bool,
    form: SignUpForm,
    errors: Errors,
}

/// An address that somebody has here already is not linked, whatever the provider says of it: whoever owns both logs in
/// here first and links them (`linked`).
pub(super) async fn offer(app: &App, page: Page, provider: &str, person: Person, next: &str) -> Outcome<Response> {
    let label = super::flow::provider(app, provider)?.label.clone();
    let verified = person.email_verified && person.email.is_some();
    let mut errors = Errors::new(page.lang);
    if let (true, Some(email)) = (verified, &person.email)
        && accounts::by_email(&app.db, email).await?.is_some()
    {
        errors.add("form", "social-address-known");
    }
    let form = SignUpForm {
        who: Newcomer {
            email: person.email.clone().unwrap_or_default(),
            nickname: person.nickname.clone().unwrap_or_default().chars().take(20).collect(),
            ..Newcomer::default()
        },
        next: next.to_owned(),
        sealed: seal(app, provider, person)?,
    };
    Ok(Html(SignUpPage { page, label, verified, form, errors }).into_response())
}

fn seal(app: &App, provider: &str, person: Person) -> anyhow::Result<String> {
    let sealed = Sealed { provider: provider.to_owned(), person, expires_at: now() + VALID };
    app.config.secret_key.encrypt(PURPOSE, &serde_json::to_string(&sealed)?)
}

fn unseal(app: &App, text: &str) -> Outcome<Sealed> {
    let plain = app.config.secret_key.decrypt(PURPOSE, text).map_err(|_| Failure::Invalid("social-state-wrong"))?;
    let sealed: Sealed = serde_json::from_str(&plain).map_err(|_| Failure::Invalid("social-state-wrong"))?;
    if sealed.expires_at > now() { Ok(sealed) } else { Err(Failure::Invalid("social-state-wrong")) }
}

async fn submit(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Form(mut form): Form<SignUpForm>,
) -> Outcome<Response> {
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let Sealed { provider, person, .. } = unseal(&app, &form.sealed)?;
    let label = super::flow::provider(&app, &provider)?.label.clone();
    let verified = person.email_verified && person.email.is_some();
    if let (true, Some(email)) = (verified, &person.email) {
        form.who.email.clone_from(email);
    }
    let mut errors = Errors::new(page.lang);
    errors.email("email", form.who.email.trim());
    form.who.check(&mut errors);
    if errors.is_empty() && !accounts::nickname_is_free(&app.db, &form.who.nickname, None).await? {
        errors.add("nickname", "signup-nickname-taken");
    }
    let email = accounts::normal_email(&form.who.email);
    let owner = accounts::by_email(&app.db, &email).await?;
    if verified && owner.is_some() {
        errors.add("form", "social-address-known");
    }
    if !errors.is_empty() {
        let again = SignUpPage { page, label, verified, form, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    if let Some(owner) = owner {
        // As any other sign-up with a known address: its owner is told, not whoever asks.
        signup::remind(&app, &owner, &email).await?;
        return Ok(VerifyPage::sent(page, email));
    }
    let member = match accounts::create(&app.db, form.who.member(&page, &email, None)).await {
        Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("signup-nickname-taken")),
        other => other?,
    };
    linked::insert(&app.db, member.id, &provider, &person).await?;
    audit::record(&app.db, &visitor, Some(member.id), "member.sign-up", ("member", member.id), &provider).await?;
    if !verified {
        signup::send_verification(&app, &member).await?;
        return Ok(VerifyPage::sent(page, email));
    }
    let mut row = member.into_active_model();
    row.email_verified_at = Set(Some(now()));
    let member = row.update(&app.db).await?;
    if let Err(error) = channel::ensure(&app, member.id).await {
        tracing::warn!(member = member.id, error = format!("{error:#}"), "no channel could be made");
    }
    login::enter(&app, &visitor, &member, &safe_next(Some(&form.next), "/my")).await
}
