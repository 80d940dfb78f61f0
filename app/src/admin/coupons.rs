//! Coupons that the operator pays for; sellers' own are seen here and can be stopped.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::coupons::{ActiveModel, Column, Entity, Model};
use crate::entities::enums::CouponKind;
use crate::i18n::seoul;
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Admin, Errors, Failure, Html, Outcome, Page, Visitor, audit};

/// More than anything here costs.
const MOST: i64 = 100_000_000;
const LOCAL: &str = "%Y-%m-%dT%H:%M";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/coupons", get(show).post(create))
        .route("/admin/coupons/{id}/stop", post(stop))
        .route("/admin/coupons/{id}/start", post(start))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CouponForm {
    code: String,
    title: String,
    kind: String,
    value: String,
    minimum_total: String,
    maximum_discount: String,
    quantity: String,
    starts_at: String,
    ends_at: String,
}

#[derive(Template)]
#[template(path = "admin/coupons.html")]
struct CouponsPage {
    page: Page,
    coupons: Paged<Model>,
    form: CouponForm,
    errors: Errors,
}

async fn all(app: &App, wanted: PageQuery) -> Outcome<Paged<Model>> {
    Ok(paginate(&app.db, Entity::find().order_by_desc(Column::Id), wanted, 30).await?)
}

async fn show(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let (from, until) = (seoul(now()), seoul(now() + Duration::days(14)));
    let form = CouponForm {
        starts_at: from.format(LOCAL).to_string(),
        ends_at: until.format(LOCAL).to_string(),
        ..CouponForm::default()
    };
    let errors = Errors::new(page.lang);
    Ok(Html(CouponsPage { page, coupons: all(&app, wanted).await?, form, errors }))
}

/// What browsers send of a date with a time; people in Seoul mean theirs.
fn local_time(errors: &mut Errors, field: &'static str, text: &str) -> Option<DateTime<Utc>> {
    let parsed = NaiveDateTime::parse_from_str(text.trim(), LOCAL).ok();
    let offset = seoul(now()).offset().to_owned();
    let time = parsed.and_then(|time| time.and_local_timezone(offset).single()).map(|time| time.to_utc());
    if time.is_none() {
        errors.add(field, "form-required");
    }
    time
}

/// Nothing where nothing was typed.
fn optional_number(errors: &mut Errors, field: &'static str, text: &str) -> Option<i64> {
    if text.trim().is_empty() { None } else { errors.number(field, text, 1, MOST) }
}

async fn create(
    State(app): State<AppState>,
    admin: Admin,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CouponForm>,
) -> Outcome<Response> {
    let mut errors = Errors::new(page.lang);
    let code = form.code.trim().to_uppercase();
    errors.required("code", &code, 40);
    if !code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-') {
        errors.add("code", "admin-coupon-code-hint");
    }
    errors.required("title", &form.title, 80);
    let kind = if form.kind == "percent" { CouponKind::Percent } else { CouponKind::Amount };
    let value = errors.number("value", &form.value, 1, if kind == CouponKind::Percent { 100 } else { MOST });
    let minimum = optional_number(&mut errors, "minimum_total", &form.minimum_total);
    let maximum = optional_number(&mut errors, "maximum_discount", &form.maximum_discount);
    let quantity = optional_number(&mut errors, "quantity", &form.quantity);
    let from = local_time(&mut errors, "starts_at", &form.starts_at);
    let until = local_time(&mut errors, "ends_at", &form.ends_at);
    if from >= until {
        errors.add("ends_at", "admin-coupon-ends-before");
    }
    let (Some(value), Some(from), Some(until), true) = (value, from, until, errors.is_empty()) else {
        return again(&app, page, form, errors).await;
    };
    let row = ActiveModel {
        seller_id: Set(None),
        broadcast_id: Set(None),
        code: Set(code.clone()),
        title: Set(form.title.trim().to_owned()),
        kind: Set(kind),
        value: Set(value),
        minimum_total: Set(minimum.unwrap_or_default()),
        maximum_discount: Set(maximum),
        quantity: Set(quantity),
        claimed: Set(0),
        starts_at: Set(from),
        ends_at: Set(until),
        active: Set(true),
        created_at: Set(now()),
        ..Default::default()
    };
    let row = match row.insert(&app.db).await {
        Err(error) if is_unique_violation(&error) => {
            errors.add("code", "admin-coupon-code-taken");
            return again(&app, page, form, errors).await;
        }
        other => other?,
    };
    audit::record(&app.db, &visitor, Some(admin.0.id()), "coupon.create", ("coupon", row.id), &code).await?;
    Ok(flash("/admin/coupons", "flash-saved"))
}

async fn again(app: &App, page: Page, form: CouponForm, errors: Errors) -> Outcome<Response> {
    let coupons = all(app, PageQuery::default()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(CouponsPage { page, coupons, form, errors })).into_response())
}

async fn stop(State(app): State<AppState>, admin: Admin, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    set(&app, &admin, &visitor, id, false).await
}

async fn start(State(app): State<AppState>, admin: Admin, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    set(&app, &admin, &visitor, id, true).await
}

async fn set(app: &App, admin: &Admin, visitor: &Visitor, id: i64, active: bool) -> Outcome<Response> {
    Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let row = ActiveModel { id: Set(id), active: Set(active), ..Default::default() };
    row.update(&app.db).await?;
    let action = if active { "coupon.start" } else { "coupon.stop" };
    audit::record(&app.db, visitor, Some(admin.0.id()), action, ("coupon", id), "").await?;
    Ok(flash("/admin/coupons", "flash-saved"))
}
