//! The form of a trailer, and what its words mean.

use bytes::Bytes;
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::now;
use crate::entities::enums::{MediaPurpose, MediaStatus, ProductStatus};
use crate::entities::{categories, media, products, trailers};
use crate::i18n::seoul;
use crate::web::{Errors, Parts};

const FORMAT: &str = "%Y-%m-%dT%H:%M";
const AHEAD: Duration = Duration::days(180);
const MAX_PRICE: i64 = 1_000_000_000;
/// Korea has no summer time.
const SEOUL: Duration = Duration::hours(9);

#[derive(Clone, Debug, Default)]
pub(super) struct TrailerForm {
    pub title: String,
    pub description: String,
    pub category: String,
    pub product: String,
    pub price: String,
    pub starts_at: String,
    /// The id of an uploaded video.
    pub video: String,
    pub image: Option<Bytes>,
}

#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub category_id: Option<i64>,
    pub product_id: Option<i64>,
    pub price: Option<i64>,
    pub starts_at: DateTime<Utc>,
    pub video_media_id: Option<i64>,
}

impl TrailerForm {
    pub fn new(parts: &Parts) -> Self {
        Self {
            title: parts.field("title"),
            description: parts.field("description"),
            category: parts.field("category"),
            product: parts.field("product"),
            price: parts.field("price"),
            starts_at: parts.field("starts_at"),
            video: parts.field("video"),
            image: parts.files("image").into_iter().next(),
        }
    }

    /// Tomorrow evening.
    pub fn empty() -> Self {
        let tomorrow = seoul(now() + Duration::days(1)).format("%Y-%m-%dT20:00").to_string();
        Self { starts_at: tomorrow, ..Self::default() }
    }

    pub fn of(trailer: &trailers::Model) -> Self {
        let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            title: trailer.title.clone(),
            description: trailer.description.clone(),
            category: text(trailer.category_id),
            product: text(trailer.product_id),
            price: text(trailer.price),
            starts_at: seoul(trailer.starts_at).format(FORMAT).to_string(),
            video: text(trailer.video_media_id),
            image: None,
        }
    }

    /// None: `errors` says why. `kept` is the time that stood there before: it may have passed meanwhile.
    pub async fn check(
        &self,
        db: &impl ConnectionTrait,
        seller_id: i64,
        kept: Option<DateTime<Utc>>,
        errors: &mut Errors,
    ) -> Result<Option<Checked>, DbErr> {
        errors.required("title", &self.title, 120);
        errors.optional("description", &self.description, 5000);
        let price = match self.price.trim() {
            "" => None,
            price => errors.number("price", price, 0, MAX_PRICE),
        };
        let starts_at = time(&self.starts_at);
        match starts_at {
            None => errors.add("starts_at", "trailer-time-wrong"),
            Some(at) if kept.map(minute) == Some(at) => {}
            Some(at) if at <= now() || at > now() + AHEAD => errors.add("starts_at", "trailer-time-wrong"),
            Some(_) => {}
        }
        let id = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<i64>().ok().map(Some) };
        let category_id = id(&self.category).unwrap_or(Some(0));
        if let Some(category) = category_id
            && categories::Entity::find_by_id(category).one(db).await?.is_none()
        {
            errors.add("category", "live-error-category");
        }
        let product_id = id(&self.product).unwrap_or(Some(0));
        if let Some(product) = product_id
            && !products_of(db, seller_id).await?.iter().any(|own| own.id == product)
        {
            errors.add("product", "trailer-product-wrong");
        }
        let video_media_id = id(&self.video).unwrap_or(Some(0));
        if let Some(video) = video_media_id
            && !is_own_video(db, seller_id, video).await?
        {
            errors.add("video", "trailer-video-wrong");
        }
        let Some(starts_at) = starts_at.filter(|_| errors.is_empty()) else { return Ok(None) };
        Ok(Some(Checked { category_id, product_id, price, starts_at, video_media_id }))
    }
}

/// As the browser's field has it, in Seoul.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text.get(..16)?, FORMAT).ok()?;
    Some(local.checked_sub_signed(SEOUL)?.and_utc())
}

fn minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at - Duration::seconds(at.timestamp().rem_euclid(60))
        - Duration::nanoseconds(i64::from(at.timestamp_subsec_nanos()))
}

/// What can be announced.
pub(super) async fn products_of(db: &impl ConnectionTrait, seller_id: i64) -> Result<Vec<products::Model>, DbErr> {
    products::Entity::find()
        .filter(products::Column::SellerId.eq(seller_id))
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .order_by_desc(products::Column::Id)
        .limit(200)
        .all(db)
        .await
}

/// One that is still being made is taken too: the page shows it once it is ready.
async fn is_own_video(db: &impl ConnectionTrait, seller_id: i64, id: i64) -> Result<bool, DbErr> {
    let found = media::Entity::find_by_id(id).filter(media::Column::OwnerId.eq(seller_id)).one(db).await?;
    Ok(found.is_some_and(|row| {
        row.purpose == MediaPurpose::TrailerVideo
            && matches!(row.status, MediaStatus::Uploaded | MediaStatus::Processing | MediaStatus::Ready)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seouls() {
        assert_eq!(time("2026-12-01T20:00").unwrap().to_rfc3339(), "2026-12-01T11:00:00+00:00");
        assert_eq!(time("2026-12-01T20:00:30").unwrap(), time("2026-12-01T20:00").unwrap());
        for wrong in ["", "tomorrow", "2026-02-30T20:00", "2026년 12월 1일 오후 8시 정각"] {
            assert!(time(wrong).is_none(), "{wrong}");
        }
        let at = time("2026-12-01T20:00").unwrap();
        assert_eq!(minute(at + Duration::milliseconds(59_999)), at);
    }
}
