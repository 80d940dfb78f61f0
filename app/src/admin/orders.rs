//! Orders, with all that happened to them. To be looked at: what is done with them is the buyer's and the seller's.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::sea_query::Query as Sql;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QueryOrder};

use super::Wanted;
use crate::app::AppState;
use crate::entities::enums::OrderStatus;
use crate::entities::orders::{Column, Entity, Model};
use crate::entities::{members, order_events, order_items, payments, refunds};
use crate::web::paging::{Paged, paginate};
use crate::web::{Admin, Failure, Html, Outcome, Page, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/orders", get(list)).route("/admin/orders/{id}", get(show))
}

#[derive(Template)]
#[template(path = "admin/orders.html")]
struct ListPage {
    page: Page,
    wanted: Wanted,
    statuses: Vec<OrderStatus>,
    orders: Paged<Model>,
    base: String,
}

async fn list(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<Wanted>,
) -> Outcome<impl IntoResponse> {
    let mut find = Entity::find().order_by_desc(Column::Id);
    if !wanted.q().is_empty() {
        // By number, or by who bought or sold.
        let people = Sql::select()
            .column(members::Column::Id)
            .from(members::Entity)
            .and_where(members::Column::Nickname.contains(wanted.q()))
            .to_owned();
        let any = Condition::any()
            .add(Column::Number.contains(wanted.q()))
            .add(Column::BuyerId.in_subquery(people.clone()))
            .add(Column::SellerId.in_subquery(people));
        find = find.filter(any);
    }
    if let Some(status) = OrderStatus::iter().find(|status| status.word() == wanted.status) {
        find = find.filter(Column::Status.eq(status));
    }
    let orders = paginate(&app.db, find, wanted.page(), 50).await?;
    let base = wanted.base("/admin/orders");
    Ok(Html(ListPage { page, wanted, statuses: OrderStatus::iter().collect(), orders, base }))
}

#[derive(Template)]
#[template(path = "admin/order.html")]
struct OrderPage {
    page: Page,
    order: Model,
    buyer: String,
    seller: String,
    items: Vec<order_items::Model>,
    events: Vec<order_events::Model>,
    payments: Vec<payments::Model>,
    refunds: Vec<refunds::Model>,
}

async fn show(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<impl IntoResponse> {
    let db = &app.db;
    let order = Entity::find_by_id(id).one(db).await?.ok_or(Failure::NotFound)?;
    audit::record(db, &visitor, Some(admin.0.id()), "order.look", ("order", id), "").await?;
    let people =
        members::Entity::find().filter(members::Column::Id.is_in([order.buyer_id, order.seller_id])).all(db).await?;
    let name = |id: i64| people.iter().find(|member| member.id == id).map(|member| member.nickname.clone());
    Ok(Html(OrderPage {
        page,
        buyer: name(order.buyer_id).unwrap_or_default(),
        seller: name(order.seller_id).unwrap_or_default(),
        items: order_items::Entity::find().filter(order_items::Column::OrderId.eq(id)).all(db).await?,
        events: order_events::Entity::find()
            .filter(order_events::Column::OrderId.eq(id))
            .order_by_asc(order_events::Column::Id)
            .all(db)
            .await?,
        payments: payments::Entity::find().filter(payments::Column::CheckoutId.eq(order.checkout_id)).all(db).await?,
        refunds: refunds::Entity::find().filter(refunds::Column::OrderId.eq(id)).all(db).await?,
        order,
    }))
}
