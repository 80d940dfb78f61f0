//! Where one is logged in, and logging out there.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::AppState;
use crate::db::now;
use crate::entities::sessions as rows;
use crate::web::flash::flash;
use crate::web::{CurrentMember, Failure, Html, Outcome, Page, Visitor, audit, sessions};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/my/devices", get(show))
        .route("/my/devices/others/revoke", post(revoke_others))
        .route("/my/devices/{id}/revoke", post(revoke))
}

#[derive(Template)]
#[template(path = "members/devices.html")]
struct DevicesPage {
    page: Page,
    sessions: Vec<rows::Model>,
    current: i64,
}

async fn show(State(app): State<AppState>, current: CurrentMember, page: Page) -> Outcome<impl IntoResponse> {
    let sessions = rows::Entity::find()
        .filter(rows::Column::MemberId.eq(current.id()))
        .filter(rows::Column::ExpiresAt.gt(now()))
        .order_by_desc(rows::Column::LastSeenAt)
        .all(&app.db)
        .await?;
    Ok(Html(DevicesPage { page, sessions, current: current.session.id }))
}

async fn revoke(
    State(app): State<AppState>,
    current: CurrentMember,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let session = rows::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    current.owns(session.member_id)?;
    sessions::close(&app.db, id).await?;
    audit::record(&app.db, &visitor, Some(current.id()), "session.revoke", ("session", id), "").await?;
    Ok(flash("/my/devices", "flash-session-revoked"))
}

async fn revoke_others(State(app): State<AppState>, current: CurrentMember, visitor: Visitor) -> Outcome<Response> {
    sessions::close_all(&app.db, current.id(), Some(current.session.id)).await?;
    audit::record(&app.db, &visitor, Some(current.id()), "session.revoke-others", ("member", current.id()), "").await?;
    Ok(flash("/my/devices", "flash-session-revoked"))
}
