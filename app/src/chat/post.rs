//! Writing into the chat: who may, what, and how often; and the batch that becomes one transaction.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, Set, TransactionTrait,
};
use tokio::sync::oneshot;

use super::event::{Event, What};
use super::{log, words};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{BroadcastStatus, ChatBanKind, MemberStatus, MessageKind, SessionStage};
use crate::entities::{broadcasts, chat_bans, chat_events, chat_messages, members, sessions};
use crate::i18n::Lang;
use crate::web::Failure;

pub const LONGEST: usize = 300;
const LONGEST_CLIENT_ID: usize = 40;
/// Nobody writes more than this many messages in so many seconds, on however many connections.
const BURST: u64 = 5;
const BURST_SECONDS: i64 = 5;
const RETRIES: u32 = 3;

/// Why a message was not taken. None of these loses anything: the browser keeps the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    LogIn,
    Empty,
    TooLong,
    Characters,
    /// The browser's id for the message cannot be one.
    ClientId,
    Word,
    Muted,
    TooFast,
    Slow {
        seconds: i64,
    },
    /// Not live (any more).
    Closed,
    Unavailable,
}

impl Refusal {
    pub fn code(self) -> &'static str {
        match self {
            Self::LogIn => "log-in",
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::Characters => "characters",
            Self::ClientId => "client-id",
            Self::Word => "banned-word",
            Self::Muted => "muted",
            Self::TooFast => "too-fast",
            Self::Slow { .. } => "slow-mode",
            Self::Closed => "closed",
            Self::Unavailable => "unavailable",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::LogIn => "chat-error-log-in",
            Self::Empty => "chat-error-empty",
            Self::TooLong => "chat-error-too-long",
            Self::Characters => "form-control-characters",
            Self::ClientId => "chat-error-malformed",
            Self::Word => "chat-error-banned-word",
            Self::Muted => "chat-error-muted",
            Self::TooFast => "chat-error-too-fast",
            Self::Slow { .. } => "chat-error-slow-mode",
            Self::Closed => "chat-error-closed",
            Self::Unavailable => "chat-error-unavailable",
        }
    }

    pub fn text(self, lang: Lang) -> String {
        let seconds = if let Self::Slow { seconds } = self { seconds } else { 0 };
        lang.text_with(self.key(), &[("seconds", seconds.to_string()), ("max", LONGEST.to_string())])
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::LogIn => Self::LogIn,
            Refusal::TooFast => Self::TooMany { retry_after: BURST_SECONDS.unsigned_abs() },
            Refusal::Slow { seconds } => Self::TooMany { retry_after: seconds.unsigned_abs() },
            Refusal::Muted => Self::Forbidden,
            Refusal::Closed => Self::Conflict("chat-error-closed"),
            Refusal::Unavailable => Self::internal("the chat cannot write"),
            Refusal::Empty => Self::Invalid("chat-error-empty"),
            Refusal::TooLong => Self::Invalid("chat-error-length"),
            Refusal::Characters => Self::Invalid("form-control-characters"),
            Refusal::ClientId => Self::Invalid("chat-error-malformed"),
            Refusal::Word => Self::Invalid("chat-error-banned-word"),
        }
    }
}

/// Taken: it has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    pub id: i64,
    pub seq: i64,
}

/// A message that may be written as far as can be told without the room's lock.
#[derive(Debug)]
pub struct Post {
    pub member_id: i64,
    pub nickname: String,
    pub client_id: String,
    pub body: String,
    pub notice: bool,
    pub reply: oneshot::Sender<Result<Posted, Refusal>>,
}

/// The text as it will be kept.
pub fn checked_body(body: &str) -> Result<String, Refusal> {
    let body = body.trim();
    if body.is_empty() {
        return Err(Refusal::Empty);
    }
    if body.chars().count() > LONGEST {
        return Err(Refusal::TooLong);
    }
    // Also the marks that turn the direction of what follows: they can make one message look like another.
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if body.chars().any(|c| c.is_control() || turns(c)) {
        return Err(Refusal::Characters);
    }
    Ok(body.to_owned())
}

