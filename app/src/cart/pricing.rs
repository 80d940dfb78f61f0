//! What a cart's lines cost right now. Prices come from here only, never from a browser.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::lines::Line;
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, MemberStatus, ProductStatus, TradeMode};
use crate::entities::{broadcast_products, broadcasts, media, members, products, seller_profiles, stock, variants};

#[derive(Clone, Debug)]
pub struct Priced {
    pub line: Line,
    pub product: products::Model,
    /// The options; empty where there are none.
    pub option: String,
    pub seller_name: String,
    pub image: Option<String>,
    pub regular_price: i64,
    pub unit_price: i64,
    /// The live price holds.
    pub live: bool,
    pub available: i64,
    /// Why it cannot be bought: a message's key.
    pub problem: Option<&'static str>,
}

impl Priced {
    pub fn total(&self) -> i64 {
        self.unit_price * self.line.quantity
    }

    /// For a select box, without the middle of a long list.
    pub fn few_left(&self) -> bool {
        self.problem.is_none() && self.available <= 5
    }
}

/// What one seller sends together: it becomes one order.
#[derive(Clone, Debug)]
pub struct Group {
    pub seller_id: i64,
    pub seller_name: String,
    pub trade_mode: TradeMode,
    pub lines: Vec<Priced>,
    pub items_total: i64,
    pub shipping_fee: i64,
}

impl Group {
    pub fn total(&self) -> i64 {
        self.items_total + self.shipping_fee
    }
}

/// Lines whose variant does not exist (any more) are left out.
pub async fn price(db: &impl ConnectionTrait, lines: Vec<Line>, buyer_id: Option<i64>) -> Result<Vec<Priced>, DbErr> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let found = Found::load(db, &lines).await?;
    Ok(lines.into_iter().filter_map(|line| found.price(line, buyer_id)).collect())
}

/// By seller and way of trading, in the order in which they lie in the cart.
pub fn group(lines: Vec<Priced>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines {
        let (seller_id, trade_mode) = (line.product.seller_id, line.product.trade_mode);
        let index = groups.iter().position(|group| group.seller_id == seller_id && group.trade_mode == trade_mode);
        let index = index.unwrap_or_else(|| {
            groups.push(Group {
                seller_id,
                seller_name: line.seller_name.clone(),
                trade_mode,
                lines: Vec::new(),
                items_total: 0,
                shipping_fee: 0,
            });
            groups.len() - 1
        });
        let group = &mut groups[index];
        if line.problem.is_none() {
            group.items_total += line.total();
            // One parcel: its dearest item's fee. Handed over in person: none.
            let fee = if trade_mode == TradeMode::Direct { 0 } else { line.product.shipping_fee };
            group.shipping_fee = group.shipping_fee.max(fee);
        }
        group.lines.push(line);
    }
    groups
}

struct Found {
    variants: HashMap<i64, variants::Model>,
    products: HashMap<i64, products::Model>,
    stock: HashMap<i64, i64>,
    live_prices: HashMap<(i64, i64), i64>,
    images: HashMap<i64, String>,
    sellers: HashMap<i64, String>,
}

impl Found {
    /// A fixed number of queries, however long the cart.
    async fn load(db: &impl ConnectionTrait, lines: &[Line]) -> Result<Self, DbErr> {
        let ids: Vec<i64> = lines.iter().map(|line| line.variant_id).collect();
        let variants = variants::Entity::find().filter(variants::Column::Id.is_in(ids.clone())).all(db).await?;
        let wanted: HashSet<i64> = variants.iter().map(|variant| variant.product_id).collect();
        let products = products::Entity::find().filter(products::Column::Id.is_in(wanted.clone())).all(db).await?;
        let stock = stock::Entity::find().filter(stock::Column::VariantId.is_in(ids)).all(db).await?;
        let covers: Vec<i64> = products.iter().filter_map(|product| product.cover_media_id).collect();
        let images = media::Entity::find().filter(media::Column::Id.is_in(covers)).all(db).await?;
        let broadcasts: HashSet<i64> = lines.iter().filter_map(|line| line.broadcast_id).collect();
        Ok(Self {
            live_prices: live_prices(db, broadcasts, wanted).await?,
            sellers: sellers(db, products.iter().map(|product| product.seller_id).collect()).await?,
            variants: variants.into_iter().map(|variant| (variant.id, variant)).collect(),
            products: products.into_iter().map(|product| (product.id, product)).collect(),
            stock: stock.into_iter().map(|stock| (stock.variant_id, stock.available)).collect(),
            images: images.into_iter().filter_map(|media| Some((media.id, media.public_url?))).collect(),
        })
    }

