//! A broadcast's page: player, products, chat; once ended, the replay.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::goods::{Good, goods};
use super::replay::{self, Moment, ReviewLine, clock};
use crate::app::{App, AppState};
use crate::chat::event::Shown;
use crate::chat::{log, post};
use crate::entities::enums::{BroadcastStatus, RecordingStatus, Role};
use crate::entities::{broadcasts, channels, chat_messages, follows, media, members, seller_profiles};
use crate::web::{Failure, Html, Outcome, Page, Visitor};

/// Messages that the page begins with; a replay shows more, for no socket brings them.
const HISTORY: u64 = 50;
const REPLAYED: u64 = 300;
const REVIEWS: u64 = 8;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/live/{id}", get(show))
}

/// Rehearsals and what was called off are their seller's own affair.
pub fn may_see(broadcast: &broadcasts::Model, member: Option<&members::Model>) -> bool {
    let public = !broadcast.rehearsal && broadcast.status != BroadcastStatus::Cancelled;
    public || member.is_some_and(|member| member.id == broadcast.seller_id || member.role == Role::Admin)
}

/// Who sells, as buyers know them.
#[derive(Clone, Debug)]
pub struct SellerLine {
    pub id: i64,
    pub name: String,
    pub intro: String,
}

pub async fn seller_line(db: &impl ConnectionTrait, id: i64) -> Result<SellerLine, DbErr> {
    let profile = seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.eq(id)).one(db).await?;
    if let Some(profile) = profile {
        return Ok(SellerLine { id, name: profile.display_name, intro: profile.intro });
    }
    let member = members::Entity::find_by_id(id).one(db).await?;
    Ok(SellerLine { id, name: member.map(|member| member.nickname).unwrap_or_default(), intro: String::new() })
}

/// The chat beside the picture; the seller's studio has it too.
#[derive(Clone, Debug)]
pub struct ChatPanel {
    pub broadcast_id: i64,
    pub open: bool,
    pub history: Vec<Shown>,
    /// From where the socket goes on.
    pub seq: i64,
    /// May delete and mute.
    pub moderator: bool,
    /// The seller: may write notices.
    pub own: bool,
    pub muted: bool,
    /// Of the history, what whoever looks has written.
    pub mine: Vec<i64>,
    pub slow_mode_seconds: i32,
    pub shift_ms: i64,
    pub longest: usize,
}

impl ChatPanel {
    pub fn is_mine(&self, message: &Shown) -> bool {
        self.mine.contains(&message.id)
    }

    /// Where in the recording it was written.
    pub fn clock(&self, message: &Shown) -> String {
        clock(((message.offset_ms + self.shift_ms) / 1000).max(0))
    }

    pub fn seconds(&self, message: &Shown) -> i64 {
        ((message.offset_ms + self.shift_ms) / 1000).max(0)
    }
}

pub async fn chat_panel(
    app: &App,
    broadcast: &broadcasts::Model,
    member: Option<&members::Model>,
) -> Result<ChatPanel, DbErr> {
    let open = matches!(broadcast.status, BroadcastStatus::Live | BroadcastStatus::Preparing);
    let (seq, history) = log::history(&app.db, broadcast.id, if open { HISTORY } else { REPLAYED }).await?;
    let own = member.is_some_and(|member| member.id == broadcast.seller_id);
    let muted = match member {
        Some(member) if !own => post::ban(&app.db, broadcast, member.id).await?.is_some(),
        _ => false,
    };
    let mine = match member {
        Some(member) => written_by(&app.db, member.id, &history).await?,
        None => Vec::new(),
    };
    Ok(ChatPanel {
        broadcast_id: broadcast.id,
        open,
        mine,
        history,
        seq,
        moderator: own || member.is_some_and(|member| member.role == Role::Admin),
        own,
        muted,
        slow_mode_seconds: broadcast.slow_mode_seconds,
        shift_ms: replay::shift_ms(broadcast),
        longest: post::LONGEST,
    })
}

async fn written_by(db: &impl ConnectionTrait, member: i64, history: &[Shown]) -> Result<Vec<i64>, DbErr> {
    let rows = chat_messages::Entity::find()
        .filter(chat_messages::Column::Id.is_in(history.iter().map(|message| message.id)))
        .filter(chat_messages::Column::MemberId.eq(member))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(Template)]
#[template(path = "live/show.html")]
struct Show {
    page: Page,
    broadcast: broadcasts::Model,
    seller: SellerLine,
    following: bool,
    poster: Option<String>,
    /// What the player plays.
    source: Option<String>,
    goods: Vec<Good>,
    chat: ChatPanel,
    timeline: Vec<Moment>,
    reviews: Vec<ReviewLine>,
}

impl Show {
    fn live(&self) -> bool {
        self.broadcast.status == BroadcastStatus::Live
    }

    fn ended(&self) -> bool {
        self.broadcast.status == BroadcastStatus::Ended
    }

    fn is_pinned(&self, good: &Good) -> bool {
        self.live() && self.broadcast.pinned_product_id == Some(good.product.id)
    }

    fn pinned(&self) -> Option<&Good> {
        self.goods.iter().find(|good| self.is_pinned(good))
    }

    fn processing(&self) -> bool {
        self.ended() && self.broadcast.recording_status == RecordingStatus::Recording
    }
}

async fn show(
    State(app): State<AppState>,
    Path(id): Path<i64>,
    page: Page,
    visitor: Visitor,
) -> Outcome<impl IntoResponse> {
    let broadcast = broadcasts::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let member = visitor.member.as_deref();
    if !may_see(&broadcast, member) {
        return Err(Failure::NotTheirs);
    }
    let goods = goods(&app.db, &broadcast).await?;
    let ended = broadcast.status == BroadcastStatus::Ended;
    let (timeline, reviews) = if ended {
        (replay::timeline(&app.db, &broadcast, &goods).await?, replay::reviews(&app.db, &goods, REVIEWS).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    let following = match member {
        Some(member) => is_following(&app.db, member.id, broadcast.seller_id).await?,
        None => false,
    };
    Ok(Html(Show {
        seller: seller_line(&app.db, broadcast.seller_id).await?,
        following,
        poster: picture(&app.db, broadcast.image_media_id).await?.or_else(|| goods.first()?.image.clone()),
        source: source(&app.db, &broadcast).await?,
        chat: chat_panel(&app, &broadcast, member).await?,
        goods,
        timeline,
        reviews,
        page,
        broadcast,
    }))
}

async fn source(db: &impl ConnectionTrait, broadcast: &broadcasts::Model) -> Result<Option<String>, DbErr> {
    match broadcast.status {
        BroadcastStatus::Live | BroadcastStatus::Preparing => {
            let channel = channels::Entity::find_by_id(broadcast.channel_id).one(db).await?;
            Ok(channel.map(|channel| channel.playback_url))
        }
        _ => Ok(broadcast.recording_url.clone().filter(|_| broadcast.recording_status == RecordingStatus::Ready)),
    }
}

pub async fn picture(db: &impl ConnectionTrait, id: Option<i64>) -> Result<Option<String>, DbErr> {
    let Some(id) = id else { return Ok(None) };
    Ok(media::Entity::find_by_id(id).one(db).await?.and_then(|media| media.public_url))
}

async fn is_following(db: &impl ConnectionTrait, member: i64, seller: i64) -> Result<bool, DbErr> {
    let found = follows::Entity::find()
        .filter(follows::Column::MemberId.eq(member))
        .filter(follows::Column::SellerId.eq(seller))
        .one(db)
        .await?;
    Ok(found.is_some())
}
