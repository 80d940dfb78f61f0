//! Placing: the checkout, its orders, its first payment attempt and its reservations appear together or not at all.

use chrono::Duration;
use rand::RngExt;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::deadlines::HOLD_MINUTES;
use super::{states, stock};
use crate::app::App;
use crate::cart::coupons::{self, Discount, Held};
use crate::cart::pricing::{Group, Priced};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{CheckoutStatus, OrderStatus, PaymentMethod, Retention, TradeMode};
use crate::entities::{checkouts, order_items, orders, payments, seller_profiles};
use crate::payments::attempts;
use crate::transactions;
use crate::web::Outcome;

/// Contracts and payments: five years (전자상거래법 시행령 §6).
pub const KEEP: Duration = Duration::days(5 * 365 + 2);

/// Where it goes; empty where everything is handed over in person.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub address1: String,
    pub address2: String,
    pub memo: String,
}

/// Priced and checked; everything in it can be bought.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub buyer_id: i64,
    pub idempotency_key: &'a str,
    pub groups: &'a [Group],
    pub discount: &'a Discount,
    pub coupon: Option<&'a Held>,
    pub delivery: &'a Delivery,
    pub method: PaymentMethod,
    pub provider: &'static str,
}

impl Wanted<'_> {
    pub fn total(&self) -> i64 {
        self.groups.iter().map(Group::total).sum::<i64>() - self.discount.total
    }
}

#[derive(Debug)]
pub enum Placed {
    New(Box<payments::Model>),
    /// The same form came before: this checkout is what came of it.
    Again(i64),
    /// Somebody was faster.
    SoldOut,
    CouponGone,
}

pub async fn place(app: &App, wanted: &Wanted<'_>) -> Outcome<Placed> {
    let placed = transactions::retrying(|| place_once(app, wanted)).await?;
    let result = match placed {
        Placed::New(_) => "placed",
        Placed::Again(_) => "again",
        Placed::SoldOut => "sold-out",
        Placed::CouponGone => "coupon-gone",
    };
    metrics::counter!("shop_checkouts_total", "result" => result).increment(1);
    Ok(placed)
}

/// What is begun and not committed is rolled back when it is dropped.
async fn place_once(app: &App, wanted: &Wanted<'_>) -> Outcome<Placed> {
    let transaction = transactions::begin(&app.db).await?;
    let db = &transaction;
    let Some(checkout) = insert_checkout(db, wanted).await? else {
        drop(transaction);
        let old = checkouts::Entity::find()
            .filter(checkouts::Column::BuyerId.eq(wanted.buyer_id))
            .filter(checkouts::Column::IdempotencyKey.eq(wanted.idempotency_key))
            .one(&app.db)
            .await?;
        let id = old.map(|row| row.id).ok_or_else(|| DbErr::RecordNotFound("checkout".to_owned()))?;
        return Ok(Placed::Again(id));
    };
    if let Some(held) = wanted.coupon
        && !coupons::bind(db, held.claim.id, checkout.id).await?
    {
        return Ok(Placed::CouponGone);
    }
    for (index, group) in wanted.groups.iter().enumerate() {
        let lines = wanted.discount.lines.get(index).map(Vec::as_slice).unwrap_or_default();
        insert_order(app, db, &checkout, wanted, group, lines).await?;
    }
    let payment = attempts::insert(db, &checkout, wanted.method, wanted.provider).await?;
    // Last, for the rows of what everybody wants are locked from here to the commit.
    if !stock::reserve(db, &checkout, &quantities(wanted.groups)).await? {
        return Ok(Placed::SoldOut);
    }
    transaction.commit().await?;
    Ok(Placed::New(Box::new(payment)))
}

/// By variant, in order.
fn quantities(groups: &[Group]) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> =
        groups.iter().flat_map(|group| &group.lines).map(|line| (line.line.variant_id, line.line.quantity)).collect();
    all.sort_unstable();
    all
}

