//! One's own reviews, and what one has bought and not reviewed yet.

use askama::Template;
use axum::Router;
use axum::extract::{Query as Asked, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};

use super::list::{Listing, Of, listing};
use crate::app::AppState;
use crate::entities::enums::OrderStatus;
use crate::entities::order_items::{Column, Entity, Model, Relation};
use crate::entities::{orders, reviews};
use crate::web::paging::PageQuery;
use crate::web::{CurrentMember, Html, Outcome, Page};

/// In these the goods have arrived.
const ARRIVED: [OrderStatus; 3] = [OrderStatus::Delivered, OrderStatus::Confirmed, OrderStatus::PartiallyRefunded];

pub fn routes() -> Router<AppState> {
    Router::new().route("/reviews", get(show))
}

/// What the member may review: bought, arrived, not given back, not reviewed. Newest first.
pub(super) async fn waiting(db: &impl ConnectionTrait, member_id: i64, item: Option<i64>) -> Result<Vec<Model>, DbErr> {
    let reviewed = Query::select()
        .column(reviews::Column::OrderItemId)
        .from(reviews::Entity)
        .and_where(reviews::Column::MemberId.eq(member_id))
        .to_owned();
    let mut find = Entity::find()
        .join(JoinType::InnerJoin, Relation::Order.def())
        .filter(orders::Column::BuyerId.eq(member_id))
        .filter(orders::Column::Status.is_in(ARRIVED))
        // A part may have been refunded before it was sent.
        .filter(orders::Column::DeliveredAt.is_not_null().or(orders::Column::ConfirmedAt.is_not_null()))
        .filter(Expr::col((Entity, Column::RefundedQuantity)).lt(Expr::col((Entity, Column::Quantity))))
        .filter(Column::Id.not_in_subquery(reviewed))
        .order_by_desc(Column::Id)
        .limit(50);
    if let Some(item) = item {
        find = find.filter(Column::Id.eq(item));
    }
    find.all(db).await
}

#[derive(Template)]
#[template(path = "reviews/mine.html")]
struct MinePage {
    page: Page,
    waiting: Vec<Model>,
    reviews: Listing,
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Asked(wanted): Asked<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let waiting = waiting(&app.db, current.id(), None).await?;
    let reviews = listing(&app.db, Of::Author(current.id()), Some(current.id()), wanted, 20).await?;
    Ok(Html(MinePage { page, waiting, reviews }))
}
