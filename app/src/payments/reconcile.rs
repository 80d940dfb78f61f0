//! What died in between: payments that nobody has heard of for a while are asked for, at the provider.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::settle::settle;
use super::webhooks;
use crate::app::App;
use crate::db::now;
use crate::entities::enums::{CheckoutStatus, PaymentStatus};
use crate::entities::{checkouts, payments};
use crate::orders::closing;
use crate::services::payment::{Cancel, PaymentError, PaymentProvider, ProviderPayment};

/// Longer than anybody waits for the provider's answer (`confirm::PATIENCE`).
pub const GRACE: Duration = Duration::seconds(60);
/// A lost webhook of a deposit is found out by this.
const DEPOSIT_EVERY: Duration = Duration::minutes(30);
const BATCH: u64 = 100;

/// The periodic task. One payment that cannot be asked for does not keep the others waiting.
pub async fn run(app: &App, grace: Duration) -> anyhow::Result<u64> {
    let Some(provider) = &app.payments else { return Ok(0) };
    let mut count = webhooks::unprocessed(app, grace).await?;
    for payment in silent(app, grace).await? {
        match one(app, provider.as_ref(), &payment).await {
            Ok(()) => count += 1,
            Err(error) => {
                tracing::error!(payment = payment.id, error = format!("{error:#}"), "a payment stays unclear");
            }
        }
    }
    Ok(count)
}

async fn silent(app: &App, grace: Duration) -> anyhow::Result<Vec<payments::Model>> {
    let column = payments::Column::UpdatedAt;
    let asked =
        Condition::all().add(payments::Column::Status.eq(PaymentStatus::Pending)).add(column.lte(now() - grace));
    let deposits = Condition::all()
        .add(payments::Column::Status.eq(PaymentStatus::AwaitingDeposit))
        .add(Condition::any().add(column.lte(now() - DEPOSIT_EVERY)).add(checkouts::Column::ExpiresAt.lte(now())));
    let found = payments::Entity::find()
        .find_also_related(checkouts::Entity)
        .filter(Condition::any().add(asked).add(deposits))
        .order_by_asc(column)
        .limit(BATCH)
        .all(&app.db)
        .await?;
    Ok(found.into_iter().map(|(payment, _)| payment).collect())
}

async fn one(app: &App, provider: &dyn PaymentProvider, payment: &payments::Model) -> anyhow::Result<()> {
    // Next time after another while, whatever comes of it.
    payments::Entity::update_many()
        .col_expr(payments::Column::UpdatedAt, Expr::value(now()))
        .filter(payments::Column::Id.eq(payment.id))
        .filter(payments::Column::Status.eq(payment.status))
        .exec(&app.db)
        .await?;
    let asked = match &payment.provider_ref {
        Some(provider_ref) => provider.get(provider_ref).await,
        None => provider.find(&payment.idempotency_key).await,
    };
    let told = match asked {
        Ok(told) => told,
        // Never heard of it: nothing was taken.
        Err(PaymentError::Refused(_)) => given_up(payment),
        Err(error) => return Err(error.into()),
    };
    let told = match (payment.status, told.status) {
        // Our question never arrived, or its answer was no: the buyer may try again.
        (PaymentStatus::Pending, PaymentStatus::Created | PaymentStatus::ActionRequired) => given_up(payment),
        (PaymentStatus::AwaitingDeposit, PaymentStatus::AwaitingDeposit) if is_overdue(app, payment).await? => {
            close_account(provider, payment, &told).await?
        }
        _ => told,
    };
    let status = settle(app, payment.id, &told).await;
    status.map_err(|failure| anyhow::anyhow!("payment {}: {failure:?}", payment.id))?;
    closing::expire_due(app).await?;
    Ok(())
}

async fn is_overdue(app: &App, payment: &payments::Model) -> anyhow::Result<bool> {
    let checkout = checkouts::Entity::find_by_id(payment.checkout_id).one(&app.db).await?;
    Ok(checkout
        .is_some_and(|checkout| checkout.status == CheckoutStatus::AwaitingDeposit && checkout.expires_at <= now()))
}

/// Closed at the provider first, so that nobody pays into it once the goods are free again.
async fn close_account(
    provider: &dyn PaymentProvider,
    payment: &payments::Model,
    told: &ProviderPayment,
) -> Result<ProviderPayment, PaymentError> {
    let request = Cancel {
        provider_ref: told.provider_ref.clone(),
        amount: None,
        expected_balance: told.amount - told.cancelled_amount,
        reason: "입금 기한이 지났습니다".to_owned(),
        refund_account: None,
        idempotency_key: format!("overdue-{}", payment.id),
    };
    provider.cancel(request).await?;
    provider.get(&told.provider_ref).await
}

fn given_up(payment: &payments::Model) -> ProviderPayment {
    ProviderPayment {
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        reference: payment.idempotency_key.clone(),
        status: PaymentStatus::Failed,
        amount: payment.amount,
        cancelled_amount: 0,
        deposit: None,
    }
}
