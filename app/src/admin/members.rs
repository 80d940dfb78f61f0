//! Members: finding them, suspending and restoring, checking who sellers are, and making admins.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::sea_query::{Expr, Query as Sql};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder,
    QuerySelect, Set, TransactionTrait,
};
use serde::Deserialize;

use super::Wanted;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{MemberStatus, ProductStatus, Role};
use crate::entities::members::{Column, Entity, Model};
use crate::entities::{audit_log, products, seller_profiles};
use crate::members::selling;
use crate::social::notifications::{Notice, notify};
use crate::web::flash::flash;
use crate::web::paging::{Paged, paginate};
use crate::web::{Admin, Errors, Failure, Html, Outcome, Page, Recent, Visitor, audit, sessions};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/members", get(list))
        .route("/admin/members/{id}", get(show))
        .route("/admin/members/{id}/suspend", post(suspend))
        .route("/admin/members/{id}/restore", post(restore))
        .route("/admin/members/{id}/verify", post(verify))
        .route("/admin/members/{id}/admin", post(make_admin))
}

/// What the list can be narrowed to: statuses, roles, and sellers to be checked.
const FILTERS: &[&str] = &["", "active", "suspended", "left", "seller", "admin", "unverified"];

#[derive(Template)]
#[template(path = "admin/members.html")]
struct ListPage {
    page: Page,
    wanted: Wanted,
    filters: &'static [&'static str],
    members: Paged<Model>,
    base: String,
}

async fn list(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<Wanted>,
) -> Outcome<impl IntoResponse> {
    let mut find = Entity::find().order_by_desc(Column::Id);
    if !wanted.q().is_empty() {
        let mut any = Condition::any();
        for column in [Column::Nickname, Column::Name, Column::Email, Column::CompanyName] {
            any = any.add(column.contains(wanted.q()));
        }
        find = find.filter(any);
    }
    if let Some(status) = MemberStatus::iter().find(|status| status.word() == wanted.status) {
        find = find.filter(Column::Status.eq(status));
    } else if let Some(role) = Role::iter().find(|role| role.word() == wanted.status) {
        find = find.filter(Column::Role.eq(role));
    } else if wanted.status == "unverified" {
        let unverified = Sql::select()
            .column(seller_profiles::Column::MemberId)
            .from(seller_profiles::Entity)
            .and_where(seller_profiles::Column::VerifiedAt.is_null())
            .to_owned();
        find = find.filter(Column::Id.in_subquery(unverified));
    }
    let members = paginate(&app.db, find, wanted.page(), 50).await?;
    let base = wanted.base("/admin/members");
    Ok(Html(ListPage { page, wanted, filters: FILTERS, members, base }))
}

#[derive(Template)]
#[template(path = "admin/member.html")]
struct MemberPage {
    page: Page,
    member: Model,
    profile: Option<seller_profiles::Model>,
    trail: Vec<audit_log::Model>,
    errors: Errors,
}

async fn show(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<impl IntoResponse> {
    let member = find(&app, id).await?;
    // Looking at somebody's data is worth a trace.
    audit::record(&app.db, &visitor, Some(admin.0.id()), "member.look", ("member", id), "").await?;
    let errors = Errors::new(page.lang);
    member_page(&app, page, member, errors).await
}

async fn find(app: &App, id: i64) -> Outcome<Model> {
    Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)
}

async fn member_page(app: &App, page: Page, member: Model, errors: Errors) -> Outcome<Response> {
    let profile = selling::profile(&app.db, member.id).await?;
    let about = Condition::any().add(audit_log::Column::ActorId.eq(member.id)).add(
        Condition::all()
            .add(audit_log::Column::SubjectKind.eq("member"))
            .add(audit_log::Column::SubjectId.eq(member.id)),
    );
    let trail =
        audit_log::Entity::find().filter(about).order_by_desc(audit_log::Column::Id).limit(30).all(&app.db).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(MemberPage { page, member, profile, trail, errors })).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct ReasonForm {
    reason: String,
}

/// Out at once, and nothing of theirs is for sale. Admins are not suspended by each other.
async fn suspend(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<ReasonForm>,
) -> Outcome<Response> {
    let member = find(&app, id).await?;
    if member.role == Role::Admin || member.status != MemberStatus::Active {
        return Err(Failure::Conflict("admin-cannot-suspend"));
    }
    let mut errors = Errors::new(page.lang);
    errors.required("reason", &form.reason, 300);
    if !errors.is_empty() {
        return member_page(&app, page, member, errors).await;
    }
    let transaction = app.db.begin().await?;
    let mut row = member.into_active_model();
    row.status = Set(MemberStatus::Suspended);
    row.suspended_reason = Set(Some(form.reason.trim().to_owned()));
    row.updated_at = Set(now());
    row.update(&transaction).await?;
    sessions::close_all(&transaction, id, None).await?;
    products::Entity::update_many()
        .col_expr(products::Column::Status, Expr::value(ProductStatus::Hidden.word()))
        .filter(products::Column::SellerId.eq(id))
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .exec(&transaction)
        .await?;
    audit::record(&transaction, &visitor, Some(admin.0.id()), "member.suspend", ("member", id), form.reason.trim())
        .await?;
    transaction.commit().await?;
    Ok(flash(&format!("/admin/members/{id}"), "flash-member-suspended"))
}

async fn restore(
    State(app): State<AppState>,
    admin: Admin,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let member = find(&app, id).await?;
    if member.status != MemberStatus::Suspended {
        return Err(Failure::Conflict("admin-not-suspended"));
    }
    let mut row = member.into_active_model();
    row.status = Set(MemberStatus::Active);
    row.suspended_reason = Set(None);
    row.updated_at = Set(now());
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(admin.0.id()), "member.restore", ("member", id), "").await?;
    Ok(flash(&format!("/admin/members/{id}"), "flash-member-restored"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VerifyForm {
    how: String,
}

/// Buyers see when and how.
async fn verify(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<VerifyForm>,
) -> Outcome<Response> {
    let member = find(&app, id).await?;
    let profile = selling::profile(&app.db, id).await?.ok_or(Failure::NotFound)?;
    let mut errors = Errors::new(page.lang);
    errors.required("how", &form.how, 80);
    if !errors.is_empty() {
        return member_page(&app, page, member, errors).await;
    }
    let mut row = profile.into_active_model();
    row.verified_at = Set(Some(now()));
    row.verified_how = Set(Some(form.how.trim().to_owned()));
    row.update(&app.db).await?;
    let notice =
        Notice { message: "notice-seller-verified", arguments: &[], link: format!("/sellers/{id}"), unique_key: None };
    notify(&app.db, id, &notice).await?;
    audit::record(&app.db, &visitor, Some(admin.0.id()), "seller.verify", ("member", id), form.how.trim()).await?;
    Ok(flash(&format!("/admin/members/{id}"), "flash-seller-verified"))
}

/// The password is asked for again: whoever finds an open browser must not make themselves an admin.
async fn make_admin(
    State(app): State<AppState>,
    admin: Admin,
    _: Recent,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let member = find(&app, id).await?;
    if member.status != MemberStatus::Active || member.totp_enabled_at.is_none() {
        return Err(Failure::Conflict("admin-needs-second-factor"));
    }
    let mut row = member.into_active_model();
    row.role = Set(Role::Admin);
    row.updated_at = Set(now());
    row.update(&app.db).await?;
    sessions::close_all(&app.db, id, None).await?;
    audit::record(&app.db, &visitor, Some(admin.0.id()), "member.make-admin", ("member", id), "").await?;
    Ok(flash(&format!("/admin/members/{id}"), "flash-saved"))
}
