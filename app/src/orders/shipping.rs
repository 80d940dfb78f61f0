//! From the seller's hands to the buyer's: preparing, sending, arriving, handing over, confirming.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use serde_json::json;

use super::{deadlines, notices, states};
use crate::app::App;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{OrderStatus, PaymentStatus, RefundStatus, ShipmentStatus};
use crate::entities::{checkouts, members, orders, payments, refunds, shipments};
use crate::jobs::queue;
use crate::settlement::bookings;
use crate::transactions;
use crate::web::{Failure, Outcome};

const BATCH: u64 = 100;

/// With the tracking number; the provider hears of it where escrow asks for it.
pub async fn ship(
    db: &DatabaseConnection,
    order: &orders::Model,
    actor: i64,
    carrier: &str,
    number: &str,
) -> Outcome<bool> {
    transactions::retrying(|| ship_once(db, order, actor, carrier, number)).await
}

async fn ship_once(
    db: &DatabaseConnection,
    order: &orders::Model,
    actor: i64,
    carrier: &str,
    number: &str,
) -> Outcome<bool> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let turned = states::change(db, order.id, OrderStatus::Shipped, Some(actor), "", |update| {
        update.col_expr(orders::Column::ShippedAt, Expr::value(now()))
    });
    if !turned.await? {
        return Ok(false);
    }
    let row = shipments::ActiveModel {
        order_id: Set(order.id),
        carrier: Set(carrier.to_owned()),
        tracking_number: Set(number.to_owned()),
        status: Set(ShipmentStatus::Shipped),
        shipped_at: Set(now()),
        ..Default::default()
    };
    let shipment = row.insert(db).await?.id;
    if order.escrow {
        queue::enqueue(db, "escrow.delivery", json!({ "id": shipment }), &format!("escrow-delivery:{shipment}"))
            .await?;
    }
    notices::shipped(db, order).await?;
    transaction.commit().await?;
    Ok(true)
}

/// A job: the escrow provider learns where the goods are.
pub async fn tell_provider(app: &App, shipment_id: i64) -> anyhow::Result<()> {
    let Some(shipment) = shipments::Entity::find_by_id(shipment_id).one(&app.db).await? else { return Ok(()) };
    let Some(order) = orders::Entity::find_by_id(shipment.order_id).one(&app.db).await? else { return Ok(()) };
    let provider = app.payments.as_ref().ok_or_else(|| anyhow::anyhow!("payments are off"))?;
    if let Some(reference) = paid_by(&app.db, order.checkout_id).await?.and_then(|payment| payment.provider_ref) {
        provider.register_delivery(&reference, &shipment.carrier, &shipment.tracking_number).await?;
    }
    Ok(())
}

/// The attempt that paid.
pub async fn paid_by(db: &impl ConnectionTrait, checkout_id: i64) -> Result<Option<payments::Model>, DbErr> {
    payments::Entity::find()
        .filter(payments::Column::CheckoutId.eq(checkout_id))
        .filter(payments::Column::Status.is_in([PaymentStatus::Paid, PaymentStatus::PartiallyCancelled]))
        .one(db)
        .await
}

/// The clock of the law starts here.
pub async fn arrive(db: &DatabaseConnection, order: &orders::Model, actor: Option<i64>) -> Outcome<bool> {
    transactions::retrying(|| arrive_once(db, order, actor)).await
}

async fn arrive_once(db: &DatabaseConnection, order: &orders::Model, actor: Option<i64>) -> Outcome<bool> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let seller = members::Entity::find_by_id(order.seller_id).one(db).await?.ok_or(Failure::NotFound)?;
    let delivered = now();
    let deadline = deadlines::has_withdrawal(order.trade_mode, seller.kind).then(|| deadlines::withdrawal(delivered));
    let turned = states::change(db, order.id, OrderStatus::Delivered, actor, "", |update| {
        update
            .col_expr(orders::Column::DeliveredAt, Expr::value(delivered))
            .col_expr(orders::Column::WithdrawalDeadline, Expr::value(deadline))
    });
    if !turned.await? {
        return Ok(false);
    }
    shipments::Entity::update_many()
        .col_expr(shipments::Column::Status, Expr::value(ShipmentStatus::Delivered.word()))
        .col_expr(shipments::Column::DeliveredAt, Expr::value(delivered))
        .filter(shipments::Column::OrderId.eq(order.id))
        .filter(shipments::Column::Status.eq(ShipmentStatus::Shipped))
        .exec(db)
        .await?;
    notices::delivered(db, order).await?;
    transaction.commit().await?;
    Ok(true)
}

