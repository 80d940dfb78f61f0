//! Sessions: rows in the database, a random token in a cookie, only its hash stored.

use axum_extra::extract::cookie::{Cookie, SameSite};
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, Set};

use crate::config::Config;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{MemberStatus, SessionStage};
use crate::entities::{members, sessions};
use crate::web::visitor::Visitor;

const LIFE: Duration = Duration::days(30);
/// Not used for this long: over.
const IDLE: Duration = Duration::days(14);
/// To give the code of the second factor.
const PENDING: Duration = Duration::minutes(10);
/// `last_seen_at` is not worth a write on every request.
const TOUCH: Duration = Duration::minutes(5);

/// `__Host-` binds the cookie to this host and HTTPS; plain HTTP in development cannot have it.
pub fn cookie_name(config: &Config) -> &'static str {
    if config.secure() { "__Host-session" } else { "session" }
}

pub fn cookie(config: &Config, token: String) -> Cookie<'static> {
    Cookie::build((cookie_name(config), token))
        .path("/")
        .http_only(true)
        .secure(config.secure())
        .same_site(SameSite::Lax)
        .permanent()
        .build()
}

/// Takes the cookie away, with the attributes that `__Host-` asks for.
pub fn removal(config: &Config) -> Cookie<'static> {
    let mut cookie = cookie(config, String::new());
    cookie.make_removal();
    cookie
}

/// Always a new token: whatever the visitor came with is worth nothing afterwards.
pub async fn open(
    db: &impl ConnectionTrait,
    visitor: &Visitor,
    member_id: i64,
    stage: SessionStage,
) -> Result<String, DbErr> {
    if let Some(old) = &visitor.session {
        sessions::Entity::delete_by_id(old.id).exec(db).await?;
    }
    let token = crypto::token();
    let life = if stage == SessionStage::Complete { LIFE } else { PENDING };
    let row = sessions::ActiveModel {
        token_hash: Set(crypto::hash(&token)),
        member_id: Set(member_id),
        user_agent: Set(visitor.user_agent.clone()),
        ip: Set(visitor.ip.to_string()),
        created_at: Set(now()),
        last_seen_at: Set(now()),
        expires_at: Set(now() + life),
        // Whoever has just logged in has just proven who they are.
        reauthenticated_at: Set((stage == SessionStage::Complete).then(now)),
        stage: Set(stage),
        ..Default::default()
    };
    row.insert(db).await?;
    Ok(token)
}

pub async fn find(db: &impl ConnectionTrait, token: &str) -> Result<Option<(sessions::Model, members::Model)>, DbErr> {
    let found = sessions::Entity::find()
        .find_also_related(members::Entity)
        .filter(sessions::Column::TokenHash.eq(crypto::hash(token)))
        .filter(sessions::Column::ExpiresAt.gt(now()))
        .filter(sessions::Column::LastSeenAt.gt(now() - IDLE))
        .filter(members::Column::Status.eq(MemberStatus::Active))
        .one(db)
        .await?;
    let Some((session, Some(member))) = found else { return Ok(None) };
    if session.last_seen_at < now() - TOUCH {
        sessions::Entity::update_many()
            .col_expr(sessions::Column::LastSeenAt, Expr::value(now()))
            .filter(sessions::Column::Id.eq(session.id))
            .exec(db)
            .await?;
    }
    Ok(Some((session, member)))
}

pub async fn close(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    sessions::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// All of a member's sessions, or all but the one in use.
pub async fn close_all(db: &impl ConnectionTrait, member_id: i64, except: Option<i64>) -> Result<(), DbErr> {
    let mut delete = sessions::Entity::delete_many().filter(sessions::Column::MemberId.eq(member_id));
    if let Some(kept) = except {
        delete = delete.filter(sessions::Column::Id.ne(kept));
    }
    delete.exec(db).await.map(drop)
}

/// The periodic job: what nobody can use any more is deleted.
pub async fn delete_expired(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let over = sessions::Column::ExpiresAt.lt(now()).or(sessions::Column::LastSeenAt.lt(now() - IDLE));
    Ok(sessions::Entity::delete_many().filter(over).exec(db).await?.rows_affected)
}
