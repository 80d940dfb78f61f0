//! Broadcasts to watch: live now and about to begin (`/live`), and replays (`/replays`).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::AppState;
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, TrailerStatus};
use crate::entities::{broadcasts, trailers};
use crate::home::queries::{Tile, tiles};
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Html, Outcome, Page};

const SIZE: u64 = 24;
const NEXT: u64 = 8;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/live", get(live)).route("/replays", get(replays))
}

#[derive(Template)]
#[template(path = "live/live.html")]
struct LiveList {
    page: Page,
    list: Paged<Tile<broadcasts::Model>>,
    next: Vec<Tile<trailers::Model>>,
}

async fn live(State(app): State<AppState>, page: Page, Query(wanted): Query<PageQuery>) -> Outcome<impl IntoResponse> {
    use broadcasts::{Column, Entity};
    let find = Entity::find()
        .filter(Column::Status.eq(BroadcastStatus::Live))
        .filter(Column::Rehearsal.eq(false))
        .order_by_desc(Column::Viewers)
        .order_by_desc(Column::Id);
    let list = paginate(&app.db, find, wanted, SIZE).await?;
    let next = trailers::Entity::find()
        .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
        .filter(trailers::Column::StartsAt.gt(now()))
        .order_by_asc(trailers::Column::StartsAt)
        .limit(NEXT)
        .all(&app.db)
        .await?;
    let next = tiles(&app.db, next, |trailer| (trailer.seller_id, trailer.image_media_id)).await?;
    Ok(Html(LiveList { page, list: with_tiles(&app, list).await?, next }))
}

#[derive(Template)]
#[template(path = "live/replays.html")]
struct Replays {
    page: Page,
    list: Paged<Tile<broadcasts::Model>>,
}

async fn replays(
    State(app): State<AppState>,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    use broadcasts::{Column, Entity};
    let find = Entity::find()
        .filter(Column::Status.eq(BroadcastStatus::Ended))
        .filter(Column::Rehearsal.eq(false))
        .order_by_desc(Column::EndedAt)
        .order_by_desc(Column::Id);
    let list = paginate(&app.db, find, wanted, SIZE).await?;
    Ok(Html(Replays { page, list: with_tiles(&app, list).await? }))
}

async fn with_tiles(
    app: &crate::App,
    list: Paged<broadcasts::Model>,
) -> Result<Paged<Tile<broadcasts::Model>>, sea_orm::DbErr> {
    let Paged { items, number, pages, total } = list;
    let items = tiles(&app.db, items, |item| (item.seller_id, item.image_media_id)).await?;
    Ok(Paged { items, number, pages, total })
}
