//! Keeping a chat civil: deleting, muting, banning, slow mode, banned words. All are forms, so they work by keyboard and
//! without scripts; the live page sends them in the background. Also writing without a socket.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum_extra::extract::Form;
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, Set, TransactionTrait};
use serde::Deserialize;

use super::event::{Feed, What};
use super::{log, socket};
use crate::app::{App, AppState};
use crate::crypto;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::ChatBanKind;
use crate::entities::{banned_words, broadcasts, chat_bans, chat_messages};
use crate::live::{own, show};
use crate::web::flash::flash;
use crate::web::{CurrentMember, Failure, Outcome, Seller, Visitor, audit};

/// What was deleted can still be shown to whoever decides about a report, for this long.
const KEEP_DELETED: Duration = Duration::days(90);
const SLOWEST: i32 = 300;
const MOST_WORDS: usize = 200;
const LONGEST_WORD: usize = 60;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/live/{id}/chat", post(write))
        .route("/live/{id}/messages/{message}/delete", post(delete))
        .route("/live/{id}/messages/{message}/mute", post(mute))
        .route("/sell/broadcasts/{id}/slow-mode", post(slow_mode))
        .route("/sell/broadcasts/{id}/words", post(add_word))
        .route("/sell/broadcasts/{id}/words/{word}/delete", post(remove_word))
        .route("/sell/broadcasts/{id}/bans/{ban}/lift", post(lift))
}

