//! A broadcast's way: preparing → live → ended, or cancelled before it began; and the product that is pinned. Each step
//! is one conditional update, in one transaction with the number under which viewers learn of it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set, TransactionTrait,
};
use serde_json::json;

use crate::app::App;
use crate::chat::{Feed, What, log};
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, RecordingStatus, TrailerStatus};
use crate::entities::{broadcast_products, broadcasts, channels, pin_events, products, trailers};
use crate::services::streaming::StreamState;

/// What IVS takes as one piece of timed metadata.
const METADATA: usize = 1024;

/// Why a step cannot be taken: a message's key.
pub type Refused = &'static str;

pub async fn start(
    app: &App,
    broadcast: &broadcasts::Model,
    channel: &channels::Model,
) -> anyhow::Result<Result<(), Refused>> {
    use broadcasts::{Column, Entity};
    if broadcast.status != BroadcastStatus::Preparing {
        return Ok(Err("live-error-not-preparing"));
    }
    if let Some(local) = app.streaming.local()
        && app.streaming.state(&channel.external_id).await? == StreamState::Offline
    {
        // Nothing can be sent to the local form: it starts by itself.
        local.go_live(&channel.external_id, 1);
    }
    let stream = match app.streaming.state(&channel.external_id).await {
        Ok(StreamState::Live { stream_id, .. }) => Some(stream_id),
        Ok(StreamState::Offline) => None,
        Err(error) => {
            // Viewers see "about to begin" until it comes.
            tracing::warn!(error = format!("{error:#}"), "the state of a stream is unknown");
            None
        }
    };
    log::ensure(&app.db, broadcast.id).await?;
    let transaction = app.db.begin().await?;
    let seq = log::claim(&transaction, broadcast.id, 1).await?;
    let running = Entity::find()
        .filter(Column::ChannelId.eq(channel.id))
        .filter(Column::Status.eq(BroadcastStatus::Live))
        .count(&transaction)
        .await?;
    if running > 0 {
        return Ok(Err("live-error-already-live"));
    }
    let started = Entity::update_many()
        .col_expr(Column::Status, Expr::value(BroadcastStatus::Live.word()))
        .col_expr(Column::StartedAt, Expr::value(now()))
        .col_expr(Column::UpdatedAt, Expr::value(now()))
        .col_expr(Column::StreamId, Expr::value(stream))
        .filter(Column::Id.eq(broadcast.id))
        .filter(Column::Status.eq(BroadcastStatus::Preparing))
        .exec(&transaction)
        .await?;
    if started.rows_affected == 0 {
        return Ok(Err("live-error-not-preparing"));
    }
    if let Some(trailer) = broadcast.trailer_id.filter(|_| !broadcast.rehearsal) {
        trailers::Entity::update_many()
            .col_expr(trailers::Column::Status, Expr::value(TrailerStatus::Started.word()))
            .filter(trailers::Column::Id.eq(trailer))
            .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
            .exec(&transaction)
            .await?;
    }
    let event = log::note(&transaction, broadcast.id, seq, What::Started).await?;
    transaction.commit().await?;
    app.chat.tell(broadcast.id, Feed::Events(vec![event])).await;
    Ok(Ok(()))
}

/// False where it was not live (any more).
pub async fn end(app: &App, broadcast: &broadcasts::Model, channel: &channels::Model) -> anyhow::Result<bool> {
    use broadcasts::{Column, Entity};
    log::ensure(&app.db, broadcast.id).await?;
    let transaction = app.db.begin().await?;
    let seq = log::claim(&transaction, broadcast.id, 1).await?;
    let mut update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(BroadcastStatus::Ended.word()))
        .col_expr(Column::EndedAt, Expr::value(now()))
        .col_expr(Column::UpdatedAt, Expr::value(now()))
        .col_expr(Column::Viewers, Expr::value(0_i64))
        .filter(Column::Id.eq(broadcast.id))
        .filter(Column::Status.eq(BroadcastStatus::Live));
    if app.streaming.local().is_some() {
        // The local form records nothing; its stream is a file, which serves as the recording.
        update = update
            .col_expr(Column::RecordingStatus, Expr::value(RecordingStatus::Ready.word()))
            .col_expr(Column::RecordingUrl, Expr::value(channel.playback_url.clone()));
    }
    if update.exec(&transaction).await?.rows_affected == 0 {
        return Ok(false);
    }
    let event = log::note(&transaction, broadcast.id, seq, What::Ended).await?;
    transaction.commit().await?;
    app.chat.tell(broadcast.id, Feed::Events(vec![event])).await;
    if let Err(error) = app.streaming.stop(&channel.external_id).await {
        // The seller's software goes on sending to nobody; ended it is all the same.
        tracing::warn!(broadcast_id = broadcast.id, error = format!("{error:#}"), "a stream did not stop");
    }
    Ok(true)
}

