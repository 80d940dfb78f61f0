//! The table `media`.

use sea_orm::entity::prelude::*;

use super::enums::{MediaPurpose, MediaStatus};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub owner_id: i64,
    pub purpose: MediaPurpose,
    #[sea_orm(unique)]
    pub object_key: String,
    pub content_type: String,
    pub size: i64,
    pub status: MediaStatus,
    pub public_url: Option<String>,
    pub poster_url: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i64>,
    #[sea_orm(unique)]
    pub job_id: Option<String>,
    pub error: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub ready_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::OwnerId", to = "super::members::Column::Id")]
    Owner,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Owner.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
