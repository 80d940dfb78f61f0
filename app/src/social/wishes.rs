//! The wish list.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, RelationTrait, Set,
};

use super::Back;
use crate::app::AppState;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::ProductStatus;
use crate::entities::products;
use crate::entities::wishes::{ActiveModel, Column, Entity, Relation};
use crate::home::queries::{Tile, tiles};
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{CurrentMember, Failure, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/wishes", get(show))
        .route("/wishes/{product}", post(add))
        .route("/wishes/{product}/remove", post(remove))
}

pub async fn is_wished(db: &impl ConnectionTrait, member_id: i64, product_id: i64) -> Result<bool, DbErr> {
    let found = Column::MemberId.eq(member_id).and(Column::ProductId.eq(product_id));
    Ok(Entity::find().filter(found).count(db).await? > 0)
}

async fn add(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(product): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    let found = products::Entity::find_by_id(product)
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .one(&app.db)
        .await?;
    found.ok_or(Failure::NotFound)?;
    let row = ActiveModel {
        member_id: Set(current.id()),
        product_id: Set(product),
        created_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&app.db).await {
        Err(error) if !is_unique_violation(&error) => return Err(error.into()),
        _ => {}
    }
    Ok(flash(&back.to("/wishes"), "flash-wished"))
}

/// Also of what is not for sale any more.
async fn remove(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(product): Path<i64>,
    Form(back): Form<Back>,
) -> Outcome<Response> {
    let row = Column::MemberId.eq(current.id()).and(Column::ProductId.eq(product));
    Entity::delete_many().filter(row).exec(&app.db).await?;
    Ok(flash(&back.to("/wishes"), "flash-unwished"))
}

#[derive(Template)]
#[template(path = "social/wishes.html")]
struct WishesPage {
    page: Page,
    wished: Paged<Tile<products::Model>>,
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = products::Entity::find()
        .join_rev(JoinType::InnerJoin, Relation::Product.def())
        .filter(Column::MemberId.eq(current.id()))
        .order_by_desc(Column::Id);
    let Paged { items, number, pages, total } = paginate(&app.db, find, wanted, 24).await?;
    let items = tiles(&app.db, items, |item| (item.seller_id, item.cover_media_id)).await?;
    Ok(Html(WishesPage { page, wished: Paged { items, number, pages, total } }))
}