    fn price(&self, line: Line, buyer_id: Option<i64>) -> Option<Priced> {
        let variant = self.variants.get(&line.variant_id)?;
        let product = self.products.get(&variant.product_id)?.clone();
        let seller = self.sellers.get(&product.seller_id);
        let regular_price = (product.price + variant.price_difference).max(0);
        let live_price = line.broadcast_id.and_then(|broadcast| self.live_prices.get(&(broadcast, product.id)));
        let available = self.stock.get(&variant.id).copied().unwrap_or(0);
        let problem = if product.status != ProductStatus::OnSale || !variant.active || seller.is_none() {
            Some("cart-not-for-sale")
        } else if buyer_id == Some(product.seller_id) {
            Some("cart-own-product")
        } else if available == 0 {
            Some("cart-sold-out")
        } else if available < line.quantity {
            Some("cart-not-enough")
        } else {
            None
        };
        Some(Priced {
            option: variant.title.clone(),
            seller_name: seller.cloned().unwrap_or_default(),
            image: product.cover_media_id.and_then(|id| self.images.get(&id).cloned()),
            unit_price: live_price.map_or(regular_price, |price| (price + variant.price_difference).max(0)),
            live: live_price.is_some(),
            line,
            product,
            regular_price,
            available,
            problem,
        })
    }
}

/// By broadcast and product, where the broadcast is live and the price holds now.
async fn live_prices(
    db: &impl ConnectionTrait,
    wanted: HashSet<i64>,
    products: HashSet<i64>,
) -> Result<HashMap<(i64, i64), i64>, DbErr> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let live = broadcasts::Entity::find()
        .filter(broadcasts::Column::Id.is_in(wanted))
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .filter(broadcasts::Column::Rehearsal.eq(false))
        .all(db)
        .await?;
    let rows = broadcast_products::Entity::find()
        .filter(broadcast_products::Column::BroadcastId.is_in(live.iter().map(|broadcast| broadcast.id)))
        .filter(broadcast_products::Column::ProductId.is_in(products))
        .all(db)
        .await?;
    let now = now();
    let holds = |row: &broadcast_products::Model| {
        row.live_price_from.is_none_or(|from| from <= now) && row.live_price_until.is_none_or(|until| now < until)
    };
    Ok(rows
        .into_iter()
        .filter(holds)
        .filter_map(|row| Some(((row.broadcast_id, row.product_id), row.live_price?)))
        .collect())
}

/// The names of those who may sell.
async fn sellers(db: &impl ConnectionTrait, ids: HashSet<i64>) -> Result<HashMap<i64, String>, DbErr> {
    let members = members::Entity::find()
        .filter(members::Column::Id.is_in(ids.clone()))
        .filter(members::Column::Status.eq(MemberStatus::Active))
        .all(db)
        .await?;
    let profiles = seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.is_in(ids)).all(db).await?;
    let shown: HashMap<i64, String> =
        profiles.into_iter().map(|profile| (profile.member_id, profile.display_name)).collect();
    let name = |member: members::Model| {
        let name = shown.get(&member.id).cloned().unwrap_or(member.nickname);
        (member.id, name)
    };
    Ok(members.into_iter().map(name).collect())
}
