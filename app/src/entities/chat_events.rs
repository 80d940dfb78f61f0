//! The table `chat_events`: All that viewers have to be told, numbered for each broadcast; texts stay in chat_messages.

use sea_orm::entity::prelude::*;

use super::enums::ChatEventKind;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub broadcast_id: i64,
    pub seq: i64,
    pub kind: ChatEventKind,
    pub message_id: Option<i64>,
    /// Seconds of slow mode, or the pinned product.
    pub value: Option<i64>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::broadcasts::Entity",
        from = "Column::BroadcastId",
        to = "super::broadcasts::Column::Id"
    )]
    Broadcast,
    #[sea_orm(
        belongs_to = "super::chat_messages::Entity",
        from = "Column::MessageId",
        to = "super::chat_messages::Column::Id"
    )]
    Message,
}

impl Related<super::broadcasts::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Broadcast.def()
    }
}

impl Related<super::chat_messages::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Message.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
