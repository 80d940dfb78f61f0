//! Coupons: claimed once by a member, used in one checkout, and what they take off.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, Set,
};

use super::pricing::Group;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::CouponKind;
use crate::entities::{coupon_claims as claims, coupons};
use crate::transactions;

/// Providers take nothing smaller (Toss Payments: 100 won by card).
pub const SMALLEST_PAYMENT: i64 = 100;

#[derive(Clone, Debug)]
pub struct Held {
    pub claim: claims::Model,
    pub coupon: coupons::Model,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Done,
    Already,
    /// No such code, not now, or all gone.
    Refused,
}

pub async fn claim(db: &DatabaseConnection, member_id: i64, code: &str) -> Result<Claim, DbErr> {
    let code = code.trim().to_uppercase();
    let Some(coupon) = coupons::Entity::find().filter(coupons::Column::Code.eq(code)).one(db).await? else {
        return Ok(Claim::Refused);
    };
    let transaction = transactions::begin(db).await?;
    let left = Condition::any()
        .add(coupons::Column::Quantity.is_null())
        .add(Expr::col(coupons::Column::Claimed).lt(Expr::col(coupons::Column::Quantity)));
    let taken = coupons::Entity::update_many()
        .col_expr(coupons::Column::Claimed, Expr::col(coupons::Column::Claimed).add(1))
        .filter(coupons::Column::Id.eq(coupon.id))
        .filter(coupons::Column::Active.eq(true))
        .filter(coupons::Column::StartsAt.lte(now()))
        .filter(coupons::Column::EndsAt.gt(now()))
        .filter(left)
        .exec(&transaction)
        .await?;
    if taken.rows_affected != 1 {
        return Ok(Claim::Refused);
    }
    let row = claims::ActiveModel {
        coupon_id: Set(coupon.id),
        member_id: Set(member_id),
        claimed_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&transaction).await {
        // Rolled back with what was counted.
        Err(error) if is_unique_violation(&error) => return Ok(Claim::Already),
        other => other?,
    };
    transaction.commit().await?;
    Ok(Claim::Done)
}

/// What a member can use now.
pub async fn usable(db: &impl ConnectionTrait, member_id: i64) -> Result<Vec<Held>, DbErr> {
    let found = claims::Entity::find()
        .find_also_related(coupons::Entity)
        .filter(claims::Column::MemberId.eq(member_id))
        .filter(claims::Column::UsedAt.is_null())
        .filter(claims::Column::CheckoutId.is_null())
        .filter(coupons::Column::Active.eq(true))
        .filter(coupons::Column::StartsAt.lte(now()))
        .filter(coupons::Column::EndsAt.gt(now()))
        .order_by_asc(coupons::Column::EndsAt)
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|(claim, coupon)| Some(Held { claim, coupon: coupon? })).collect())
}

/// Bound to a checkout, so that no second one uses it. False: used meanwhile.
pub async fn bind(db: &impl ConnectionTrait, claim_id: i64, checkout_id: i64) -> Result<bool, DbErr> {
    let bound = claims::Entity::update_many()
        .col_expr(claims::Column::CheckoutId, Expr::value(checkout_id))
        .filter(claims::Column::Id.eq(claim_id))
        .filter(claims::Column::CheckoutId.is_null())
        .filter(claims::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(bound.rows_affected == 1)
}

/// Paid: used for good.
pub async fn used(
    db: &impl ConnectionTrait,
    checkout_id: i64,
    at: Option<sea_orm::prelude::DateTimeUtc>,
) -> Result<(), DbErr> {
    claims::Entity::update_many()
        .col_expr(claims::Column::UsedAt, Expr::value(at))
        .filter(claims::Column::CheckoutId.eq(checkout_id))
        .exec(db)
        .await
        .map(drop)
}

/// The checkout came to nothing: the coupon can be used again.
pub async fn free(db: &impl ConnectionTrait, checkout_id: i64) -> Result<(), DbErr> {
    claims::Entity::update_many()
        .col_expr(claims::Column::CheckoutId, Expr::value(None::<i64>))
        .col_expr(claims::Column::UsedAt, Expr::value(None::<sea_orm::prelude::DateTimeUtc>))
        .filter(claims::Column::CheckoutId.eq(checkout_id))
        .exec(db)
        .await
        .map(drop)
}

/// What comes off each line, group by group, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discount {
    pub lines: Vec<Vec<i64>>,
    pub total: i64,
}

impl Discount {
    pub fn none(groups: &[Group]) -> Self {
        Self { lines: groups.iter().map(|group| vec![0; group.lines.len()]).collect(), total: 0 }
    }

    pub fn of_group(&self, index: usize) -> i64 {
        self.lines.get(index).map_or(0, |lines| lines.iter().sum())
    }
}

/// None: the coupon does not fit these goods.
pub fn discount(coupon: &coupons::Model, groups: &[Group]) -> Option<Discount> {
    let fits = |group: &Group, line: &super::pricing::Priced| {
        line.problem.is_none()
            && coupon.seller_id.is_none_or(|seller| seller == group.seller_id)
            && coupon.broadcast_id.is_none_or(|broadcast| line.line.broadcast_id == Some(broadcast))
    };
    let base: i64 = groups
        .iter()
        .flat_map(|group| group.lines.iter().filter(|line| fits(group, line)))
        .map(|line| line.total())
        .sum();
    let all: i64 = groups.iter().map(Group::total).sum();
    if base == 0 || base < coupon.minimum_total {
        return None;
    }
    let wanted = match coupon.kind {
        CouponKind::Amount => coupon.value,
        CouponKind::Percent => percent(base, coupon.value),
    };
    let bounds = [coupon.maximum_discount.unwrap_or(i64::MAX), base, all - SMALLEST_PAYMENT];
    let total = bounds.into_iter().fold(wanted, Ord::min);
    if total <= 0 {
        return None;
    }
    // Shares of a running sum: they add up to the whole, whatever is rounded.
    let (mut passed, mut given) = (0, 0);
    let lines = groups
        .iter()
        .map(|group| {
            let share = |line: &super::pricing::Priced| {
                if !fits(group, line) {
                    return 0;
                }
                passed += line.total();
                let until_here = part(total, passed, base);
                let own = until_here - given;
                given = until_here;
                own
            };
            group.lines.iter().map(share).collect()
        })
        .collect();
    Some(Discount { lines, total })
}

fn percent(base: i64, value: i64) -> i64 {
    part(base, value.clamp(0, 100), 100)
}

/// `whole × share ÷ of`, rounded down.
pub fn part(whole: i64, share: i64, of: i64) -> i64 {
    if of == 0 {
        return 0;
    }
    i64::try_from(i128::from(whole) * i128::from(share) / i128::from(of)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_rounded_down_and_do_not_overflow() {
        assert_eq!(part(10_000, 1, 3), 3_333);
        assert_eq!(part(i64::MAX, 50, 100), i64::MAX / 2);
        assert_eq!(part(5, 1, 0), 0);
        assert_eq!(percent(9_999, 10), 999);
    }
}
