//! A seller's trailers, and taking one back.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, TransactionTrait};

use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{MediaStatus, TrailerStatus};
use crate::entities::trailers::{Column, Entity, Model};
use crate::entities::{media, trailer_reminders};
use crate::social::notifications::{Notice, notify};
use crate::social::sellers;
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Failure, Html, Outcome, Page, Seller, Visitor, audit};

const SIZE: u64 = 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sell/trailers", get(show)).route("/sell/trailers/{id}/cancel", post(cancel))
}

/// The trailer, if it is the seller's.
pub(super) async fn own(app: &App, seller: &Seller, id: i64) -> Outcome<Model> {
    let trailer = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(trailer.seller_id)?;
    Ok(trailer)
}

#[derive(Template)]
#[template(path = "trailers/mine.html")]
struct Mine {
    page: Page,
    list: Paged<Model>,
    /// Of their videos.
    states: HashMap<i64, MediaStatus>,
}

impl Mine {
    /// What is to be said of a trailer's video.
    fn of_video(&self, trailer: &Model) -> Option<&'static str> {
        match self.states.get(&trailer.video_media_id?)? {
            MediaStatus::Uploaded | MediaStatus::Processing => Some("trailer-video-waits"),
            MediaStatus::Failed => Some("trailer-video-failed"),
            _ => None,
        }
    }
}

async fn show(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = Entity::find().filter(Column::SellerId.eq(seller.id())).order_by_desc(Column::Id);
    let list = paginate(&app.db, find, wanted, SIZE).await?;
    let videos = list.items.iter().filter_map(|trailer| trailer.video_media_id);
    let videos = media::Entity::find().filter(media::Column::Id.is_in(videos)).all(&app.db).await?;
    let states = videos.into_iter().map(|video| (video.id, video.status)).collect();
    Ok(Html(Mine { page, list, states }))
}

/// Whoever waits for it is told.
async fn cancel(
    State(app): State<AppState>,
    seller: Seller,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let trailer = own(&app, &seller, id).await?;
    let transaction = app.db.begin().await?;
    let changed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(TrailerStatus::Cancelled.word()))
        .col_expr(Column::UpdatedAt, Expr::value(now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(TrailerStatus::Announced))
        .exec(&transaction)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Failure::Conflict("live-error-trailer"));
    }
    let waiting =
        trailer_reminders::Entity::find().filter(trailer_reminders::Column::TrailerId.eq(id)).all(&transaction).await?;
    let name = sellers::name(&transaction, trailer.seller_id).await?;
    for reminder in waiting {
        let notice = Notice {
            message: "notice-trailer-cancelled",
            arguments: &[("seller", name.clone()), ("title", trailer.title.clone())],
            link: format!("/sellers/{}", trailer.seller_id),
            unique_key: Some(format!("trailer.cancel:{id}:{}", reminder.member_id)),
        };
        notify(&transaction, reminder.member_id, &notice).await?;
    }
    audit::record(&transaction, &visitor, Some(seller.id()), "trailer.cancel", ("trailer", id), "").await?;
    transaction.commit().await?;
    Ok(flash("/sell/trailers", "flash-trailer-cancelled"))
}
