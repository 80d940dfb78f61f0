//! What the streaming service tells of itself, in the form of Amazon EventBridge: by `POST /hooks/streaming`, or in the queue
//! of results (`services::aws::sqs`). "Best effort: missing, late, out of order", so each event is kept once, by its id, and
//! what is newest by the service's own clock holds.

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
use crate::db::{LONGEST_TEXT, is_unique_violation, now};
use crate::entities::enums::{BroadcastStatus, RecordingStatus};
use crate::entities::{broadcasts, channels, stream_events};
use crate::web::hooks;

const STREAM: &str = "IVS Stream State Change";
const RECORDING: &str = "IVS Recording State Change";
const LONGEST_CHANNEL: usize = 255;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/hooks/streaming", post(receive))
}

/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/eventbridge.html>
#[derive(Debug, Deserialize)]
pub struct Told {
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
    let body = String::from_utf8_lossy(&body);
    let told = match Told::read(&body) {
        Ok(told) => told,
        Err(wrong) => return hooks::refuse(StatusCode::BAD_REQUEST, &wrong),
    };
    match take(&app, &told, &body).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(event = told.id, error = format!("{error:#}"), "a stream event failed");
            hooks::refuse(StatusCode::INTERNAL_SERVER_ERROR, "try again later")
        }
    }
}

impl Told {
    /// Or what is wrong with it, which another attempt would not mend.
    pub fn read(body: &str) -> Result<Self, String> {
        if body.len() > LONGEST_TEXT {
            return Err(format!("longer than {LONGEST_TEXT} bytes"));
        }
        let told: Self = serde_json::from_str(body).map_err(|error| format!("not an EventBridge event: {error}"))?;
        if told.resources.first().is_none_or(|channel| channel.len() > LONGEST_CHANNEL) {
            return Err(format!("resources[0] has to be the channel, in at most {LONGEST_CHANNEL} characters"));
        }
        if told.id.is_empty() || told.id.len() > 120 || told.kind.len() > 60 {
            return Err("id or detail-type is empty or too long".to_owned());
        }
        Ok(told)
    }

    fn channel(&self) -> &str {
        self.resources.first().map_or("", String::as_str)
    }
}

/// The event and what follows from it are written together: a second delivery of it does nothing. False where it was known
/// already, or of a channel that is not ours: EventBridge tells of all that the account has.
pub async fn take(app: &App, told: &Told, payload: &str) -> anyhow::Result<bool> {
    let transaction = app.db.begin().await?;
    let ours = channels::Entity::find().filter(channels::Column::ExternalId.eq(told.channel()));
    let Some(channel) = ours.one(&transaction).await? else { return Ok(false) };
    let row = stream_events::ActiveModel {
        event_id: Set(told.id.clone()),
        channel_external_id: Set(channel.external_id.clone()),
        kind: Set(kind(told).chars().take(60).collect()),
        payload: Set(payload.to_owned()),
        happened_at: Set(told.time.trunc_subsecs(6)),
        received_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&transaction).await {
        Err(error) if is_unique_violation(&error) => return Ok(false),
        other => other?,
    };
    if let Some(broadcast) = broadcast_of(&transaction, told, &channel).await? {
        let id = broadcast.id;
        if apply(app, told, broadcast).update_if(&transaction).await? {
            tracing::info!(broadcast_id = id, kind = kind(told), "a stream event");
        }
    }
    transaction.commit().await?;
    Ok(true)
}

/// What is asked for afterwards: the stream's own word, or the recording's.
fn kind(event: &Told) -> &str {
    match event.kind.as_str() {
        STREAM => &event.detail.event_name,
        RECORDING => &event.detail.recording_status,
        other => other,
    }
}

/// By its stream, or else the channel's newest that had begun by then (or is about to).
async fn broadcast_of(
    db: &impl sea_orm::ConnectionTrait,
    event: &Told,
    channel: &channels::Model,
) -> Result<Option<broadcasts::Model>, sea_orm::DbErr> {
    use broadcasts::{Column, Entity};
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

fn apply(app: &App, event: &Told, broadcast: broadcasts::Model) -> Change {
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
