//! The audit trail, by action and by who acted.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Wanted;
use crate::app::AppState;
use crate::entities::audit_log::{Column, Entity, Model};
use crate::entities::members;
use crate::web::paging::{Paged, paginate};
use crate::web::{Admin, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/audit", get(show))
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    page: Page,
    wanted: Wanted,
    entries: Paged<(Model, String)>,
    base: String,
}

async fn show(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<Wanted>,
) -> Outcome<impl IntoResponse> {
    let mut find = Entity::find().order_by_desc(Column::Id);
    if !wanted.q().is_empty() {
        find = find.filter(Column::Action.contains(wanted.q()));
    }
    if let Ok(actor) = wanted.status.trim().parse::<i64>() {
        find = find.filter(Column::ActorId.eq(actor));
    }
    let rows = paginate(&app.db, find, wanted.page(), 100).await?;
    let actors = members::Entity::find()
        .filter(members::Column::Id.is_in(rows.items.iter().filter_map(|row| row.actor_id)))
        .all(&app.db)
        .await?;
    let names: HashMap<i64, String> = actors.into_iter().map(|member| (member.id, member.nickname)).collect();
    let entries = rows.map(|row| {
        let name = row.actor_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default();
        (row, name)
    });
    let base = wanted.base("/admin/audit");
    Ok(Html(AuditPage { page, wanted, entries, base }))
}
