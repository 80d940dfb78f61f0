//! The seller's studio: how to send, start and end, pin, and the tools of the chat.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use serde::Deserialize;

use super::goods::{Good, goods};
use super::plan::own;
use super::show::{ChatPanel, chat_panel};
use super::states;
use crate::app::{App, AppState};
use crate::chat::words;
use crate::db::now;
use crate::entities::enums::BroadcastStatus;
use crate::entities::{banned_words, broadcasts, channels, chat_bans, members};
use crate::services::streaming::StreamState;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{Failure, Html, Outcome, Page, Seller, Visitor, audit};

/// The service takes five a second.
const PINS: Limit = Limit::per_minutes("pin", 120, 1);

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/broadcasts/{id}", get(show))
        .route("/sell/broadcasts/{id}/start", post(start))
        .route("/sell/broadcasts/{id}/end", post(end))
        .route("/sell/broadcasts/{id}/cancel", post(cancel))
        .route("/sell/broadcasts/{id}/pin", post(pin))
}

/// A mute or ban that holds, with whom.
#[derive(Clone, Debug)]
struct BanLine {
    ban: chat_bans::Model,
    nickname: String,
}

#[derive(Template)]
#[template(path = "live/studio.html")]
struct Studio {
    page: Page,
    broadcast: broadcasts::Model,
    channel: channels::Model,
    /// None: the service does not say.
    sending: Option<bool>,
    goods: Vec<Good>,
    chat: ChatPanel,
    words: Vec<banned_words::Model>,
    bans: Vec<BanLine>,
}

impl Studio {
    fn preparing(&self) -> bool {
        self.broadcast.status == BroadcastStatus::Preparing
    }

    fn live(&self) -> bool {
        self.broadcast.status == BroadcastStatus::Live
    }

    fn is_pinned(&self, good: &Good) -> bool {
        self.broadcast.pinned_product_id == Some(good.product.id)
    }
}

async fn channel_of(app: &App, broadcast: &broadcasts::Model) -> Outcome<channels::Model> {
    let channel = channels::Entity::find_by_id(broadcast.channel_id).one(&app.db).await?;
    channel.ok_or_else(|| Failure::internal("a broadcast without a channel"))
}

async fn show(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    page: Page,
) -> Outcome<impl IntoResponse> {
    let broadcast = own(&app, &seller, id).await?;
    let channel = channel_of(&app, &broadcast).await?;
    let sending = match app.streaming.state(&channel.external_id).await {
        Ok(state) => Some(state != StreamState::Offline),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "the state of a stream is unknown");
            None
        }
    };
    let own_words = words::of(&app.db, seller.id()).await?;
    Ok(Html(Studio {
        sending,
        goods: goods(&app.db, &broadcast).await?,
        chat: chat_panel(&app, &broadcast, Some(&seller.0.member)).await?,
        words: own_words.into_iter().filter(|word| word.seller_id.is_some()).collect(),
        bans: bans(&app, &broadcast).await?,
        page,
        broadcast,
        channel,
    }))
}

async fn bans(app: &App, broadcast: &broadcasts::Model) -> Result<Vec<BanLine>, DbErr> {
    use chat_bans::Column;
    let rows = chat_bans::Entity::find()
        .filter(Column::SellerId.eq(broadcast.seller_id))
        .filter(Column::BroadcastId.is_null().or(Column::BroadcastId.eq(broadcast.id)))
        .filter(Column::LiftedAt.is_null())
        .filter(Column::EndsAt.is_null().or(Column::EndsAt.gt(now())))
        .order_by_desc(Column::Id)
        .all(&app.db)
        .await?;
    let people = members::Entity::find()
        .filter(members::Column::Id.is_in(rows.iter().map(|row| row.member_id)))
        .all(&app.db)
        .await?;
    let name = |id: i64| people.iter().find(|member| member.id == id).map(|member| member.nickname.clone());
    Ok(rows.into_iter().map(|ban| BanLine { nickname: name(ban.member_id).unwrap_or_default(), ban }).collect())
}

async fn start(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    let channel = channel_of(&app, &broadcast).await?;
    states::start(&app, &broadcast, &channel).await?.map_err(Failure::Conflict)?;
    audit::record(&app.db, &visitor, Some(seller.id()), "broadcast.start", ("broadcast", id), "").await?;
    Ok(flash(&format!("/sell/broadcasts/{id}"), "flash-broadcast-started"))
}

async fn end(State(app): State<AppState>, seller: Seller, Path(id): Path<i64>, visitor: Visitor) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    let channel = channel_of(&app, &broadcast).await?;
    if !states::end(&app, &broadcast, &channel).await? {
        return Err(Failure::Conflict("live-error-not-live"));
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "broadcast.end", ("broadcast", id), "").await?;
    Ok(flash(&format!("/sell/broadcasts/{id}"), "flash-broadcast-ended"))
}

async fn cancel(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    if !states::cancel(&app.db, &broadcast).await? {
        return Err(Failure::Conflict("live-error-not-preparing"));
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "broadcast.cancel", ("broadcast", id), "").await?;
    Ok(flash("/sell/broadcasts", "flash-broadcast-cancelled"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PinForm {
    /// Empty: takes the pin away.
    product: String,
}

async fn pin(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    visitor: Visitor,
    Form(form): Form<PinForm>,
) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    let product = match form.product.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Failure::Invalid("live-error-not-chosen"))?),
    };
    PINS.hit(&app.db, &seller.id().to_string()).await?;
    let channel = channel_of(&app, &broadcast).await?;
    states::pin(&app, &broadcast, &channel, product).await?.map_err(Failure::Conflict)?;
    if visitor.wants_json {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(flash(&format!("/sell/broadcasts/{id}"), "flash-pinned"))
}
