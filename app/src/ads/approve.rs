//! Admins look at what is asked for before anybody sees it; and set the slots' prices.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait};
use serde::Deserialize;

use super::show::overlapping;
use crate::app::AppState;
use crate::entities::ad_bookings::{Column, Entity, Model};
use crate::entities::enums::AdStatus;
use crate::entities::{ad_slots, media};
use crate::settlement::bookings;
use crate::social::notifications::{Notice, notify};
use crate::social::sellers::{Face, faces};
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Admin, Failure, Html, Outcome, Page, Visitor, audit};

const MOST: i64 = 100_000_000;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/ads", get(list))
        .route("/admin/ads/{id}/approve", post(approve))
        .route("/admin/ads/{id}/reject", post(reject))
        .route("/admin/ads/slots/{id}", post(change_slot))
}

#[derive(Clone, Debug)]
struct Asked {
    booking: Model,
    slot: String,
    seller: Face,
    image: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/ads.html")]
struct AdsPage {
    page: Page,
    slots: Vec<ad_slots::Model>,
    asked: Paged<Asked>,
}

async fn list(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let slots = ad_slots::Entity::find().order_by_asc(ad_slots::Column::Id).all(&app.db).await?;
    // "requested" is the last of the words.
    let find = Entity::find().order_by_desc(Column::Status).order_by_desc(Column::Id);
    let rows = paginate(&app.db, find, wanted, 30).await?;
    let sellers: Vec<i64> = rows.items.iter().map(|row| row.seller_id).collect();
    let names = faces(&app.db, &sellers).await?;
    let pictures = media::Entity::find()
        .filter(media::Column::Id.is_in(rows.items.iter().filter_map(|row| row.media_id)))
        .all(&app.db)
        .await?;
    let pictures: HashMap<i64, Option<String>> =
        pictures.into_iter().map(|media| (media.id, media.public_url)).collect();
    let asked = rows.map(|booking| Asked {
        slot: slots.iter().find(|slot| slot.id == booking.slot_id).map(|slot| slot.title.clone()).unwrap_or_default(),
        seller: names.get(&booking.seller_id).cloned().unwrap_or(Face { id: booking.seller_id, ..Face::default() }),
        image: booking.media_id.and_then(|id| pictures.get(&id).cloned().flatten()),
        booking,
    });
    Ok(Html(AdsPage { page, slots, asked }))
}

/// One a day and slot: two that are approved at once meet at the slot's row.
async fn approve(
    State(app): State<AppState>,
    admin: Admin,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let booking = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let transaction = app.db.begin().await?;
    ad_slots::Entity::update_many()
        .col_expr(ad_slots::Column::Active, Expr::col(ad_slots::Column::Active))
        .filter(ad_slots::Column::Id.eq(booking.slot_id))
        .exec(&transaction)
        .await?;
    if overlapping(&transaction, booking.slot_id, booking.starts_on, booking.ends_on).await?.is_some() {
        return Err(Failure::Conflict("ad-taken"));
    }
    decide(&transaction, &booking, AdStatus::Approved).await?;
    bookings::advertised(&transaction, &booking).await?;
    audit::record(&transaction, &visitor, Some(admin.0.id()), "ad.approve", ("ad", id), "").await?;
    transaction.commit().await?;
    Ok(flash("/admin/ads", "flash-saved"))
}

async fn reject(State(app): State<AppState>, admin: Admin, visitor: Visitor, Path(id): Path<i64>) -> Outcome<Response> {
    let booking = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let transaction = app.db.begin().await?;
    decide(&transaction, &booking, AdStatus::Rejected).await?;
    audit::record(&transaction, &visitor, Some(admin.0.id()), "ad.reject", ("ad", id), "").await?;
    transaction.commit().await?;
    Ok(flash("/admin/ads", "flash-saved"))
}

async fn decide(db: &impl sea_orm::ConnectionTrait, booking: &Model, status: AdStatus) -> Outcome<()> {
    let decided = Entity::update_many()
        .col_expr(Column::Status, Expr::value(status.word()))
        .filter(Column::Id.eq(booking.id))
        .filter(Column::Status.eq(AdStatus::Requested))
        .exec(db)
        .await?;
    if decided.rows_affected == 0 {
        return Err(Failure::Conflict("ad-decided"));
    }
    let notice = Notice {
        message: if status == AdStatus::Approved { "notice-ad-approved" } else { "notice-ad-rejected" },
        arguments: &[("title", booking.title.clone())],
        link: "/sell/ads".to_owned(),
        unique_key: Some(format!("ad:{}", booking.id)),
    };
    notify(db, booking.seller_id, &notice).await?;
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlotForm {
    price: String,
    active: Option<String>,
}

/// Bookings that there are keep their price.
async fn change_slot(
    State(app): State<AppState>,
    admin: Admin,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<SlotForm>,
) -> Outcome<Response> {
    ad_slots::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let price = form.price.trim().replace(',', "").parse().ok().filter(|price| (0..=MOST).contains(price));
    let row = ad_slots::ActiveModel {
        id: Set(id),
        price_per_day: Set(price.ok_or(Failure::Invalid("ad-price-wrong"))?),
        active: Set(form.active.is_some()),
        ..Default::default()
    };
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(admin.0.id()), "ad.change-slot", ("slot", id), form.price.trim()).await?;
    Ok(flash("/admin/ads", "flash-saved"))
}
