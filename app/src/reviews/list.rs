//! Reviews as others read them: of a product, of a seller, of what a broadcast sold. Pages show `Listing` with
//! `macros/reviews.html`.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    Select,
};
use serde::Serialize;

use crate::app::AppState;
use crate::entities::enums::ProductStatus;
use crate::entities::reviews::{Column, Entity, Model, Relation};
use crate::entities::{broadcast_products, media, members, order_items, products, review_photos};
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Failure, Html, Outcome, Page, Visitor};

const SIZE: u64 = 20;

pub fn routes() -> Router<AppState> {
    Router::new().route("/reviews/product/{id}", get(show)).route("/api/reviews/product/{id}", get(json))
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    pub count: i64,
    /// With one decimal; nothing where there are no reviews.
    pub average: Option<String>,
    /// How many with one star, with two, and so on.
    pub stars: [i64; 5],
}

impl Summary {
    /// Of all, in hundredths: for bars.
    pub fn share(&self, stars: usize) -> i64 {
        let some = stars.checked_sub(1).and_then(|index| self.stars.get(index)).copied().unwrap_or_default();
        if self.count == 0 { 0 } else { some * 100 / self.count }
    }
}

/// A review as it is read.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub id: i64,
    pub product_id: i64,
    pub product: String,
    pub option: String,
    pub author: String,
    pub rating: i32,
    pub body: String,
    pub photos: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub edited: bool,
    /// The reader's own.
    pub mine: bool,
}

#[derive(Clone, Debug)]
pub struct Listing {
    pub summary: Summary,
    pub lines: Paged<Line>,
}

/// Whose reviews are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    Product(i64),
    Seller(i64),
    /// Of the products that it sold.
    Broadcast(i64),
    Author(i64),
}

impl Of {
    fn find(self) -> Select<Entity> {
        let shown = Entity::find().filter(Column::DeletedAt.is_null());
        match self {
            Self::Product(id) => shown.filter(Column::ProductId.eq(id)),
            Self::Author(id) => shown.filter(Column::MemberId.eq(id)),
            Self::Seller(id) => {
                shown.join(JoinType::InnerJoin, Relation::Product.def()).filter(products::Column::SellerId.eq(id))
            }
            Self::Broadcast(id) => {
                let goods = sea_orm::sea_query::Query::select()
                    .column(broadcast_products::Column::ProductId)
                    .from(broadcast_products::Entity)
                    .and_where(broadcast_products::Column::BroadcastId.eq(id))
                    .to_owned();
                shown.filter(Column::ProductId.in_subquery(goods))
            }
        }
    }
}

pub async fn summary(db: &impl ConnectionTrait, of: Of) -> Result<Summary, DbErr> {
    let counts: Vec<(i32, i64)> = of
        .find()
        .select_only()
        .column(Column::Rating)
        .column_as(Column::Id.count(), "many")
        .group_by(Column::Rating)
        .into_tuple()
        .all(db)
        .await?;
    let mut summary = Summary::default();
    let mut total = 0;
    for (rating, many) in counts {
        if let Some(stars) = usize::try_from(rating - 1).ok().and_then(|index| summary.stars.get_mut(index)) {
            *stars = many;
            summary.count += many;
            total += i64::from(rating) * many;
        }
    }
    if summary.count > 0 {
        // Rounded to tenths, half up.
        let tenths = (total * 20 + summary.count) / (summary.count * 2);
        summary.average = Some(format!("{}.{}", tenths / 10, tenths % 10));
    }
    Ok(summary)
}

/// Newest first.
pub async fn listing(
    db: &impl ConnectionTrait,
    of: Of,
    reader: Option<i64>,
    wanted: PageQuery,
    size: u64,
) -> Result<Listing, DbErr> {
    let rows = paginate(db, of.find().order_by_desc(Column::Id), wanted, size).await?;
    let Paged { items, number, pages, total } = rows;
    let items = lines(db, items, reader).await?;
    Ok(Listing { summary: summary(db, of).await?, lines: Paged { items, number, pages, total } })
}

