//! The other platforms' accounts that one may log in with.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::provider::Person;
use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::identities::{ActiveModel, Column, Entity, Model};
use crate::web::flash::flash;
use crate::web::{CurrentMember, Failure, Html, Outcome, Page, Recent, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new().route("/my/logins", get(show)).route("/my/logins/{id}/unlink", post(unlink))
}

#[derive(Template)]
#[template(path = "members/logins.html")]
struct LoginsPage {
    page: Page,
    linked: Vec<(Model, String)>,
    /// Name and label.
    others: Vec<(String, String)>,
    password: bool,
}

async fn all(db: &impl ConnectionTrait, member_id: i64) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::MemberId.eq(member_id)).all(db).await
}

async fn show(State(app): State<AppState>, current: CurrentMember, page: Page) -> Outcome<impl IntoResponse> {
    let providers = &app.config.login_providers;
    let label = |name: &str| {
        let found = providers.iter().find(|provider| provider.name == name);
        found.map_or_else(|| name.to_owned(), |provider| provider.label.clone())
    };
    let linked: Vec<(Model, String)> =
        all(&app.db, current.id()).await?.into_iter().map(|row| (row.clone(), label(&row.provider))).collect();
    let others = providers
        .iter()
        .filter(|provider| linked.iter().all(|(row, _)| row.provider != provider.name))
        .map(|provider| (provider.name.clone(), provider.label.clone()))
        .collect();
    let password = current.member.password_hash.is_some();
    Ok(Html(LoginsPage { page, linked, others, password }))
}

pub(super) async fn insert(
    db: &impl ConnectionTrait,
    member_id: i64,
    provider: &str,
    person: &Person,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        member_id: Set(member_id),
        provider: Set(provider.to_owned()),
        issuer: Set(person.issuer.clone()),
        subject: Set(person.subject.clone()),
        email: Set(person.email.clone().filter(|email| email.len() <= 254)),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}

/// `known`: it is somebody's already, perhaps their own.
pub(super) async fn link(
    app: &App,
    visitor: &Visitor,
    member_id: i64,
    provider: &str,
    person: Person,
    known: bool,
) -> Outcome<Response> {
    if known {
        return Err(Failure::Conflict("social-linked-elsewhere"));
    }
    match insert(&app.db, member_id, provider, &person).await {
        Err(error) if is_unique_violation(&error) => return Err(Failure::Conflict("social-linked-elsewhere")),
        other => other?,
    }
    audit::record(&app.db, visitor, Some(member_id), "member.link-login", ("member", member_id), provider).await?;
    Ok(flash("/my/logins", "flash-social-linked"))
}

/// Not the last way in.
async fn unlink(
    State(app): State<AppState>,
    Recent(current): Recent,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let row = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    current.owns(row.member_id)?;
    if current.member.password_hash.is_none() && all(&app.db, current.id()).await?.len() < 2 {
        return Err(Failure::Conflict("social-last-way"));
    }
    Entity::delete_by_id(id).exec(&app.db).await?;
    audit::record(
        &app.db,
        &visitor,
        Some(current.id()),
        "member.unlink-login",
        ("member", current.id()),
        &row.provider,
    )
    .await?;
    Ok(flash("/my/logins", "flash-social-unlinked"))
}
