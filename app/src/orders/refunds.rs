//! Giving money back: decided in one transaction (with the stock), carried out at the provider by a job with an
//! idempotency key, written down in another. A death in between is made good by the job.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, Set,
};
use serde_json::json;

use super::shipping::paid_by;
use super::{notices, states, stock};
use crate::app::App;
use crate::cart::coupons::{self, part};
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{OrderStatus, PaymentStatus, RefundKind, RefundStatus};
use crate::entities::{order_items, orders, payments, refund_items, refunds};
use crate::jobs::queue;
use crate::services::payment::{Cancel, Cancelled, RefundAccount};
use crate::settlement::bookings;
use crate::transactions;
use crate::web::{Failure, Outcome};

/// What is to be given back.
#[derive(Debug)]
pub struct Request<'a> {
    pub order_id: i64,
    pub kind: RefundKind,
    /// Items and how many of each; none: everything that is left.
    pub items: &'a [(i64, i64)],
    pub reason: &'a str,
    pub actor_id: i64,
    /// Decided already (a cancellation, or the seller's own offer), or to be decided by the seller.
    pub approved: bool,
    pub restock: bool,
    pub account: Option<&'a RefundAccount>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The refund's id.
    Done(i64),
    /// Nothing of this is left, or the order is not in a state for it.
    TooLate,
    /// One is open already.
    Open,
}

pub async fn request(app: &App, request: &Request<'_>) -> Outcome<Asked> {
    transactions::retrying(|| request_once(app, request)).await
}

async fn request_once(app: &App, wanted: &Request<'_>) -> Outcome<Asked> {
    let transaction = transactions::begin(&app.db).await?;
    let db = &transaction;
    // Takes the order's row first: refunds of one order come one after the other.
    lock(db, wanted.order_id).await?;
    let order = orders::Entity::find_by_id(wanted.order_id).one(db).await?.ok_or(Failure::NotFound)?;
    if !is_refundable(&order, wanted.kind) {
        return Ok(Asked::TooLate);
    }
    if super::shipping::has_open_refund(db, order.id).await? {
        return Ok(Asked::Open);
    }
    let Some(payment) = paid_by(db, order.checkout_id).await? else { return Ok(Asked::TooLate) };
    let Some(chosen) = choose(db, &order, wanted.items).await? else { return Ok(Asked::TooLate) };
    let sealed = wanted.account.map(|account| seal(app, account)).transpose()?;
    let row = refunds::ActiveModel {
        payment_id: Set(payment.id),
        order_id: Set(order.id),
        kind: Set(wanted.kind),
        status: Set(RefundStatus::Requested),
        amount: Set(chosen.amount),
        reason: Set(wanted.reason.chars().take(500).collect()),
        restock: Set(wanted.restock),
        idempotency_key: Set(format!("refund_{}", crypto::token())),
        requested_by: Set(wanted.actor_id),
        requested_at: Set(now()),
        account_encrypted: Set(sealed),
        ..Default::default()
    };
    let refund = row.insert(db).await?;
    for (item, quantity, amount) in &chosen.items {
        let row = refund_items::ActiveModel {
            refund_id: Set(refund.id),
            order_item_id: Set(item.id),
            quantity: Set(*quantity),
            amount: Set(*amount),
            ..Default::default()
        };
        row.insert(db).await?;
    }
    if wanted.approved {
        approve_in(db, &refund, wanted.actor_id, wanted.restock).await?;
    } else {
        notices::refund_requested(db, &order, refund.id).await?;
    }
    transaction.commit().await?;
    Ok(Asked::Done(refund.id))
}

async fn lock(db: &impl ConnectionTrait, order_id: i64) -> Result<(), DbErr> {
    orders::Entity::update_many()
        .col_expr(orders::Column::UpdatedAt, Expr::value(now()))
        .filter(orders::Column::Id.eq(order_id))
        .exec(db)
        .await
        .map(drop)
}

fn is_refundable(order: &orders::Model, kind: RefundKind) -> bool {
    use OrderStatus::*;
    match kind {
        RefundKind::Cancel => matches!(order.status, Paid | Preparing),
        RefundKind::Withdrawal => matches!(order.status, Shipped | Delivered | PartiallyRefunded),
        RefundKind::Defect => matches!(order.status, Shipped | Delivered | PartiallyRefunded | Confirmed),
    }
}

