//! The table `products`.

use sea_orm::entity::prelude::*;

use super::enums::{ItemCondition, ProductStatus, TradeMode};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub seller_id: i64,
    pub category_id: Option<i64>,
    pub title: String,
    pub description: String,
    pub trade_mode: TradeMode,
    pub item_condition: Option<ItemCondition>,
    pub meeting_place: Option<String>,
    pub price: i64,
    pub shipping_fee: i64,
    pub withdrawal_excluded: bool,
    pub withdrawal_excluded_reason: Option<String>,
    pub status: ProductStatus,
    pub cover_media_id: Option<i64>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
    #[sea_orm(
        belongs_to = "super::categories::Entity",
        from = "Column::CategoryId",
        to = "super::categories::Column::Id"
    )]
    Category,
    #[sea_orm(belongs_to = "super::media::Entity", from = "Column::CoverMediaId", to = "super::media::Column::Id")]
    CoverMedia,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Seller.def()
    }
}

impl Related<super::categories::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Category.def()
    }
}

impl Related<super::media::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CoverMedia.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
