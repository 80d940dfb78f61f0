//! The table `reservations`.

use sea_orm::entity::prelude::*;

use super::enums::ReservationStatus;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub member_id: i64,
    pub checkout_id: Option<i64>,
    pub variant_id: i64,
    pub idempotency_key: String,
    pub quantity: i64,
    pub status: ReservationStatus,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::MemberId", to = "super::members::Column::Id")]
    Member,
    #[sea_orm(
        belongs_to = "super::checkouts::Entity",
        from = "Column::CheckoutId",
        to = "super::checkouts::Column::Id"
    )]
    Checkout,
    #[sea_orm(belongs_to = "super::variants::Entity", from = "Column::VariantId", to = "super::variants::Column::Id")]
    Variant,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Member.def()
    }
}

impl Related<super::checkouts::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Checkout.def()
    }
}

impl Related<super::variants::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Variant.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
