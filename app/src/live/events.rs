//! What the streaming service tells of itself: `POST /hooks/streaming`, in the form of Amazon EventBridge.
//! "Best effort: missing, late, out of order", so each event is kept once, by its id, and what is newest by the service's
//! own clock holds.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
    TransactionTrait,
};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{BroadcastStatus, RecordingStatus};
use crate::entities::{broadcasts, channels, stream_events};
use crate::web::hooks;

const STREAM: &str = "IVS Stream State Change";
const RECORDING: &str = "IVS Recording State Change";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/hooks/streaming", post(receive))
}

/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/eventbridge.html>
#[derive(Debug, Deserialize)]
struct Envelope {
    id: String,
    #[serde(rename = "detail-type")]
    kind: String,
    time: DateTime<Utc>,
    resources: Vec<String>,
    #[serde(default)]
    detail: Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    event_name: String,
    stream_id: String,
    recording_status: String,
    recording_s3_key_prefix: String,
    recording_duration_ms: i64,
}

async fn receive(State(app): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    if !hooks::is_authentic(&app, &headers) {
        return hooks::refuse(StatusCode::UNAUTHORIZED, "Authorization: Bearer with SHOP_HOOK_TOKEN is needed");
    }
    let event: Envelope = match serde_json::from_slice(&body) {
        Ok(event) => event,
        Err(error) => return hooks::refuse(StatusCode::BAD_REQUEST, &format!("not an EventBridge event: {error}")),
    };
    let Some(channel) = event.resources.first().filter(|channel| channel.len() <= 255) else {
        return hooks::refuse(StatusCode::BAD_REQUEST, "resources[0] has to be the channel");
    };
    if event.id.is_empty() || event.id.len() > 120 || event.kind.len() > 60 {
        return hooks::refuse(StatusCode::BAD_REQUEST, "id or detail-type is empty or too long");
    }
    match take(&app, &event, channel, &String::from_utf8_lossy(&body)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(event = event.id, error = format!("{error:#}"), "a stream event failed");
            hooks::refuse(StatusCode::INTERNAL_SERVER_ERROR, "try again later")
        }
    }
}

/// The event and what follows from it are written together: a second delivery of it does nothing.
async fn take(app: &App, event: &Envelope, channel: &str, payload: &str) -> anyhow::Result<()> {
    let transaction = app.db.begin().await?;
    let row = stream_events::ActiveModel {
        event_id: Set(event.id.clone()),
        channel_external_id: Set(channel.to_owned()),
        kind: Set(kind(event).chars().take(60).collect()),
        payload: Set(payload.to_owned()),
        happened_at: Set(event.time.trunc_subsecs(6)),
        received_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&transaction).await {
        Err(error) if is_unique_violation(&error) => return Ok(()),
        other => other?,
    };
    if let Some(broadcast) = broadcast_of(&transaction, event, channel).await? {
        let id = broadcast.id;
        if apply(app, event, broadcast).update_if(&transaction).await? {
            tracing::info!(broadcast_id = id, kind = kind(event), "a stream event");
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// What is asked for afterwards: the stream's own word, or the recording's.
fn kind(event: &Envelope) -> &str {
    match event.kind.as_str() {
        STREAM => &event.detail.event_name,
        RECORDING => &event.detail.recording_status,
        other => other,
    }
}

/// By its stream, or else the channel's newest that had begun by then (or is about to).
async fn broadcast_of(
    db: &impl sea_orm::ConnectionTrait,
    event: &Envelope,
    channel: &str,
) -> Result<Option<broadcasts::Model>, sea_orm::DbErr> {
    use broadcasts::{Column, Entity};
    let Some(channel) = channels::Entity::find().filter(channels::Column::ExternalId.eq(channel)).one(db).await? else {
        return Ok(None);
    };
    let of_channel = || Entity::find().filter(Column::ChannelId.eq(channel.id)).order_by_desc(Column::Id);
    if !event.detail.stream_id.is_empty()
        && let Some(found) = of_channel().filter(Column::StreamId.eq(&event.detail.stream_id)).one(db).await?
    {
        return Ok(Some(found));
    }
    let open = [BroadcastStatus::Live, BroadcastStatus::Preparing];
    if let Some(live) = of_channel().filter(Column::Status.eq(BroadcastStatus::Live)).one(db).await? {
        return Ok(Some(live));
    }
    let begun = Column::StartedAt.lte(event.time).or(Column::Status.is_in(open));
    of_channel().filter(Column::Status.ne(BroadcastStatus::Cancelled)).filter(begun).one(db).await
}

#[derive(Default)]
struct Change(Option<broadcasts::ActiveModel>);

impl Change {
    async fn update_if(self, db: &impl sea_orm::ConnectionTrait) -> Result<bool, sea_orm::DbErr> {
        let Some(mut row) = self.0 else { return Ok(false) };
        row.updated_at = Set(now());
        row.update(db).await?;
        Ok(true)
    }
}

fn apply(app: &App, event: &Envelope, broadcast: broadcasts::Model) -> Change {
    let detail = &event.detail;
    let mut row = broadcast.clone().into_active_model();
    match (event.kind.as_str(), kind(event)) {
        (STREAM, "Stream Start") if detail.stream_id.len() <= 120 && !detail.stream_id.is_empty() => {
            row.stream_id = Set(Some(detail.stream_id.clone()));
        }
        (RECORDING, "Recording Start") if broadcast.recording_status == RecordingStatus::None => {
            row.recording_status = Set(RecordingStatus::Recording);
        }
        (RECORDING, "Recording End") => {
            // An interrupted broadcast has several recordings: the longest is the replay.
            let length = Ord::max(detail.recording_duration_ms, 0);
            let sound = !detail.recording_s3_key_prefix.is_empty() && detail.recording_s3_key_prefix.len() <= 300;
            if !sound || broadcast.recording_duration_ms.is_some_and(|known| known >= length) {
                return Change::default();
            }
            row.recording_status = Set(RecordingStatus::Ready);
            row.recording_url = Set(Some(app.streaming.recording_url(&detail.recording_s3_key_prefix)));
            row.recording_duration_ms = Set(Some(length));
            let began = Duration::try_milliseconds(length).and_then(|length| event.time.checked_sub_signed(length));
            row.recording_started_at = Set(began.map(|began| began.trunc_subsecs(6)));
        }
        (RECORDING, "Recording Start Failure" | "Recording End Failure")
            if broadcast.recording_status != RecordingStatus::Ready =>
        {
            row.recording_status = Set(RecordingStatus::Failed);
        }
        _ => return Change::default(),
    }
    Change(Some(row))
}

/// When the channel's stream ended, if that is the newest that is known of it.
pub(super) async fn ended_at(
    db: &impl sea_orm::ConnectionTrait,
    channel: &str,
) -> Result<Option<DateTime<Utc>>, sea_orm::DbErr> {
    use stream_events::{Column, Entity};
    let newest = Entity::find()
        .filter(Column::ChannelExternalId.eq(channel))
        .filter(Column::Kind.is_in(["Stream Start", "Stream End"]))
        .order_by_desc(Column::HappenedAt)
        .one(db)
        .await?;
    Ok(newest.filter(|event| event.kind == "Stream End").map(|event| event.happened_at))
}
