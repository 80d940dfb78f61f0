//! The table `checkouts`: One press of "pay": one payment, one order for each seller in it.

use sea_orm::entity::prelude::*;

use super::enums::CheckoutStatus;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkouts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub buyer_id: i64,
    pub idempotency_key: String,
    pub total: i64,
    pub status: CheckoutStatus,
    pub expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::BuyerId", to = "super::members::Column::Id")]
    Buyer,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Buyer.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
