//! The table `test_payment_cancels`: An idempotency key that comes again gets the same answer and changes nothing.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_payment_cancels")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub provider_ref: String,
    pub idempotency_key: String,
    pub amount: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