struct Chosen {
    items: Vec<(order_items::Model, i64, i64)>,
    amount: i64,
}

/// None: more than is left, or nothing. The last item takes the shipping fee along.
async fn choose(
    db: &impl ConnectionTrait,
    order: &orders::Model,
    wanted: &[(i64, i64)],
) -> Result<Option<Chosen>, DbErr> {
    let all = order_items::Entity::find().filter(order_items::Column::OrderId.eq(order.id)).all(db).await?;
    let mut items = Vec::new();
    let mut whole = true;
    for item in &all {
        let left = item.quantity - item.refunded_quantity;
        let asked = wanted.iter().filter(|(id, _)| *id == item.id).map(|(_, quantity)| *quantity).sum::<i64>();
        let quantity = if wanted.is_empty() { left } else { asked };
        if quantity < 0 || quantity > left {
            return Ok(None);
        }
        whole &= quantity == left;
        if quantity > 0 {
            let until = |count| part(item.total, count, item.quantity);
            let amount = until(item.refunded_quantity + quantity) - until(item.refunded_quantity);
            items.push((item.clone(), quantity, amount));
        }
    }
    let known = wanted.iter().all(|(id, _)| all.iter().any(|item| item.id == *id));
    if items.is_empty() || !known {
        return Ok(None);
    }
    // What is left of the order's money, so that every won goes back exactly once.
    let amount = if whole { order.total - order.refunded } else { items.iter().map(|(_, _, amount)| amount).sum() };
    Ok(Some(Chosen { items, amount }))
}

/// False: decided meanwhile.
pub async fn approve(app: &App, refund: &refunds::Model, actor_id: i64, restock: bool) -> Outcome<bool> {
    transactions::retrying(|| async {
        let transaction = transactions::begin(&app.db).await?;
        lock(&transaction, refund.order_id).await?;
        let approved = approve_in(&transaction, refund, actor_id, restock).await?;
        if approved {
            transaction.commit().await?;
        }
        Ok(approved)
    })
    .await
}

/// The stock, the quantities and the order's state change here; the money follows by the job.
async fn approve_in(db: &impl ConnectionTrait, refund: &refunds::Model, actor_id: i64, restock: bool) -> Outcome<bool> {
    let turned = refunds::Entity::update_many()
        .col_expr(refunds::Column::Status, Expr::value(RefundStatus::Approved.word()))
        .col_expr(refunds::Column::Restock, Expr::value(restock))
        .col_expr(refunds::Column::DecidedBy, Expr::value(actor_id))
        .col_expr(refunds::Column::DecidedAt, Expr::value(now()))
        .filter(refunds::Column::Id.eq(refund.id))
        .filter(refunds::Column::Status.eq(RefundStatus::Requested))
        .exec(db)
        .await?;
    if turned.rows_affected != 1 {
        return Ok(false);
    }
    let mut items = refund_items::Entity::find()
        .find_also_related(order_items::Entity)
        .filter(refund_items::Column::RefundId.eq(refund.id))
        .all(db)
        .await?;
    items.sort_by_key(|(_, item)| item.as_ref().map(|item| item.variant_id));
    for (part, item) in items {
        let item = item.ok_or(Failure::NotFound)?;
        let given = order_items::Entity::update_many()
            .col_expr(
                order_items::Column::RefundedQuantity,
                Expr::col(order_items::Column::RefundedQuantity).add(part.quantity),
            )
            .filter(order_items::Column::Id.eq(item.id))
            .filter(
                Expr::col(order_items::Column::RefundedQuantity)
                    .add(part.quantity)
                    .lte(Expr::col(order_items::Column::Quantity)),
            )
            .exec(db)
            .await?;
        if given.rows_affected != 1 {
            return Err(Failure::Conflict("refund-too-late"));
        }
        if restock {
            stock::restock(db, item.variant_id, part.quantity).await?;
        }
    }
    let order = orders::Entity::find_by_id(refund.order_id).one(db).await?.ok_or(Failure::NotFound)?;
    let before_sending = matches!(order.status, OrderStatus::Paid | OrderStatus::Preparing);
    if before_sending && is_empty(db, order.id).await? {
        states::change(db, order.id, OrderStatus::Cancelled, Some(actor_id), &refund.reason, |update| {
            update.col_expr(orders::Column::CancelledAt, Expr::value(now())).col_expr(
                orders::Column::CancelReason,
                Expr::value(refund.reason.chars().take(300).collect::<String>()),
            )
        })
        .await?;
        free_coupon(db, &order).await?;
        notices::cancelled(db, &order, actor_id == order.seller_id).await?;
    }
    queue::enqueue(db, "refund.execute", json!({ "id": refund.id }), &format!("refund:{}", refund.id)).await?;
    Ok(true)
}

