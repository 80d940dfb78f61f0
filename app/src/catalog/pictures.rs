//! A product's pictures: sent with an ordinary form, so that it needs no scripts.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::post;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait,
};

use super::edit::Workbench;
use super::mine::own;
use crate::app::AppState;
use crate::entities::enums::MediaPurpose;
use crate::entities::{product_images, products};
use crate::media::pictures;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{Failure, Outcome, Page, Parts, Seller, Visitor, audit};

pub(super) const MOST: usize = 8;
/// Of one form: some pictures at once.
const BODY: usize = 4 * pictures::MAX_BYTES + 64 * 1024;
const UPLOADS: Limit = Limit::per_minutes("picture-upload", 60, 10);

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/products/{id}/pictures", post(add).layer(DefaultBodyLimit::max(BODY)))
        .route("/sell/products/{id}/pictures/{picture}/first", post(first))
        .route("/sell/products/{id}/pictures/{picture}/delete", post(delete))
}

async fn add(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    parts: Parts,
) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    UPLOADS.hit(&app.db, &seller.id().to_string()).await?;
    let (files, alt) = (parts.files("pictures"), parts.field("alt"));
    let there = images(&app.db, id).await?;
    let mut again = Workbench::load(&app, page, product.clone()).await?;
    again.errors.optional("alt", &alt, 200);
    if files.is_empty() {
        again.errors.add("pictures", "form-required");
    }
    if there.len() + files.len() > MOST {
        again.errors.add_with("pictures", "product-too-many-pictures", &[("max", MOST.to_string())]);
    }
    if !again.errors.is_empty() {
        return Ok(again.again());
    }
    let mut kept = Vec::new();
    for file in files {
        match pictures::keep(&app, seller.id(), MediaPurpose::ProductImage, file).await? {
            Ok(media) => kept.push(media.id),
            Err(unfit) => {
                pictures::discard(&app.db, &kept).await?;
                again.errors.add("pictures", unfit);
                return Ok(again.again());
            }
        }
    }
    let transaction = app.db.begin().await?;
    let after = there.last().map_or(0, |image| image.position + 1);
    for (position, media) in (after..).zip(&kept) {
        let row = product_images::ActiveModel {
            product_id: Set(id),
            media_id: Set(*media),
            alt: Set(if alt.trim().is_empty() { product.title.clone() } else { alt.trim().to_owned() }),
            position: Set(position),
            ..Default::default()
        };
        row.insert(&transaction).await?;
    }
    if product.cover_media_id.is_none() {
        cover(&transaction, id, kept.first().copied()).await?;
    }
    audit::record(&transaction, &visitor, Some(seller.id()), "product.pictures", ("product", id), "").await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/products/{id}#album"), "flash-saved"))
}

async fn images(db: &impl ConnectionTrait, product_id: i64) -> Result<Vec<product_images::Model>, DbErr> {
    product_images::Entity::find()
        .filter(product_images::Column::ProductId.eq(product_id))
        .order_by_asc(product_images::Column::Position)
        .order_by_asc(product_images::Column::Id)
        .all(db)
        .await
}

async fn cover(db: &impl ConnectionTrait, product_id: i64, media: Option<i64>) -> Result<(), DbErr> {
    products::Entity::update_many()
        .col_expr(products::Column::CoverMediaId, Expr::value(media))
        .filter(products::Column::Id.eq(product_id))
        .exec(db)
        .await
        .map(drop)
}

/// The picture that lists show, and that stands first on the page.
async fn first(
    State(app): State<AppState>,
    seller: Seller,
    Path((id, picture)): Path<(i64, i64)>,
) -> Outcome<Response> {
    own(&app, &seller, id).await?;
    let transaction = app.db.begin().await?;
    let mut all = images(&transaction, id).await?;
    let chosen = all.iter().position(|image| image.id == picture).ok_or(Failure::NotFound)?;
    all[..=chosen].rotate_right(1);
    for (position, image) in (0..).zip(&all) {
        let row = product_images::ActiveModel { id: Set(image.id), position: Set(position), ..Default::default() };
        row.update(&transaction).await?;
    }
    cover(&transaction, id, all.first().map(|image| image.media_id)).await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/products/{id}#album"), "flash-saved"))
}

async fn delete(
    State(app): State<AppState>,
    seller: Seller,
    Path((id, picture)): Path<(i64, i64)>,
) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    let transaction = app.db.begin().await?;
    let all = images(&transaction, id).await?;
    let gone = all.iter().find(|image| image.id == picture).ok_or(Failure::NotFound)?;
    product_images::Entity::delete_by_id(picture).exec(&transaction).await?;
    if product.cover_media_id == Some(gone.media_id) {
        let next = all.iter().find(|image| image.id != picture).map(|image| image.media_id);
        cover(&transaction, id, next).await?;
    }
    pictures::discard(&transaction, &[gone.media_id]).await?;
    transaction.commit().await?;
    Ok(flash(&format!("/sell/products/{id}#album"), "flash-saved"))
}
