//! The table `members`.

use sea_orm::entity::prelude::*;

use super::enums::{MemberKind, MemberStatus, Role};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub email: Option<String>,
    pub password_hash: Option<String>,
    #[sea_orm(unique)]
    pub nickname: String,
    pub name: String,
    pub phone: Option<String>,
    pub kind: MemberKind,
    pub role: Role,
    pub status: MemberStatus,
    pub company_name: Option<String>,
    pub language: String,
    pub email_verified_at: Option<DateTimeUtc>,
    pub age_confirmed_at: Option<DateTimeUtc>,
    pub totp_secret_encrypted: Option<String>,
    pub totp_enabled_at: Option<DateTimeUtc>,
    pub totp_last_step: i64,
    pub suspended_reason: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub left_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
