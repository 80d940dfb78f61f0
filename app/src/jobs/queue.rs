//! The outbox: what has to follow from a committed transaction is a row of that transaction, and is done here, at
//! least once, by whichever instance is there. So every kind of job is safe to run twice.

use chrono::Duration;
use futures::future::BoxFuture;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use serde_json::Value;

use crate::app::App;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::JobStatus;
use crate::entities::jobs::{ActiveModel, Column, Entity, Model};
use crate::legal;
use crate::media::pictures;
use crate::members::channel;
use crate::orders;
use crate::payments;
use crate::social;

type Run = fn(&App, i64, Value) -> BoxFuture<'_, anyhow::Result<()>>;

/// One line each: the kind, and what does it. The number is the payload's `id`.
const KINDS: &[(&str, Run)] = &[
    (social::live_notices::STARTED, |app, id, _| Box::pin(social::live_notices::started(app, id))),
    (social::live_notices::MAIL, |app, id, payload| Box::pin(social::live_notices::mail(app, id, payload))),
    (legal::announce::CHANGED, |app, id, _| Box::pin(legal::announce::changed(app, id))),
    (legal::announce::MAIL, |app, id, payload| Box::pin(legal::announce::mail(app, id, payload))),
    (channel::DELETE, |app, id, _| Box::pin(channel::delete(app, id))),
    (pictures::DELETE, |app, id, payload| Box::pin(pictures::delete(app, id, payload))),
    ("payment.void", |app, id, _| Box::pin(payments::void::run(app, id))),
    ("refund.execute", |app, id, _| Box::pin(orders::refunds::execute(app, id))),
    ("order.mail", |app, id, payload| Box::pin(orders::notices::send_mail(app, id, payload))),
    ("escrow.delivery", |app, id, _| Box::pin(orders::shipping::tell_provider(app, id))),
];

/// An instance that dies with a job leaves it to the others after this.
const LOCK: Duration = Duration::minutes(2);
const ATTEMPTS: i32 = 12;
const BATCH: u64 = 20;
const KEEP: Duration = Duration::days(7);

/// In the transaction that it follows from. The same unique key again is the same job.
pub async fn enqueue(
    db: &impl ConnectionTrait,
    kind: &'static str,
    payload: Value,
    unique_key: &str,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        kind: Set(kind.to_owned()),
        payload: Set(payload.to_string()),
        unique_key: Set(Some(unique_key.to_owned())),
        status: Set(JobStatus::Queued),
        attempts: Set(0),
        run_at: Set(now()),
        created_at: Set(now()),
        ..Default::default()
    };
    match row.insert(db).await {
        Err(error) if is_unique_violation(&error) => Ok(()),
        other => other.map(drop),
    }
}

/// The periodic task.
pub async fn run_due(app: &App) -> anyhow::Result<u64> {
    let stuck = Condition::all().add(Column::Status.eq(JobStatus::Running)).add(Column::LockedUntil.lt(now()));
    let waiting = Condition::all().add(Column::Status.eq(JobStatus::Queued)).add(Column::RunAt.lte(now()));
    let due = Entity::find()
        .filter(Condition::any().add(waiting).add(stuck))
        .filter(Column::Kind.is_in(KINDS.iter().map(|(kind, _)| *kind)))
        .order_by_asc(Column::RunAt)
        .limit(BATCH)
        .all(&app.db)
        .await?;
    let mut done = 0;
    for job in due {
        if lock(app, &job).await? {
            finish(app, &job, run(app, &job).await).await?;
            done += 1;
        }
    }
    Ok(done)
}

async fn lock(app: &App, job: &Model) -> Result<bool, DbErr> {
    let locked = Entity::update_many()
        .col_expr(Column::Status, Expr::value(JobStatus::Running.word()))
        .col_expr(Column::LockedUntil, Expr::value(now() + LOCK))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(job.id))
        .filter(Column::Status.eq(job.status))
        .filter(Column::Attempts.eq(job.attempts))
        .exec(&app.db)
        .await?;
    Ok(locked.rows_affected == 1)
}

async fn run(app: &App, job: &Model) -> anyhow::Result<()> {
    let payload: Value = serde_json::from_str(&job.payload)?;
    let id = payload["id"].as_i64().ok_or_else(|| anyhow::anyhow!("a job without an id"))?;
    let (_, run) =
        KINDS.iter().find(|(kind, _)| *kind == job.kind).ok_or_else(|| anyhow::anyhow!("no such kind of job"))?;
    tokio::time::timeout(std::time::Duration::from_secs(90), run(app, id, payload)).await?
}

async fn finish(app: &App, job: &Model, outcome: anyhow::Result<()>) -> Result<(), DbErr> {
    let attempt = job.attempts + 1;
    let (status, error) = match outcome {
        Ok(()) => (JobStatus::Done, None),
        Err(error) => {
            let last = attempt >= ATTEMPTS;
            tracing::error!(kind = job.kind, id = job.id, attempt, last, error = format!("{error:#}"), "a job failed");
            (if last { JobStatus::Failed } else { JobStatus::Queued }, Some(format!("{error:#}")))
        }
    };
    metrics::counter!("shop_jobs_total", "kind" => job.kind.clone(), "result" => status.word()).increment(1);
    // 2 s, 4 s, 8 s … an hour: a provider that is down is not down for ever.
    let wait =
        Duration::seconds(i64::from(Ord::min(2_i32.saturating_pow(Ord::clamp(attempt, 1, 12).unsigned_abs()), 3_600)));
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status.word()))
        .col_expr(Column::LockedUntil, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .col_expr(Column::RunAt, Expr::value(now() + wait))
        .col_expr(Column::LastError, Expr::value(error.map(|error| error.chars().take(500).collect::<String>())))
        .col_expr(Column::FinishedAt, Expr::value((status != JobStatus::Queued).then(now)))
        .filter(Column::Id.eq(job.id))
        .filter(Column::Attempts.eq(attempt))
        .exec(&app.db)
        .await
        .map(drop)
}

/// What was done a week ago is forgotten; what failed stays, to be looked at.
pub async fn delete_old(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let old = Condition::all().add(Column::Status.eq(JobStatus::Done)).add(Column::FinishedAt.lt(now() - KEEP));
    Ok(Entity::delete_many().filter(old).exec(db).await?.rows_affected)
}
