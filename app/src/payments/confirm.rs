//! The buyer has acted at the provider: now we ask for the money. The checkout is claimed first, so that it does not
//! expire meanwhile; the provider is asked outside of any transaction; `settle` writes down the answer.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::settle::settle;
use crate::app::App;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{CheckoutStatus, PaymentStatus};
use crate::entities::{checkouts, payments};
use crate::services::payment::{PaymentError, ProviderPayment};
use crate::transactions;
use crate::web::{Failure, Outcome};

/// Shorter than what `reconcile` waits before it believes that nobody is asking any more.
const PATIENCE: Duration = Duration::from_secs(25);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Paid,
    AwaitingDeposit,
    /// The buyer may try again.
    Declined,
    /// Nobody knows yet.
    Unknown,
    /// Too late, or cancelled.
    Over,
}

impl Progress {
    fn of(status: PaymentStatus) -> Self {
        match status {
            PaymentStatus::Paid | PaymentStatus::PartiallyCancelled => Self::Paid,
            PaymentStatus::AwaitingDeposit => Self::AwaitingDeposit,
            PaymentStatus::Failed => Self::Declined,
            PaymentStatus::Created | PaymentStatus::ActionRequired | PaymentStatus::Pending => Self::Unknown,
            PaymentStatus::CancelPending
            | PaymentStatus::Cancelled
            | PaymentStatus::Expired
            | PaymentStatus::Disputed => Self::Over,
        }
    }
}

pub async fn confirm(app: &App, payment: &payments::Model, provider_ref: &str) -> Outcome<Progress> {
    let provider = app.payments.as_ref().ok_or(Failure::Conflict("payment-off"))?;
    if !transactions::retrying(|| claim(app, payment, provider_ref)).await? {
        let now = payments::Entity::find_by_id(payment.id).one(&app.db).await?.ok_or(Failure::NotFound)?;
        return Ok(match now.status {
            PaymentStatus::Created | PaymentStatus::ActionRequired => Progress::Over,
            status => Progress::of(status),
        });
    }
    let asked = provider.confirm(provider_ref, &payment.idempotency_key, payment.amount, &payment.idempotency_key);
    let told = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(told)) => told,
        Ok(Err(PaymentError::Declined { code, message })) => {
            note_failure(app, payment.id, &code, &message).await?;
            declined(payment, provider_ref)
        }
        Ok(Err(PaymentError::Refused(why))) => {
            tracing::warn!(payment = payment.id, why, "the provider refused a payment");
            // Refused as a repetition, perhaps: what holds is what it says now.
            match provider.get(provider_ref).await {
                Ok(told) if told.status != PaymentStatus::ActionRequired && told.status != PaymentStatus::Created => {
                    told
                }
                Ok(_) => declined(payment, provider_ref),
                Err(PaymentError::Refused(_)) => declined(payment, provider_ref),
                Err(_) => return Ok(Progress::Unknown),
            }
        }
        Ok(Err(error)) => {
            tracing::error!(payment = payment.id, error = format!("{error:#}"), "nobody knows whether it was paid");
            return Ok(Progress::Unknown);
        }
        Err(_) => {
            tracing::error!(payment = payment.id, "the provider takes too long");
            return Ok(Progress::Unknown);
        }
    };
    settle(app, payment.id, &told).await.map(Progress::of)
}

fn declined(payment: &payments::Model, provider_ref: &str) -> ProviderPayment {
    ProviderPayment {
        provider_ref: provider_ref.to_owned(),
        reference: payment.idempotency_key.clone(),
        status: PaymentStatus::Failed,
        amount: payment.amount,
        cancelled_amount: 0,
        deposit: None,
    }
}

/// True: ask the provider. A second return of the same payment asks as well, for the first may have died.
async fn claim(app: &App, payment: &payments::Model, provider_ref: &str) -> Outcome<bool> {
    let transaction = transactions::begin(&app.db).await?;
    let db = &transaction;
    let payment = payments::Entity::find_by_id(payment.id).one(db).await?.ok_or(Failure::NotFound)?;
    if payment.status == PaymentStatus::Pending {
        return Ok(payment.provider_ref.as_deref() == Some(provider_ref));
    }
    let checkout = checkouts::Entity::update_many()
        .col_expr(checkouts::Column::Status, Expr::value(CheckoutStatus::Paying.word()))
        .col_expr(checkouts::Column::UpdatedAt, Expr::value(now()))
        .filter(checkouts::Column::Id.eq(payment.checkout_id))
        .filter(checkouts::Column::Status.eq(CheckoutStatus::Open))
        .filter(checkouts::Column::ExpiresAt.gt(now()))
        .exec(db)
        .await?;
    if checkout.rows_affected != 1 {
        return Ok(false);
    }
    let claimed = payments::Entity::update_many()
        .col_expr(payments::Column::Status, Expr::value(PaymentStatus::Pending.word()))
        .col_expr(payments::Column::ProviderRef, Expr::value(provider_ref))
        .col_expr(payments::Column::UpdatedAt, Expr::value(now()))
        .filter(payments::Column::Id.eq(payment.id))
        .filter(payments::Column::Status.is_in([PaymentStatus::Created, PaymentStatus::ActionRequired]))
        .exec(db)
        .await;
    match claimed {
        // The reference of another payment of ours.
        Err(error) if is_unique_violation(&error) => return Err(Failure::Invalid("payment-amount-differs")),
        Err(error) => return Err(error.into()),
        Ok(claimed) if claimed.rows_affected != 1 => return Ok(false),
        Ok(_) => {}
    }
    transaction.commit().await?;
    Ok(true)
}

async fn note_failure(app: &App, payment_id: i64, code: &str, message: &str) -> Outcome<()> {
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    payments::Entity::update_many()
        .col_expr(payments::Column::FailureCode, Expr::value(cut(code, 60)))
        .col_expr(payments::Column::FailureMessage, Expr::value(cut(message, 300)))
        .filter(payments::Column::Id.eq(payment_id))
        .exec(&app.db)
        .await?;
    Ok(())
}
