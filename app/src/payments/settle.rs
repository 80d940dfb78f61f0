//! What a provider says of a payment becomes what we say: the one place where money and goods meet. It may be told
//! the same thing by the buyer's return, a webhook (twice) and the reconciling task, in any order, at the same time.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::cart::{coupons, lines};
use crate::db::now;
use crate::entities::enums::{CheckoutStatus, OrderStatus, PaymentStatus};
use crate::entities::{checkouts, order_items, orders, payments};
use crate::jobs::queue;
use crate::orders::{deadlines, notices, states, stock};
use crate::services::payment::ProviderPayment;
use crate::settlement::bookings;
use crate::transactions;
use crate::web::{Failure, Outcome};

/// After the due time, for the bank's message to arrive.
const DEPOSIT_GRACE: Duration = Duration::hours(1);
/// To pay again what the bank took back.
const REVERSED_GRACE: Duration = Duration::days(1);

pub async fn settle(app: &App, payment_id: i64, told: &ProviderPayment) -> Outcome<PaymentStatus> {
    transactions::retrying(|| settle_once(&app.db, payment_id, told)).await?;
    let row = payments::Entity::find_by_id(payment_id).one(&app.db).await?;
    Ok(row.ok_or(Failure::NotFound)?.status)
}

async fn settle_once(db: &DatabaseConnection, payment_id: i64, told: &ProviderPayment) -> Outcome<()> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let payment = payments::Entity::find_by_id(payment_id).one(db).await?.ok_or(Failure::NotFound)?;
    if told.reference != payment.idempotency_key || told.amount != payment.amount {
        tracing::error!(
            payment = payment.id,
            told.amount,
            ours = payment.amount,
            "the provider speaks of another payment"
        );
        return Err(Failure::Conflict("payment-amount-differs"));
    }
    let checkout = checkouts::Entity::find_by_id(payment.checkout_id).one(db).await?.ok_or(Failure::NotFound)?;
    let step = Step { payment: &payment, checkout: &checkout, told };
    use PaymentStatus::*;
    match (told.status, payment.status) {
        (Paid | PartiallyCancelled, Created | ActionRequired | Pending | AwaitingDeposit | Failed | Expired) => {
            step.paid(db).await?;
        }
        (AwaitingDeposit, Created | ActionRequired | Pending) => step.awaits_deposit(db).await?,
        (AwaitingDeposit, Paid) => step.reversed(db).await?,
        (Failed | Expired | Cancelled, Created | ActionRequired | Pending | AwaitingDeposit) => step.failed(db).await?,
        // Cancelled by hand, at the provider: nobody here asked for it.
        (Cancelled, Paid) if payment.cancelled_amount == 0 => step.cancelled_outside(db).await?,
        _ => return Ok(()),
    }
    transaction.commit().await?;
    metrics::counter!("shop_payments_total", "to" => told.status.word()).increment(1);
    Ok(())
}

/// One step, inside of a transaction.
struct Step<'a> {
    payment: &'a payments::Model,
    checkout: &'a checkouts::Model,
    told: &'a ProviderPayment,
}

