//! The table `banned_words`: Without a seller: holds everywhere.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "banned_words")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub seller_id: Option<i64>,
    pub word: String,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Seller.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
