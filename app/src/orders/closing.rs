//! A checkout that comes to nothing: its time is over, or the buyer leaves it. Goods and coupon are free again.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{states, stock};
use crate::app::App;
use crate::cart::coupons;
use crate::db::now;
use crate::entities::enums::{CheckoutStatus, OrderStatus, PaymentStatus, ReservationStatus};
use crate::entities::{checkouts, orders, payments};
use crate::transactions;
use crate::web::Outcome;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Only if its time is over.
    Expired,
    Cancelled,
}

/// False: it is not in that state any more, for it was paid, or somebody else closed it.
pub async fn close(db: &DatabaseConnection, checkout_id: i64, from: CheckoutStatus, why: Why) -> Outcome<bool> {
    transactions::retrying(|| close_once(db, checkout_id, from, why)).await
}

async fn close_once(db: &DatabaseConnection, checkout_id: i64, from: CheckoutStatus, why: Why) -> Outcome<bool> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let (to, order, held) = match why {
        Why::Expired => (CheckoutStatus::Expired, OrderStatus::Expired, ReservationStatus::Expired),
        Why::Cancelled => (CheckoutStatus::Cancelled, OrderStatus::Cancelled, ReservationStatus::Released),
    };
    let mut update = checkouts::Entity::update_many()
        .col_expr(checkouts::Column::Status, Expr::value(to.word()))
        .col_expr(checkouts::Column::UpdatedAt, Expr::value(now()))
        .filter(checkouts::Column::Id.eq(checkout_id))
        .filter(checkouts::Column::Status.eq(from));
    if why == Why::Expired {
        update = update.filter(checkouts::Column::ExpiresAt.lte(now()));
    }
    // One row decides between expiry and payment: whoever changes it first has won.
    if update.exec(db).await?.rows_affected != 1 {
        return Ok(false);
    }
    stock::release(db, checkout_id, held).await?;
    coupons::free(db, checkout_id).await?;
    let found = orders::Entity::find().filter(orders::Column::CheckoutId.eq(checkout_id)).all(db).await?;
    for row in found {
        states::change(db, row.id, order, None, "", |update| {
            update.col_expr(orders::Column::CancelledAt, Expr::value(now()))
        })
        .await?;
    }
    payments::Entity::update_many()
        .col_expr(payments::Column::Status, Expr::value(PaymentStatus::Expired.word()))
        .col_expr(payments::Column::UpdatedAt, Expr::value(now()))
        .filter(payments::Column::CheckoutId.eq(checkout_id))
        .filter(payments::Column::Status.is_in([PaymentStatus::Created, PaymentStatus::ActionRequired]))
        .exec(db)
        .await?;
    transaction.commit().await?;
    metrics::counter!("shop_checkouts_closed_total", "how" => to.word()).increment(1);
    Ok(true)
}

/// The periodic task. What is being paid, or waits for a deposit, is `payments::reconcile`'s.
pub async fn expire_due(app: &App) -> anyhow::Result<u64> {
    let due: Vec<i64> = checkouts::Entity::find()
        .select_only()
        .column(checkouts::Column::Id)
        .filter(checkouts::Column::Status.eq(CheckoutStatus::Open))
        .filter(checkouts::Column::ExpiresAt.lte(now()))
        .order_by_asc(checkouts::Column::ExpiresAt)
        .limit(200)
        .into_tuple()
        .all(&app.db)
        .await?;
    let mut closed = 0;
    for id in due {
        let done = close(&app.db, id, CheckoutStatus::Open, Why::Expired).await;
        closed += u64::from(done.map_err(|failure| anyhow::anyhow!("checkout {id}: {failure:?}"))?);
    }
    Ok(closed)
}
