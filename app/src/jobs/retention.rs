//! What the law has had us keep long enough is deleted: rows with a `delete_after` that nothing else refers to.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::db::now;
use crate::entities::{ad_bookings, audit_log, reports, retained_records};

/// The periodic task.
pub async fn delete_old(app: &App) -> anyhow::Result<u64> {
    let db = &app.db;
    let audit = audit_log::Entity::delete_many().filter(audit_log::Column::DeleteAfter.lt(now())).exec(db).await?;
    let kept = retained_records::Entity::delete_many()
        .filter(retained_records::Column::DeleteAfter.lt(now()))
        .exec(db)
        .await?;
    let reports = reports::Entity::delete_many().filter(reports::Column::DeleteAfter.lt(now())).exec(db).await?;
    let ads = ad_bookings::Entity::delete_many().filter(ad_bookings::Column::DeleteAfter.lt(now())).exec(db).await?;
    Ok(audit.rows_affected + kept.rows_affected + reports.rows_affected + ads.rows_affected)
}
