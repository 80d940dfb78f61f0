//! A trailer's page: video, seller, product and price, reminder, comments.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::comments::{self, Comment};
use super::list::{Video, videos};
use crate::app::{App, AppState};
use crate::entities::enums::{BroadcastStatus, ProductStatus, TrailerStatus};
use crate::entities::{broadcasts, media, products, trailers};
use crate::social::{reminders, sellers};
use crate::web::paging::{PageQuery, Paged};
use crate::web::{Errors, Failure, Html, Outcome, Page};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/trailers/{id}", get(show))
}

/// What was typed into the form of a comment: a new one, or a change of that id.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) id: Option<i64>,
    pub(super) body: String,
}

impl Draft {
    pub(super) fn is_of(&self, comment: &i64) -> bool {
        self.id == Some(*comment)
    }
}

#[derive(Template)]
#[template(path = "trailers/show.html")]
pub(super) struct Show {
    page: Page,
    trailer: trailers::Model,
    seller: String,
    image: Option<String>,
    video: Option<Video>,
    product: Option<products::Model>,
    /// What became of it.
    broadcast: Option<broadcasts::Model>,
    awaited: bool,
    mine: bool,
    comments: Paged<Comment>,
    base: String,
    draft: Draft,
    errors: Errors,
}

impl Show {
    pub(super) async fn load(app: &App, page: Page, trailer: trailers::Model, wanted: PageQuery) -> Outcome<Self> {
        let reader = page.member.as_ref().map(|member| member.id);
        let awaited = match reader {
            Some(reader) => reminders::is_awaited(&app.db, reader, trailer.id).await?,
            None => false,
        };
        let image = match trailer.image_media_id {
            Some(id) => media::Entity::find_by_id(id).one(&app.db).await?.and_then(|media| media.public_url),
            None => None,
        };
        let product = match trailer.product_id {
            Some(id) => products::Entity::find_by_id(id).one(&app.db).await?,
            None => None,
        };
        let broadcast = broadcasts::Entity::find()
            .filter(broadcasts::Column::TrailerId.eq(trailer.id))
            .filter(broadcasts::Column::Status.is_in([BroadcastStatus::Live, BroadcastStatus::Ended]))
            .filter(broadcasts::Column::Rehearsal.eq(false))
            .order_by_desc(broadcasts::Column::Id)
            .one(&app.db)
            .await?;
        Ok(Self {
            seller: sellers::name(&app.db, trailer.seller_id).await?,
            video: videos(&app.db, trailer.video_media_id).await?.into_values().next(),
            product: product.filter(|product| product.status == ProductStatus::OnSale),
            mine: reader == Some(trailer.seller_id),
            comments: comments::of(app, &trailer, &page, wanted).await?,
            base: format!("/trailers/{}", trailer.id),
            draft: Draft::default(),
            errors: Errors::new(page.lang),
            image,
            broadcast,
            awaited,
            trailer,
            page,
        })
    }

    /// With what is wrong with a comment.
    pub(super) fn again(mut self, draft: Draft, errors: Errors) -> Response {
        (self.draft, self.errors) = (draft, errors);
        (StatusCode::UNPROCESSABLE_ENTITY, Html(self)).into_response()
    }

    fn is_announced(&self) -> bool {
        self.trailer.status == TrailerStatus::Announced
    }

    fn typed(&self) -> &str {
        if self.draft.id.is_none() { &self.draft.body } else { "" }
    }
}

/// What is cancelled is for its seller and the operator only.
pub(super) async fn visible(app: &App, page: &Page, id: i64) -> Outcome<trailers::Model> {
    let trailer = trailers::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let mine = page.member.as_ref().is_some_and(|member| member.id == trailer.seller_id);
    if trailer.status == TrailerStatus::Cancelled && !mine && !page.is_admin() {
        return Err(Failure::NotTheirs);
    }
    Ok(trailer)
}

async fn show(
    State(app): State<AppState>,
    page: Page,
    Path(id): Path<i64>,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let trailer = visible(&app, &page, id).await?;
    Ok(Html(Show::load(&app, page, trailer, wanted).await?))
}