/// With the last of the orders that it took something off, a coupon comes back; it is good for as long as it says.
async fn free_coupon(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let Some(claim) = order.coupon_claim_id else { return Ok(()) };
    let others = orders::Entity::find()
        .filter(orders::Column::CheckoutId.eq(order.checkout_id))
        .filter(orders::Column::CouponClaimId.eq(claim))
        .filter(orders::Column::Status.ne(OrderStatus::Cancelled))
        .count(db)
        .await?;
    if others == 0 { coupons::free(db, order.checkout_id).await } else { Ok(()) }
}

/// Nothing of the order is left to the buyer.
async fn is_empty(db: &impl ConnectionTrait, order_id: i64) -> Result<bool, DbErr> {
    let items = order_items::Entity::find().filter(order_items::Column::OrderId.eq(order_id)).all(db).await?;
    Ok(items.iter().all(|item| item.refunded_quantity == item.quantity))
}

/// A job. The provider knows the key, so a second run gives nothing back twice.
pub async fn execute(app: &App, refund_id: i64) -> anyhow::Result<()> {
    let Some(refund) = refunds::Entity::find_by_id(refund_id).one(&app.db).await? else { return Ok(()) };
    if !matches!(refund.status, RefundStatus::Approved | RefundStatus::Pending) {
        return Ok(());
    }
    let payment = payments::Entity::find_by_id(refund.payment_id).one(&app.db).await?;
    let payment = payment.ok_or_else(|| anyhow::anyhow!("a refund without a payment"))?;
    let provider = app.payments.as_ref().ok_or_else(|| anyhow::anyhow!("payments are off"))?;
    refunds::Entity::update_many()
        .col_expr(refunds::Column::Status, Expr::value(RefundStatus::Pending.word()))
        .filter(refunds::Column::Id.eq(refund.id))
        .filter(refunds::Column::Status.eq(RefundStatus::Approved))
        .exec(&app.db)
        .await?;
    let request = Cancel {
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        amount: Some(refund.amount),
        // Another refund of this payment in between: refused, and tried again.
        expected_balance: payment.amount - payment.cancelled_amount,
        reason: refund.reason.clone(),
        refund_account: refund.account_encrypted.as_deref().map(|sealed| unseal(app, sealed)).transpose()?,
        idempotency_key: refund.idempotency_key.clone(),
    };
    match provider.cancel(request).await {
        Ok(Cancelled::Done) => {}
        Ok(Cancelled::Pending) => anyhow::bail!("the provider is still at it"),
        Err(error) => {
            let text: String = error.to_string().chars().take(300).collect();
            refunds::Entity::update_many()
                .col_expr(refunds::Column::FailureMessage, Expr::value(text))
                .filter(refunds::Column::Id.eq(refund.id))
                .exec(&app.db)
                .await?;
            return Err(error.into());
        }
    }
    let done = transactions::retrying(|| note(&app.db, &refund)).await;
    done.map_err(|failure| anyhow::anyhow!("refund {}: {failure:?}", refund.id))
}