/// Adds authors, titles and photos with one query each.
async fn lines(db: &impl ConnectionTrait, rows: Vec<Model>, reader: Option<i64>) -> Result<Vec<Line>, DbErr> {
    let authors =
        members::Entity::find().filter(members::Column::Id.is_in(rows.iter().map(|row| row.member_id))).all(db).await?;
    let authors: HashMap<i64, String> = authors.into_iter().map(|member| (member.id, member.nickname)).collect();
    let bought = order_items::Entity::find()
        .filter(order_items::Column::Id.is_in(rows.iter().map(|row| row.order_item_id)))
        .all(db)
        .await?;
    let bought: HashMap<i64, (String, String)> =
        bought.into_iter().map(|item| (item.id, (item.title, item.option_label))).collect();
    let mut photos = photos(db, rows.iter().map(|row| row.id)).await?;
    let line = |row: Model| {
        let (product, option) = bought.get(&row.order_item_id).cloned().unwrap_or_default();
        Line {
            author: authors.get(&row.member_id).cloned().unwrap_or_default(),
            photos: photos.remove(&row.id).unwrap_or_default().into_iter().map(|photo| photo.url).collect(),
            product,
            option,
            mine: reader == Some(row.member_id),
            edited: row.edited_at.is_some(),
            id: row.id,
            product_id: row.product_id,
            rating: row.rating,
            body: row.body,
            created_at: row.created_at,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(Clone, Debug)]
pub struct Photo {
    pub media_id: i64,
    pub url: String,
}

/// By review, in their order.
pub async fn photos(
    db: &impl ConnectionTrait,
    reviews: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Vec<Photo>>, DbErr> {
    let rows = review_photos::Entity::find()
        .find_also_related(media::Entity)
        .filter(review_photos::Column::ReviewId.is_in(reviews))
        .order_by_asc(review_photos::Column::Position)
        .all(db)
        .await?;
    let mut found: HashMap<i64, Vec<Photo>> = HashMap::new();
    for (photo, media) in rows {
        if let Some(url) = media.and_then(|media| media.public_url) {
            found.entry(photo.review_id).or_default().push(Photo { media_id: photo.media_id, url });
        }
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "reviews/product.html")]
struct ProductReviews {
    page: Page,
    product: products::Model,
    reviews: Listing,
    base: String,
}

/// What was blocked or is a draft is nobody's business.
async fn product(db: &impl ConnectionTrait, id: i64) -> Outcome<products::Model> {
    let found = products::Entity::find_by_id(id).one(db).await?;
    let shown = |product: &products::Model| matches!(product.status, ProductStatus::OnSale | ProductStatus::Hidden);
    found.filter(shown).ok_or(Failure::NotFound)
}

async fn show(
    State(app): State<AppState>,
    page: Page,
    Path(id): Path<i64>,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let product = product(&app.db, id).await?;
    let reader = page.member.as_ref().map(|member| member.id);
    let reviews = listing(&app.db, Of::Product(id), reader, wanted, SIZE).await?;
    Ok(Html(ProductReviews { page, product, reviews, base: format!("/reviews/product/{id}") }))
}

#[derive(Serialize)]
struct Answer {
    summary: Summary,
    page: u64,
    pages: u64,
    reviews: Vec<Line>,
}

async fn json(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    product(&app.db, id).await?;
    let reader = visitor.member.as_ref().map(|member| member.id);
    let Listing { summary, lines } = listing(&app.db, Of::Product(id), reader, wanted, SIZE).await?;
    Ok(Json(Answer { summary, page: lines.number, pages: lines.pages, reviews: lines.items }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_nothing_are_nothing() {
        let some = Summary { count: 3, average: None, stars: [1, 0, 0, 0, 2] };
        assert_eq!((some.share(1), some.share(5), some.share(0), some.share(6)), (33, 66, 0, 0));
        assert_eq!(Summary::default().share(5), 0);
    }
}
