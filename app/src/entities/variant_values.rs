//! The table `variant_values`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variant_values")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub variant_id: i64,
    pub value_id: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::variants::Entity", from = "Column::VariantId", to = "super::variants::Column::Id")]
    Variant,
    #[sea_orm(
        belongs_to = "super::product_option_values::Entity",
        from = "Column::ValueId",
        to = "super::product_option_values::Column::Id"
    )]
    Value,
}

impl Related<super::variants::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Variant.def()
    }
}

impl Related<super::product_option_values::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Value.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
