//! The viewers of live broadcasts: asked for once, by whichever instance is first, and told to everybody by the bus.

use std::collections::HashMap;

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, Set};

use super::{events, states};
use crate::app::App;
use crate::chat::{Feed, log};
use crate::db::now;
use crate::entities::enums::BroadcastStatus;
use crate::entities::{broadcasts, channels, chat_rooms, viewer_samples};
use crate::services::streaming::StreamState;

/// The service's own figure lags by 15 seconds; asking more often tells nothing.
const EVERY: Duration = Duration::seconds(12);
/// A stream that has been away for this long is over. Sellers lose their connection and come back.
const AWAY: Duration = Duration::minutes(10);

async fn live(app: &App) -> anyhow::Result<Vec<(broadcasts::Model, channels::Model)>> {
    let found = broadcasts::Entity::find()
        .find_also_related(channels::Entity)
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .all(&app.db)
        .await?;
    Ok(found.into_iter().filter_map(|(broadcast, channel)| Some((broadcast, channel?))).collect())
}

/// The periodic task.
pub async fn poll(app: &App) -> anyhow::Result<u64> {
    let mut polled = 0;
    for (broadcast, channel) in live(app).await? {
        log::ensure(&app.db, broadcast.id).await?;
        if !claim(app, broadcast.id).await? {
            continue;
        }
        match app.streaming.state(&channel.external_id).await {
            Ok(state) => polled += u64::from(note(app, broadcast, state).await?),
            // One channel's trouble is not the others'.
            Err(error) => {
                tracing::warn!(broadcast_id = broadcast.id, error = format!("{error:#}"), "no viewer count");
            }
        }
    }
    Ok(polled)
}

/// Whether this instance is the one that asks this time.
async fn claim(app: &App, broadcast_id: i64) -> anyhow::Result<bool> {
    use chat_rooms::{Column, Entity};
    let claimed = Entity::update_many()
        .col_expr(Column::PolledAt, Expr::value(now()))
        .filter(Column::BroadcastId.eq(broadcast_id))
        .filter(Column::PolledAt.is_null().or(Column::PolledAt.lt(now() - EVERY)))
        .exec(&app.db)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// False where there is no count yet.
async fn note(app: &App, broadcast: broadcasts::Model, state: StreamState) -> anyhow::Result<bool> {
    let (stream_id, viewers) = match state {
        StreamState::Offline => (None, Some(0)),
        StreamState::Live { stream_id, viewers, .. } => (Some(stream_id), viewers),
    };
    let Some(viewers) = viewers else { return Ok(false) };
    let (id, known_stream) = (broadcast.id, broadcast.stream_id.clone());
    let peak = Ord::max(broadcast.peak_viewers, viewers);
    let changed = broadcast.viewers != viewers;
    let mut row = broadcast.into_active_model();
    row.viewers = Set(viewers);
    row.peak_viewers = Set(peak);
    if known_stream.is_none() && stream_id.is_some() {
        // Its event is late or lost.
        row.stream_id = Set(stream_id);
    }
    row.update(&app.db).await?;
    let sample = viewer_samples::ActiveModel {
        broadcast_id: Set(id),
        viewers: Set(viewers),
        sampled_at: Set(now()),
        ..Default::default()
    };
    sample.insert(&app.db).await?;
    if changed {
        app.chat.tell(id, Feed::Viewers(viewers)).await;
    }
    Ok(true)
}

/// The periodic task: broadcasts whose stream has ended and not come back.
pub async fn end_abandoned(app: &App) -> anyhow::Result<u64> {
    let mut ended = 0;
    let mut away: HashMap<String, bool> = HashMap::new();
    for (broadcast, channel) in live(app).await? {
        let gone = match away.get(&channel.external_id) {
            Some(gone) => *gone,
            None => {
                let at = events::ended_at(&app.db, &channel.external_id).await?;
                let gone = at.is_some_and(|at| at < now() - AWAY);
                away.insert(channel.external_id.clone(), gone);
                gone
            }
        };
        let settled = broadcast.started_at.is_some_and(|start| start < now() - AWAY);
        if gone && settled && states::end(app, &broadcast, &channel).await? {
            tracing::info!(broadcast_id = broadcast.id, "a broadcast without a stream was ended");
            ended += 1;
        }
    }
    Ok(ended)
}
