//! A seller's orders: `/sell/orders`. Whoever's order it is not cannot learn that it exists.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, QueryFilter, QueryOrder};
use serde::Deserialize;

use super::buyer::at_once;
use super::refunds::{self, Asked};
use super::view::{self, Item, View};
use super::{shipping, states};
use crate::app::{App, AppState};
use crate::entities::enums::{OrderStatus, RefundKind, TradeMode};
use crate::entities::{orders, refunds as refund_rows};
use crate::transactions;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::paging::{PageQuery, Paged, paginate, with_query};
use crate::web::{Errors, Failure, Html, Outcome, Page, Seller, Visitor, audit};

/// Six digits are not to be guessed.
const HANDOVERS: Limit = Limit::per_minutes("handover", 5, 60);

/// Carriers by the names that they are known by.
pub const CARRIERS: &[&str] =
    &["CJ대한통운", "우체국택배", "한진택배", "롯데택배", "로젠택배", "GS Postbox", "CU 편의점택배", "직접 배송"];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/orders", get(list))
        .route("/sell/orders/{id}", get(show))
        .route("/sell/orders/{id}/prepare", post(prepare))
        .route("/sell/orders/{id}/ship", post(ship))
        .route("/sell/orders/{id}/delivered", post(delivered))
        .route("/sell/orders/{id}/handover", post(hand_over))
        .route("/sell/orders/{id}/refund", post(refund))
        .route("/sell/orders/{id}/refunds/{refund}", post(decide))
}

struct Row {
    order: orders::Model,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "orders/sales.html")]
struct SalesPage {
    page: Page,
    rows: Paged<Row>,
    status: String,
    base: String,
}

impl SalesPage {
    const SHOWN: [&'static str; 7] =
        ["paid", "preparing", "shipped", "delivered", "confirmed", "cancelled", "refunded"];
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    status: String,
}

async fn list(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Query(wanted): Query<Wanted>,
    Query(number): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    // Not paid: nothing for the seller to see yet.
    let hidden = [OrderStatus::AwaitingPayment, OrderStatus::Expired, OrderStatus::AwaitingDeposit];
    let mut find = orders::Entity::find()
        .filter(orders::Column::SellerId.eq(seller.id()))
        .filter(orders::Column::Status.is_not_in(hidden))
        .filter(orders::Column::PaidAt.is_not_null())
        .order_by_desc(orders::Column::Id);
    let status = OrderStatus::iter().find(|status| status.to_value() == wanted.status);
    if let Some(status) = status {
        find = find.filter(orders::Column::Status.eq(status));
    }
    let found = paginate(&app.db, find, number, 20).await?;
    let ids: Vec<i64> = found.items.iter().map(|order| order.id).collect();
    let mut items = view::items(&app.db, &ids).await?;
    let rows = found.map(|order| Row { items: items.remove(&order.id).unwrap_or_default(), order });
    let status = status.map(|status| status.word().to_owned()).unwrap_or_default();
    Ok(Html(SalesPage { page, rows, base: with_query("/sell/orders", "status", &status), status }))
}

#[derive(Template)]
#[template(path = "orders/sale.html")]
struct SalePage {
    page: Page,
    view: View,
    form: SaleForm,
    errors: Errors,
}

impl SalePage {
    fn carriers(&self) -> &'static [&'static str] {
        CARRIERS
    }

    fn can_send(&self) -> bool {
        matches!(self.view.order.status, OrderStatus::Paid | OrderStatus::Preparing)
            && self.view.open_refund().is_none()
    }

    fn is_direct(&self) -> bool {
        self.view.order.trade_mode == TradeMode::Direct
    }

    fn can_refund(&self) -> bool {
        let over = matches!(self.view.order.status, OrderStatus::Cancelled | OrderStatus::Refunded);
        !over && self.view.open_refund().is_none() && !self.view.needs_account()
    }
}

async fn own(app: &App, seller: &Seller, id: i64) -> Outcome<View> {
    let order = view::find(app, id).await?;
    seller.owns(order.seller_id)?;
    if order.paid_at.is_none() {
        return Err(Failure::NotFound);
    }
    view::load(app, order).await
}

async fn show(State(app): State<AppState>, seller: Seller, page: Page, Path(id): Path<i64>) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    let errors = Errors::new(page.lang);
    Ok(Html(SalePage { page, view, form: SaleForm::default(), errors }).into_response())
}

fn again(page: Page, view: View, form: SaleForm, errors: Errors) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Html(SalePage { page, view, form, errors })).into_response()
}

/// All of the page's forms; each uses its own fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SaleForm {
    carrier: String,
    tracking: String,
    code: String,
    item: Vec<i64>,
    quantity: Vec<String>,
    reason: String,
    restock: Option<String>,
    decision: String,
}

fn back(id: i64, key: &'static str) -> Response {
    flash(&format!("/sell/orders/{id}"), key)
}

async fn prepare(State(app): State<AppState>, seller: Seller, Path(id): Path<i64>) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    let transaction = transactions::begin(&app.db).await?;
    let turned =
        states::change(&transaction, view.order.id, OrderStatus::Preparing, Some(seller.id()), "", |update| update);
    if !turned.await? {
        return Err(Failure::Conflict("error-409-text"));
    }
    transaction.commit().await?;
    Ok(back(id, "flash-order-preparing"))
}

