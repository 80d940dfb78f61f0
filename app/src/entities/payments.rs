//! The table `payments`.

use sea_orm::entity::prelude::*;

use super::enums::{PaymentMethod, PaymentStatus, Retention};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub checkout_id: i64,
    pub provider: String,
    pub provider_ref: Option<String>,
    pub method: PaymentMethod,
    pub amount: i64,
    pub cancelled_amount: i64,
    pub status: PaymentStatus,
    #[sea_orm(unique)]
    pub idempotency_key: String,
    pub deposit_bank: Option<String>,
    pub deposit_account: Option<String>,
    pub deposit_due: Option<DateTimeUtc>,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
    pub created_at: DateTimeUtc,
    pub paid_at: Option<DateTimeUtc>,
    pub updated_at: DateTimeUtc,
    pub retention: Retention,
    pub delete_after: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::checkouts::Entity",
        from = "Column::CheckoutId",
        to = "super::checkouts::Column::Id"
    )]
    Checkout,
}

impl Related<super::checkouts::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Checkout.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
