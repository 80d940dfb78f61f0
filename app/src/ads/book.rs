//! Booking a slot: which days, what it says and where it leads. Prices are the slot's, never the form's.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{Duration, NaiveDate};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::show::{overlapping, today};
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::ad_bookings::{ActiveModel, Column, Entity, Model};
use crate::entities::ad_slots;
use crate::entities::enums::{AdStatus, MediaPurpose};
use crate::media::pictures;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{Errors, Failure, Html, Outcome, Page, Parts, Seller, Visitor, audit};

const LIMIT: Limit = Limit::per_minutes("ad", 20, 60);
const LONGEST: i64 = 30;
const AHEAD: i64 = 90;
/// After its last day.
const KEEP: Duration = Duration::days(183);
/// What can be advertised, by where it is.
const PLACES: [&str; 4] = ["/products/", "/live/", "/trailers/", "/sellers/"];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/ads", get(show).post(book))
        .layer(DefaultBodyLimit::max(pictures::MAX_BYTES + 64 * 1024))
        .route("/sell/ads/{id}/cancel", post(cancel))
}

#[derive(Clone, Debug, Default)]
struct AdForm {
    slot: String,
    title: String,
    link: String,
    starts_on: String,
    ends_on: String,
}

impl AdForm {
    fn is_slot(&self, id: &i64) -> bool {
        self.slot == id.to_string()
    }
}

#[derive(Template)]
#[template(path = "ads/book.html")]
struct BookPage {
    page: Page,
    slots: Vec<ad_slots::Model>,
    bookings: Vec<Model>,
    form: AdForm,
    errors: Errors,
}

impl BookPage {
    fn slot(&self, id: &i64) -> &str {
        self.slots.iter().find(|slot| slot.id == *id).map_or("", |slot| &slot.title)
    }
}

async fn book_page(app: &App, seller: &Seller, page: Page, form: AdForm, errors: Errors) -> Outcome<Response> {
    let slots = ad_slots::Entity::find().order_by_asc(ad_slots::Column::Id).all(&app.db).await?;
    let bookings = Entity::find()
        .filter(Column::SellerId.eq(seller.id()))
        .order_by_desc(Column::Id)
        .limit(50)
        .all(&app.db)
        .await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(BookPage { page, slots, bookings, form, errors })).into_response())
}

async fn show(State(app): State<AppState>, seller: Seller, page: Page) -> Outcome<Response> {
    let form = AdForm { link: format!("/sellers/{}", seller.id()), ..AdForm::default() };
    let errors = Errors::new(page.lang);
    book_page(&app, &seller, page, form, errors).await
}

async fn book(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    visitor: Visitor,
    parts: Parts,
) -> Outcome<Response> {
    let form = AdForm {
        slot: parts.field("slot"),
        title: parts.field("title"),
        link: parts.field("link").trim().to_owned(),
        starts_on: parts.field("starts_on"),
        ends_on: parts.field("ends_on"),
    };
    let mut errors = Errors::new(page.lang);
    errors.required("title", &form.title, 80);
    if !is_place(&form.link) {
        errors.add("link", "ad-link-wrong");
    }
    let slot = match form.slot.parse::<i64>() {
        Ok(id) => ad_slots::Entity::find_by_id(id).filter(ad_slots::Column::Active.eq(true)).one(&app.db).await?,
        Err(_) => None,
    };
    if slot.is_none() {
        errors.add("slot", "form-required");
    }
    let days = days(&mut errors, &form);
    if let (Some(slot), Some((from, until))) = (&slot, days)
        && overlapping(&app.db, slot.id, from, until).await?.is_some()
    {
        errors.add("starts_on", "ad-taken");
    }
    let pictures = parts.files("image");
    let mut media_id = None;
    if let (true, Some(picture)) = (errors.is_empty(), pictures.into_iter().next()) {
        LIMIT.hit(&app.db, &seller.id().to_string()).await?;
        match pictures::keep(&app, seller.id(), MediaPurpose::Advert, picture).await? {
            Ok(media) => media_id = Some(media.id),
            Err(unfit) => errors.add("image", unfit),
        }
    }
    let (Some(slot), Some((from, until)), true) = (slot, days, errors.is_empty()) else {
        return book_page(&app, &seller, page, form, errors).await;
    };
    let last = until.and_time(chrono::NaiveTime::MIN).and_utc();
    let row = ActiveModel {
        slot_id: Set(slot.id),
        seller_id: Set(seller.id()),
        media_id: Set(media_id),
        title: Set(form.title.trim().to_owned()),
        link: Set(form.link),
        starts_on: Set(from),
        ends_on: Set(until),
        price: Set(slot.price_per_day * ((until - from).num_days() + 1)),
        status: Set(AdStatus::Requested),
        impressions: Set(0),
        clicks: Set(0),
        created_at: Set(now()),
        delete_after: Set(last + KEEP),
        ..Default::default()
    };
    let row = row.insert(&app.db).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "ad.request", ("ad", row.id), "").await?;
    Ok(flash("/sell/ads", "flash-ad-requested"))
}

fn is_place(link: &str) -> bool {
    PLACES.iter().any(|place| {
        link.strip_prefix(place)
            .is_some_and(|id| !id.is_empty() && id.len() < 20 && id.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// From tomorrow on, so that an admin can look at it.
fn days(errors: &mut Errors, form: &AdForm) -> Option<(NaiveDate, NaiveDate)> {
    let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    let (from, until) = (day(&form.starts_on), day(&form.ends_on));
    if from.is_none_or(|from| from <= today() || from > today() + Duration::days(AHEAD)) {
        errors.add("starts_on", "ad-start-wrong");
    }
    let (from, until) = (
        from?,
        until.or_else(|| {
            errors.add("ends_on", "form-required");
            None
        })?,
    );
    if until < from || (until - from).num_days() >= LONGEST {
        errors.add("ends_on", "ad-end-wrong");
    }
    Some((from, until))
}

/// Until it has been decided.
async fn cancel(
    State(app): State<AppState>,
    seller: Seller,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let booking = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    seller.owns(booking.seller_id)?;
    let gone = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(AdStatus::Requested))
        .exec(&app.db)
        .await?;
    if gone.rows_affected == 0 {
        return Err(Failure::Conflict("ad-decided"));
    }
    if let Some(media) = booking.media_id {
        pictures::discard(&app.db, &[media]).await?;
    }
    audit::record(&app.db, &visitor, Some(seller.id()), "ad.cancel", ("ad", id), "").await?;
    Ok(flash("/sell/ads", "flash-deleted"))
}

#[cfg(test)]
mod tests {
    use super::is_place;

    #[test]
    fn adverts_lead_to_our_own_pages() {
        assert!(is_place("/products/12") && is_place("/sellers/1"));
        for bad in
            ["", "/", "/products/", "//evil.example", "/products/1/../../logout", "/my/leave", "/live/x", "https://x"]
        {
            assert!(!is_place(bad), "{bad}");
        }
    }
}
