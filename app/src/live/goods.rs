//! What a broadcast sells: products in the seller's order, with the price that holds now and what is left.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::db::now;
use crate::entities::enums::{BroadcastStatus, ProductStatus};
use crate::entities::{broadcast_products, broadcasts, media, products, stock, variants};

/// A variant that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    pub id: i64,
    pub title: String,
    pub price: i64,
    pub available: i64,
}

#[derive(Clone, Debug)]
pub struct Good {
    pub product: products::Model,
    pub entry: broadcast_products::Model,
    pub image: Option<String>,
    /// Holds now.
    pub live_price: Option<i64>,
    /// What it costs now, without options.
    pub price: i64,
    pub choices: Vec<Choice>,
}

impl Good {
    pub fn available(&self) -> i64 {
        self.choices.iter().map(|choice| choice.available).sum()
    }

    /// How much below the ordinary price, in percent.
    pub fn saving(&self) -> Option<i64> {
        let live = self.live_price.filter(|live| *live < self.product.price)?;
        Some((self.product.price - live) * 100 / self.product.price)
    }
}

/// The live price, where it holds: the broadcast is live, and the time is right.
pub fn live_price(broadcast: &broadcasts::Model, entry: &broadcast_products::Model, at: DateTime<Utc>) -> Option<i64> {
    let timely =
        entry.live_price_from.is_none_or(|from| from <= at) && entry.live_price_until.is_none_or(|until| at < until);
    entry.live_price.filter(|_| timely && broadcast.status == BroadcastStatus::Live && !broadcast.rehearsal)
}

pub async fn entries(db: &impl ConnectionTrait, broadcast_id: i64) -> Result<Vec<broadcast_products::Model>, DbErr> {
    broadcast_products::Entity::find()
        .filter(broadcast_products::Column::BroadcastId.eq(broadcast_id))
        .order_by_asc(broadcast_products::Column::Position)
        .all(db)
        .await
}

/// Without what the seller has taken off the shelves.
pub async fn goods(db: &impl ConnectionTrait, broadcast: &broadcasts::Model) -> Result<Vec<Good>, DbErr> {
    let entries = entries(db, broadcast.id).await?;
    let ids: Vec<i64> = entries.iter().map(|entry| entry.product_id).collect();
    let found = products::Entity::find()
        .filter(products::Column::Id.is_in(ids.clone()))
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .all(db)
        .await?;
    let covers: Vec<i64> = found.iter().filter_map(|product| product.cover_media_id).collect();
    let mut products: HashMap<i64, products::Model> = found.into_iter().map(|product| (product.id, product)).collect();
    let pictures = media::Entity::find().filter(media::Column::Id.is_in(covers)).all(db).await?;
    let pictures: HashMap<i64, String> =
        pictures.into_iter().filter_map(|picture| Some((picture.id, picture.public_url?))).collect();
    let mut choices: HashMap<i64, Vec<Choice>> = HashMap::new();
    for (variant, available) in stocked(db, ids).await? {
        let choice = Choice { id: variant.id, title: variant.title, price: variant.price_difference, available };
        choices.entry(variant.product_id).or_default().push(choice);
    }
    let at = now();
    let good = |entry: broadcast_products::Model| {
        let product = products.remove(&entry.product_id)?;
        let live_price = live_price(broadcast, &entry, at);
        let base = live_price.unwrap_or(product.price);
        let mut choices = choices.remove(&product.id).unwrap_or_default();
        choices.iter_mut().for_each(|choice| choice.price = (choice.price + base).max(0));
        let image = product.cover_media_id.and_then(|id| pictures.get(&id).cloned());
        Some(Good { product, entry, image, live_price, price: base, choices })
    };
    Ok(entries.into_iter().filter_map(good).collect())
}

/// Units left of each variant on sale in a broadcast.
pub async fn stock(db: &impl ConnectionTrait, broadcast_id: i64) -> Result<BTreeMap<i64, i64>, DbErr> {
    let ids = entries(db, broadcast_id).await?.into_iter().map(|entry| entry.product_id).collect();
    let found = stocked(db, ids).await?;
    Ok(found.into_iter().map(|(variant, available)| (variant.id, available)).collect())
}

/// The products' variants that can be chosen, and how many of each are left.
async fn stocked(db: &impl ConnectionTrait, products: Vec<i64>) -> Result<Vec<(variants::Model, i64)>, DbErr> {
    let found = stock::Entity::find()
        .find_also_related(variants::Entity)
        .filter(variants::Column::ProductId.is_in(products))
        .filter(variants::Column::Active.eq(true))
        .order_by_asc(variants::Column::Position)
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|(stock, variant)| Some((variant?, stock.available))).collect())
}