impl Step<'_> {
    async fn orders(&self, db: &impl ConnectionTrait) -> Result<Vec<orders::Model>, DbErr> {
        orders::Entity::find().filter(orders::Column::CheckoutId.eq(self.checkout.id)).all(db).await
    }

    /// The row of the checkout decides, always first: payment and expiry cannot both have it.
    async fn turn_checkout(
        &self,
        db: &impl ConnectionTrait,
        from: &[CheckoutStatus],
        to: CheckoutStatus,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<bool, DbErr> {
        let mut update = checkouts::Entity::update_many()
            .col_expr(checkouts::Column::Status, Expr::value(to.word()))
            .col_expr(checkouts::Column::UpdatedAt, Expr::value(now()))
            .filter(checkouts::Column::Id.eq(self.checkout.id))
            .filter(checkouts::Column::Status.is_in(from.iter().copied()));
        if let Some(time) = expires_at {
            update = update.col_expr(checkouts::Column::ExpiresAt, Expr::value(time));
        }
        Ok(update.exec(db).await?.rows_affected == 1)
    }

    /// From exactly the state that was read: another step in between means to begin again.
    async fn turn_payment(&self, db: &impl ConnectionTrait, to: PaymentStatus) -> Result<(), DbErr> {
        let mut update = payments::Entity::update_many()
            .col_expr(payments::Column::Status, Expr::value(to.word()))
            .col_expr(payments::Column::UpdatedAt, Expr::value(now()))
            .filter(payments::Column::Id.eq(self.payment.id))
            .filter(payments::Column::Status.eq(self.payment.status));
        if !self.told.provider_ref.is_empty() {
            update = update.col_expr(payments::Column::ProviderRef, Expr::value(self.told.provider_ref.clone()));
        }
        if to == PaymentStatus::Paid {
            update = update.col_expr(payments::Column::PaidAt, Expr::value(now()));
        }
        if let (PaymentStatus::AwaitingDeposit, Some(deposit)) = (to, &self.told.deposit) {
            update = update
                .col_expr(payments::Column::DepositBank, Expr::value(deposit.bank.clone()))
                .col_expr(payments::Column::DepositAccount, Expr::value(deposit.account.clone()))
                .col_expr(payments::Column::DepositDue, Expr::value(deposit.due));
        }
        match update.exec(db).await?.rows_affected {
            1 => Ok(()),
            // Known to `transactions::retrying`.
            _ => Err(DbErr::Custom("Record has changed since last read".to_owned())),
        }
    }

    async fn paid(&self, db: &impl ConnectionTrait) -> Outcome<()> {
        use CheckoutStatus::{AwaitingDeposit, Open, Paid, Paying};
        if !self.turn_checkout(db, &[Open, Paying, AwaitingDeposit], Paid, None).await? {
            return Ok(self.give_back(db, true).await?);
        }
        self.turn_payment(db, PaymentStatus::Paid).await?;
        coupons::used(db, self.checkout.id, Some(now())).await?;
        let mut variants = Vec::new();
        for order in self.orders(db).await? {
            let paid_at = now();
            let turned = states::change(db, order.id, OrderStatus::Paid, None, "", |update| {
                update
                    .col_expr(orders::Column::PaidAt, Expr::value(paid_at))
                    .col_expr(orders::Column::ShipBy, Expr::value(deadlines::ship_by(paid_at)))
            });
            if !turned.await? {
                return Err(Failure::internal("an order of an open checkout cannot be paid"));
            }
            bookings::paid(db, &order).await?;
            notices::paid(db, &order).await?;
            let items = order_items::Entity::find().filter(order_items::Column::OrderId.eq(order.id)).all(db).await?;
            variants.extend(items.into_iter().map(|item| item.variant_id));
        }
        lines::remove(db, self.checkout.buyer_id, &variants).await?;
        Ok(stock::sell(db, self.checkout.id).await?)
    }

    async fn awaits_deposit(&self, db: &impl ConnectionTrait) -> Outcome<()> {
        use CheckoutStatus::{AwaitingDeposit, Open, Paying};
        let due = self.told.deposit.as_ref().map_or_else(|| now() + REVERSED_GRACE, |deposit| deposit.due);
        if !self.turn_checkout(db, &[Open, Paying], AwaitingDeposit, Some(due + DEPOSIT_GRACE)).await? {
            // Nobody shall pay into an account for goods that are gone.
            return Ok(self.give_back(db, false).await?);
        }
        self.turn_payment(db, PaymentStatus::AwaitingDeposit).await?;
        for order in self.orders(db).await? {
            states::change(db, order.id, OrderStatus::AwaitingDeposit, None, "", |update| update).await?;
            notices::awaits_deposit(db, &order).await?;
        }
        Ok(())
    }

    /// The bank took a deposit back. What has not left the seller waits again; what has left is a dispute.
    async fn reversed(&self, db: &impl ConnectionTrait) -> Outcome<()> {
        let orders = self.orders(db).await?;
        let here = orders
            .iter()
            .all(|order| matches!(order.status, OrderStatus::Paid | OrderStatus::Preparing) && order.refunded == 0);
        let until = now() + REVERSED_GRACE;
        let from = [CheckoutStatus::Paid];
        if !here || !self.turn_checkout(db, &from, CheckoutStatus::AwaitingDeposit, Some(until)).await? {
            tracing::error!(payment = self.payment.id, "a deposit was taken back after the goods had left");
            return Ok(self.turn_payment(db, PaymentStatus::Disputed).await?);
        }
        self.turn_payment(db, PaymentStatus::AwaitingDeposit).await?;
        coupons::used(db, self.checkout.id, None).await?;
        for order in orders {
            if !states::change(db, order.id, OrderStatus::AwaitingDeposit, None, "deposit reversed", |update| update)
                .await?
            {
                return Err(DbErr::Custom("Record has changed since last read".to_owned()).into());
            }
            bookings::deposit_reversed(db, &order).await?;
            notices::deposit_reversed(db, &order).await?;
        }
        Ok(stock::hold_again(db, self.checkout.id).await?)
    }

    /// The checkout is open again, while its time lasts. An account that nobody paid into ends it.
    async fn failed(&self, db: &impl ConnectionTrait) -> Outcome<()> {
        let to = match self.told.status {
            PaymentStatus::Failed => PaymentStatus::Failed,
            PaymentStatus::Expired => PaymentStatus::Expired,
            _ => PaymentStatus::Cancelled,
        };
        match self.payment.status {
            PaymentStatus::Pending => {
                self.turn_checkout(db, &[CheckoutStatus::Paying], CheckoutStatus::Open, None).await?;
            }
            PaymentStatus::AwaitingDeposit => {
                // `closing` takes it from there, at once.
                let from = [CheckoutStatus::AwaitingDeposit];
                self.turn_checkout(db, &from, CheckoutStatus::Open, Some(now())).await?;
            }
            _ => {}
        }
        Ok(self.turn_payment(db, to).await?)
    }

    /// No payment without an order: `void` gives it back, whatever happens to us in the meantime.
    async fn give_back(&self, db: &impl ConnectionTrait, paid: bool) -> Result<(), DbErr> {
        tracing::warn!(payment = self.payment.id, "paid without an order: it goes back");
        self.turn_payment(db, PaymentStatus::CancelPending).await?;
        if paid {
            bookings::unmatched(db, self.payment).await?;
        }
        queue::enqueue(db, "payment.void", json!({ "id": self.payment.id }), &format!("void:{}", self.payment.id)).await
    }

    async fn cancelled_outside(&self, db: &impl ConnectionTrait) -> Outcome<()> {
        tracing::error!(payment = self.payment.id, "a payment was cancelled at the provider, not here");
        Ok(self.turn_payment(db, PaymentStatus::Disputed).await?)
    }
}