/// The buyer keeps it: the money becomes the seller's. Not while a refund is open.
pub async fn confirm(db: &DatabaseConnection, order_id: i64, actor: Option<i64>) -> Outcome<bool> {
    transactions::retrying(|| confirm_once(db, order_id, actor)).await
}

async fn confirm_once(db: &DatabaseConnection, order_id: i64, actor: Option<i64>) -> Outcome<bool> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let turned = states::change(db, order_id, OrderStatus::Confirmed, actor, "", |update| {
        update.col_expr(orders::Column::ConfirmedAt, Expr::value(now()))
    });
    // The order's row is locked now: a refund that is asked for waits, and finds it confirmed.
    if !turned.await? || has_open_refund(db, order_id).await? {
        return Ok(false);
    }
    let order = orders::Entity::find_by_id(order_id).one(db).await?.ok_or(Failure::NotFound)?;
    bookings::confirmed(db, &order).await?;
    notices::confirmed(db, &order).await?;
    transaction.commit().await?;
    Ok(true)
}

pub async fn has_open_refund(db: &impl ConnectionTrait, order_id: i64) -> Result<bool, DbErr> {
    let open = [RefundStatus::Requested, RefundStatus::Approved, RefundStatus::Pending];
    let row = refunds::Entity::find()
        .filter(refunds::Column::OrderId.eq(order_id))
        .filter(refunds::Column::Status.is_in(open))
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// Six digits that only the buyer sees, made from what the seller never learns: told at the meeting, they prove that
/// the goods were handed over.
pub async fn handover_code(db: &impl ConnectionTrait, order: &orders::Model) -> Result<String, DbErr> {
    let checkout = checkouts::Entity::find_by_id(order.checkout_id).one(db).await?;
    let secret = checkout.map(|checkout| checkout.idempotency_key).unwrap_or_default();
    let hash = crypto::hash(&format!("handover:{secret}:{}", order.number));
    let number = u32::from_str_radix(hash.get(..8).unwrap_or_default(), 16).unwrap_or_default();
    Ok(format!("{:06}", number % 1_000_000))
}

/// The periodic task: what nobody reported as delivered, what nobody confirmed, and what is late.
pub async fn keep_deadlines(app: &App) -> anyhow::Result<u64> {
    let db = &app.db;
    let mut count = 0;
    let lost = by_status(db, &[OrderStatus::Shipped], orders::Column::ShippedAt, Duration::days(deadlines::LOST_DAYS));
    for order in lost.await? {
        count += u64::from(arrive(db, &order, None).await.map_err(|failure| anyhow::anyhow!("{failure:?}"))?);
    }
    let kept = [OrderStatus::Delivered, OrderStatus::PartiallyRefunded];
    for order in by_status(db, &kept, orders::Column::DeliveredAt, Duration::days(3)).await? {
        let delivered = order.delivered_at.unwrap_or_else(now);
        if deadlines::confirm_at(delivered, order.withdrawal_deadline) <= now() {
            count += u64::from(confirm(db, order.id, None).await.map_err(|failure| anyhow::anyhow!("{failure:?}"))?);
        }
    }
    let unsent = [OrderStatus::Paid, OrderStatus::Preparing];
    for order in by_status(db, &unsent, orders::Column::ShipBy, Duration::zero()).await? {
        notices::late(db, &order).await?;
    }
    Ok(count)
}

/// Oldest first, whose time is further back than that.
async fn by_status(
    db: &DatabaseConnection,
    status: &[OrderStatus],
    column: orders::Column,
    ago: Duration,
) -> Result<Vec<orders::Model>, DbErr> {
    orders::Entity::find()
        .filter(orders::Column::Status.is_in(status.iter().copied()))
        .filter(column.lt(now() - ago))
        .order_by_asc(column)
        .limit(BATCH)
        .all(db)
        .await
}
