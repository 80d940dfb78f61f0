//! What lies in a cart: reading and writing a member's lines.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    Set,
};

use crate::db::{is_unique_violation, now};
use crate::entities::{cart_items, carts};

pub const MAX_QUANTITY: i64 = 99;
pub const MAX_LINES: usize = 40;

/// One variant in a cart. The broadcast is where it was found: its live price holds for this line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub variant_id: i64,
    pub broadcast_id: Option<i64>,
    pub quantity: i64,
}

pub async fn of_member(db: &impl ConnectionTrait, member_id: i64) -> Result<Vec<Line>, DbErr> {
    let Some(cart) = carts::Entity::find().filter(carts::Column::MemberId.eq(member_id)).one(db).await? else {
        return Ok(Vec::new());
    };
    let items = cart_items::Entity::find()
        .filter(cart_items::Column::CartId.eq(cart.id))
        .order_by_asc(cart_items::Column::Id)
        .all(db)
        .await?;
    let line = |item: cart_items::Model| Line {
        variant_id: item.variant_id,
        broadcast_id: item.broadcast_id,
        quantity: item.quantity,
    };
    Ok(items.into_iter().map(line).collect())
}

/// Makes the cart of a member who has none.
async fn cart_of(db: &DatabaseConnection, member_id: i64) -> Result<i64, DbErr> {
    loop {
        if let Some(cart) = carts::Entity::find().filter(carts::Column::MemberId.eq(member_id)).one(db).await? {
            return Ok(cart.id);
        }
        let row = carts::ActiveModel { member_id: Set(member_id), updated_at: Set(now()), ..Default::default() };
        match row.insert(db).await {
            Err(error) if !is_unique_violation(&error) => return Err(error),
            _ => {}
        }
    }
}

/// More of a variant, or a new line. False: the cart is full.
pub async fn add(db: &DatabaseConnection, member_id: i64, line: &Line) -> Result<bool, DbErr> {
    let cart = cart_of(db, member_id).await?;
    loop {
        let old = find(db, cart, line.variant_id).await?;
        if let Some(old) = old {
            let quantity = (old.quantity + line.quantity).min(MAX_QUANTITY);
            let update = cart_items::Entity::update_many()
                .col_expr(cart_items::Column::Quantity, Expr::value(quantity))
                .col_expr(cart_items::Column::BroadcastId, Expr::value(line.broadcast_id.or(old.broadcast_id)))
                .filter(cart_items::Column::Id.eq(old.id))
                .filter(cart_items::Column::Quantity.eq(old.quantity))
                .exec(db)
                .await?;
            // MySQL counts rows that changed: what was full already has not.
            if update.rows_affected == 1 || quantity == old.quantity {
                return Ok(true);
            }
            continue;
        }
        if of_member(db, member_id).await?.len() >= MAX_LINES {
            return Ok(false);
        }
        let row = cart_items::ActiveModel {
            cart_id: Set(cart),
            variant_id: Set(line.variant_id),
            broadcast_id: Set(line.broadcast_id),
            quantity: Set(line.quantity.min(MAX_QUANTITY)),
            added_at: Set(now()),
            ..Default::default()
        };
        match row.insert(db).await {
            Err(error) if is_unique_violation(&error) => {}
            other => return other.map(|_| true),
        }
    }
}

async fn find(db: &impl ConnectionTrait, cart: i64, variant: i64) -> Result<Option<cart_items::Model>, DbErr> {
    cart_items::Entity::find()
        .filter(cart_items::Column::CartId.eq(cart))
        .filter(cart_items::Column::VariantId.eq(variant))
        .one(db)
        .await
}

/// Another quantity; none takes the line away.
pub async fn set(db: &DatabaseConnection, member_id: i64, variant_id: i64, quantity: i64) -> Result<(), DbErr> {
    if quantity <= 0 {
        return remove(db, member_id, &[variant_id]).await;
    }
    let cart = cart_of(db, member_id).await?;
    cart_items::Entity::update_many()
        .col_expr(cart_items::Column::Quantity, Expr::value(quantity.min(MAX_QUANTITY)))
        .filter(cart_items::Column::CartId.eq(cart))
        .filter(cart_items::Column::VariantId.eq(variant_id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, member_id: i64, variants: &[i64]) -> Result<(), DbErr> {
    let Some(cart) = carts::Entity::find().filter(carts::Column::MemberId.eq(member_id)).one(db).await? else {
        return Ok(());
    };
    cart_items::Entity::delete_many()
        .filter(cart_items::Column::CartId.eq(cart.id))
        .filter(cart_items::Column::VariantId.is_in(variants.iter().copied()))
        .exec(db)
        .await
        .map(drop)
}
