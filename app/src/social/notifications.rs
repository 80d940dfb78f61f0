//! Notifications in the shop: a message key with its arguments, so that they follow the reader's language.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::app::AppState;
use crate::db::{is_unique_violation, now};
use crate::entities::notifications::{ActiveModel, Column, Entity, Model};
use crate::i18n::Lang;
use crate::web::flash::flash;
use crate::web::page::safe_next;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{CurrentMember, Failure, Html, Outcome, Page};

const KEEP: Duration = Duration::days(180);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/notifications", get(show))
        .route("/notifications/read", post(read_all))
        .route("/notifications/{id}", post(open))
}

/// What is told, and where it leads.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// A key that begins with `notice-`.
    pub message: &'static str,
    pub arguments: &'a [(&'a str, String)],
    /// A path of ours.
    pub link: String,
    /// Told once, however often it is asked for.
    pub unique_key: Option<String>,
}

/// False where it has been told already.
pub async fn notify(db: &impl ConnectionTrait, member_id: i64, notice: &Notice<'_>) -> Result<bool, DbErr> {
    let arguments: serde_json::Map<String, serde_json::Value> =
        notice.arguments.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let row = ActiveModel {
        member_id: Set(member_id),
        message: Set(notice.message.to_owned()),
        arguments: Set(serde_json::Value::Object(arguments).to_string()),
        link: Set(notice.link.clone()),
        unique_key: Set(notice.unique_key.clone()),
        created_at: Set(now()),
        ..Default::default()
    };
    match row.insert(db).await {
        Err(error) if is_unique_violation(&error) => Ok(false),
        other => other.map(|_| true),
    }
}

/// A notification as it is shown.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: i64,
    pub text: String,
    pub at: DateTime<Utc>,
    pub unread: bool,
}

impl Line {
    fn new(row: Model, lang: Lang) -> Self {
        let arguments: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&row.arguments).unwrap_or_default();
        let arguments: Vec<(&str, String)> = arguments
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let text = lang.text_with(&row.message, &arguments);
        Self { id: row.id, text, at: row.created_at, unread: row.read_at.is_none() }
    }
}

#[derive(Template)]
#[template(path = "social/notifications.html")]
struct NotificationsPage {
    page: Page,
    lines: Paged<Line>,
    unread: bool,
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = Entity::find().filter(Column::MemberId.eq(current.id())).order_by_desc(Column::Id);
    let lang = page.lang;
    let lines = paginate(&app.db, find, wanted, 30).await?.map(|row| Line::new(row, lang));
    let unread = page.unread > 0;
    Ok(Html(NotificationsPage { page, lines, unread }))
}

/// Read, and on to what it is about.
async fn open(State(app): State<AppState>, current: CurrentMember, Path(id): Path<i64>) -> Outcome<Response> {
    let row = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    current.owns(row.member_id)?;
    Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(now()))
        .filter(Column::Id.eq(id))
        .filter(Column::ReadAt.is_null())
        .exec(&app.db)
        .await?;
    Ok(Redirect::to(&safe_next(Some(&row.link), "/notifications")).into_response())
}

async fn read_all(State(app): State<AppState>, current: CurrentMember) -> Outcome<Response> {
    Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(now()))
        .filter(Column::MemberId.eq(current.id()))
        .filter(Column::ReadAt.is_null())
        .exec(&app.db)
        .await?;
    Ok(flash("/notifications", "flash-notifications-read"))
}

/// The periodic task.
pub async fn delete_old(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::CreatedAt.lt(now() - KEEP)).exec(db).await?.rows_affected)
}