pub fn checked_client_id(id: &str) -> Result<(), Refusal> {
    let sound = (1..=LONGEST_CLIENT_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if sound { Ok(()) } else { Err(Refusal::ClientId) }
}

/// Whether the session still is, and whose: a socket may outlive a log-out.
pub async fn author(db: &impl ConnectionTrait, session_id: i64) -> Result<Option<members::Model>, DbErr> {
    let found = sessions::Entity::find_by_id(session_id)
        .find_also_related(members::Entity)
        .filter(sessions::Column::ExpiresAt.gt(now()))
        .filter(sessions::Column::Stage.eq(SessionStage::Complete))
        .filter(members::Column::Status.eq(MemberStatus::Active))
        .one(db)
        .await?;
    Ok(found.and_then(|(_, member)| member))
}

/// The ban or mute that holds for a member in a broadcast now.
pub async fn ban(
    db: &impl ConnectionTrait,
    broadcast: &broadcasts::Model,
    member_id: i64,
) -> Result<Option<ChatBanKind>, DbErr> {
    use chat_bans::Column;
    let rows = chat_bans::Entity::find()
        .filter(Column::MemberId.eq(member_id))
        .filter(Column::SellerId.eq(broadcast.seller_id))
        .filter(Column::BroadcastId.is_null().or(Column::BroadcastId.eq(broadcast.id)))
        .filter(Column::LiftedAt.is_null())
        .filter(Column::EndsAt.is_null().or(Column::EndsAt.gt(now())))
        .all(db)
        .await?;
    let banned = rows.iter().any(|row| row.kind == ChatBanKind::Ban);
    Ok(if banned { Some(ChatBanKind::Ban) } else { rows.first().map(|row| row.kind) })
}

/// What can be refused before the message waits for its turn.
pub async fn admit(
    db: &impl ConnectionTrait,
    broadcast: &broadcasts::Model,
    member_id: i64,
    body: &str,
) -> Result<Result<(), Refusal>, DbErr> {
    if member_id == broadcast.seller_id {
        return Ok(Ok(()));
    }
    if ban(db, broadcast, member_id).await?.is_some() {
        return Ok(Err(Refusal::Muted));
    }
    let banned = words::of(db, broadcast.seller_id).await?;
    let refused = words::contains_any(body, banned.iter().map(|row| row.word.as_str()));
    Ok(if refused { Err(Refusal::Word) } else { Ok(()) })
}

/// Writes the posts in one transaction and answers each of them; the events are for the viewers.
pub async fn write(db: &DatabaseConnection, broadcast_id: i64, posts: Vec<Post>) -> Vec<Event> {
    let mut tried = 0;
    let written = loop {
        match write_once(db, broadcast_id, &posts).await {
            Ok(written) => break Ok(written),
            // A deadlock or a lock that was waited for too long: the other one is through now.
            Err(error) if tried < RETRIES => {
                tried += 1;
                tracing::warn!(broadcast_id, %error, tried, "the chat writes again");
                tokio::time::sleep(Duration::from_millis(20 * u64::from(tried))).await;
            }
            Err(error) => break Err(error),
        }
    };
    match written {
        Ok((events, answers)) => {
            for (post, answer) in posts.into_iter().zip(answers) {
                // Whoever asked may have gone.
                let _ = post.reply.send(answer);
            }
            metrics::counter!("shop_chat_messages_total").increment(events.len() as u64);
            events
        }
        Err(error) => {
            tracing::error!(broadcast_id, %error, "the chat cannot write");
            for post in posts {
                let _ = post.reply.send(Err(Refusal::Unavailable));
            }
            Vec::new()
        }
    }
}

type Answers = Vec<Result<Posted, Refusal>>;

async fn write_once(
    db: &DatabaseConnection,
    broadcast_id: i64,
    posts: &[Post],
) -> Result<(Vec<Event>, Answers), DbErr> {
    let transaction = db.begin().await?;
    // Locks the room; how many numbers are needed is known at the end.
    let first = log::claim(&transaction, broadcast_id, 0).await?;
    let Some(broadcast) = broadcasts::Entity::find_by_id(broadcast_id).one(&transaction).await? else {
        return Ok((Vec::new(), vec![Err(Refusal::Closed); posts.len()]));
    };
    let mut events = Vec::new();
    let mut answers = Vec::new();
    for post in posts {
        let next = first + events.len() as i64;
        match write_one(&transaction, &broadcast, post, next).await? {
            Written::New(event, posted) => {
                events.push(event);
                answers.push(Ok(posted));
            }
            Written::Known(posted) => answers.push(Ok(posted)),
            Written::Refused(refusal) => answers.push(Err(refusal)),
        }
    }
    if !events.is_empty() {
        log::claim(&transaction, broadcast_id, events.len() as i64).await?;
    }
    transaction.commit().await?;
    Ok((events, answers))
}

enum Written {
    New(Event, Posted),
    /// Sent before, and taken then: the answer was lost.
    Known(Posted),
    Refused(Refusal),
}

async fn write_one(
    transaction: &impl ConnectionTrait,
    broadcast: &broadcasts::Model,
    post: &Post,
    seq: i64,
) -> Result<Written, DbErr> {
    use chat_messages::{Column, Entity};
    let before = Entity::find()
        .filter(Column::MemberId.eq(post.member_id))
        .filter(Column::BroadcastId.eq(broadcast.id))
        .order_by_desc(Column::Id)
        .limit(BURST)
        .all(transaction)
        .await?;
    if let Some(same) = before.iter().find(|row| row.client_id == post.client_id) {
        return known(transaction, same.id).await;
    }
    if !matches!(broadcast.status, BroadcastStatus::Live | BroadcastStatus::Preparing) {
        return Ok(Written::Refused(Refusal::Closed));
    }
    let times: Vec<DateTime<Utc>> = before.iter().map(|row| row.created_at).collect();
    if post.member_id != broadcast.seller_id
        && let Some(refusal) = too_soon(&times, i64::from(broadcast.slow_mode_seconds))
    {
        return Ok(Written::Refused(refusal));
    }
    let at = now();
    let row = chat_messages::ActiveModel {
        broadcast_id: Set(broadcast.id),
        member_id: Set(post.member_id),
        client_id: Set(post.client_id.clone()),
        nickname: Set(post.nickname.clone()),
        kind: Set(if post.notice { MessageKind::Notice } else { MessageKind::Message }),
        body: Set(post.body.clone()),
        offset_ms: Set(broadcast.started_at.map_or(0, |start| Ord::max((at - start).num_milliseconds(), 0))),
        created_at: Set(at),
        ..Default::default()
    };
    let row = match row.insert(transaction).await {
        // An old message of theirs.
        Err(error) if is_unique_violation(&error) => {
            let same = Entity::find()
                .filter(Column::MemberId.eq(post.member_id))
                .filter(Column::ClientId.eq(&post.client_id))
                .one(transaction)
                .await?;
            return match same {
                Some(same) if same.broadcast_id == broadcast.id => known(transaction, same.id).await,
                Some(_) => Ok(Written::Refused(Refusal::ClientId)),
                None => Err(error),
            };
        }
        other => other?,
    };
    let event = log::note(transaction, broadcast.id, seq, What::Message(log::shown(&row, broadcast.seller_id))).await?;
    Ok(Written::New(event, Posted { id: row.id, seq }))
}

async fn known(transaction: &impl ConnectionTrait, id: i64) -> Result<Written, DbErr> {
    let event = chat_events::Entity::find()
        .filter(chat_events::Column::MessageId.eq(id))
        .order_by_asc(chat_events::Column::Seq)
        .one(transaction)
        .await?;
    Ok(Written::Known(Posted { id, seq: event.map_or(0, |event| event.seq) }))
}

/// `times` are the member's last messages, newest first.
fn too_soon(times: &[DateTime<Utc>], slow_seconds: i64) -> Option<Refusal> {
    let waited = times.first().map(|last| (now() - *last).num_seconds());
    if let Some(waited) = waited
        && waited < slow_seconds
    {
        return Some(Refusal::Slow { seconds: slow_seconds - waited });
    }
    let burst = times.get(BURST as usize - 1).is_some_and(|oldest| (now() - *oldest).num_seconds() < BURST_SECONDS);
    burst.then_some(Refusal::TooFast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        assert_eq!(checked_body("  안녕하세요 😀 "), Ok("안녕하세요 😀".to_owned()));
        assert_eq!(checked_body(" \n "), Err(Refusal::Empty));
        assert_eq!(checked_body(&"가".repeat(LONGEST)).map(|body| body.len()), Ok(LONGEST * 3));
        assert_eq!(checked_body(&"가".repeat(LONGEST + 1)), Err(Refusal::TooLong));
        for evil in ["a\u{0}b", "a\nb", "\u{202E}abc"] {
            assert_eq!(checked_body(evil), Err(Refusal::Characters), "{evil:?}");
        }
        assert_eq!(checked_client_id("6f2c-AB_1"), Ok(()));
        for bad in ["", "a b", "é", &"a".repeat(41)] {
            assert_eq!(checked_client_id(bad), Err(Refusal::ClientId), "{bad}");
        }
    }

    #[test]
    fn waiting_times() {
        let ago = |seconds| now() - chrono::Duration::seconds(seconds);
        assert_eq!(too_soon(&[], 30), None);
        assert_eq!(too_soon(&[ago(10)], 0), None);
        assert_eq!(too_soon(&[ago(10)], 30), Some(Refusal::Slow { seconds: 20 }));
        assert_eq!(too_soon(&[ago(0), ago(0), ago(1), ago(1)], 0), None);
        assert_eq!(too_soon(&[ago(0), ago(0), ago(1), ago(1), ago(2)], 0), Some(Refusal::TooFast));
    }
}
