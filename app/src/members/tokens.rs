//! Tokens that travel by mail: single use, expiring, only their hashes stored.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, Set,
};

use crate::crypto;
use crate::db::now;
use crate::entities::enums::TokenPurpose;
use crate::entities::member_tokens::{ActiveModel, Column, Entity, Model};

/// Six digits may be guessed at this often.
const ATTEMPTS: i32 = 5;

/// Goes into a mail and nowhere else.
pub struct Issued {
    pub token: String,
    pub code: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Issued(…)")
    }
}

/// Makes a token; older ones of the purpose stop working.
pub async fn issue(
    db: &impl ConnectionTrait,
    member_id: i64,
    purpose: TokenPurpose,
    email: Option<String>,
) -> Result<Issued, DbErr> {
    let life = match purpose {
        TokenPurpose::Recover => Duration::minutes(30),
        TokenPurpose::VerifyEmail | TokenPurpose::ChangeEmail => Duration::hours(24),
    };
    let older = Column::MemberId.eq(member_id).and(Column::Purpose.eq(purpose)).and(Column::UsedAt.is_null());
    Entity::delete_many().filter(older).exec(db).await?;
    let issued = Issued { token: crypto::token(), code: crypto::code() };
    let row = ActiveModel {
        member_id: Set(member_id),
        purpose: Set(purpose),
        token_hash: Set(crypto::hash(&issued.token)),
        code_hash: Set(Some(crypto::hash(&issued.code))),
        email: Set(email),
        attempts: Set(0),
        created_at: Set(now()),
        expires_at: Set(now() + life),
        ..Default::default()
    };
    row.insert(db).await?;
    Ok(issued)
}

/// Looks without using it up: for pages that ask before they act.
pub async fn find(db: &impl ConnectionTrait, token: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(valid()).filter(Column::TokenHash.eq(crypto::hash(token))).one(db).await
}

/// By the code that the member typed; wrong ones count.
pub async fn find_by_code(
    db: &impl ConnectionTrait,
    member_id: i64,
    purpose: TokenPurpose,
    code: &str,
) -> Result<Option<Model>, DbErr> {
    let row = Entity::find()
        .filter(valid())
        .filter(Column::MemberId.eq(member_id))
        .filter(Column::Purpose.eq(purpose))
        .order_by_desc(Column::Id)
        .one(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    // Counted before it is compared, and only while any are left: guesses sent all at once gain nothing.
    let counted = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Attempts.lt(ATTEMPTS))
        .exec(db)
        .await?;
    let right = row.code_hash.as_deref() == Some(crypto::hash(code.trim()).as_str());
    Ok((counted.rows_affected == 1 && right).then_some(row))
}

/// True for the first who comes.
pub async fn use_up(db: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now()))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(used.rows_affected == 1)
}

fn valid() -> sea_orm::sea_query::SimpleExpr {
    Column::UsedAt.is_null().and(Column::ExpiresAt.gt(now()))
}

/// The periodic job.
pub async fn delete_expired(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lt(now())).exec(db).await?.rows_affected)
}
