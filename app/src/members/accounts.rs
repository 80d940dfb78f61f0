//! Finding and making members.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set, TransactionTrait,
};

use crate::db::now;
use crate::entities::enums::{ConsentPurpose, LegalKind, MemberKind, MemberStatus, Role};
use crate::entities::{consents, members};
use crate::i18n::Lang;
use crate::legal::documents;

#[derive(Clone, Debug)]
pub struct NewMember {
    pub email: String,
    pub password_hash: Option<String>,
    pub nickname: String,
    pub name: String,
    pub kind: MemberKind,
    pub company_name: Option<String>,
    pub lang: Lang,
    /// What was asked, and the answer.
    pub consents: Vec<(ConsentPurpose, bool)>,
}

/// The form in which addresses are stored and compared.
pub fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}

pub async fn by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<members::Model>, DbErr> {
    members::Entity::find().filter(members::Column::Email.eq(normal_email(email))).one(db).await
}

pub async fn nickname_is_free(db: &impl ConnectionTrait, nickname: &str, except: Option<i64>) -> Result<bool, DbErr> {
    let other = members::Entity::find().filter(members::Column::Nickname.eq(nickname.trim())).one(db).await?;
    Ok(other.is_none_or(|member| Some(member.id) == except))
}

/// Whoever calls has checked the age: nobody under 14 is stored.
pub async fn create(db: &DatabaseConnection, new: NewMember) -> Result<members::Model, DbErr> {
    let transaction = db.begin().await?;
    let row = members::ActiveModel {
        email: Set(Some(normal_email(&new.email))),
        password_hash: Set(new.password_hash),
        nickname: Set(new.nickname.trim().to_owned()),
        name: Set(new.name.trim().to_owned()),
        kind: Set(new.kind),
        role: Set(Role::Member),
        status: Set(MemberStatus::Active),
        company_name: Set(new.company_name),
        language: Set(new.lang.code().to_owned()),
        age_confirmed_at: Set(Some(now())),
        totp_last_step: Set(0),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    let member = row.insert(&transaction).await?;
    for (purpose, granted) in new.consents {
        record_consent(&transaction, member.id, purpose, granted).await?;
    }
    transaction.commit().await?;
    Ok(member)
}

/// The way to the first admin. Their sessions end: the role is asked for at the next log-in.
pub async fn make_admin(db: &DatabaseConnection, email: &str) -> anyhow::Result<()> {
    let member = by_email(db, email).await?.ok_or_else(|| anyhow::anyhow!("no member has this address"))?;
    anyhow::ensure!(member.status == MemberStatus::Active, "this member is not active");
    anyhow::ensure!(
        member.totp_enabled_at.is_some(),
        "this member has no two-step verification yet (/my/second-factor)"
    );
    let id = member.id;
    let mut row = member.into_active_model();
    row.role = Set(Role::Admin);
    row.updated_at = Set(now());
    row.update(db).await?;
    crate::web::sessions::close_all(db, id, None).await?;
    tracing::warn!(member = id, "made an admin");
    Ok(())
}

pub async fn record_consent(
    db: &impl ConnectionTrait,
    member_id: i64,
    purpose: ConsentPurpose,
    granted: bool,
) -> Result<(), DbErr> {
    let document = if purpose == ConsentPurpose::Terms { LegalKind::Terms } else { LegalKind::Privacy };
    let row = consents::ActiveModel {
        member_id: Set(member_id),
        purpose: Set(purpose),
        version: Set(documents::current_version(db, document).await?),
        granted: Set(granted),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}
