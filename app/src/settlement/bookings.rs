//! What is booked when: the only place that knows which accounts a sale moves.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::ledger::{Account, Entry, balance, book};
use crate::cart::coupons::part;
use crate::entities::{ad_bookings, coupon_claims, coupons, ledger_transactions, orders, payments, refunds};

/// What the operator adds to the buyer's money: its own coupons. A seller's coupon is the seller's loss.
async fn operators_discount(db: &impl ConnectionTrait, order: &orders::Model) -> Result<i64, DbErr> {
    let Some(claim) = order.coupon_claim_id else { return Ok(0) };
    let found = coupon_claims::Entity::find_by_id(claim).find_also_related(coupons::Entity).one(db).await?;
    let operators = found.and_then(|(_, coupon)| coupon).is_some_and(|coupon| coupon.seller_id.is_none());
    Ok(if operators { order.discount } else { 0 })
}

/// A deposit can arrive, be taken back and arrive again: each time is a booking of its own.
async fn times(db: &impl ConnectionTrait, reference: &str) -> Result<u64, DbErr> {
    ledger_transactions::Entity::find()
        .filter(ledger_transactions::Column::Reference.starts_with(format!("{reference}:")))
        .count(db)
        .await
}

pub async fn paid(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let reference = format!("order-paid:{}", order.id);
    let time = times(db, &reference).await? + 1;
    let coupon = operators_discount(db, order).await?;
    let entries = [
        Entry::Debit(Account::Cash, order.total),
        Entry::Debit(Account::Coupons, coupon),
        Entry::Credit(Account::Held(order.seller_id), order.total + coupon),
    ];
    book(db, format!("{reference}:{time}"), Some(order.id), &entries).await.map(drop)
}

/// The bank took a deposit back.
pub async fn deposit_reversed(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let reference = format!("deposit-reversed:{}", order.id);
    let time = times(db, &reference).await? + 1;
    let coupon = operators_discount(db, order).await?;
    let entries = [
        Entry::Debit(Account::Held(order.seller_id), order.total + coupon),
        Entry::Credit(Account::Cash, order.total),
        Entry::Credit(Account::Coupons, coupon),
    ];
    book(db, format!("{reference}:{time}"), Some(order.id), &entries).await.map(drop)
}

/// The money becomes the seller's, less the commission on the goods; shipping is not commissioned.
pub async fn confirmed(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let held = Account::Held(order.seller_id);
    let left = balance(db, held, Some(order.id)).await?;
    let goods = (left - order.shipping_fee).max(0);
    let commission = part(goods, i64::from(order.commission_basis_points), 10_000);
    let entries = [
        Entry::Debit(held, left),
        Entry::Credit(Account::Commission, commission),
        Entry::Credit(Account::Seller(order.seller_id), left - commission),
    ];
    book(db, format!("order-confirmed:{}", order.id), Some(order.id), &entries).await.map(drop)
}

/// Money back to the buyer. `before`: how much of the order had gone back before this. Once confirmed, the seller
/// and the operator's commission give it back by their shares.
pub async fn refunded(
    db: &impl ConnectionTrait,
    order: &orders::Model,
    refund: &refunds::Model,
    before: i64,
) -> Result<(), DbErr> {
    let coupon = operators_discount(db, order).await?;
    let share = |whole| part(whole, before + refund.amount, order.total) - part(whole, before, order.total);
    let coupon = share(coupon);
    let whole = refund.amount + coupon;
    let back = [Entry::Credit(Account::Cash, refund.amount), Entry::Credit(Account::Coupons, coupon)];
    let from = if order.confirmed_at.is_none() {
        vec![Entry::Debit(Account::Held(order.seller_id), whole)]
    } else {
        let commission = share(balance(db, Account::Commission, Some(order.id)).await?);
        vec![
            Entry::Debit(Account::Commission, commission),
            Entry::Debit(Account::Seller(order.seller_id), whole - commission),
        ]
    };
    let entries: Vec<Entry> = from.into_iter().chain(back).collect();
    book(db, format!("refund:{}", refund.id), Some(order.id), &entries).await.map(drop)
}

/// What the references of adverts begin with: `closing` tells them by it from what belongs to an order.
pub const ADVERT: &str = "advert:";

/// An approved advert: its price comes off what the seller earns.
pub async fn advertised(db: &impl ConnectionTrait, booking: &ad_bookings::Model) -> Result<(), DbErr> {
    let entries = [
        Entry::Debit(Account::Seller(booking.seller_id), booking.price),
        Entry::Credit(Account::Advertising, booking.price),
    ];
    book(db, format!("{ADVERT}{}", booking.id), None, &entries).await.map(drop)
}

/// Paid, but its checkout had come to nothing or was paid already.
pub async fn unmatched(db: &impl ConnectionTrait, payment: &payments::Model) -> Result<(), DbErr> {
    let entries = [Entry::Debit(Account::Cash, payment.amount), Entry::Credit(Account::Unmatched, payment.amount)];
    book(db, format!("payment-unmatched:{}", payment.id), None, &entries).await.map(drop)
}

/// … and given back. What was never booked (a deposit that never came) is not booked back.
pub async fn voided(db: &impl ConnectionTrait, payment: &payments::Model) -> Result<(), DbErr> {
    let known = ledger_transactions::Entity::find()
        .filter(ledger_transactions::Column::Reference.eq(format!("payment-unmatched:{}", payment.id)))
        .count(db)
        .await?;
    if known == 0 {
        return Ok(());
    }
    let entries = [Entry::Debit(Account::Unmatched, payment.amount), Entry::Credit(Account::Cash, payment.amount)];
    book(db, format!("payment-voided:{}", payment.id), None, &entries).await.map(drop)
}
