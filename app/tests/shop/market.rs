//! Goods for tests: products with one variant and a stock, live broadcasts that show them, coupons.

use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{
    BroadcastStatus, CouponKind, ItemCondition, ProductStatus, RecordingStatus, TradeMode,
};
use bogosa_shop::entities::{broadcast_products, broadcasts, coupons, members, products, stock, variants};
use bogosa_shop::members::channel;
use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::harness::TestApp;

#[derive(Clone, Copy, Debug)]
pub struct Goods {
    pub product: i64,
    pub variant: i64,
}

impl TestApp {
    pub async fn goods(&self, seller: &members::Model, title: &str, price: i64, amount: i64) -> Goods {
        self.goods_of_mode(seller, title, price, amount, TradeMode::Ordinary).await
    }

    pub async fn goods_of_mode(
        &self,
        seller: &members::Model,
        title: &str,
        price: i64,
        amount: i64,
        mode: TradeMode,
    ) -> Goods {
        let row = products::ActiveModel {
            seller_id: Set(seller.id),
            title: Set(title.to_owned()),
            description: Set("for tests".to_owned()),
            trade_mode: Set(mode),
            item_condition: Set((mode == TradeMode::Used).then_some(ItemCondition::Good)),
            meeting_place: Set((mode == TradeMode::Direct).then(|| "City Hall, exit 3".to_owned())),
            price: Set(price),
            shipping_fee: Set(3_000),
            withdrawal_excluded: Set(false),
            status: Set(ProductStatus::OnSale),
            created_at: Set(now()),
            updated_at: Set(now()),
            ..Default::default()
        };
        let product = row.insert(&self.app.db).await.unwrap().id;
        let variant = self.variant(product, "", 0, amount).await;
        Goods { product, variant }
    }

    pub async fn variant(&self, product: i64, title: &str, price_difference: i64, amount: i64) -> i64 {
        let row = variants::ActiveModel {
            product_id: Set(product),
            title: Set(title.to_owned()),
            price_difference: Set(price_difference),
            position: Set(0),
            active: Set(true),
            ..Default::default()
        };
        let variant = row.insert(&self.app.db).await.unwrap().id;
        let row = stock::ActiveModel {
            variant_id: Set(variant),
            initial: Set(amount),
            restocked: Set(0),
            available: Set(amount),
            reserved: Set(0),
            sold: Set(0),
            updated_at: Set(now()),
            ..Default::default()
        };
        row.insert(&self.app.db).await.unwrap();
        variant
    }

    /// A live broadcast that shows one product, at a price of its own.
    pub async fn live(&self, seller: &members::Model, product: i64, live_price: Option<i64>) -> i64 {
        let channel = channel::ensure(&self.app, seller.id).await.unwrap();
        let row = broadcasts::ActiveModel {
            seller_id: Set(seller.id),
            channel_id: Set(channel.id),
            title: Set("live".to_owned()),
            description: Set(String::new()),
            status: Set(BroadcastStatus::Live),
            rehearsal: Set(false),
            recording_status: Set(RecordingStatus::None),
            started_at: Set(Some(now())),
            created_at: Set(now()),
            updated_at: Set(now()),
            ..Default::default()
        };
        let broadcast = row.insert(&self.app.db).await.unwrap().id;
        let row = broadcast_products::ActiveModel {
            broadcast_id: Set(broadcast),
            product_id: Set(product),
            position: Set(0),
            live_price: Set(live_price),
            ..Default::default()
        };
        row.insert(&self.app.db).await.unwrap();
        broadcast
    }

    pub async fn end_broadcast(&self, id: i64) {
        let row = broadcasts::ActiveModel { id: Set(id), status: Set(BroadcastStatus::Ended), ..Default::default() };
        row.update(&self.app.db).await.unwrap();
    }

    /// Takes an amount off, for everything; without a seller the operator pays.
    pub async fn coupon(&self, code: &str, seller: Option<i64>, value: i64, quantity: Option<i64>) -> coupons::Model {
        let row = coupons::ActiveModel {
            seller_id: Set(seller),
            code: Set(code.to_owned()),
            title: Set(code.to_owned()),
            kind: Set(CouponKind::Amount),
            value: Set(value),
            minimum_total: Set(0),
            quantity: Set(quantity),
            claimed: Set(0),
            starts_at: Set(now() - Duration::hours(1)),
            ends_at: Set(now() + Duration::days(1)),
            active: Set(true),
            created_at: Set(now()),
            ..Default::default()
        };
        row.insert(&self.app.db).await.unwrap()
    }

    pub async fn stock(&self, variant: i64) -> stock::Model {
        let row = stock::Entity::find().filter(stock::Column::VariantId.eq(variant)).one(&self.app.db).await;
        row.unwrap().unwrap()
    }
}
