//! Videos: a browser asks for a ticket, sends the file straight to the storage, and says when it is there. The key is
//! ours, the ticket is for that type and that size only, and what arrived is told by its first bytes.
//!
//! Where media lies in a folder the file is shown as it came, so it has to be what browsers play; elsewhere it waits for
//! the video pipeline's word, and has to be what that takes.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use axum_extra::extract::Form;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};
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
    /// What telephones record. Few browsers play it.
    Mov,
    /// What browsers play. The pipeline does not look at it: none of `media.suffixes`.
    Webm,
}

impl Kind {
    fn of(content_type: &str, converted: bool) -> Option<Self> {
        match content_type {
            "video/mp4" => Some(Self::Mp4),
            "video/quicktime" if converted => Some(Self::Mov),
            "video/webm" if !converted => Some(Self::Webm),
            _ => None,
        }
    }

    fn end(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
        }
    }

    /// ISO 14496-12 4.3 (a file begins with its `ftyp` box), Apple's QuickTime File Format (older files begin with any
    /// atom), RFC 8794 (EBML's magic, then its document type).
    fn begins(self, head: &[u8]) -> bool {
        match self {
            Self::Mp4 => head.get(4..8) == Some(b"ftyp"),
            Self::Mov => {
                let atoms = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];
                head.get(4..8).is_some_and(|kind| atoms.iter().any(|atom| *atom == kind))
            }
            Self::Webm => head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) && head.windows(4).any(|bytes| bytes == b"webm"),
        }
    }
}

/// What is taken, as a file field wants it, and the message that says so.
pub fn accepted(app: &App) -> (&'static str, &'static str) {
    match is_converted(app) {
        true => ("video/mp4,video/quicktime,.mov", "trailer-video-hint-converted"),
        false => ("video/mp4,video/webm", "trailer-video-hint"),
    }
}

fn is_converted(app: &App) -> bool {
    app.storage.local().is_none()
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
    let converted = is_converted(&app);
    let wrong = Failure::Invalid(if converted { "upload-kind-converted" } else { "upload-kind" });
    let kind = Kind::of(&wanted.content_type, converted).ok_or(wrong)?;
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

async fn done(State(app): State<AppState>, seller: Seller, Path(id): Path<i64>) -> Outcome<Response> {
    let media = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(media.owner_id)?;
    if media.status == MediaStatus::Requested {
        arrived(&app, &media).await?;
        finish(&app, &media).await?;
    }
    // Asked for again, or the pipeline was faster.
    match Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?.status {
        status @ (MediaStatus::Uploaded | MediaStatus::Processing | MediaStatus::Ready) => {
            Ok(Json(json!({ "id": id, "status": status.word() })).into_response())
        }
        _ => Err(Failure::Conflict("upload-failed")),
    }
}

/// What came is what was asked for.
async fn arrived(app: &App, media: &Model) -> Outcome<()> {
    let size = app.storage.size(&media.object_key).await?;
    if size.and_then(|size| i64::try_from(size).ok()) != Some(media.size) {
        return Err(Failure::Conflict("upload-not-there"));
    }
    let head = app.storage.head(&media.object_key, HEAD).await?;
    if !Kind::of(&media.content_type, is_converted(app)).is_some_and(|kind| kind.begins(&head)) {
        pictures::discard(&app.db, &[media.id]).await?;
        return Err(Failure::Invalid("upload-not-what-it-says"));
    }
    Ok(())
}

async fn finish(app: &App, media: &Model) -> Outcome<()> {
    let shown = !is_converted(app);
    let status = if shown { MediaStatus::Ready } else { MediaStatus::Uploaded };
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status.word()))
        .col_expr(Column::PublicUrl, Expr::value(shown.then(|| app.storage.public_url(&media.object_key))))
        .col_expr(Column::ExpiresAt, Expr::value(None::<DateTimeUtc>))
        .col_expr(Column::ReadyAt, Expr::value(shown.then(now)))
        .filter(Column::Id.eq(media.id))
        .filter(Column::Status.eq(MediaStatus::Requested))
        .exec(&app.db)
        .await?;
    Ok(())
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
        assert!(Kind::Mov.begins(b"\0\0\0\x14ftypqt  ") && Kind::Mov.begins(b"\0\0\0\x08wide"));
        assert!(!Kind::Mov.begins(b"<html><body>") && !Kind::Mov.begins(b"\0\0\0"));
    }

    #[test]
    fn what_is_taken_depends_on_who_shows_it() {
        for (kind, shown, converted) in
            [("video/mp4", true, true), ("video/webm", true, false), ("video/quicktime", false, true)]
        {
            assert_eq!((Kind::of(kind, false).is_some(), Kind::of(kind, true).is_some()), (shown, converted), "{kind}");
        }
        assert_eq!(Kind::of("text/html", true), None);
    }
}
