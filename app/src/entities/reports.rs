//! The table `reports`.

use sea_orm::entity::prelude::*;

use super::enums::{ReportReason, ReportStatus, ReportSubject};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reports")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub reporter_id: i64,
    pub subject_kind: ReportSubject,
    pub subject_id: i64,
    pub reason: ReportReason,
    pub details: String,
    pub status: ReportStatus,
    pub handled_by: Option<i64>,
    pub handled_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub delete_after: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::ReporterId", to = "super::members::Column::Id")]
    Reporter,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::HandledBy", to = "super::members::Column::Id")]
    HandledBy,
}

impl ActiveModelBehavior for ActiveModel {}
