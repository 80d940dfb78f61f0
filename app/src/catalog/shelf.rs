//! What belongs to a product: pictures, options, variants with their stock, and the live price that holds now.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};

use crate::db::now;
use crate::entities::enums::BroadcastStatus;
use crate::entities::{
    broadcast_products, broadcasts, media, product_images, product_option_values, product_options, products, stock,
    variants,
};
use crate::live::goods;

#[derive(Clone, Debug)]
pub struct Picture {
    pub id: i64,
    pub media_id: i64,
    pub url: String,
    pub alt: String,
}

/// What is chosen and bought.
#[derive(Clone, Debug)]
pub struct Choice {
    pub variant: variants::Model,
    pub stock: stock::Model,
    /// In force now, options included.
    pub price: i64,
}

#[derive(Clone, Debug)]
pub struct OptionLine {
    pub name: String,
    pub values: Vec<String>,
}

/// A broadcast that sells the product for less, right now.
#[derive(Clone, Debug)]
pub struct LiveOffer {
    pub broadcast_id: i64,
    pub title: String,
    pub price: i64,
}

/// In the seller's order.
pub async fn pictures(db: &impl ConnectionTrait, product_id: i64) -> Result<Vec<Picture>, DbErr> {
    let rows = product_images::Entity::find()
        .find_also_related(media::Entity)
        .filter(product_images::Column::ProductId.eq(product_id))
        .order_by_asc(product_images::Column::Position)
        .order_by_asc(product_images::Column::Id)
        .all(db)
        .await?;
    let picture = |(row, media): (product_images::Model, Option<media::Model>)| {
        Some(Picture { id: row.id, media_id: row.media_id, url: media?.public_url?, alt: row.alt })
    };
    Ok(rows.into_iter().filter_map(picture).collect())
}

pub async fn options(db: &impl ConnectionTrait, product_id: i64) -> Result<Vec<OptionLine>, DbErr> {
    let rows = product_options::Entity::find()
        .filter(product_options::Column::ProductId.eq(product_id))
        .order_by_asc(product_options::Column::Position)
        .all(db)
        .await?;
    let values = product_option_values::Entity::find()
        .filter(product_option_values::Column::OptionId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(product_option_values::Column::Position)
        .all(db)
        .await?;
    let line = |row: product_options::Model| OptionLine {
        values: values.iter().filter(|value| value.option_id == row.id).map(|value| value.label.clone()).collect(),
        name: row.name,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// All variants, those that cannot be chosen any more too; `base` is the price without options.
pub async fn choices(db: &impl ConnectionTrait, product_id: i64, base: i64) -> Result<Vec<Choice>, DbErr> {
    let rows = stock::Entity::find()
        .find_also_related(variants::Entity)
        .filter(variants::Column::ProductId.eq(product_id))
        .order_by_asc(variants::Column::Position)
        .order_by_asc(variants::Column::Id)
        .all(db)
        .await?;
    let choice = |(stock, variant): (stock::Model, Option<variants::Model>)| {
        let variant = variant?;
        Some(Choice { price: base.saturating_add(variant.price_difference).max(0), variant, stock })
    };
    Ok(rows.into_iter().filter_map(choice).collect())
}

/// The lowest, where more than one broadcast shows it.
pub async fn live_offer(db: &impl ConnectionTrait, product: &products::Model) -> Result<Option<LiveOffer>, DbErr> {
    let shown = broadcast_products::Entity::find()
        .find_also_related(broadcasts::Entity)
        .filter(broadcast_products::Column::ProductId.eq(product.id))
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .all(db)
        .await?;
    let at = now();
    let offer = |(entry, broadcast): (broadcast_products::Model, Option<broadcasts::Model>)| {
        let broadcast = broadcast?;
        let price = goods::live_price(&broadcast, &entry, at).filter(|price| *price < product.price)?;
        Some(LiveOffer { broadcast_id: broadcast.id, title: broadcast.title, price })
    };
    Ok(shown.into_iter().filter_map(offer).min_by_key(|offer| offer.price))
}

/// Those of which something is left.
pub async fn in_stock(
    db: &impl ConnectionTrait,
    products: impl IntoIterator<Item = i64>,
) -> Result<HashSet<i64>, DbErr> {
    let left: Vec<i64> = variants::Entity::find()
        .select_only()
        .column(variants::Column::ProductId)
        .join_rev(JoinType::InnerJoin, stock::Relation::Variant.def())
        .filter(variants::Column::ProductId.is_in(products))
        .filter(variants::Column::Active.eq(true))
        .filter(stock::Column::Available.gt(0))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    Ok(left.into_iter().collect())
}
