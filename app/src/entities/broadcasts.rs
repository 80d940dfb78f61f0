//! The table `broadcasts`.

use sea_orm::entity::prelude::*;

use super::enums::{BroadcastStatus, RecordingStatus};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "broadcasts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub seller_id: i64,
    pub channel_id: i64,
    pub trailer_id: Option<i64>,
    pub category_id: Option<i64>,
    pub title: String,
    pub description: String,
    pub image_media_id: Option<i64>,
    pub status: BroadcastStatus,
    pub rehearsal: bool,
    pub stream_id: Option<String>,
    pub pinned_product_id: Option<i64>,
    pub slow_mode_seconds: i32,
    pub viewers: i64,
    pub peak_viewers: i64,
    pub hearts: i64,
    pub recording_status: RecordingStatus,
    pub recording_url: Option<String>,
    pub recording_started_at: Option<DateTimeUtc>,
    pub recording_duration_ms: Option<i64>,
    pub started_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
    #[sea_orm(belongs_to = "super::channels::Entity", from = "Column::ChannelId", to = "super::channels::Column::Id")]
    Channel,
    #[sea_orm(belongs_to = "super::trailers::Entity", from = "Column::TrailerId", to = "super::trailers::Column::Id")]
    Trailer,
    #[sea_orm(
        belongs_to = "super::categories::Entity",
        from = "Column::CategoryId",
        to = "super::categories::Column::Id"
    )]
    Category,
    #[sea_orm(belongs_to = "super::media::Entity", from = "Column::ImageMediaId", to = "super::media::Column::Id")]
    ImageMedia,
    #[sea_orm(
        belongs_to = "super::products::Entity",
        from = "Column::PinnedProductId",
        to = "super::products::Column::Id"
    )]
    PinnedProduct,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Seller.def()
    }
}

impl Related<super::channels::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Channel.def()
    }
}

impl Related<super::trailers::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Trailer.def()
    }
}

impl Related<super::categories::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Category.def()
    }
}

impl Related<super::media::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ImageMedia.def()
    }
}

impl Related<super::products::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PinnedProduct.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
