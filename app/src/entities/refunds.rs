//! The table `refunds`.

use sea_orm::entity::prelude::*;

use super::enums::{RefundKind, RefundStatus};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub payment_id: i64,
    pub order_id: i64,
    pub kind: RefundKind,
    pub status: RefundStatus,
    pub amount: i64,
    pub reason: String,
    pub restock: bool,
    #[sea_orm(unique)]
    pub idempotency_key: String,
    pub requested_by: i64,
    pub requested_at: DateTimeUtc,
    pub decided_by: Option<i64>,
    pub decided_at: Option<DateTimeUtc>,
    pub returned_at: Option<DateTimeUtc>,
    pub due_at: Option<DateTimeUtc>,
    pub done_at: Option<DateTimeUtc>,
    pub failure_message: Option<String>,
    pub account_encrypted: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::payments::Entity", from = "Column::PaymentId", to = "super::payments::Column::Id")]
    Payment,
    #[sea_orm(belongs_to = "super::orders::Entity", from = "Column::OrderId", to = "super::orders::Column::Id")]
    Order,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::RequestedBy", to = "super::members::Column::Id")]
    RequestedBy,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::DecidedBy", to = "super::members::Column::Id")]
    DecidedBy,
}

impl Related<super::payments::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Payment.def()
    }
}

impl Related<super::orders::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Order.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
