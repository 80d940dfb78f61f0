//! What the video pipeline tells of an upload (ARCHITECTURE.md has its form). Late, out of order or twice: each word of
//! each job is kept once, what is ready stays ready, and the seller hears of an end once.

use std::sync::Arc;

use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set, UpdateMany};
use serde::Deserialize;

use crate::app::App;
use crate::crypto;
use crate::db::{LONGEST_TEXT, is_unique_violation, now};
use crate::entities::enums::MediaStatus;
use crate::entities::{media, media_events};
use crate::social::notifications::{Notice, notify};
use crate::transactions;
use crate::web::{Failure, Outcome};

/// A whole address has to fit into `media.public_url`.
const LONGEST_KEY: usize = 300;

#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    upload: String,
    job: Option<String>,
    status: Status,
    hls: Option<String>,
    #[serde(default)]
    thumbnails: Vec<String>,
    seconds: Option<f64>,
    width: Option<i32>,
    height: Option<i32>,
    reason: Option<String>,
    message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Progressing,
    Complete,
    Error,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Progressing => "PROGRESSING",
            Self::Complete => "COMPLETE",
            Self::Error => "ERROR",
        }
    }
}

impl Told {
    /// Or what is wrong with it, which another attempt would not mend.
    pub fn read(body: &str) -> Result<Self, String> {
        if body.len() > LONGEST_TEXT {
            return Err(format!("longer than {LONGEST_TEXT} bytes"));
        }
        let told: Self = serde_json::from_str(body).map_err(|error| error.to_string())?;
        let fits = |key: &str, longest: usize| !key.is_empty() && key.len() <= longest;
        let hls_fits = told.hls.as_ref().is_some_and(|key| fits(key, LONGEST_KEY));
        let wrong = if told.upload.is_empty() {
            "`upload` is empty"
        } else if told.job.as_ref().is_some_and(|job| !fits(job, 100)) {
            "`job` is empty or longer than 100 characters"
        } else if told.status == Status::Complete && !hls_fits {
            "COMPLETE needs `hls`, a key of at most 300 bytes"
        } else {
            return Ok(told);
        };
        Err(wrong.to_owned())
    }

    /// The same for the same word of the same job; uploads without a job count by themselves.
    fn id(&self) -> String {
        let job = self.job.clone().unwrap_or_else(|| crypto::hash(&self.upload));
        format!("{job}:{}", self.status.word())
    }

    /// Of whoever reads it: a text of ours.
    fn notice(&self) -> &'static str {
        match self.reason.as_deref() {
            Some("unreadable" | "refused") => "notice-video-unreadable",
            Some("kind") => "notice-video-kind",
            Some("empty" | "missing") => "notice-video-incomplete",
            Some("cancelled") => "notice-video-cancelled",
            _ => "notice-video-failed",
        }
    }
}

/// Keeps what is told and does what follows from it, both or neither. False where it was known already.
pub async fn take(app: &App, told: &Told, payload: &str) -> Result<bool, Arc<anyhow::Error>> {
    let taken = transactions::retrying(|| take_once(app, told, payload)).await;
    taken.map_err(|failure| match failure {
        Failure::Internal(error) => error,
        other => Arc::new(anyhow::anyhow!("{other:?}")),
    })
}

async fn take_once(app: &App, told: &Told, payload: &str) -> Outcome<bool> {
    let transaction = transactions::begin(&app.db).await?;
    let upload = media::Entity::find().filter(media::Column::ObjectKey.eq(&told.upload)).one(&transaction).await?;
    let row = media_events::ActiveModel {
        event_id: Set(told.id()),
        media_id: Set(upload.as_ref().map(|media| media.id)),
        kind: Set(told.status.word().to_owned()),
        payload: Set(payload.to_owned()),
        received_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&transaction).await {
        Err(error) if is_unique_violation(&error) => return Ok(false),
        other => other?,
    };
    match upload {
        Some(upload) => apply(app, &transaction, told, &upload).await?,
        None => tracing::warn!(upload = told.upload, "the pipeline tells of an upload that is not the shop's"),
    }
    transaction.commit().await?;
    Ok(true)
}