/// None: this buyer's key was used before.
async fn insert_checkout(db: &impl ConnectionTrait, wanted: &Wanted<'_>) -> Result<Option<checkouts::Model>, DbErr> {
    let row = checkouts::ActiveModel {
        buyer_id: Set(wanted.buyer_id),
        idempotency_key: Set(wanted.idempotency_key.to_owned()),
        total: Set(wanted.total()),
        status: Set(CheckoutStatus::Open),
        expires_at: Set(now() + Duration::minutes(HOLD_MINUTES)),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    match row.insert(db).await {
        Err(error) if is_unique_violation(&error) => Ok(None),
        other => other.map(Some),
    }
}

async fn insert_order(
    app: &App,
    db: &impl ConnectionTrait,
    checkout: &checkouts::Model,
    wanted: &Wanted<'_>,
    group: &Group,
    discounts: &[i64],
) -> Result<(), DbErr> {
    let profile =
        seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.eq(group.seller_id)).one(db).await?;
    let own_rate = profile.and_then(|profile| profile.commission_basis_points);
    let discount: i64 = discounts.iter().sum();
    let direct = group.trade_mode == TradeMode::Direct;
    let none = Delivery::default();
    let delivery = if direct { &none } else { wanted.delivery };
    let row = orders::ActiveModel {
        number: Set(number()),
        checkout_id: Set(checkout.id),
        buyer_id: Set(wanted.buyer_id),
        seller_id: Set(group.seller_id),
        coupon_claim_id: Set(wanted.coupon.filter(|_| discount > 0).map(|held| held.claim.id)),
        status: Set(OrderStatus::AwaitingPayment),
        trade_mode: Set(group.trade_mode),
        items_total: Set(group.items_total),
        shipping_fee: Set(group.shipping_fee),
        discount: Set(discount),
        total: Set(group.total() - discount),
        refunded: Set(0),
        commission_basis_points: Set(own_rate.unwrap_or(app.config.commission_basis_points)),
        escrow: Set(has_escrow(group.trade_mode, wanted.method)),
        recipient: Set(delivery.recipient.clone()),
        phone: Set(delivery.phone.clone()),
        postcode: Set(delivery.postcode.clone()),
        address1: Set(delivery.address1.clone()),
        address2: Set(delivery.address2.clone()),
        memo: Set(wanted.delivery.memo.clone()),
        placed_at: Set(now()),
        updated_at: Set(now()),
        retention: Set(Retention::Contract),
        delete_after: Set(now() + KEEP),
        ..Default::default()
    };
    let order = row.insert(db).await?;
    let nothing = 0;
    for (line, discount) in group.lines.iter().zip(discounts.iter().chain(std::iter::repeat(&nothing))) {
        insert_item(db, order.id, line, *discount).await?;
    }
    states::record(db, order.id, None, OrderStatus::AwaitingPayment, Some(wanted.buyer_id), "").await
}

/// Money in advance without a card is protected (구매안전서비스), and so is what strangers sell each other.
fn has_escrow(trade_mode: TradeMode, method: PaymentMethod) -> bool {
    trade_mode != TradeMode::Ordinary || matches!(method, PaymentMethod::VirtualAccount | PaymentMethod::Transfer)
}

async fn insert_item(db: &impl ConnectionTrait, order_id: i64, line: &Priced, discount: i64) -> Result<(), DbErr> {
    let row = order_items::ActiveModel {
        order_id: Set(order_id),
        product_id: Set(line.product.id),
        variant_id: Set(line.line.variant_id),
        broadcast_id: Set(line.line.broadcast_id),
        title: Set(line.product.title.clone()),
        option_label: Set(line.option.clone()),
        unit_price: Set(line.unit_price),
        quantity: Set(line.line.quantity),
        discount: Set(discount),
        total: Set(line.total() - discount),
        refunded_quantity: Set(0),
        withdrawal_excluded: Set(line.product.withdrawal_excluded),
        // The form asks for it, where there is something to consent to.
        withdrawal_consented_at: Set(line.product.withdrawal_excluded.then(now)),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}

/// Short enough to be read over the phone: the day in Seoul, and eight letters that cannot be mistaken.
fn number() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let day = crate::i18n::seoul(now()).format("%y%m%d");
    let mut rng = rand::rng();
    let letters: String = (0..8).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect();
    format!("B{day}-{letters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_and_differ() {
        let (one, two) = (number(), number());
        assert!(one.len() <= 24 && one != two, "{one}");
    }
}
