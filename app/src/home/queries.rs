//! What the main page shows: live now, announced, replays, new products.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::now;
use crate::entities::enums::{BroadcastStatus, ProductStatus, TrailerStatus};
use crate::entities::{broadcasts, media, members, products, trailers};

/// A tile: what all four lists have in common.
#[derive(Clone, Debug)]
pub struct Tile<T> {
    pub item: T,
    pub seller: String,
    pub image: Option<String>,
}

#[derive(Debug)]
pub struct Front {
    pub live: Vec<Tile<broadcasts::Model>>,
    pub trailers: Vec<Tile<trailers::Model>>,
    pub replays: Vec<Tile<broadcasts::Model>>,
    pub products: Vec<Tile<products::Model>>,
}

pub async fn front(db: &impl ConnectionTrait) -> Result<Front, DbErr> {
    let broadcasts_that = |status: BroadcastStatus| {
        broadcasts::Entity::find()
            .filter(broadcasts::Column::Status.eq(status))
            .filter(broadcasts::Column::Rehearsal.eq(false))
            .order_by_desc(broadcasts::Column::StartedAt)
            .limit(8)
    };
    let live = broadcasts_that(BroadcastStatus::Live).all(db).await?;
    let replays = broadcasts_that(BroadcastStatus::Ended).all(db).await?;
    let announced = trailers::Entity::find()
        .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
        .filter(trailers::Column::StartsAt.gt(now()))
        .order_by_asc(trailers::Column::StartsAt)
        .limit(6)
        .all(db)
        .await?;
    let new = products::Entity::find()
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .order_by_desc(products::Column::Id)
        .limit(8)
        .all(db)
        .await?;
    Ok(Front {
        live: tiles(db, live, |item| (item.seller_id, item.image_media_id)).await?,
        trailers: tiles(db, announced, |item| (item.seller_id, item.image_media_id)).await?,
        replays: tiles(db, replays, |item| (item.seller_id, item.image_media_id)).await?,
        products: tiles(db, new, |item| (item.seller_id, item.cover_media_id)).await?,
    })
}

/// Adds sellers and pictures with one query each, however long the list.
pub async fn tiles<T>(
    db: &impl ConnectionTrait,
    items: Vec<T>,
    keys: impl Fn(&T) -> (i64, Option<i64>),
) -> Result<Vec<Tile<T>>, DbErr> {
    let sellers: Vec<i64> = items.iter().map(|item| keys(item).0).collect();
    let pictures: Vec<i64> = items.iter().filter_map(|item| keys(item).1).collect();
    let sellers = members::Entity::find().filter(members::Column::Id.is_in(sellers)).all(db).await?;
    let sellers: HashMap<i64, String> = sellers.into_iter().map(|member| (member.id, member.nickname)).collect();
    let pictures = media::Entity::find().filter(media::Column::Id.is_in(pictures)).all(db).await?;
    let pictures: HashMap<i64, String> =
        pictures.into_iter().filter_map(|media| Some((media.id, media.public_url?))).collect();
    let tile = |item: T| {
        let (seller, picture) = keys(&item);
        Tile {
            seller: sellers.get(&seller).cloned().unwrap_or_default(),
            image: picture.and_then(|id| pictures.get(&id).cloned()),
            item,
        }
    };
    Ok(items.into_iter().map(tile).collect())
}
