//! The audit trail: who did what to what. Kept for a year (the law asks for three months of access records).

use chrono::Duration;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, Set};

use crate::db::now;
use crate::entities::audit_log;
use crate::web::visitor::Visitor;

const KEEP: Duration = Duration::days(365);

/// `action` is `<subject>.<verb>`; `details` holds no secrets and no personal data beyond ids.
pub async fn record(
    db: &impl ConnectionTrait,
    visitor: &Visitor,
    actor_id: Option<i64>,
    action: &'static str,
    subject: (&'static str, i64),
    details: &str,
) -> Result<(), DbErr> {
    tracing::info!(actor = actor_id, action, subject = subject.0, subject_id = subject.1, "audit");
    let row = audit_log::ActiveModel {
        actor_id: Set(actor_id),
        action: Set(action.to_owned()),
        subject_kind: Set(subject.0.to_owned()),
        subject_id: Set(Some(subject.1)),
        details: Set(details.to_owned()),
        ip: Set(visitor.ip.to_string()),
        request_id: Set(visitor.request_id.clone()),
        created_at: Set(now()),
        delete_after: Set(now() + KEEP),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}
