//! The table `trailer_comments`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trailer_comments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub trailer_id: i64,
    pub member_id: i64,
    pub body: String,
    pub created_at: DateTimeUtc,
    pub edited_at: Option<DateTimeUtc>,
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::trailers::Entity", from = "Column::TrailerId", to = "super::trailers::Column::Id")]
    Trailer,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::MemberId", to = "super::members::Column::Id")]
    Member,
}

impl Related<super::trailers::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Trailer.def()
    }
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Member.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
