//! The table `test_payments`.

use sea_orm::entity::prelude::*;

use super::enums::{PaymentMethod, PaymentStatus, TestOutcome};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_payments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub provider_ref: String,
    #[sea_orm(unique)]
    pub reference: String,
    pub method: PaymentMethod,
    pub amount: i64,
    pub cancelled_amount: i64,
    pub status: PaymentStatus,
    pub outcome: Option<TestOutcome>,
    pub success_url: String,
    pub fail_url: String,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
