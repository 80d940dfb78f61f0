//! The table `ad_bookings`.

use sea_orm::entity::prelude::*;

use super::enums::AdStatus;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ad_bookings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub slot_id: i64,
    pub seller_id: i64,
    pub media_id: Option<i64>,
    pub title: String,
    pub link: String,
    pub starts_on: Date,
    pub ends_on: Date,
    pub price: i64,
    pub status: AdStatus,
    pub impressions: i64,
    pub clicks: i64,
    pub created_at: DateTimeUtc,
    pub delete_after: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::ad_slots::Entity", from = "Column::SlotId", to = "super::ad_slots::Column::Id")]
    Slot,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
    #[sea_orm(belongs_to = "super::media::Entity", from = "Column::MediaId", to = "super::media::Column::Id")]
    Media,
}

impl Related<super::ad_slots::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Slot.def()
    }
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Seller.def()
    }
}

impl Related<super::media::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Media.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
