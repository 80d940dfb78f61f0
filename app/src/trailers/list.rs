//! `/trailers`: what is going to be broadcast, soonest first.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use chrono::Duration;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::app::AppState;
use crate::db::now;
use crate::entities::enums::{MediaStatus, TrailerStatus};
use crate::entities::media;
use crate::entities::trailers::{Column, Entity, Model};
use crate::home::queries::{Tile, tiles};
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Html, Outcome, Page};

const SIZE: u64 = 24;
/// A seller may be late; what has not begun by then is not shown any more.
const GRACE: Duration = Duration::hours(1);

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/trailers", get(show))
}

#[derive(Template)]
#[template(path = "trailers/list.html")]
struct List {
    page: Page,
    list: Paged<(Tile<Model>, Option<Video>)>,
}

async fn show(State(app): State<AppState>, page: Page, Query(wanted): Query<PageQuery>) -> Outcome<impl IntoResponse> {
    let find = Entity::find()
        .filter(Column::Status.eq(TrailerStatus::Announced))
        .filter(Column::StartsAt.gt(now() - GRACE))
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id);
    let Paged { items, number, pages, total } = paginate(&app.db, find, wanted, SIZE).await?;
    let videos = videos(&app.db, items.iter().filter_map(|trailer| trailer.video_media_id)).await?;
    let with_video = |tile: Tile<Model>| {
        let video = tile.item.video_media_id.and_then(|id| videos.get(&id).cloned());
        (tile, video)
    };
    let items = tiles(&app.db, items, |item| (item.seller_id, item.image_media_id)).await?;
    let items = items.into_iter().map(with_video).collect();
    Ok(Html(List { page, list: Paged { items, number, pages, total } }))
}

/// One that can be watched.
#[derive(Clone, Debug)]
pub(super) struct Video {
    pub(super) url: String,
    /// A picture out of it.
    pub(super) poster: Option<String>,
}

impl Video {
    /// Converted videos are playlists (HLS), which a script plays in most browsers.
    pub(super) fn is_playlist(&self) -> bool {
        self.url.ends_with(".m3u8")
    }

    /// What is shown before it plays: the seller's picture, or else one of the video's own.
    pub(super) fn still(&self, image: &Option<String>) -> Option<String> {
        image.clone().or_else(|| self.poster.clone())
    }
}

/// Those that are ready.
pub(super) async fn videos(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Video>, DbErr> {
    let rows = media::Entity::find()
        .filter(media::Column::Id.is_in(ids))
        .filter(media::Column::Status.eq(MediaStatus::Ready))
        .all(db)
        .await?;
    let video = |row: media::Model| Some((row.id, Video { url: row.public_url?, poster: row.poster_url }));
    Ok(rows.into_iter().filter_map(video).collect())
}