fn done(visitor: &Visitor, to: &str, key: &'static str) -> Response {
    if visitor.wants_json { StatusCode::NO_CONTENT.into_response() } else { flash(to, key) }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MessageForm {
    body: String,
    notice: Option<String>,
}

async fn write(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    visitor: Visitor,
    Form(form): Form<MessageForm>,
) -> Outcome<Response> {
    let broadcast = seen(&app, id, &current).await?;
    // A form cannot number its messages; sent twice it is two.
    let client_id: String = crypto::token().chars().take(32).collect();
    let room = app.chat.room(broadcast.id);
    socket::say(&app, &room, current.session.id, &client_id, &form.body, form.notice.is_some()).await?;
    Ok(done(&visitor, &format!("/live/{id}"), "flash-chat-sent"))
}

async fn seen(app: &App, id: i64, current: &CurrentMember) -> Outcome<broadcasts::Model> {
    let broadcast = broadcasts::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if show::may_see(&broadcast, Some(&current.member)) { Ok(broadcast) } else { Err(Failure::NotTheirs) }
}

async fn message_of(
    app: &App,
    (id, message): (i64, i64),
    current: &CurrentMember,
) -> Outcome<(broadcasts::Model, chat_messages::Model)> {
    let broadcast = seen(app, id, current).await?;
    let message = chat_messages::Entity::find_by_id(message).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if message.broadcast_id != broadcast.id || message.deleted_at.is_some() {
        return Err(Failure::NotFound);
    }
    Ok((broadcast, message))
}

/// Its author, whoever broadcasts, and admins.
async fn delete(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(path): Path<(i64, i64)>,
    visitor: Visitor,
) -> Outcome<Response> {
    let (broadcast, message) = message_of(&app, path, &current).await?;
    if current.id() != message.member_id {
        current.owns_or_admin(broadcast.seller_id)?;
    }
    remove(&app, &broadcast, message.id, current.id()).await?;
    audit::record(&app.db, &visitor, Some(current.id()), "chat.delete", ("message", message.id), "").await?;
    Ok(done(&visitor, &format!("/live/{}", broadcast.id), "flash-chat-deleted"))
}

/// Also for whoever decides about reports.
pub async fn remove(app: &App, broadcast: &broadcasts::Model, message_id: i64, by: i64) -> Result<(), DbErr> {
    log::ensure(&app.db, broadcast.id).await?;
    let transaction = app.db.begin().await?;
    let seq = log::claim(&transaction, broadcast.id, 1).await?;
    let deleted = chat_messages::Entity::update_many()
        .col_expr(chat_messages::Column::DeletedAt, Expr::value(now()))
        .col_expr(chat_messages::Column::DeletedBy, Expr::value(by))
        .col_expr(chat_messages::Column::DeleteAfter, Expr::value(now() + KEEP_DELETED))
        .filter(chat_messages::Column::Id.eq(message_id))
        .filter(chat_messages::Column::DeletedAt.is_null())
        .exec(&transaction)
        .await?;
    if deleted.rows_affected == 0 {
        // Somebody was faster; the number is not used up.
        return transaction.rollback().await;
    }
    let event = log::note(&transaction, broadcast.id, seq, What::Deleted { id: message_id }).await?;
    transaction.commit().await?;
    app.chat.tell(broadcast.id, Feed::Events(vec![event])).await;
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MuteForm {
    /// `mute` or `ban`.
    kind: String,
    /// Empty: until lifted, in all of the seller's broadcasts.
    minutes: String,
}

async fn mute(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(path): Path<(i64, i64)>,
    visitor: Visitor,
    Form(form): Form<MuteForm>,
) -> Outcome<Response> {
    let (broadcast, message) = message_of(&app, path, &current).await?;
    current.owns_or_admin(broadcast.seller_id)?;
    if message.member_id == broadcast.seller_id {
        return Err(Failure::Invalid("chat-error-own-seller"));
    }
    let kind = match form.kind.as_str() {
        "mute" => ChatBanKind::Mute,
        "ban" => ChatBanKind::Ban,
        _ => return Err(Failure::Invalid("error-400-text")),
    };
    let ends_at = match form.minutes.trim() {
        "" => None,
        text => {
            let minutes = text.parse::<i64>().ok().filter(|minutes| (1..=7 * 24 * 60).contains(minutes));
            Some(now() + Duration::minutes(minutes.ok_or(Failure::Invalid("error-400-text"))?))
        }
    };
    let row = chat_bans::ActiveModel {
        seller_id: Set(broadcast.seller_id),
        broadcast_id: Set(ends_at.map(|_| broadcast.id)),
        member_id: Set(message.member_id),
        kind: Set(kind),
        reason: Set(message.body.chars().take(200).collect()),
        created_by: Set(current.id()),
        created_at: Set(now()),
        ends_at: Set(ends_at),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    let action = if kind == ChatBanKind::Ban { "chat.ban" } else { "chat.mute" };
    audit::record(&app.db, &visitor, Some(current.id()), action, ("member", message.member_id), "").await?;
    if kind == ChatBanKind::Ban {
        app.chat.tell(broadcast.id, Feed::Kick(message.member_id)).await;
    }
    Ok(done(&visitor, &format!("/live/{}", broadcast.id), "flash-chat-muted"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SlowForm {
    seconds: String,
}

async fn slow_mode(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    visitor: Visitor,
    Form(form): Form<SlowForm>,
) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    let seconds = form.seconds.trim().parse::<i32>().ok().filter(|seconds| (0..=SLOWEST).contains(seconds));
    let seconds = seconds.ok_or(Failure::Invalid("chat-error-slow-range"))?;
    log::ensure(&app.db, id).await?;
    let transaction = app.db.begin().await?;
    let seq = log::claim(&transaction, id, 1).await?;
    broadcasts::Entity::update_many()
        .col_expr(broadcasts::Column::SlowModeSeconds, Expr::value(seconds))
        .filter(broadcasts::Column::Id.eq(broadcast.id))
        .exec(&transaction)
        .await?;
    let event = log::note(&transaction, id, seq, What::Slow { seconds: i64::from(seconds) }).await?;
    transaction.commit().await?;
    app.chat.tell(id, Feed::Events(vec![event])).await;
    Ok(done(&visitor, &format!("/sell/broadcasts/{id}"), "flash-saved"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WordForm {
    word: String,
}

async fn add_word(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    visitor: Visitor,
    Form(form): Form<WordForm>,
) -> Outcome<Response> {
    own(&app, &seller, id).await?;
    let word = form.word.trim().to_lowercase();
    if super::words::folded(&word).is_empty() || word.chars().count() > LONGEST_WORD {
        return Err(Failure::Invalid("chat-error-word"));
    }
    let known = super::words::of(&app.db, seller.id()).await?;
    if known.iter().filter(|row| row.seller_id.is_some()).count() >= MOST_WORDS {
        return Err(Failure::Conflict("chat-error-words-full"));
    }
    let row = banned_words::ActiveModel {
        seller_id: Set(Some(seller.id())),
        word: Set(word),
        created_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&app.db).await {
        Err(error) if !is_unique_violation(&error) => return Err(error.into()),
        _ => {}
    }
    Ok(done(&visitor, &format!("/sell/broadcasts/{id}"), "flash-saved"))
}

async fn remove_word(
    State(app): State<AppState>,
    seller: Seller,
    Path((id, word)): Path<(i64, i64)>,
    visitor: Visitor,
) -> Outcome<Response> {
    own(&app, &seller, id).await?;
    let removed = banned_words::Entity::delete_many()
        .filter(banned_words::Column::Id.eq(word))
        .filter(banned_words::Column::SellerId.eq(seller.id()))
        .exec(&app.db)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::NotFound);
    }
    Ok(done(&visitor, &format!("/sell/broadcasts/{id}"), "flash-saved"))
}

async fn lift(
    State(app): State<AppState>,
    seller: Seller,
    Path((id, ban)): Path<(i64, i64)>,
    visitor: Visitor,
) -> Outcome<Response> {
    own(&app, &seller, id).await?;
    let lifted = chat_bans::Entity::update_many()
        .col_expr(chat_bans::Column::LiftedAt, Expr::value(now()))
        .filter(chat_bans::Column::Id.eq(ban))
        .filter(chat_bans::Column::SellerId.eq(seller.id()))
        .filter(chat_bans::Column::LiftedAt.is_null())
        .exec(&app.db)
        .await?;
    if lifted.rows_affected == 0 {
        return Err(Failure::NotFound);
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "chat.lift", ("ban", ban), "").await?;
    Ok(done(&visitor, &format!("/sell/broadcasts/{id}"), "flash-saved"))
}

/// The periodic job: texts that were deleted long enough ago are really gone.
pub async fn erase_deleted(app: &App) -> Result<u64, DbErr> {
    use chat_messages::Column;
    let erased = chat_messages::Entity::update_many()
        .col_expr(Column::Body, Expr::value(""))
        .col_expr(Column::DeleteAfter, Expr::value(Option::<chrono::DateTime<chrono::Utc>>::None))
        .filter(Column::DeleteAfter.lt(now()))
        .exec(&app.db)
        .await?;
    Ok(erased.rows_affected)
}
