//! The table `legal_documents`.

use sea_orm::entity::prelude::*;

use super::enums::LegalKind;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_documents")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: LegalKind,
    pub version: String,
    pub language: String,
    pub title: String,
    pub body: String,
    pub adverse: bool,
    pub announced_at: DateTimeUtc,
    pub effective_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
