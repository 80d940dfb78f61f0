//! What waits for the operator, and how the shop does.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use chrono::Duration;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::AppState;
use crate::db::now;
use crate::entities::enums::{
    AdStatus, BroadcastStatus, JobStatus, MemberStatus, OrderStatus, RefundStatus, ReportStatus, Role,
};
use crate::entities::{ad_bookings, broadcasts, jobs, members, orders, refunds, reports, seller_profiles};
use crate::web::{Admin, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin", get(show))
}

/// A number with its message and where it leads.
#[derive(Clone, Debug)]
struct Figure {
    label: &'static str,
    count: u64,
    link: &'static str,
    /// Somebody has to do something.
    waiting: bool,
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Overview {
    page: Page,
    figures: Vec<Figure>,
    failed: Vec<jobs::Model>,
}

async fn show(State(app): State<AppState>, _: Admin, page: Page) -> Outcome<impl IntoResponse> {
    let db = &app.db;
    let active = members::Entity::find().filter(members::Column::Status.eq(MemberStatus::Active));
    let today = now() - Duration::days(1);
    let paid = [OrderStatus::AwaitingPayment, OrderStatus::AwaitingDeposit, OrderStatus::Expired];
    let waiting = |label, count, link| Figure { label, count, link, waiting: count > 0 };
    let plain = |label, count, link| Figure { label, count, link, waiting: false };
    let figures = vec![
        waiting(
            "admin-open-reports",
            reports::Entity::find().filter(reports::Column::Status.eq(ReportStatus::Open)).count(db).await?,
            "/admin/reports",
        ),
        waiting(
            "admin-unverified-sellers",
            seller_profiles::Entity::find().filter(seller_profiles::Column::VerifiedAt.is_null()).count(db).await?,
            "/admin/members?status=unverified",
        ),
        waiting(
            "admin-requested-ads",
            ad_bookings::Entity::find().filter(ad_bookings::Column::Status.eq(AdStatus::Requested)).count(db).await?,
            "/admin/ads",
        ),
        waiting(
            "admin-open-refunds",
            refunds::Entity::find().filter(refunds::Column::Status.eq(RefundStatus::Requested)).count(db).await?,
            "/admin/orders",
        ),
        waiting(
            "admin-failed-jobs",
            jobs::Entity::find().filter(jobs::Column::Status.eq(JobStatus::Failed)).count(db).await?,
            "/admin#failed",
        ),
        plain("admin-active-members", active.clone().count(db).await?, "/admin/members"),
        plain(
            "admin-sellers",
            active.filter(members::Column::Role.eq(Role::Seller)).count(db).await?,
            "/admin/members?status=seller",
        ),
        plain(
            "admin-orders-today",
            orders::Entity::find()
                .filter(orders::Column::PlacedAt.gt(today))
                .filter(orders::Column::Status.is_not_in(paid))
                .count(db)
                .await?,
            "/admin/orders",
        ),
        plain(
            "admin-live-now",
            broadcasts::Entity::find().filter(broadcasts::Column::Status.eq(BroadcastStatus::Live)).count(db).await?,
            "/live",
        ),
    ];
    let failed = jobs::Entity::find()
        .filter(jobs::Column::Status.eq(JobStatus::Failed))
        .order_by_desc(jobs::Column::Id)
        .limit(20)
        .all(db)
        .await?;
    Ok(Html(Overview { page, figures, failed }))
}
