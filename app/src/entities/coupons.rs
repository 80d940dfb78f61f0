//! The table `coupons`: Without a seller: the operator pays for it.

use sea_orm::entity::prelude::*;

use super::enums::CouponKind;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coupons")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub seller_id: Option<i64>,
    pub broadcast_id: Option<i64>,
    #[sea_orm(unique)]
    pub code: String,
    pub title: String,
    pub kind: CouponKind,
    pub value: i64,
    pub minimum_total: i64,
    pub maximum_discount: Option<i64>,
    pub quantity: Option<i64>,
    pub claimed: i64,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub active: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
    #[sea_orm(
        belongs_to = "super::broadcasts::Entity",
        from = "Column::BroadcastId",
        to = "super::broadcasts::Column::Id"
    )]
    Broadcast,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Seller.def()
    }
}

impl Related<super::broadcasts::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Broadcast.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
