//! A member's live channel. Its stream key is a secret: encrypted, masked, shown only after the password was asked again.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::channels::{ActiveModel, Column, Entity, Model};
use crate::web::flash::flash;
use crate::web::{Html, Outcome, Page, Recent, Visitor, audit};

pub const DELETE: &str = "channel.delete";
const PURPOSE: &str = "stream key";

pub fn routes() -> Router<AppState> {
    Router::new().route("/my/channel/key", get(show)).route("/my/channel/rotate", post(rotate))
}

pub async fn find(app: &App, member_id: i64) -> anyhow::Result<Option<Model>> {
    Ok(Entity::find().filter(Column::MemberId.eq(member_id)).one(&app.db).await?)
}

/// The member's channel, made where there is none yet.
pub async fn ensure(app: &App, member_id: i64) -> anyhow::Result<Model> {
    if let Some(channel) = find(app, member_id).await? {
        return Ok(channel);
    }
    let made = app.streaming.create_channel(&format!("member-{member_id}")).await?;
    let row = ActiveModel {
        member_id: Set(member_id),
        external_id: Set(made.external_id.clone()),
        ingest_endpoint: Set(made.ingest_endpoint),
        playback_url: Set(made.playback_url),
        stream_key_id: Set(made.key.id),
        stream_key_encrypted: Set(app.config.secret_key.encrypt(PURPOSE, &made.key.value)?),
        created_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&app.db).await {
        // Made by two requests at once: the first one's stays.
        Err(error) if is_unique_violation(&error) => {
            app.streaming.delete_channel(&made.external_id).await?;
            find(app, member_id).await?.ok_or_else(|| error.into())
        }
        other => Ok(other?),
    }
}

/// The job, after its member has left.
pub async fn delete(app: &App, id: i64) -> anyhow::Result<()> {
    match Entity::find_by_id(id).one(&app.db).await? {
        Some(channel) => app.streaming.delete_channel(&channel.external_id).await,
        None => Ok(()),
    }
}

#[derive(Template)]
#[template(path = "members/channel_key.html")]
struct KeyPage {
    page: Page,
    channel: Model,
    key: String,
}

async fn show(
    State(app): State<AppState>,
    Recent(current): Recent,
    page: Page,
    visitor: Visitor,
) -> Outcome<impl IntoResponse> {
    let channel = ensure(&app, current.id()).await?;
    let key = app.config.secret_key.decrypt(PURPOSE, &channel.stream_key_encrypted)?;
    audit::record(&app.db, &visitor, Some(current.id()), "channel.show-key", ("channel", channel.id), "").await?;
    Ok(Html(KeyPage { page, channel, key }))
}

async fn rotate(State(app): State<AppState>, Recent(current): Recent, visitor: Visitor) -> Outcome<Response> {
    let channel = ensure(&app, current.id()).await?;
    let key = app.streaming.rotate_key(&channel.external_id, &channel.stream_key_id).await?;
    let id = channel.id;
    let mut row = channel.into_active_model();
    row.stream_key_id = Set(key.id);
    row.stream_key_encrypted = Set(app.config.secret_key.encrypt(PURPOSE, &key.value)?);
    row.rotated_at = Set(Some(now()));
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(current.id()), "channel.rotate-key", ("channel", id), "").await?;
    Ok(flash("/my/channel/key", "flash-key-rotated"))
}
