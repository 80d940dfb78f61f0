//! A payment attempt: a row of ours before the provider hears of it. Its idempotency key is our name for it there.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::app::App;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{PaymentMethod, PaymentStatus, Retention};
use crate::entities::{checkouts, order_items, orders, payments};
use crate::orders::place::KEEP;
use crate::services::payment::{NextStep, PaymentError, Prepare};
use crate::web::{Failure, Outcome};

pub async fn insert(
    db: &impl ConnectionTrait,
    checkout: &checkouts::Model,
    method: PaymentMethod,
    provider: &str,
) -> Result<payments::Model, DbErr> {
    let row = payments::ActiveModel {
        checkout_id: Set(checkout.id),
        provider: Set(provider.to_owned()),
        method: Set(method),
        amount: Set(checkout.total),
        cancelled_amount: Set(0),
        status: Set(PaymentStatus::Created),
        idempotency_key: Set(format!("pay_{}", crypto::token())),
        created_at: Set(now()),
        updated_at: Set(now()),
        retention: Set(Retention::Payment),
        delete_after: Set(now() + KEEP),
        ..Default::default()
    };
    row.insert(db).await
}

/// Asks the provider how the buyer goes on. Again with the same attempt: the same answer.
pub async fn next_step(app: &App, payment: &payments::Model) -> Outcome<NextStep> {
    let provider = app.payments.as_ref().ok_or(Failure::Conflict("payment-off"))?;
    let request = Prepare {
        reference: payment.idempotency_key.clone(),
        title: title(app, payment.checkout_id).await?,
        amount: payment.amount,
        method: payment.method,
        success_url: format!("{}/payments/return", app.config.public_url),
        fail_url: format!("{}/payments/fail", app.config.public_url),
        idempotency_key: payment.idempotency_key.clone(),
    };
    match provider.prepare(request).await {
        Ok(step) => Ok(step),
        Err(error @ PaymentError::Unknown(_)) => {
            tracing::error!(payment = payment.id, error = format!("{error:#}"), "the payment provider does not answer");
            Err(Failure::Conflict("payment-provider-silent"))
        }
        Err(error) => {
            tracing::error!(payment = payment.id, error = format!("{error:#}"), "a payment cannot be prepared");
            Err(Failure::Conflict("payment-refused"))
        }
    }
}

/// What the buyer reads at the provider: "달항아리 외 2건".
async fn title(app: &App, checkout_id: i64) -> Outcome<String> {
    let items = order_items::Entity::find()
        .find_also_related(orders::Entity)
        .filter(orders::Column::CheckoutId.eq(checkout_id))
        .order_by_asc(order_items::Column::Id)
        .all(&app.db)
        .await?;
    let first: String = items.first().map(|(item, _)| item.title.chars().take(80).collect()).unwrap_or_default();
    Ok(match items.len() {
        0 | 1 => first,
        more => format!("{first} 외 {}건", more - 1),
    })
}

pub async fn of_checkout(db: &impl ConnectionTrait, checkout_id: i64) -> Result<Vec<payments::Model>, DbErr> {
    payments::Entity::find()
        .filter(payments::Column::CheckoutId.eq(checkout_id))
        .order_by_desc(payments::Column::Id)
        .all(db)
        .await
}

pub async fn by_reference(db: &impl ConnectionTrait, reference: &str) -> Result<Option<payments::Model>, DbErr> {
    payments::Entity::find().filter(payments::Column::IdempotencyKey.eq(reference)).one(db).await
}
