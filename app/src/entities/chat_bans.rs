//! The table `chat_bans`: Without a broadcast: holds in all of the seller's broadcasts. Without an end: until lifted.

use sea_orm::entity::prelude::*;

use super::enums::ChatBanKind;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_bans")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub seller_id: i64,
    pub broadcast_id: Option<i64>,
    pub member_id: i64,
    pub kind: ChatBanKind,
    pub reason: String,
    pub created_by: i64,
    pub created_at: DateTimeUtc,
    pub ends_at: Option<DateTimeUtc>,
    pub lifted_at: Option<DateTimeUtc>,
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
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::MemberId", to = "super::members::Column::Id")]
    Member,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::CreatedBy", to = "super::members::Column::Id")]
    CreatedBy,
}

impl Related<super::broadcasts::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Broadcast.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
