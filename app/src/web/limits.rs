//! Rate limits that hold over all instances: counted in the database, in fixed windows.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait, QueryFilter, Set};

use crate::db::{is_unique_violation, now};
use crate::entities::rate_limits::{ActiveModel, Column, Entity};
use crate::web::errors::Failure;

#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub name: &'static str,
    pub hits: i64,
    pub window: Duration,
}

impl Limit {
    pub const fn per_minutes(name: &'static str, hits: i64, minutes: i64) -> Self {
        Self { name, hits, window: Duration::minutes(minutes) }
    }

    /// Counts a hit of `who` (an address, an account); too many are a failure.
    pub async fn hit(&self, db: &DatabaseConnection, who: &str) -> Result<(), Failure> {
        let bucket: String = format!("{}:{who}", self.name).chars().take(160).collect();
        let row = loop {
            if let Some(row) = count(db, &bucket, self.window).await? {
                break row;
            }
            let first = ActiveModel {
                bucket: Set(bucket.clone()),
                hits: Set(0),
                resets_at: Set(now() + self.window),
                ..Default::default()
            };
            match first.insert(db).await {
                Err(error) if !is_unique_violation(&error) => return Err(error.into()),
                _ => {}
            }
        };
        if row.hits <= self.hits {
            return Ok(());
        }
        metrics::counter!("shop_rate_limited_total", "limit" => self.name).increment(1);
        let retry_after = Ord::max((row.resets_at - now()).num_seconds(), 1).unsigned_abs();
        Err(Failure::TooMany { retry_after })
    }

    /// Forgets, once whoever was counted has proven to be right.
    pub async fn clear(&self, db: &DatabaseConnection, who: &str) -> Result<(), DbErr> {
        let bucket = format!("{}:{who}", self.name);
        Entity::delete_many().filter(Column::Bucket.eq(bucket)).exec(db).await.map(drop)
    }
}

/// One more, in the window that is open or in a new one. None: the bucket does not exist yet.
async fn count(
    db: &DatabaseConnection,
    bucket: &str,
    window: Duration,
) -> Result<Option<crate::entities::rate_limits::Model>, DbErr> {
    Entity::update_many()
        .col_expr(Column::Hits, Expr::value(0))
        .col_expr(Column::ResetsAt, Expr::value(now() + window))
        .filter(Column::Bucket.eq(bucket))
        .filter(Column::ResetsAt.lte(now()))
        .exec(db)
        .await?;
    Entity::update_many()
        .col_expr(Column::Hits, Expr::col(Column::Hits).add(1))
        .filter(Column::Bucket.eq(bucket))
        .exec(db)
        .await?;
    Entity::find().filter(Column::Bucket.eq(bucket)).one(db).await
}

/// The periodic job.
pub async fn delete_expired(db: &DatabaseConnection) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::ResetsAt.lt(now())).exec(db).await?.rows_affected)
}
