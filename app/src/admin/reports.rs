//! Reports, and what is decided about them. What is upheld goes away where it was; all reports of it are answered at once.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter, QueryOrder, Set,
    TransactionTrait,
};
use serde::Deserialize;

use super::Wanted;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, ProductStatus, ReportStatus, ReportSubject, TrailerStatus};
use crate::entities::reports::{Column, Entity, Model};
use crate::entities::{broadcasts, channels, chat_messages, members, products, reviews, trailer_comments, trailers};
use crate::social::notifications::{Notice, notify};
use crate::social::reports::{Subject, subject};
use crate::web::flash::flash;
use crate::web::paging::{Paged, paginate};
use crate::web::{Admin, Failure, Html, Outcome, Page, Visitor, audit};
use crate::{chat, live};

/// Disputes are kept for three years.
const KEEP: Duration = Duration::days(3 * 365 + 1);

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/reports", get(list)).route("/admin/reports/{id}", post(decide))
}

/// A report with what it is about, where that is still there.
#[derive(Clone, Debug)]
struct Case {
    report: Model,
    reporter: String,
    subject: Option<Subject>,
}

#[derive(Template)]
#[template(path = "admin/reports.html")]
struct ListPage {
    page: Page,
    wanted: Wanted,
    statuses: Vec<ReportStatus>,
    cases: Paged<Case>,
    base: String,
}

