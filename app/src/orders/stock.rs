//! Stock. Every step is a conditional update of one row: it happened to exactly one row, or it did not happen.
//! available + reserved + sold = initial + restocked, before and after each of them.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, Set,
};

use crate::db::now;
use crate::entities::enums::ReservationStatus;
use crate::entities::stock::Column;
use crate::entities::{checkouts, reservations, stock};

/// All of them, or false: the caller rolls back. `wanted` in the order of variants, so that two who want the same
/// things do not wait for each other crosswise.
pub async fn reserve(
    db: &impl ConnectionTrait,
    checkout: &checkouts::Model,
    wanted: &[(i64, i64)],
) -> Result<bool, DbErr> {
    for &(variant_id, quantity) in wanted {
        let row = reservations::ActiveModel {
            member_id: Set(checkout.buyer_id),
            checkout_id: Set(Some(checkout.id)),
            variant_id: Set(variant_id),
            idempotency_key: Set(checkout.idempotency_key.clone()),
            quantity: Set(quantity),
            status: Set(ReservationStatus::Held),
            created_at: Set(now()),
            expires_at: Set(checkout.expires_at),
            ..Default::default()
        };
        row.insert(db).await?;
        if !shift(db, variant_id, quantity, Column::Available, Column::Reserved).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The checkout came to nothing.
pub async fn release(db: &impl ConnectionTrait, checkout_id: i64, status: ReservationStatus) -> Result<(), DbErr> {
    turn(db, checkout_id, ReservationStatus::Held, status, Column::Reserved, Column::Available).await
}

/// Paid.
pub async fn sell(db: &impl ConnectionTrait, checkout_id: i64) -> Result<(), DbErr> {
    let (from, to) = (ReservationStatus::Held, ReservationStatus::Used);
    turn(db, checkout_id, from, to, Column::Reserved, Column::Sold).await
}

/// A deposit was taken back: the goods wait for it again.
pub async fn hold_again(db: &impl ConnectionTrait, checkout_id: i64) -> Result<(), DbErr> {
    let (from, to) = (ReservationStatus::Used, ReservationStatus::Held);
    turn(db, checkout_id, from, to, Column::Sold, Column::Reserved).await
}

/// Given back and fit to be sold again.
pub async fn restock(db: &impl ConnectionTrait, variant_id: i64, quantity: i64) -> Result<(), DbErr> {
    must(shift(db, variant_id, quantity, Column::Sold, Column::Available).await?, variant_id)
}

async fn turn(
    db: &impl ConnectionTrait,
    checkout_id: i64,
    from: ReservationStatus,
    to: ReservationStatus,
    out_of: Column,
    into: Column,
) -> Result<(), DbErr> {
    let rows = reservations::Entity::find()
        .filter(reservations::Column::CheckoutId.eq(checkout_id))
        .filter(reservations::Column::Status.eq(from))
        .order_by_asc(reservations::Column::VariantId)
        .all(db)
        .await?;
    for row in rows {
        let turned = reservations::Entity::update_many()
            .col_expr(reservations::Column::Status, Expr::value(to.word()))
            .filter(reservations::Column::Id.eq(row.id))
            .filter(reservations::Column::Status.eq(from))
            .exec(db)
            .await?;
        must(turned.rows_affected == 1, row.variant_id)?;
        must(shift(db, row.variant_id, row.quantity, out_of, into).await?, row.variant_id)?;
    }
    Ok(())
}

async fn shift(
    db: &impl ConnectionTrait,
    variant_id: i64,
    quantity: i64,
    out_of: Column,
    into: Column,
) -> Result<bool, DbErr> {
    let shifted = stock::Entity::update_many()
        .col_expr(out_of, Expr::col(out_of).sub(quantity))
        .col_expr(into, Expr::col(into).add(quantity))
        .col_expr(Column::UpdatedAt, Expr::value(now()))
        .filter(Column::VariantId.eq(variant_id))
        .filter(out_of.gte(quantity))
        .exec(db)
        .await?;
    Ok(shifted.rows_affected == 1)
}

fn must(happened: bool, variant_id: i64) -> Result<(), DbErr> {
    if happened { Ok(()) } else { Err(DbErr::Custom(format!("the stock of variant {variant_id} does not add up"))) }
}