async fn ship(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<SaleForm>,
) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    let mut errors = Errors::new(page.lang);
    if !CARRIERS.contains(&form.carrier.as_str()) {
        errors.add("carrier", "form-required");
    }
    let tracking = form.tracking.trim();
    let sound = tracking.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !(6..=40).contains(&tracking.len()) || !sound {
        errors.add("tracking", "order-tracking-wrong");
    }
    if view.order.trade_mode == TradeMode::Direct {
        return Err(Failure::Conflict("error-409-text"));
    }
    if !errors.is_empty() {
        return Ok(again(page, view, form, errors));
    }
    if view.open_refund().is_some()
        || !shipping::ship(&app.db, &view.order, seller.id(), &form.carrier, tracking).await?
    {
        return Err(Failure::Conflict("error-409-text"));
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "order.ship", ("order", id), "").await?;
    Ok(back(id, "flash-order-shipped"))
}

async fn delivered(State(app): State<AppState>, seller: Seller, Path(id): Path<i64>) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    // Before it was sent, only the buyer's code proves that it arrived.
    if view.order.status != OrderStatus::Shipped || !shipping::arrive(&app.db, &view.order, Some(seller.id())).await? {
        return Err(Failure::Conflict("error-409-text"));
    }
    Ok(back(id, "flash-order-delivered"))
}

async fn hand_over(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<SaleForm>,
) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    if view.order.trade_mode != TradeMode::Direct {
        return Err(Failure::NotFound);
    }
    HANDOVERS.hit(&app.db, &id.to_string()).await?;
    if form.code.trim() != shipping::handover_code(&app.db, &view.order).await? {
        let mut errors = Errors::new(page.lang);
        errors.add("code", "order-handover-wrong");
        return Ok(again(page, view, form, errors));
    }
    if !shipping::arrive(&app.db, &view.order, Some(seller.id())).await? {
        return Err(Failure::Conflict("error-409-text"));
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "order.hand-over", ("order", id), "").await?;
    Ok(back(id, "flash-order-handed-over"))
}

/// The seller's own doing: cancelled before sending, or something given back later; all of it or some.
async fn refund(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<SaleForm>,
) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    let mut errors = Errors::new(page.lang);
    errors.required("reason", &form.reason, 300);
    let mut items = Vec::new();
    for (item, quantity) in form.item.iter().zip(&form.quantity) {
        match quantity.trim().parse::<i64>() {
            Ok(0) => {}
            Ok(quantity) if quantity > 0 => items.push((*item, quantity)),
            _ => errors.add("items", "refund-quantity-wrong"),
        }
    }
    if items.is_empty() {
        errors.add("items", "refund-choose-items");
    }
    if !errors.is_empty() {
        return Ok(again(page, view, form, errors));
    }
    let unsent = matches!(view.order.status, OrderStatus::Paid | OrderStatus::Preparing);
    let request = refunds::Request {
        order_id: id,
        kind: if unsent { RefundKind::Cancel } else { RefundKind::Defect },
        items: &items,
        reason: form.reason.trim(),
        actor_id: seller.id(),
        approved: true,
        restock: form.restock.is_some(),
        account: None,
    };
    if view.needs_account() {
        return Err(Failure::Conflict("refund-needs-account"));
    }
    match refunds::request(&app, &request).await? {
        Asked::Done(refund) => {
            audit::record(&app.db, &visitor, Some(seller.id()), "refund.give", ("refund", refund), "").await?;
            at_once(&app, refund).await;
            Ok(back(id, "flash-refund-approved"))
        }
        Asked::Open => Err(Failure::Conflict("refund-open-already")),
        Asked::TooLate => Err(Failure::Conflict("refund-too-late")),
    }
}

/// What the buyer asked for: the goods are back, the money goes, or it does not.
async fn decide(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Path((id, refund)): Path<(i64, i64)>,
    Form(form): Form<SaleForm>,
) -> Outcome<Response> {
    let view = own(&app, &seller, id).await?;
    let refund = view.refunds.iter().find(|row| row.id == refund).cloned().ok_or(Failure::NotFound)?;
    let (done, key) = match form.decision.as_str() {
        "returned" => (refunds::returned(&app, &refund).await?, "flash-refund-returned"),
        "approve" => {
            let approved = refunds::approve(&app, &refund, seller.id(), form.restock.is_some()).await?;
            if approved {
                at_once(&app, refund.id).await;
            }
            (approved, "flash-refund-approved")
        }
        "reject" => {
            let mut errors = Errors::new(page.lang);
            errors.required("why", &form.reason, 300);
            if !errors.is_empty() {
                return Ok(again(page, view, form, errors));
            }
            (reject(&app, &seller, &refund, &form.reason).await?, "flash-refund-rejected")
        }
        _ => return Err(Failure::Invalid("error-400-text")),
    };
    if !done {
        return Err(Failure::Conflict("error-409-text"));
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "refund.decide", ("refund", refund.id), &form.decision).await?;
    Ok(back(id, key))
}

/// What the law gives the buyer within its time is not the seller's to refuse, once the goods are back.
async fn reject(app: &App, seller: &Seller, refund: &refund_rows::Model, why: &str) -> Outcome<bool> {
    if refund.kind == RefundKind::Withdrawal && refund.returned_at.is_some() {
        return Err(Failure::Conflict("refund-cannot-reject"));
    }
    refunds::reject(app, refund, seller.id(), why.trim()).await
}
