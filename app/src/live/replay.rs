//! What an ended broadcast has to look back at: when each product was pinned, what was written, how it was liked.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::goods::Good;
use crate::entities::{broadcasts, members, pin_events, reviews};

/// From here on in the recording the product is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub seconds: i64,
    pub product_id: i64,
    pub title: String,
}

impl Moment {
    /// As players write it: 1:02:03 or 4:05.
    pub fn clock(&self) -> String {
        clock(self.seconds)
    }
}

pub fn clock(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// What to add to a time since the start, to have it in the recording: streams begin before broadcasts do.
pub fn shift_ms(broadcast: &broadcasts::Model) -> i64 {
    match (broadcast.started_at, broadcast.recording_started_at) {
        (Some(start), Some(recording)) => (start - recording).num_milliseconds(),
        _ => 0,
    }
}

/// Of products that are still for sale; the same one twice in a row is once.
pub async fn timeline(
    db: &impl ConnectionTrait,
    broadcast: &broadcasts::Model,
    goods: &[Good],
) -> Result<Vec<Moment>, DbErr> {
    let titles: HashMap<i64, &str> = goods.iter().map(|good| (good.product.id, good.product.title.as_str())).collect();
    let events = pin_events::Entity::find()
        .filter(pin_events::Column::BroadcastId.eq(broadcast.id))
        .order_by_asc(pin_events::Column::OffsetMs)
        .order_by_asc(pin_events::Column::Id)
        .all(db)
        .await?;
    let shift = shift_ms(broadcast);
    let moment = |event: pin_events::Model| {
        let product_id = event.product_id?;
        let title = (*titles.get(&product_id)?).to_owned();
        Some(Moment { seconds: ((event.offset_ms + shift) / 1000).max(0), product_id, title })
    };
    let mut moments: Vec<Moment> = events.into_iter().filter_map(moment).collect();
    moments.dedup_by_key(|moment| moment.product_id);
    Ok(moments)
}

#[derive(Clone, Debug)]
pub struct ReviewLine {
    pub review: reviews::Model,
    pub nickname: String,
    pub product: String,
}

impl ReviewLine {
    pub fn stars(&self) -> String {
        let full = usize::try_from(self.review.rating).unwrap_or_default().min(5);
        format!("{}{}", "★".repeat(full), "☆".repeat(5 - full))
    }
}

/// The newest about what was sold here.
pub async fn reviews(db: &impl ConnectionTrait, goods: &[Good], limit: u64) -> Result<Vec<ReviewLine>, DbErr> {
    let titles: HashMap<i64, &str> = goods.iter().map(|good| (good.product.id, good.product.title.as_str())).collect();
    let found = reviews::Entity::find()
        .find_also_related(members::Entity)
        .filter(reviews::Column::ProductId.is_in(titles.keys().copied()))
        .filter(reviews::Column::DeletedAt.is_null())
        .order_by_desc(reviews::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    let line = |(review, member): (reviews::Model, Option<members::Model>)| ReviewLine {
        product: titles.get(&review.product_id).map(|title| (*title).to_owned()).unwrap_or_default(),
        nickname: member.map(|member| member.nickname).unwrap_or_default(),
        review,
    };
    Ok(found.into_iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn clocks() {
        assert_eq!([clock(0), clock(65), clock(3723)], ["0:00", "1:05", "1:02:03"]);
    }
}
