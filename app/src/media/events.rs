//! What the video pipeline tells: `POST /hooks/media`, MediaConvert's events as EventBridge sends them. Late, out of
//! order or twice: each is kept once by its id, and what is ready stays ready.
//! The job's user metadata has to bring the object's key along, as `MediaKey`.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, TransactionTrait};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::MediaStatus;
use crate::entities::{media, media_events};
use crate::web::hooks;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/hooks/media", post(receive))
}

/// <https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_cwe_events.html>
#[derive(Debug, Deserialize)]
struct Envelope {
    id: String,
    detail: Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    status: String,
    user_metadata: HashMap<String, String>,
    output_group_details: Vec<Group>,
    error_message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    playlist_file_paths: Vec<String>,
    output_details: Vec<Output>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Output {
    duration_in_ms: i64,
    output_file_paths: Vec<String>,
}

impl Detail {
    /// What is played: the master playlist, or else the first file. Without the bucket, which is behind the CDN.
    fn output_key(&self) -> Option<&str> {
        let playlists = self.output_group_details.iter().flat_map(|group| &group.playlist_file_paths);
        let files = self.output_group_details.iter().flat_map(|group| &group.output_details);
        let files = files.flat_map(|output| &output.output_file_paths);
        let path = playlists.chain(files).next()?.strip_prefix("s3://")?;
        path.split_once('/').map(|(_, key)| key).filter(|key| !key.is_empty() && key.len() <= 300)
    }

    fn duration(&self) -> Option<i64> {
        let outputs = self.output_group_details.iter().flat_map(|group| &group.output_details);
        outputs.map(|output| output.duration_in_ms).max().filter(|length| *length > 0)
    }
}

async fn receive(State(app): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    if !hooks::is_authentic(&app, &headers) {
        return hooks::refuse(StatusCode::UNAUTHORIZED, "Authorization: Bearer with SHOP_HOOK_TOKEN is needed");
    }
    let event: Envelope = match serde_json::from_slice(&body) {
        Ok(event) => event,
        Err(error) => return hooks::refuse(StatusCode::BAD_REQUEST, &format!("not a MediaConvert event: {error}")),
    };
    if event.id.is_empty() || event.id.len() > 120 {
        return hooks::refuse(StatusCode::BAD_REQUEST, "id is empty or too long");
    }
    match take(&app, &event, &String::from_utf8_lossy(&body)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(event = event.id, error = format!("{error:#}"), "a media event failed");
            hooks::refuse(StatusCode::INTERNAL_SERVER_ERROR, "try again later")
        }
    }
}

/// The event and what follows from it are written together.
async fn take(app: &App, event: &Envelope, payload: &str) -> anyhow::Result<()> {
    let transaction = app.db.begin().await?;
    let key = event.detail.user_metadata.get("MediaKey").map_or("", String::as_str);
    let media = media::Entity::find().filter(media::Column::ObjectKey.eq(key)).one(&transaction).await?;
    let row = media_events::ActiveModel {
        event_id: Set(event.id.clone()),
        media_id: Set(media.as_ref().map(|media| media.id)),
        kind: Set(event.detail.status.chars().take(40).collect()),
        payload: Set(payload.to_owned()),
        received_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&transaction).await {
        Err(error) if is_unique_violation(&error) => return Ok(()),
        other => other?,
    };
    if let Some(media) = media
        && let Some(row) = apply(app, &event.detail, media)
    {
        row.update(&transaction).await?;
    }
    Ok(transaction.commit().await?)
}

fn apply(app: &App, detail: &Detail, media: media::Model) -> Option<media::ActiveModel> {
    use MediaStatus::{Deleted, Failed, Processing, Ready, Uploaded};
    let before = media.status;
    let mut row = media.into_active_model();
    match detail.status.as_str() {
        "PROGRESSING" | "INPUT_INFORMATION" if before == Uploaded => row.status = Set(Processing),
        "COMPLETE" if !matches!(before, Ready | Deleted) => {
            row.public_url = Set(Some(app.storage.public_url(detail.output_key()?)));
            row.duration_ms = Set(detail.duration());
            row.status = Set(Ready);
            row.ready_at = Set(Some(now()));
            row.expires_at = Set(None);
        }
        "ERROR" | "CANCELED" if !matches!(before, Ready | Deleted | Failed) => {
            row.status = Set(Failed);
            row.error = Set(Some(detail.error_message.chars().take(300).collect()));
        }
        _ => return None,
    }
    Some(row)
}
