//! Rows that tests begin with, as other domains would have made them.

use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{
    BroadcastStatus, CheckoutStatus, OrderStatus, ProductStatus, RecordingStatus, Retention, TradeMode, TrailerStatus,
};
use bogosa_shop::entities::{
    broadcasts, checkouts, members, order_items, orders, products, seller_profiles, trailers, variants,
};
use bogosa_shop::members::channel;
use chrono::Duration;
use sea_orm::{ActiveModelTrait, Set};

use crate::harness::TestApp;

pub async fn profile(shop: &TestApp, seller: &members::Model) -> seller_profiles::Model {
    let row = seller_profiles::ActiveModel {
        member_id: Set(seller.id),
        display_name: Set(format!("{} shop", seller.nickname)),
        intro: Set("Pots & pans".to_owned()),
        representative: Set(Some("Representative".to_owned())),
        business_number: Set(Some("124-81-00998".to_owned())),
        phone: Set("02-123-4567".to_owned()),
        email: Set("shop@example.com".to_owned()),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.insert(&shop.app.db).await.unwrap()
}

pub async fn product(shop: &TestApp, seller: &members::Model, title: &str) -> products::Model {
    let row = products::ActiveModel {
        seller_id: Set(seller.id),
        title: Set(title.to_owned()),
        description: Set("Good.".to_owned()),
        trade_mode: Set(TradeMode::Ordinary),
        price: Set(10_000),
        shipping_fee: Set(0),
        withdrawal_excluded: Set(false),
        status: Set(ProductStatus::OnSale),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.insert(&shop.app.db).await.unwrap()
}

pub async fn trailer(shop: &TestApp, seller: &members::Model) -> trailers::Model {
    let row = trailers::ActiveModel {
        seller_id: Set(seller.id),
        title: Set("Tomorrow's kiln".to_owned()),
        description: Set(String::new()),
        starts_at: Set(now() + Duration::days(1)),
        status: Set(TrailerStatus::Announced),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.insert(&shop.app.db).await.unwrap()
}

pub async fn broadcast(shop: &TestApp, seller: &members::Model, trailer: Option<i64>) -> broadcasts::Model {
    let row = broadcasts::ActiveModel {
        seller_id: Set(seller.id),
        channel_id: Set(channel::ensure(&shop.app, seller.id).await.unwrap().id),
        trailer_id: Set(trailer),
        title: Set("The kiln is open".to_owned()),
        description: Set(String::new()),
        status: Set(BroadcastStatus::Live),
        rehearsal: Set(false),
        slow_mode_seconds: Set(0),
        viewers: Set(0),
        peak_viewers: Set(0),
        hearts: Set(0),
        recording_status: Set(RecordingStatus::None),
        started_at: Set(Some(now())),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.insert(&shop.app.db).await.unwrap()
}

/// One piece of the product, in an order of that status.
pub async fn bought(
    shop: &TestApp,
    buyer: &members::Model,
    product: &products::Model,
    status: OrderStatus,
) -> order_items::Model {
    let db = &shop.app.db;
    let row = variants::ActiveModel {
        product_id: Set(product.id),
        title: Set(String::new()),
        price_difference: Set(0),
        position: Set(0),
        active: Set(true),
        ..Default::default()
    };
    let variant = row.insert(db).await.unwrap().id;
    let row = checkouts::ActiveModel {
        buyer_id: Set(buyer.id),
        idempotency_key: Set(bogosa_shop::crypto::token()),
        total: Set(product.price),
        status: Set(CheckoutStatus::Paid),
        expires_at: Set(now()),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    let checkout = row.insert(db).await.unwrap().id;
    let delivered = matches!(status, OrderStatus::Delivered | OrderStatus::Confirmed);
    let row = orders::ActiveModel {
        number: Set(format!("T-{checkout}")),
        checkout_id: Set(checkout),
        buyer_id: Set(buyer.id),
        seller_id: Set(product.seller_id),
        status: Set(status),
        trade_mode: Set(product.trade_mode),
        items_total: Set(product.price),
        shipping_fee: Set(0),
        discount: Set(0),
        total: Set(product.price),
        refunded: Set(0),
        commission_basis_points: Set(500),
        escrow: Set(true),
        recipient: Set(buyer.name.clone()),
        phone: Set("010-1234-5678".to_owned()),
        postcode: Set("04524".to_owned()),
        address1: Set("Sejong-daero 110".to_owned()),
        address2: Set(String::new()),
        memo: Set(String::new()),
        placed_at: Set(now()),
        delivered_at: Set(delivered.then(now)),
        updated_at: Set(now()),
        retention: Set(Retention::Contract),
        delete_after: Set(now() + Duration::days(1827)),
        ..Default::default()
    };
    let order = row.insert(db).await.unwrap().id;
    let row = order_items::ActiveModel {
        order_id: Set(order),
        product_id: Set(product.id),
        variant_id: Set(variant),
        title: Set(product.title.clone()),
        option_label: Set(String::new()),
        unit_price: Set(product.price),
        quantity: Set(1),
        discount: Set(0),
        total: Set(product.price),
        refunded_quantity: Set(0),
        withdrawal_excluded: Set(false),
        ..Default::default()
    };
    row.insert(db).await.unwrap()
}
