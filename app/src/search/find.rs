//! The queries. `LIKE` finds Korean inside of words too, on SQLite and on MySQL alike: their full-text indexes split
//! words differently, and a particle at a noun's end would hide it.

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::words::pattern;
use crate::entities::enums::{BroadcastStatus, MemberStatus, ProductStatus, Role, TrailerStatus};
use crate::entities::{broadcasts, members, products, seller_profiles, trailers};

/// Beside the products, a few of each.
const FEW: u64 = 6;

/// Sellers whose name has the word.
fn sellers_named(word: &str) -> SelectStatement {
    Query::select()
        .column(seller_profiles::Column::MemberId)
        .from(seller_profiles::Entity)
        .and_where(seller_profiles::Column::DisplayName.like(pattern(word)))
        .to_owned()
}

/// Every word is in the title, the description or the seller's name; those with the first word in the title first.
pub(super) fn products(words: &[String], categories: Option<Vec<i64>>) -> Select<products::Entity> {
    use products::Column;
    let mut find = products::Entity::find().filter(Column::Status.eq(ProductStatus::OnSale));
    for word in words {
        find = find.filter(
            Condition::any()
                .add(Column::Title.like(pattern(word)))
                .add(Column::Description.like(pattern(word)))
                .add(Column::SellerId.in_subquery(sellers_named(word))),
        );
    }
    if let Some(categories) = categories {
        find = find.filter(Column::CategoryId.is_in(categories));
    }
    if let Some(first) = words.first() {
        find = find.order_by(Column::Title.like(pattern(first)), Order::Desc);
    }
    find.order_by_desc(Column::Id)
}

/// Live first, then replays.
pub(super) async fn shows(db: &impl ConnectionTrait, words: &[String]) -> Result<Vec<broadcasts::Model>, DbErr> {
    use broadcasts::Column;
    let mut find = broadcasts::Entity::find()
        .filter(Column::Status.is_in([BroadcastStatus::Live, BroadcastStatus::Ended]))
        .filter(Column::Rehearsal.eq(false));
    for word in words {
        let found = Condition::any()
            .add(Column::Title.like(pattern(word)))
            .add(Column::SellerId.in_subquery(sellers_named(word)));
        find = find.filter(found);
    }
    let live_first = Column::Status.eq(BroadcastStatus::Live);
    find.order_by(live_first, Order::Desc).order_by_desc(Column::StartedAt).limit(FEW).all(db).await
}

pub(super) async fn announced(db: &impl ConnectionTrait, words: &[String]) -> Result<Vec<trailers::Model>, DbErr> {
    use trailers::Column;
    let mut find = trailers::Entity::find().filter(Column::Status.eq(TrailerStatus::Announced));
    for word in words {
        let found = Condition::any()
            .add(Column::Title.like(pattern(word)))
            .add(Column::SellerId.in_subquery(sellers_named(word)));
        find = find.filter(found);
    }
    find.order_by_asc(Column::StartsAt).limit(FEW).all(db).await
}

pub(super) async fn sellers(db: &impl ConnectionTrait, words: &[String]) -> Result<Vec<seller_profiles::Model>, DbErr> {
    use seller_profiles::Column;
    let mut find = seller_profiles::Entity::find()
        .inner_join(members::Entity)
        .filter(members::Column::Status.eq(MemberStatus::Active))
        .filter(members::Column::Role.ne(Role::Member));
    for word in words {
        let found =
            Condition::any().add(Column::DisplayName.like(pattern(word))).add(Column::Intro.like(pattern(word)));
        find = find.filter(found);
    }
    find.order_by_asc(Column::DisplayName).limit(FEW).all(db).await
}
