//! A buyer's orders: `/orders`.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;

use super::refunds::{self, Asked};
use super::returns::{self, AccountForm};
use super::view::{self, Item, View};
use super::{deadlines, shipping};
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{OrderStatus, RefundKind, TradeMode};
use crate::entities::orders;
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/orders", get(list))
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/cancel", post(cancel))
        .route("/orders/{id}/received", post(received))
        .route("/orders/{id}/confirm", post(confirm))
}

/// A line of the list.
struct Row {
    order: orders::Model,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "orders/list.html")]
struct ListPage {
    page: Page,
    rows: Paged<Row>,
}

async fn list(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    // What came to nothing before payment is no order to the buyer.
    let nothing = [OrderStatus::Expired, OrderStatus::AwaitingPayment];
    let find = orders::Entity::find()
        .filter(orders::Column::BuyerId.eq(current.id()))
        .filter(orders::Column::Status.is_not_in(nothing))
        .order_by_desc(orders::Column::Id);
    let found = paginate(&app.db, find, wanted, 10).await?;
    let ids: Vec<i64> = found.items.iter().map(|order| order.id).collect();
    let mut items = view::items(&app.db, &ids).await?;
    let rows = found.map(|order| Row { items: items.remove(&order.id).unwrap_or_default(), order });
    Ok(Html(ListPage { page, rows }))
}

/// What the buyer may do now.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
    pub cancel: bool,
    pub received: bool,
    pub confirm: bool,
    pub withdraw: bool,
    pub defect: bool,
}

impl Rights {
    pub fn of(view: &View) -> Self {
        use OrderStatus::{Confirmed, Delivered, Paid, PartiallyRefunded, Preparing, Shipped};
        let (order, free) = (&view.order, view.open_refund().is_none());
        let late = order.ship_by.is_some_and(|due| due < now());
        let arrived = matches!(order.status, Delivered | PartiallyRefunded);
        let in_time = order.withdrawal_deadline.is_none_or(|deadline| now() <= deadline);
        let new = order.delivered_at.is_none_or(|at| now() <= at + chrono::Duration::days(deadlines::DEFECT_DAYS));
        Self {
            cancel: free && (order.status == Paid || (order.status == Preparing && late)),
            received: order.status == Shipped,
            confirm: free && arrived,
            withdraw: free
                && (order.status == Shipped || arrived)
                && in_time
                && deadlines::has_withdrawal(order.trade_mode, view.seller_kind)
                && view.items.iter().any(|item| item.left() > 0 && !item.item.withdrawal_excluded),
            defect: free && new && (matches!(order.status, Shipped | Confirmed) || arrived),
        }
    }
}

#[derive(Template)]
#[template(path = "orders/order.html")]
struct OrderPage {
    page: Page,
    view: View,
    rights: Rights,
    /// To be told at the meeting.
    handover: Option<String>,
    account: AccountForm,
    reason: String,
    errors: Errors,
}

/// The buyer's own order; a seller has a page of their own.
pub async fn own(app: &App, current: &CurrentMember, id: i64) -> Outcome<View> {
    let order = view::find(app, id).await?;
    current.owns(order.buyer_id)?;
    view::load(app, order).await
}

async fn order_page(app: &App, page: Page, view: View, form: CancelForm, errors: Errors) -> Outcome<OrderPage> {
    let meeting = view.order.trade_mode == TradeMode::Direct
        && matches!(view.order.status, OrderStatus::Paid | OrderStatus::Preparing);
    let handover = if meeting { Some(shipping::handover_code(&app.db, &view.order).await?) } else { None };
    Ok(OrderPage {
        page,
        rights: Rights::of(&view),
        view,
        handover,
        account: form.account(),
        reason: form.reason,
        errors,
    })
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let view = own(&app, &current, id).await?;
    let errors = Errors::new(page.lang);
    Ok(Html(order_page(&app, page, view, CancelForm::default(), errors).await?).into_response())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CancelForm {
    reason: String,
    bank: String,
    number: String,
    holder: String,
}

impl CancelForm {
    fn account(&self) -> AccountForm {
        AccountForm { bank: self.bank.clone(), number: self.number.clone(), holder: self.holder.clone() }
    }
}

async fn cancel(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<CancelForm>,
) -> Outcome<Response> {
    let view = own(&app, &current, id).await?;
    if !Rights::of(&view).cancel {
        return Err(Failure::Conflict("order-cancel-too-late"));
    }
    let mut errors = Errors::new(page.lang);
    errors.required("reason", &form.reason, 300);
    let account = returns::account(&view, &form.account(), &mut errors);
    if !errors.is_empty() {
        let again = order_page(&app, page, view, form, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let request = refunds::Request {
        order_id: id,
        kind: RefundKind::Cancel,
        items: &[],
        reason: form.reason.trim(),
        actor_id: current.id(),
        approved: true,
        restock: true,
        account: account.as_ref(),
    };
    let Asked::Done(refund) = refunds::request(&app, &request).await? else {
        return Err(Failure::Conflict("order-cancel-too-late"));
    };
    audit::record(&app.db, &visitor, Some(current.id()), "order.cancel", ("order", id), "").await?;
    at_once(&app, refund).await;
    Ok(flash(&format!("/orders/{id}"), "flash-order-cancelled"))
}

/// The job would do it within seconds; where the provider answers, the buyer sees it done.
pub async fn at_once(app: &App, refund: i64) {
    if let Err(error) = refunds::execute(app, refund).await {
        tracing::warn!(refund, error = format!("{error:#}"), "a refund waits for its job");
    }
}

async fn received(State(app): State<AppState>, current: CurrentMember, Path(id): Path<i64>) -> Outcome<Response> {
    let view = own(&app, &current, id).await?;
    if !Rights::of(&view).received || !shipping::arrive(&app.db, &view.order, Some(current.id())).await? {
        return Err(Failure::Conflict("error-409-text"));
    }
    Ok(flash(&format!("/orders/{id}"), "flash-order-received"))
}

async fn confirm(
    State(app): State<AppState>,
    current: CurrentMember,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let view = own(&app, &current, id).await?;
    if !Rights::of(&view).confirm || !shipping::confirm(&app.db, id, Some(current.id())).await? {
        return Err(Failure::Conflict("error-409-text"));
    }
    audit::record(&app.db, &visitor, Some(current.id()), "order.confirm", ("order", id), "").await?;
    Ok(flash(&format!("/orders/{id}"), "flash-order-confirmed"))
}
