//! The log of a broadcast's chat: what happened gets the broadcast's next number inside the transaction that makes it
//! happen. The room's row is locked until then, so numbers become visible in their order and none is left out; whoever
//! has seen up to `n` misses nothing by reading on from there.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::event::{Event, Shown, What};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{ChatEventKind, MessageKind};
use crate::entities::{broadcasts, chat_events, chat_messages, chat_rooms};

/// Makes the room's row where there is none. Outside of transactions: a second one may do the same.
pub async fn ensure(db: &impl ConnectionTrait, broadcast_id: i64) -> Result<(), DbErr> {
    if last_seq(db, broadcast_id).await?.is_some() {
        return Ok(());
    }
    let row = chat_rooms::ActiveModel { broadcast_id: Set(broadcast_id), last_seq: Set(0), ..Default::default() };
    match row.insert(db).await {
        Err(error) if !is_unique_violation(&error) => Err(error),
        _ => Ok(()),
    }
}

pub async fn last_seq(db: &impl ConnectionTrait, broadcast_id: i64) -> Result<Option<i64>, DbErr> {
    let row = chat_rooms::Entity::find().filter(chat_rooms::Column::BroadcastId.eq(broadcast_id)).one(db).await?;
    Ok(row.map(|row| row.last_seq))
}

/// Takes the next `count` numbers: the first of them. Call it before anything else in the transaction, so that all
/// writers wait for each other at the same place.
pub async fn claim(transaction: &impl ConnectionTrait, broadcast_id: i64, count: i64) -> Result<i64, DbErr> {
    let locked = chat_rooms::Entity::update_many()
        .col_expr(chat_rooms::Column::LastSeq, Expr::col(chat_rooms::Column::LastSeq).add(count))
        .filter(chat_rooms::Column::BroadcastId.eq(broadcast_id))
        .exec(transaction)
        .await?;
    let last = last_seq(transaction, broadcast_id).await?.filter(|_| locked.rows_affected == 1);
    last.map(|last| last - count + 1).ok_or_else(|| DbErr::RecordNotFound(format!("the room of {broadcast_id}")))
}

/// Notes what is not a message; the number comes from `claim`.
pub async fn note(transaction: &impl ConnectionTrait, broadcast_id: i64, seq: i64, what: What) -> Result<Event, DbErr> {
    let (kind, message_id, value) = match &what {
        What::Message(shown) => (ChatEventKind::Message, Some(shown.id), None),
        What::Deleted { id } => (ChatEventKind::Deleted, Some(*id), None),
        What::Slow { seconds } => (ChatEventKind::Slow, None, Some(*seconds)),
        What::Pinned { product } => (ChatEventKind::Pinned, None, *product),
        What::Started => (ChatEventKind::Started, None, None),
        What::Ended => (ChatEventKind::Ended, None, None),
    };
    let row = chat_events::ActiveModel {
        broadcast_id: Set(broadcast_id),
        seq: Set(seq),
        kind: Set(kind),
        message_id: Set(message_id),
        value: Set(value),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(transaction).await?;
    Ok(Event { seq, what })
}

/// What came after a number, oldest first.
pub async fn after(db: &impl ConnectionTrait, broadcast_id: i64, seq: i64, limit: u64) -> Result<Vec<Event>, DbErr> {
    let rows = chat_events::Entity::find()
        .filter(chat_events::Column::BroadcastId.eq(broadcast_id))
        .filter(chat_events::Column::Seq.gt(seq))
        .order_by_asc(chat_events::Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    let ids = rows.iter().filter(|row| row.kind == ChatEventKind::Message).filter_map(|row| row.message_id);
    let messages = chat_messages::Entity::find().filter(chat_messages::Column::Id.is_in(ids)).all(db).await?;
    let messages: HashMap<i64, chat_messages::Model> = messages.into_iter().map(|row| (row.id, row)).collect();
    let seller = seller_of(db, broadcast_id).await?;
    let event = |row: chat_events::Model| {
        let id = row.message_id.unwrap_or_default();
        let what = match row.kind {
            ChatEventKind::Message => match messages.get(&id).filter(|message| message.deleted_at.is_none()) {
                Some(message) => What::Message(shown(message, seller)),
                None => What::Deleted { id },
            },
            ChatEventKind::Deleted => What::Deleted { id },
            ChatEventKind::Slow => What::Slow { seconds: row.value.unwrap_or_default() },
            ChatEventKind::Pinned => What::Pinned { product: row.value },
            ChatEventKind::Started => What::Started,
            ChatEventKind::Ended => What::Ended,
        };
        Event { seq: row.seq, what }
    };
    Ok(rows.into_iter().map(event).collect())
}

/// The newest messages for a page, oldest first, and the number from which the socket goes on. The number is read
/// first: what comes in between is told again by the socket, and the page knows messages by their id.
pub async fn history(db: &impl ConnectionTrait, broadcast_id: i64, limit: u64) -> Result<(i64, Vec<Shown>), DbErr> {
    let seq = last_seq(db, broadcast_id).await?.unwrap_or_default();
    let rows = chat_messages::Entity::find()
        .filter(chat_messages::Column::BroadcastId.eq(broadcast_id))
        .filter(chat_messages::Column::DeletedAt.is_null())
        .order_by_desc(chat_messages::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    let seller = seller_of(db, broadcast_id).await?;
    Ok((seq, rows.iter().rev().map(|row| shown(row, seller)).collect()))
}

async fn seller_of(db: &impl ConnectionTrait, broadcast_id: i64) -> Result<i64, DbErr> {
    let broadcast = broadcasts::Entity::find_by_id(broadcast_id).one(db).await?;
    Ok(broadcast.map_or(0, |broadcast| broadcast.seller_id))
}

pub fn shown(row: &chat_messages::Model, seller: i64) -> Shown {
    Shown {
        id: row.id,
        nickname: row.nickname.clone(),
        seller: row.member_id == seller,
        notice: row.kind == MessageKind::Notice,
        body: row.body.clone(),
        offset_ms: row.offset_ms,
        at: row.created_at,
    }
}
