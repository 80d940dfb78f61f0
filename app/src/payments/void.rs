//! Giving back money that has no order.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::db::now;
use crate::entities::enums::PaymentStatus;
use crate::entities::payments;
use crate::services::payment::{Cancel, Cancelled};
use crate::settlement::bookings;
use crate::transactions;
use crate::web::Outcome;

/// A job. Safe to run twice: the provider knows the key, and the row changes once.
pub async fn run(app: &App, payment_id: i64) -> anyhow::Result<()> {
    let Some(payment) = payments::Entity::find_by_id(payment_id).one(&app.db).await? else { return Ok(()) };
    if payment.status != PaymentStatus::CancelPending {
        return Ok(());
    }
    let provider = app.payments.as_ref().ok_or_else(|| anyhow::anyhow!("payments are off"))?;
    let reference =
        payment.provider_ref.clone().ok_or_else(|| anyhow::anyhow!("the provider's reference is missing"))?;
    let told = provider.get(&reference).await?;
    if told.status != PaymentStatus::Cancelled {
        let request = Cancel {
            provider_ref: reference,
            amount: None,
            expected_balance: told.amount - told.cancelled_amount,
            reason: "주문이 이미 만료되었거나 결제가 중복되었습니다".to_owned(),
            refund_account: None,
            idempotency_key: format!("void-{}", payment.id),
        };
        let cancelled = provider.cancel(request).await?;
        anyhow::ensure!(cancelled == Cancelled::Done, "the provider is still at it");
    }
    let done = transactions::retrying(|| note(app, &payment)).await;
    done.map_err(|failure| anyhow::anyhow!("payment {}: {failure:?}", payment.id))
}

async fn note(app: &App, payment: &payments::Model) -> Outcome<()> {
    let transaction = transactions::begin(&app.db).await?;
    let noted = payments::Entity::update_many()
        .col_expr(payments::Column::Status, Expr::value(PaymentStatus::Cancelled.word()))
        .col_expr(payments::Column::CancelledAmount, Expr::value(payment.amount))
        .col_expr(payments::Column::UpdatedAt, Expr::value(now()))
        .filter(payments::Column::Id.eq(payment.id))
        .filter(payments::Column::Status.eq(PaymentStatus::CancelPending))
        .exec(&transaction)
        .await?;
    if noted.rows_affected == 1 {
        bookings::voided(&transaction, payment).await?;
        transaction.commit().await?;
    }
    Ok(())
}
