//! An order's states: one conditional update and one line of history for each change.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set, UpdateMany};

use crate::db::now;
use crate::entities::enums::OrderStatus::{self, *};
use crate::entities::{order_events, orders};

/// What may follow what. Everything else is refused.
pub fn may_become(from: OrderStatus, to: OrderStatus) -> bool {
    matches!(
        (from, to),
        (AwaitingPayment, AwaitingDeposit | Paid | Expired | Cancelled)
            | (AwaitingDeposit, Paid | Expired | Cancelled)
            // Only a reversed deposit leads back.
            | (Paid | Preparing, AwaitingDeposit)
            | (Paid, Preparing | Shipped | Delivered | Cancelled)
            | (Preparing, Shipped | Delivered | Cancelled)
            | (Shipped, Delivered | Refunded)
            | (Delivered, Confirmed | PartiallyRefunded | Refunded)
            | (PartiallyRefunded, Confirmed | Refunded)
            | (Confirmed, Refunded)
    )
}

/// Nothing follows, or only a refund for what was not as described.
pub fn is_over(status: OrderStatus) -> bool {
    matches!(status, Confirmed | Cancelled | Expired | Refunded)
}

/// False: the order is not in a state that this may follow (any more). `set` adds columns to the same update.
pub async fn change(
    db: &impl ConnectionTrait,
    order_id: i64,
    to: OrderStatus,
    actor_id: Option<i64>,
    reason: &str,
    set: impl Fn(UpdateMany<orders::Entity>) -> UpdateMany<orders::Entity>,
) -> Result<bool, DbErr> {
    let Some(order) = orders::Entity::find_by_id(order_id).one(db).await? else { return Ok(false) };
    if !may_become(order.status, to) {
        return Ok(false);
    }
    let update = orders::Entity::update_many()
        .col_expr(orders::Column::Status, Expr::value(to.word()))
        .col_expr(orders::Column::UpdatedAt, Expr::value(now()))
        .filter(orders::Column::Id.eq(order_id))
        .filter(orders::Column::Status.eq(order.status));
    if set(update).exec(db).await?.rows_affected != 1 {
        return Ok(false);
    }
    record(db, order_id, Some(order.status), to, actor_id, reason).await?;
    metrics::counter!("shop_order_states_total", "to" => to.word()).increment(1);
    Ok(true)
}

pub async fn record(
    db: &impl ConnectionTrait,
    order_id: i64,
    from: Option<OrderStatus>,
    to: OrderStatus,
    actor_id: Option<i64>,
    reason: &str,
) -> Result<(), DbErr> {
    let row = order_events::ActiveModel {
        order_id: Set(order_id),
        from_status: Set(from.map(|from| from.word().to_owned())),
        to_status: Set(to.word().to_owned()),
        actor_id: Set(actor_id),
        reason: Set(reason.chars().take(300).collect()),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn what_has_ended_does_not_begin_again() {
        for to in OrderStatus::iter() {
            for end in [Cancelled, Expired, Refunded] {
                assert!(!may_become(end, to), "{end:?} → {to:?}");
            }
            assert!(!may_become(to, AwaitingPayment), "{to:?}");
            // Goods leave only what was paid.
            if may_become(to, Shipped) {
                assert!(matches!(to, Paid | Preparing));
            }
        }
    }
}