async fn note(db: &DatabaseConnection, refund: &refunds::Model) -> Outcome<()> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let turned = refunds::Entity::update_many()
        .col_expr(refunds::Column::Status, Expr::value(RefundStatus::Done.word()))
        .col_expr(refunds::Column::DoneAt, Expr::value(now()))
        .col_expr(refunds::Column::FailureMessage, Expr::value(None::<String>))
        .filter(refunds::Column::Id.eq(refund.id))
        .filter(refunds::Column::Status.eq(RefundStatus::Pending))
        .exec(db)
        .await?;
    if turned.rows_affected != 1 {
        return Ok(());
    }
    lock(db, refund.order_id).await?;
    payments::Entity::update_many()
        .col_expr(payments::Column::CancelledAmount, Expr::col(payments::Column::CancelledAmount).add(refund.amount))
        .col_expr(payments::Column::UpdatedAt, Expr::value(now()))
        .filter(payments::Column::Id.eq(refund.payment_id))
        .exec(db)
        .await?;
    let payment = payments::Entity::find_by_id(refund.payment_id).one(db).await?.ok_or(Failure::NotFound)?;
    let all = payment.cancelled_amount == payment.amount;
    let status = if all { PaymentStatus::Cancelled } else { PaymentStatus::PartiallyCancelled };
    payments::Entity::update_many()
        .col_expr(payments::Column::Status, Expr::value(status.word()))
        .filter(payments::Column::Id.eq(payment.id))
        .exec(db)
        .await?;
    let order = orders::Entity::find_by_id(refund.order_id).one(db).await?.ok_or(Failure::NotFound)?;
    bookings::refunded(db, &order, refund, order.refunded).await?;
    orders::Entity::update_many()
        .col_expr(orders::Column::Refunded, Expr::col(orders::Column::Refunded).add(refund.amount))
        .filter(orders::Column::Id.eq(order.id))
        .exec(db)
        .await?;
    if order.status != OrderStatus::Cancelled {
        let to = if is_empty(db, order.id).await? { OrderStatus::Refunded } else { OrderStatus::PartiallyRefunded };
        // What is still being prepared, or kept for good, stays what it is.
        states::change(db, order.id, to, refund.decided_by, &refund.reason, |update| update).await?;
    }
    notices::refunded(db, &order, refund).await?;
    transaction.commit().await?;
    metrics::counter!("shop_refunds_total").increment(1);
    Ok(())
}

fn seal(app: &App, account: &RefundAccount) -> anyhow::Result<String> {
    app.config.secret_key.encrypt("refund account", &serde_json::to_string(account)?)
}

fn unseal(app: &App, sealed: &str) -> anyhow::Result<RefundAccount> {
    Ok(serde_json::from_str(&app.config.secret_key.decrypt("refund account", sealed)?)?)
}

/// False: decided meanwhile.
pub async fn reject(app: &App, refund: &refunds::Model, actor_id: i64, why: &str) -> Outcome<bool> {
    let turned = refunds::Entity::update_many()
        .col_expr(refunds::Column::Status, Expr::value(RefundStatus::Rejected.word()))
        .col_expr(refunds::Column::DecidedBy, Expr::value(actor_id))
        .col_expr(refunds::Column::DecidedAt, Expr::value(now()))
        .col_expr(refunds::Column::FailureMessage, Expr::value(why.chars().take(300).collect::<String>()))
        .filter(refunds::Column::Id.eq(refund.id))
        .filter(refunds::Column::Status.eq(RefundStatus::Requested))
        .exec(&app.db)
        .await?;
    let order = orders::Entity::find_by_id(refund.order_id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if turned.rows_affected == 1 {
        notices::refund_rejected(&app.db, &order, refund.id).await?;
    }
    Ok(turned.rows_affected == 1)
}

/// The goods are back: three business days to give the money back, then it happens by itself.
pub async fn returned(app: &App, refund: &refunds::Model) -> Outcome<bool> {
    let at = now();
    let noted = refunds::Entity::update_many()
        .col_expr(refunds::Column::ReturnedAt, Expr::value(at))
        .col_expr(refunds::Column::DueAt, Expr::value(super::deadlines::refund_by(at)))
        .filter(refunds::Column::Id.eq(refund.id))
        .filter(refunds::Column::Status.eq(RefundStatus::Requested))
        .filter(refunds::Column::ReturnedAt.is_null())
        .exec(&app.db)
        .await?;
    Ok(noted.rows_affected == 1)
}

/// The periodic task: returned and not decided in time is approved.
pub async fn approve_due(app: &App) -> anyhow::Result<u64> {
    let due = refunds::Entity::find()
        .filter(refunds::Column::Status.eq(RefundStatus::Requested))
        .filter(refunds::Column::DueAt.lte(now()))
        .all(&app.db)
        .await?;
    let mut count = 0;
    for refund in due {
        let done = approve(app, &refund, refund.requested_by, true).await;
        count += u64::from(done.map_err(|failure| anyhow::anyhow!("refund {}: {failure:?}", refund.id))?);
    }
    Ok(count)
}
