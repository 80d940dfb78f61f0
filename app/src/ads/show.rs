//! What is shown in a slot today, and how often it was shown and followed: counted here, written once a minute.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use chrono::NaiveDate;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};

use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::ad_bookings::{Column, Entity, Model};
use crate::entities::enums::AdStatus;
use crate::entities::{ad_slots, media};
use crate::i18n::seoul;
use crate::social::sellers;
use crate::web::page::safe_next;
use crate::web::{Failure, Outcome};

pub fn routes() -> Router<AppState> {
    Router::new().route("/ads/{id}", get(follow))
}

/// Shown and followed since they were written last, by booking.
#[derive(Debug, Default)]
pub struct Counters(Mutex<HashMap<i64, (i64, i64)>>);

impl Counters {
    fn open(&self) -> MutexGuard<'_, HashMap<i64, (i64, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Debug)]
pub struct Advert {
    pub id: i64,
    pub title: String,
    pub seller: String,
    pub image: Option<String>,
}

pub fn today() -> NaiveDate {
    seoul(now()).date_naive()
}

/// What pays for the slot today, if anything does; counts that it was shown.
pub async fn in_slot(app: &App, slot: &str) -> Result<Option<Advert>, DbErr> {
    let found = Entity::find()
        .find_also_related(ad_slots::Entity)
        .filter(ad_slots::Column::Code.eq(slot))
        .filter(ad_slots::Column::Active.eq(true))
        .filter(shown_on(today()))
        .one(&app.db)
        .await?;
    let Some((booking, _)) = found else { return Ok(None) };
    app.ads.open().entry(booking.id).or_default().0 += 1;
    let image = match booking.media_id {
        Some(id) => media::Entity::find_by_id(id).one(&app.db).await?.and_then(|media| media.public_url),
        None => None,
    };
    let seller = sellers::name(&app.db, booking.seller_id).await?;
    Ok(Some(Advert { id: booking.id, title: booking.title, seller, image }))
}

fn shown_on(day: NaiveDate) -> Expr {
    Column::Status.eq(AdStatus::Approved).and(Column::StartsOn.lte(day)).and(Column::EndsOn.gte(day))
}

/// Approved bookings of the slot that share a day with these.
pub(super) async fn overlapping(
    db: &impl ConnectionTrait,
    slot_id: i64,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::SlotId.eq(slot_id))
        .filter(Column::Status.eq(AdStatus::Approved))
        .filter(Column::StartsOn.lte(until))
        .filter(Column::EndsOn.gte(from))
        .one(db)
        .await
}

/// To what is advertised: a page of ours.
async fn follow(State(app): State<AppState>, Path(id): Path<i64>) -> Outcome<Response> {
    let booking = Entity::find_by_id(id).filter(shown_on(today())).one(&app.db).await?.ok_or(Failure::NotFound)?;
    app.ads.open().entry(id).or_default().1 += 1;
    Ok(Redirect::to(&safe_next(Some(&booking.link), "/")).into_response())
}

/// The periodic task.
pub async fn write_counts(app: &App) -> anyhow::Result<u64> {
    let counts = std::mem::take(&mut *app.ads.open());
    for (id, (shown, followed)) in counts {
        Entity::update_many()
            .col_expr(Column::Impressions, Expr::col(Column::Impressions).add(shown))
            .col_expr(Column::Clicks, Expr::col(Column::Clicks).add(followed))
            .filter(Column::Id.eq(id))
            .exec(&app.db)
            .await?;
    }
    Ok(0)
}
