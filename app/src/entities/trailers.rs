//! The table `trailers`.

use sea_orm::entity::prelude::*;

use super::enums::TrailerStatus;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trailers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub seller_id: i64,
    pub product_id: Option<i64>,
    pub category_id: Option<i64>,
    pub title: String,
    pub description: String,
    pub price: Option<i64>,
    pub starts_at: DateTimeUtc,
    pub video_media_id: Option<i64>,
    pub image_media_id: Option<i64>,
    pub status: TrailerStatus,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
    #[sea_orm(belongs_to = "super::products::Entity", from = "Column::ProductId", to = "super::products::Column::Id")]
    Product,
    #[sea_orm(
        belongs_to = "super::categories::Entity",
        from = "Column::CategoryId",
        to = "super::categories::Column::Id"
    )]
    Category,
    #[sea_orm(belongs_to = "super::media::Entity", from = "Column::VideoMediaId", to = "super::media::Column::Id")]
    VideoMedia,
    #[sea_orm(belongs_to = "super::media::Entity", from = "Column::ImageMediaId", to = "super::media::Column::Id")]
    ImageMedia,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Seller.def()
    }
}

impl Related<super::products::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Product.def()
    }
}

impl Related<super::categories::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Category.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
