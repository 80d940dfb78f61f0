//! There and back: to the provider with a state, a nonce and a challenge, and back with a code. The state is in a cookie
//! too, so that nobody can be logged in to an account that somebody else has just opened.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};
use serde::Deserialize;

use super::provider::{LoginProvider, Person, Question};
use super::{linked, sign_up};
use crate::app::{App, AppState};
use crate::config::Config;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::MemberStatus;
use crate::entities::oauth_states::{ActiveModel, Column, Entity, Model};
use crate::entities::{identities, members};
use crate::members::verify::VerifyPage;
use crate::members::{login, signup};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::page::safe_next;
use crate::web::{Failure, Outcome, Page, Recent, Visitor};

const PURPOSE: &str = "PKCE verifier";
const VALID: Duration = Duration::minutes(10);
const BY_ADDRESS: Limit = Limit::per_minutes("social-login", 30, 10);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/login/with/{provider}", get(leave))
        .route("/login/with/{provider}/back", get(back))
        .route("/my/logins/{provider}/link", get(leave_to_link))
}

pub(super) fn provider<'a>(app: &'a App, name: &str) -> Outcome<&'a LoginProvider> {
    app.config.login_providers.iter().find(|provider| provider.name == name).ok_or(Failure::NotFound)
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
    again: Option<String>,
}

/// A link, for browsers check where a form's redirects lead.
async fn leave(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(query): Query<Next>,
) -> Outcome<Response> {
    let next = safe_next(query.next.as_deref(), "/");
    begin(&app, &visitor, &name, &next, None, query.again.is_some()).await
}

async fn leave_to_link(
    State(app): State<AppState>,
    Recent(current): Recent,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Outcome<Response> {
    begin(&app, &visitor, &name, "/my/logins", Some(current.id()), false).await
}

async fn begin(
    app: &App,
    visitor: &Visitor,
    name: &str,
    next: &str,
    member_id: Option<i64>,
    again: bool,
) -> Outcome<Response> {
    let provider = provider(app, name)?;
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let question = Question {
        state: crypto::token(),
        nonce: crypto::token(),
        verifier: crypto::token(),
        return_url: return_url(&app.config, name),
    };
    let address = match provider.address(&app.http, &question, again).await {
        Ok(address) => address,
        Err(error) => return Ok(unavailable(name, &error)),
    };
    let row = ActiveModel {
        state_hash: Set(crypto::hash(&question.state)),
        provider: Set(name.to_owned()),
        nonce: Set(question.nonce),
        pkce_verifier_encrypted: Set(app.config.secret_key.encrypt(PURPOSE, &question.verifier)?),
        return_to: Set(next.to_owned()),
        member_id: Set(member_id),
        created_at: Set(now()),
        expires_at: Set(now() + VALID),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    Ok((CookieJar::new().add(cookie(&app.config, question.state)), Redirect::to(&address)).into_response())
}

fn return_url(config: &Config, name: &str) -> String {
    format!("{}/login/with/{name}/back", config.public_url)
}

fn unavailable(name: &str, error: &anyhow::Error) -> Response {
    tracing::warn!(provider = name, error = format!("{error:#}"), "a log-in with another platform failed");
    metrics::counter!("shop_logins_total", "result" => "provider-failed").increment(1);
    flash("/login", "flash-social-failed")
}

/// `Lax`: the way back from the provider is a link, and links carry it.
fn cookie(config: &Config, state: String) -> Cookie<'static> {
    let name = if config.secure() { "__Host-login-state" } else { "login-state" };
    Cookie::build((name, state)).path("/").http_only(true).secure(config.secure()).same_site(SameSite::Lax).build()
}

#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
}

async fn back(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    jar: CookieJar,
    Path(name): Path<String>,
    Query(answer): Query<Answer>,
) -> Outcome<Response> {
    let provider = provider(&app, &name)?;
    BY_ADDRESS.hit(&app.db, &visitor.ip.to_string()).await?;
    let state = answer.state.unwrap_or_default();
    let ours = jar.get(cookie(&app.config, String::new()).name()).is_some_and(|cookie| cookie.value() == state);
    let row = if ours { take(&app.db, &state, &name).await? } else { None };
    let Some(row) = row else { return Err(Failure::Invalid("social-state-wrong")) };
    // Whoever changed their mind there is simply back.
    let Some(code) = answer.code else { return Ok(flash("/login", "flash-social-cancelled")) };
    let question = Question {
        verifier: app.config.secret_key.decrypt(PURPOSE, &row.pkce_verifier_encrypted)?,
        nonce: row.nonce,
        return_url: return_url(&app.config, &name),
        state,
    };
    let person = match provider.person(&app.http, &question, &code).await {
        Ok(person) => person,
        Err(error) => return Ok(unavailable(&name, &error)),
    };
    arrive(&app, page, &visitor, &name, person, row.member_id, &row.return_to).await
}

/// Once, and only in its time.
async fn take(db: &impl ConnectionTrait, state: &str, provider: &str) -> Result<Option<Model>, DbErr> {
    let row = Entity::find().filter(Column::StateHash.eq(crypto::hash(state))).one(db).await?;
    let Some(row) = row else { return Ok(None) };
    let taken = Entity::delete_many().filter(Column::Id.eq(row.id)).exec(db).await?.rows_affected == 1;
    Ok((taken && row.provider == provider && row.expires_at > now()).then_some(row))
}

async fn arrive(
    app: &App,
    page: Page,
    visitor: &Visitor,
    name: &str,
    person: Person,
    link_to: Option<i64>,
    next: &str,
) -> Outcome<Response> {
    let known = identities::Entity::find()
        .filter(identities::Column::Issuer.eq(person.issuer.as_str()))
        .filter(identities::Column::Subject.eq(person.subject.as_str()))
        .one(&app.db)
        .await?;
    if let Some(member_id) = link_to {
        // Still the same member as when they left.
        if page.member.as_ref().map(|member| member.id) != Some(member_id) {
            return Err(Failure::Forbidden);
        }
        return linked::link(app, visitor, member_id, name, person, known.is_some()).await;
    }
    let Some(identity) = known else { return sign_up::offer(app, page, name, person, next).await };
    let member = members::Entity::find_by_id(identity.member_id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if member.status != MemberStatus::Active {
        return Ok(flash("/login", "flash-social-suspended"));
    }
    if member.email_verified_at.is_none() {
        let email = member.email.clone().unwrap_or_default();
        signup::send_verification(app, &member).await?;
        return Ok(VerifyPage::sent(page, email));
    }
    login::enter(app, visitor, &member, next).await
}

/// The periodic task.
pub async fn delete_expired(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lt(now())).exec(db).await?.rows_affected)
}