async fn apply(app: &App, transaction: &DatabaseTransaction, told: &Told, upload: &media::Model) -> Result<(), DbErr> {
    use MediaStatus::{Failed, Processing, Requested, Uploaded};
    use media::Column;
    // The pipeline may be faster than the browser, which has to say that everything was sent.
    let (from, change): (&[MediaStatus], UpdateMany<media::Entity>) = match told.status {
        Status::Progressing => (&[Uploaded], to(Processing)),
        Status::Complete => (&[Requested, Uploaded, Processing, Failed], completed(app, told)),
        Status::Error => {
            let said: String = told.message.iter().flat_map(|text| text.chars()).take(300).collect();
            (&[Requested, Uploaded, Processing], to(Failed).col_expr(Column::Error, Expr::value(said)))
        }
    };
    let changed = change
        .col_expr(Column::JobId, Expr::value(told.job.clone()))
        .filter(Column::Id.eq(upload.id))
        .filter(Column::Status.is_in(from.iter().copied()))
        .exec(transaction)
        .await?;
    let message = match told.status {
        Status::Progressing => return Ok(()),
        Status::Complete => "notice-video-ready",
        Status::Error => told.notice(),
    };
    if changed.rows_affected > 0 {
        let notice = Notice { message, arguments: &[], link: "/sell/trailers".to_owned(), unique_key: None };
        notify(transaction, upload.owner_id, &notice).await?;
    }
    Ok(())
}

fn to(status: MediaStatus) -> UpdateMany<media::Entity> {
    media::Entity::update_many().col_expr(media::Column::Status, Expr::value(status.word()))
}

fn completed(app: &App, told: &Told) -> UpdateMany<media::Entity> {
    use media::Column;
    let url = |key: &String| app.storage.public_url(key);
    let poster = told.thumbnails.iter().find(|key| key.len() <= LONGEST_KEY);
    let duration = told.seconds.filter(|seconds| (0.0..1e9).contains(seconds)).map(|seconds| (seconds * 1000.0) as i64);
    to(MediaStatus::Ready)
        .col_expr(Column::PublicUrl, Expr::value(told.hls.as_ref().map(url)))
        .col_expr(Column::PosterUrl, Expr::value(poster.map(url)))
        .col_expr(Column::DurationMs, Expr::value(duration))
        .col_expr(Column::Width, Expr::value(told.width))
        .col_expr(Column::Height, Expr::value(told.height))
        .col_expr(Column::Error, Expr::value(None::<String>))
        .col_expr(Column::ExpiresAt, Expr::value(None::<DateTimeUtc>))
        .col_expr(Column::ReadyAt, Expr::value(now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(body: &str) -> String {
        Told::read(body).unwrap_err()
    }

    #[test]
    fn the_example_of_the_architecture_is_read() {
        let page = include_str!("../../ARCHITECTURE.md");
        let (_, example) = page.split_once("```json\n{\"upload\"").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let told = Told::read(&format!("{{\"upload\"{example}")).unwrap();
        assert_eq!((told.status, told.upload.as_str()), (Status::Complete, "trailer-video/7/x.mp4"));
        assert_eq!((told.width, told.height, told.thumbnails.len()), (Some(1080), Some(1920), 1));
        assert_eq!(told.id(), "1515368087458-qnoxtd:COMPLETE");
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        assert!(error("rubbish").contains("expected value"));
        assert!(error(r#"{"upload":"a","status":"DONE"}"#).contains("unknown variant `DONE`"));
        assert!(error(r#"{"upload":"","status":"ERROR"}"#).contains("`upload`"));
        assert!(error(r#"{"upload":"a","status":"COMPLETE"}"#).contains("`hls`"));
        assert!(error(r#"{"upload":"a","job":"","status":"ERROR"}"#).contains("`job`"));
        assert!(error(&" ".repeat(LONGEST_TEXT + 1)).contains("60000"));
    }

    #[test]
    fn two_uploads_without_a_job_are_two() {
        let told = |upload: &str| Told::read(&format!(r#"{{"upload":"{upload}","status":"ERROR"}}"#)).unwrap();
        assert_ne!(told("a").id(), told("b").id());
        assert_eq!(told("a").id(), told("a").id());
        assert!(told(&"a".repeat(1024)).id().len() <= 120);
    }
}