/// Only before it began.
pub async fn cancel(db: &impl ConnectionTrait, broadcast: &broadcasts::Model) -> Result<bool, sea_orm::DbErr> {
    use broadcasts::{Column, Entity};
    let cancelled = Entity::update_many()
        .col_expr(Column::Status, Expr::value(BroadcastStatus::Cancelled.word()))
        .col_expr(Column::UpdatedAt, Expr::value(now()))
        .filter(Column::Id.eq(broadcast.id))
        .filter(Column::Status.eq(BroadcastStatus::Preparing))
        .exec(db)
        .await?;
    Ok(cancelled.rows_affected == 1)
}

/// None takes the pin away. The stream gets it too, so that players show it at the very moment of the picture.
pub async fn pin(
    app: &App,
    broadcast: &broadcasts::Model,
    channel: &channels::Model,
    product: Option<i64>,
) -> anyhow::Result<Result<(), Refused>> {
    use broadcasts::{Column, Entity};
    let title = match product {
        None => String::new(),
        Some(product) => {
            let chosen = broadcast_products::Entity::find()
                .find_also_related(products::Entity)
                .filter(broadcast_products::Column::BroadcastId.eq(broadcast.id))
                .filter(broadcast_products::Column::ProductId.eq(product))
                .one(&app.db)
                .await?;
            match chosen {
                Some((_, Some(product))) => product.title,
                _ => return Ok(Err("live-error-not-chosen")),
            }
        }
    };
    log::ensure(&app.db, broadcast.id).await?;
    let transaction = app.db.begin().await?;
    let seq = log::claim(&transaction, broadcast.id, 1).await?;
    let at = now();
    let pinned = Entity::update_many()
        .col_expr(Column::PinnedProductId, Expr::value(product))
        .col_expr(Column::UpdatedAt, Expr::value(at))
        .filter(Column::Id.eq(broadcast.id))
        .filter(Column::Status.eq(BroadcastStatus::Live))
        .exec(&transaction)
        .await?;
    if pinned.rows_affected == 0 {
        return Ok(Err("live-error-not-live"));
    }
    let row = pin_events::ActiveModel {
        broadcast_id: Set(broadcast.id),
        product_id: Set(product),
        offset_ms: Set(offset(broadcast.started_at, at)),
        created_at: Set(at),
        ..Default::default()
    };
    row.insert(&transaction).await?;
    let event = log::note(&transaction, broadcast.id, seq, What::Pinned { product }).await?;
    transaction.commit().await?;
    app.chat.tell(broadcast.id, Feed::Events(vec![event])).await;

    let metadata = metadata(product, &title);
    if let Err(error) = app.streaming.put_metadata(&channel.external_id, &metadata).await {
        // Viewers know already, by the socket.
        metrics::counter!("shop_metadata_failures_total").increment(1);
        tracing::warn!(broadcast_id = broadcast.id, error = format!("{error:#}"), "no timed metadata");
    }
    Ok(Ok(()))
}

fn offset(start: Option<DateTime<Utc>>, at: DateTime<Utc>) -> i64 {
    start.map_or(0, |start| Ord::max((at - start).num_milliseconds(), 0))
}

fn metadata(product: Option<i64>, title: &str) -> String {
    let with_title = json!({ "type": "pin", "product": product, "title": title }).to_string();
    if with_title.len() <= METADATA { with_title } else { json!({ "type": "pin", "product": product }).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_fits() {
        assert_eq!(metadata(Some(5), "찻잔"), r#"{"product":5,"title":"찻잔","type":"pin"}"#);
        assert!(metadata(Some(5), &"\"가".repeat(600)).len() <= METADATA);
        assert_eq!(metadata(None, ""), r#"{"product":null,"title":"","type":"pin"}"#);
    }
}
