//! Videos: a browser asks for a ticket, sends the file straight to the storage, and says when it is there. The key is
//! ours, the ticket is for that type and that size only, and what arrived is told by its first bytes.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use axum_extra::extract::Form;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};
use serde::Deserialize;
use serde_json::json;

use super::{LOCAL_UPLOAD, pictures};
use crate::app::{App, AppState};
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{MediaPurpose, MediaStatus};
use crate::entities::media::{ActiveModel, Column, Entity, Model};
use crate::services::storage::UploadRequest;
use crate::web::limits::Limit;
use crate::web::{Failure, Outcome, Seller};

const LIMIT: Limit = Limit::per_minutes("upload", 20, 60);
const MAX_BYTES: u64 = LOCAL_UPLOAD as u64;
const VALID: Duration = Duration::from_secs(15 * 60);
/// What was begun and not finished by then is deleted.
const ABANDONED: chrono::Duration = chrono::Duration::hours(1);
/// Enough for every kind we take.
const HEAD: usize = 64;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/api/media/uploads", post(begin)).route("/api/media/uploads/{id}/done", post(done))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Mp4,
    Webm,
}

impl Kind {
    fn of(content_type: &str) -> Option<Self> {
        match content_type {
            "video/mp4" => Some(Self::Mp4),
            "video/webm" => Some(Self::Webm),
            _ => None,
        }
    }

    fn end(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    /// ISO 14496-12 4.3 (a file begins with its `ftyp` box), RFC 8794 (EBML's magic, then its document type).
    fn begins(self, head: &[u8]) -> bool {
        match self {
            Self::Mp4 => head.get(4..8) == Some(b"ftyp"),
            Self::Webm => head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) && head.windows(4).any(|bytes| bytes == b"webm"),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    purpose: String,
    content_type: String,
    size: String,
}

async fn begin(State(app): State<AppState>, seller: Seller, Form(wanted): Form<Wanted>) -> Outcome<Response> {
    if wanted.purpose != MediaPurpose::TrailerVideo.word() {
        return Err(Failure::Invalid("error-400-text"));
    }
    let kind = Kind::of(&wanted.content_type).ok_or(Failure::Invalid("upload-kind"))?;
    let size: u64 = wanted.size.parse().map_err(|_| Failure::Invalid("upload-size"))?;
    if !(1..=MAX_BYTES).contains(&size) {
        return Err(Failure::Invalid("upload-size"));
    }
    LIMIT.hit(&app.db, &seller.id().to_string()).await?;
    let key = format!("trailer-video/{}/{}.{}", seller.id(), crypto::token(), kind.end());
    let row = ActiveModel {
        owner_id: Set(seller.id()),
        purpose: Set(MediaPurpose::TrailerVideo),
        object_key: Set(key.clone()),
        content_type: Set(wanted.content_type.clone()),
        size: Set(i64::try_from(size).map_err(|_| Failure::Invalid("upload-size"))?),
        status: Set(MediaStatus::Requested),
        created_at: Set(now()),
        expires_at: Set(Some(now() + ABANDONED)),
        ..Default::default()
    };
    let id = row.insert(&app.db).await?.id;
    let request = UploadRequest { key, content_type: wanted.content_type, size };
    let ticket = app.storage.ticket(request, VALID).await?;
    let answer = json!({ "id": id, "ticket": ticket, "done": format!("/api/media/uploads/{id}/done") });
    Ok(Json(answer).into_response())
}

/// Where media lies in a folder the file is shown as it came; elsewhere it waits for the video pipeline's word.
async fn done(State(app): State<AppState>, seller: Seller, Path(id): Path<i64>) -> Outcome<Response> {
    let media = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(media.owner_id)?;
    if media.status != MediaStatus::Requested {
        return Err(Failure::Conflict("error-409-text"));
    }
    let arrived = app.storage.size(&media.object_key).await?;
    if arrived.and_then(|size| i64::try_from(size).ok()) != Some(media.size) {
        return Err(Failure::Conflict("upload-not-there"));
    }
    let head = app.storage.head(&media.object_key, HEAD).await?;
    if !Kind::of(&media.content_type).is_some_and(|kind| kind.begins(&head)) {
        pictures::discard(&app.db, &[media.id]).await?;
        return Err(Failure::Invalid("upload-not-what-it-says"));
    }
    let (id, status) = (media.id, finish(&app, media).await?);
    Ok(Json(json!({ "id": id, "status": status.word() })).into_response())
}

async fn finish(app: &App, media: Model) -> Outcome<MediaStatus> {
    let ready = app.storage.local().is_some();
    let status = if ready { MediaStatus::Ready } else { MediaStatus::Uploaded };
    let url = ready.then(|| app.storage.public_url(&media.object_key));
    let mut row = media.into_active_model();
    row.status = Set(status);
    row.public_url = Set(url);
    row.expires_at = Set(None);
    row.ready_at = Set(ready.then(now));
    row.update(&app.db).await?;
    Ok(status)
}

/// The periodic task.
pub async fn delete_abandoned(app: &App) -> anyhow::Result<u64> {
    let late = Entity::find()
        .filter(Column::Status.eq(MediaStatus::Requested))
        .filter(Column::ExpiresAt.lt(now()))
        .limit(100)
        .all(&app.db)
        .await?;
    let ids: Vec<i64> = late.iter().map(|row| row.id).collect();
    // From here on nobody can finish it.
    let taken = Entity::update_many()
        .col_expr(Column::Status, Expr::value(MediaStatus::Failed.word()))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Status.eq(MediaStatus::Requested))
        .exec(&app.db)
        .await?;
    let failed = Entity::find()
        .filter(Column::Id.is_in(ids))
        .filter(Column::Status.eq(MediaStatus::Failed))
        .all(&app.db)
        .await?;
    pictures::discard(&app.db, &failed.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    Ok(taken.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_first_bytes() {
        let webm = b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm";
        assert!(Kind::Mp4.begins(b"\0\0\0\x20ftypisom") && Kind::Webm.begins(webm));
        assert!(!Kind::Webm.begins(b"\x1A\x45\xDF\xA3\x42\x82\x88matroska"));
        for not in [&b""[..], b"<html>", b"MZ\x90\0", b"\0\0\0"] {
            assert!(!Kind::Mp4.begins(not) && !Kind::Webm.begins(not));
        }
        assert_eq!(Kind::of("text/html"), None);
    }
}
