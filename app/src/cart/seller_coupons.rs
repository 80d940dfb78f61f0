//! A seller's coupons: `/sell/coupons`. The seller bears what they take off.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};
use serde::Deserialize;

use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{BroadcastStatus, CouponKind};
use crate::entities::{broadcasts, coupons};
use crate::web::flash::flash;
use crate::web::{Errors, Failure, Html, Outcome, Page, Seller, Visitor, audit};

const MOST: i64 = 100_000_000;

pub fn routes() -> Router<AppState> {
    Router::new().route("/sell/coupons", get(show).post(create)).route("/sell/coupons/{id}/stop", post(stop))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CouponForm {
    code: String,
    title: String,
    kind: String,
    value: String,
    minimum: String,
    maximum: String,
    quantity: String,
    days: String,
    broadcast: String,
}

#[derive(Template)]
#[template(path = "cart/seller_coupons.html")]
struct CouponsPage {
    page: Page,
    coupons: Vec<coupons::Model>,
    broadcasts: Vec<broadcasts::Model>,
    form: CouponForm,
    errors: Errors,
}

async fn coupons_page(app: &App, seller_id: i64, page: Page, form: CouponForm, errors: Errors) -> Outcome<CouponsPage> {
    let coupons = coupons::Entity::find()
        .filter(coupons::Column::SellerId.eq(seller_id))
        .order_by_desc(coupons::Column::Id)
        .limit(50)
        .all(&app.db)
        .await?;
    let broadcasts = broadcasts::Entity::find()
        .filter(broadcasts::Column::SellerId.eq(seller_id))
        .filter(broadcasts::Column::Status.is_in([BroadcastStatus::Preparing, BroadcastStatus::Live]))
        .all(&app.db)
        .await?;
    Ok(CouponsPage { page, coupons, broadcasts, form, errors })
}

async fn show(State(app): State<AppState>, seller: Seller, page: Page) -> Outcome<impl IntoResponse> {
    let errors = Errors::new(page.lang);
    let form = CouponForm { kind: "amount".to_owned(), days: "7".to_owned(), ..CouponForm::default() };
    Ok(Html(coupons_page(&app, seller.id(), page, form, errors).await?))
}

async fn create(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CouponForm>,
) -> Outcome<Response> {
    let mut errors = Errors::new(page.lang);
    let row = check(&form, &mut errors);
    let broadcast_id = match form.broadcast.trim() {
        "" => None,
        id => {
            let id: i64 = id.parse().map_err(|_| Failure::Invalid("error-400-text"))?;
            let broadcast = broadcasts::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
            seller.owns(broadcast.seller_id)?;
            Some(id)
        }
    };
    if errors.is_empty() {
        let row = coupons::ActiveModel { seller_id: Set(Some(seller.id())), broadcast_id: Set(broadcast_id), ..row };
        match row.insert(&app.db).await {
            Ok(coupon) => {
                audit::record(&app.db, &visitor, Some(seller.id()), "coupon.create", ("coupon", coupon.id), "").await?;
                return Ok(flash("/sell/coupons", "flash-coupon-created"));
            }
            Err(error) if is_unique_violation(&error) => errors.add("code", "coupon-code-taken"),
            Err(error) => return Err(error.into()),
        }
    }
    let again = coupons_page(&app, seller.id(), page, form, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response())
}

/// All mistakes at once; what is wrong stays at its default, for it is not written.
fn check(form: &CouponForm, errors: &mut Errors) -> coupons::ActiveModel {
    let code = form.code.trim().to_uppercase();
    errors.required("title", &form.title, 80);
    if !(4..=20).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        errors.add("code", "coupon-code-wrong");
    }
    let percent = form.kind == "percent";
    let value = errors.number("value", &form.value, 1, if percent { 90 } else { MOST });
    let mut optional = |field: &'static str, text: &str, min: i64| {
        if text.trim().is_empty() { None } else { errors.number(field, text, min, MOST) }
    };
    let (minimum, maximum, quantity) = (
        optional("minimum", &form.minimum, 0),
        optional("maximum", &form.maximum, 1),
        optional("quantity", &form.quantity, 1),
    );
    let days = errors.number("days", &form.days, 1, 365);
    coupons::ActiveModel {
        code: Set(code),
        title: Set(form.title.trim().to_owned()),
        kind: Set(if percent { CouponKind::Percent } else { CouponKind::Amount }),
        value: Set(value.unwrap_or(1)),
        minimum_total: Set(minimum.unwrap_or(0)),
        maximum_discount: Set(maximum),
        quantity: Set(quantity),
        claimed: Set(0),
        starts_at: Set(now()),
        ends_at: Set(now() + Duration::days(days.unwrap_or(1))),
        active: Set(true),
        created_at: Set(now()),
        ..Default::default()
    }
}

/// Who has claimed it keeps nothing: it can no longer be used.
async fn stop(State(app): State<AppState>, seller: Seller, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    let coupon = coupons::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(coupon.seller_id.ok_or(Failure::NotFound)?)?;
    let mut row = coupon.into_active_model();
    row.active = Set(false);
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "coupon.stop", ("coupon", id), "").await?;
    Ok(flash("/sell/coupons", "flash-coupon-stopped"))
}
