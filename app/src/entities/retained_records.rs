//! The table `retained_records`: What the law has us keep once a member has left, apart from everything else.

use sea_orm::entity::prelude::*;

use super::enums::Retention;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retained_records")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub retention: Retention,
    pub subject_kind: String,
    pub subject_id: i64,
    pub payload: String,
    pub created_at: DateTimeUtc,
    pub delete_after: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