async fn list(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<Wanted>,
) -> Outcome<impl IntoResponse> {
    let status = ReportStatus::iter().find(|status| status.word() == wanted.status).unwrap_or(ReportStatus::Open);
    let wanted = Wanted { status: status.word().to_owned(), ..wanted };
    let find = Entity::find().filter(Column::Status.eq(status)).order_by_desc(Column::Id);
    let Paged { items, number, pages, total } = paginate(&app.db, find, wanted.page(), 30).await?;
    let reporters = members::Entity::find()
        .filter(members::Column::Id.is_in(items.iter().map(|report| report.reporter_id)))
        .all(&app.db)
        .await?;
    let reporters: HashMap<i64, String> = reporters.into_iter().map(|member| (member.id, member.nickname)).collect();
    let mut cases = Vec::new();
    for report in items {
        let subject = subject(&app.db, report.subject_kind, report.subject_id).await?;
        let reporter = reporters.get(&report.reporter_id).cloned().unwrap_or_default();
        cases.push(Case { report, reporter, subject });
    }
    let base = wanted.base("/admin/reports");
    let cases = Paged { items: cases, number, pages, total };
    Ok(Html(ListPage { page, wanted, statuses: ReportStatus::iter().collect(), cases, base }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DecisionForm {
    decision: String,
}

async fn decide(
    State(app): State<AppState>,
    admin: Admin,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<DecisionForm>,
) -> Outcome<Response> {
    let status = match form.decision.as_str() {
        "uphold" => ReportStatus::Upheld,
        "dismiss" => ReportStatus::Dismissed,
        _ => return Err(Failure::Invalid("error-400-text")),
    };
    let report = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    if report.status != ReportStatus::Open {
        return Err(Failure::Conflict("admin-report-decided"));
    }
    let about = subject(&app.db, report.subject_kind, report.subject_id).await?;
    let transaction = app.db.begin().await?;
    let alike = Entity::find()
        .filter(Column::SubjectKind.eq(report.subject_kind))
        .filter(Column::SubjectId.eq(report.subject_id))
        .filter(Column::Status.eq(ReportStatus::Open))
        .all(&transaction)
        .await?;
    for report in alike {
        let notice = Notice {
            message: if status == ReportStatus::Upheld { "notice-report-upheld" } else { "notice-report-dismissed" },
            arguments: &[],
            link: "/notifications".to_owned(),
            unique_key: Some(format!("report:{}", report.id)),
        };
        notify(&transaction, report.reporter_id, &notice).await?;
        let mut row = crate::entities::reports::ActiveModel { id: Set(report.id), ..Default::default() };
        row.status = Set(status);
        row.handled_by = Set(Some(admin.0.id()));
        row.handled_at = Set(Some(now()));
        row.delete_after = Set(Some(now() + KEEP));
        row.update(&transaction).await?;
    }
    if status == ReportStatus::Upheld {
        remove(&transaction, report.subject_kind, report.subject_id).await?;
        if let Some(about) = about {
            let text: String = about.text.chars().take(40).collect();
            let notice = Notice {
                message: "notice-content-removed",
                arguments: &[("text", text)],
                link: "/legal/terms".to_owned(),
                unique_key: Some(format!("removed:{}:{}", report.subject_kind.word(), report.subject_id)),
            };
            notify(&transaction, about.owner_id, &notice).await?;
        }
    }
    let details = format!("{}:{}", report.subject_kind.word(), report.subject_id);
    let action = if status == ReportStatus::Upheld { "report.uphold" } else { "report.dismiss" };
    audit::record(&transaction, &visitor, Some(admin.0.id()), action, ("report", id), &details).await?;
    transaction.commit().await?;
    if status == ReportStatus::Upheld {
        remove_live(&app, report.subject_kind, report.subject_id, admin.0.id()).await?;
    }
    Ok(flash("/admin/reports", "flash-report-decided"))
}

/// What viewers see at once, too: the chat's messages, and broadcasts, which end and are not replayed.
async fn remove_live(app: &App, kind: ReportSubject, id: i64, by: i64) -> anyhow::Result<()> {
    let broadcast_id = match kind {
        ReportSubject::Broadcast => id,
        ReportSubject::Message => match chat_messages::Entity::find_by_id(id).one(&app.db).await? {
            Some(message) => message.broadcast_id,
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    let Some(broadcast) = broadcasts::Entity::find_by_id(broadcast_id).one(&app.db).await? else { return Ok(()) };
    if kind == ReportSubject::Message {
        return Ok(chat::moderation::remove(app, &broadcast, id, by).await?);
    }
    if broadcast.status == BroadcastStatus::Live
        && let Some(channel) = channels::Entity::find_by_id(broadcast.channel_id).one(&app.db).await?
    {
        live::states::end(app, &broadcast, &channel).await?;
    }
    broadcasts::Entity::update_many()
        .col_expr(broadcasts::Column::Status, Expr::value(BroadcastStatus::Cancelled.word()))
        .filter(broadcasts::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Where it was. Members have a page of their own for what follows.
async fn remove(db: &impl ConnectionTrait, kind: ReportSubject, id: i64) -> Result<(), DbErr> {
    match kind {
        ReportSubject::Comment => {
            trailer_comments::Entity::update_many()
                .col_expr(trailer_comments::Column::DeletedAt, Expr::value(now()))
                .filter(trailer_comments::Column::Id.eq(id))
                .exec(db)
                .await?;
        }
        ReportSubject::Review => {
            reviews::Entity::update_many()
                .col_expr(reviews::Column::DeletedAt, Expr::value(now()))
                .filter(reviews::Column::Id.eq(id))
                .exec(db)
                .await?;
        }
        ReportSubject::Product => {
            products::Entity::update_many()
                .col_expr(products::Column::Status, Expr::value(ProductStatus::Blocked.word()))
                .col_expr(products::Column::UpdatedAt, Expr::value(now()))
                .filter(products::Column::Id.eq(id))
                .exec(db)
                .await?;
        }
        ReportSubject::Trailer => {
            trailers::Entity::update_many()
                .col_expr(trailers::Column::Status, Expr::value(TrailerStatus::Cancelled.word()))
                .filter(trailers::Column::Id.eq(id))
                .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
                .exec(db)
                .await?;
        }
        ReportSubject::Member | ReportSubject::Broadcast | ReportSubject::Message => {}
    }
    Ok(())
}
