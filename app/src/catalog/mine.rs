//! A seller's own products, and whether they are on the shelves.

use std::collections::HashSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::shelf;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::ProductStatus;
use crate::entities::products::{Column, Entity, Model};
use crate::entities::variants;
use crate::home::queries::{Tile, tiles};
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Failure, Html, Outcome, Page, Seller, Visitor, audit};

const SIZE: u64 = 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/products", get(list))
        .route("/sell/products/{id}/publish", post(publish))
        .route("/sell/products/{id}/hide", post(hide))
}

/// The product, if it is the seller's.
pub(super) async fn own(app: &App, seller: &Seller, id: i64) -> Outcome<Model> {
    let product = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(product.seller_id)?;
    Ok(product)
}

#[derive(Template)]
#[template(path = "catalog/mine.html")]
struct Mine {
    page: Page,
    list: Paged<Tile<Model>>,
    left: HashSet<i64>,
}

impl Mine {
    fn is_left(&self, id: &i64) -> bool {
        self.left.contains(id)
    }
}

async fn list(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = Entity::find().filter(Column::SellerId.eq(seller.id())).order_by_desc(Column::Id);
    let Paged { items, number, pages, total } = paginate(&app.db, find, wanted, SIZE).await?;
    let left = shelf::in_stock(&app.db, items.iter().map(|product| product.id)).await?;
    let items = tiles(&app.db, items, |item| (item.seller_id, item.cover_media_id)).await?;
    Ok(Html(Mine { page, list: Paged { items, number, pages, total }, left }))
}

async fn publish(
    State(app): State<AppState>,
    seller: Seller,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    let chosen = variants::Column::ProductId.eq(id);
    let active = variants::Entity::find().filter(chosen).filter(variants::Column::Active.eq(true));
    if active.count(&app.db).await? == 0 {
        return Err(Failure::Conflict("product-nothing-to-choose"));
    }
    turn(&app, &product, ProductStatus::OnSale).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "product.publish", ("product", id), "").await?;
    Ok(flash(&format!("/sell/products/{id}"), "flash-product-published"))
}

async fn hide(State(app): State<AppState>, seller: Seller, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    let product = own(&app, &seller, id).await?;
    turn(&app, &product, ProductStatus::Hidden).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "product.hide", ("product", id), "").await?;
    Ok(flash(&format!("/sell/products/{id}"), "flash-product-hidden"))
}

/// What the operator has blocked stays so, however the seller turns it.
async fn turn(app: &App, product: &Model, status: ProductStatus) -> Outcome<()> {
    let turned = Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::UpdatedAt, Expr::value(now()))
        .filter(Column::Id.eq(product.id))
        .filter(Column::Status.ne(ProductStatus::Blocked))
        .exec(&app.db)
        .await?;
    if turned.rows_affected == 0 { Err(Failure::Conflict("product-blocked")) } else { Ok(()) }
}
