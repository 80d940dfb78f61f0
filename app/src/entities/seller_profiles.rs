//! The table `seller_profiles`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seller_profiles")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub member_id: i64,
    pub display_name: String,
    pub intro: String,
    pub representative: Option<String>,
    pub business_number: Option<String>,
    pub mail_order_number: Option<String>,
    pub phone: String,
    pub email: String,
    pub address: Option<String>,
    pub bank_name: Option<String>,
    pub bank_account_encrypted: Option<String>,
    pub bank_holder: Option<String>,
    pub commission_basis_points: Option<i32>,
    pub verified_at: Option<DateTimeUtc>,
    pub verified_how: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::MemberId", to = "super::members::Column::Id")]
    Member,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Member.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
