//! Every route that names an object × who asks: a guest, another member (who sells, too), its owner, an admin. The
//! objects are real ones of the sample data, so that an answer of 404 means "not yours", not "not there".

use std::collections::HashMap;

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::app::App;
use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{
    AdStatus, BroadcastStatus, ChatBanKind, CouponKind, MediaPurpose, MediaStatus, OrderStatus, RefundKind,
    RefundStatus,
};
use bogosa_shop::entities::*;
use bogosa_shop::members::accounts;
use bogosa_shop::seed;
use chrono::Duration;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
};

use crate::harness::{Browser, TestApp};

/// Who the object belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Buyer,
    Seller,
}
use Owner::{Buyer, Seller};

/// Method, route, which objects fill it in turn, whose they are, statuses for guest, another member, owner, admin. Forms
/// are sent empty: 400 and 422 mean that whoever sent it was let in.
pub(crate) type Row = (&'static str, &'static str, &'static str, Owner, [u16; 4]);

pub(crate) const TABLE: &[Row] = &[
    // For everybody to see.
    ("GET", "/products/{id}", "product", Seller, [200, 200, 200, 200]),
    ("GET", "/sellers/{id}", "seller", Seller, [200, 200, 200, 200]),
    ("GET", "/live/{id}", "live", Seller, [200, 200, 200, 200]),
    ("GET", "/live/{id}/socket", "live", Seller, [400, 400, 400, 400]),
    ("GET", "/trailers/{id}", "trailer", Seller, [200, 200, 200, 200]),
    ("GET", "/trailers/{id}/comments", "trailer", Seller, [200, 200, 200, 200]),
    ("GET", "/api/trailers/{id}/changes", "trailer", Seller, [200, 200, 200, 200]),
    ("GET", "/reviews/product/{id}", "product", Seller, [200, 200, 200, 200]),
    ("GET", "/api/reviews/product/{id}", "product", Seller, [200, 200, 200, 200]),
    ("GET", "/ads/{id}", "running-ad", Seller, [303, 303, 303, 303]),
    ("GET", "/lang/{code}", "en", Buyer, [303, 303, 303, 303]),
    ("GET", "/legal/{kind}", "terms", Buyer, [200, 200, 200, 200]),
    ("GET", "/legal/{kind}/{version}", "terms 2026-11", Buyer, [200, 200, 200, 200]),
    // What only a secret opens; here with a forged one.
    ("GET", "/unsubscribe/{token}", "forged", Buyer, [404, 404, 404, 404]),
    ("POST", "/unsubscribe/{token}", "forged", Buyer, [404, 404, 404, 404]),
    ("GET", "/verify/{token}", "forged", Buyer, [410, 410, 410, 410]),
    ("POST", "/verify/{token}", "forged", Buyer, [410, 410, 410, 410]),
    ("GET", "/recover/{token}", "forged", Buyer, [410, 410, 410, 410]),
    ("POST", "/recover/{token}", "forged", Buyer, [422, 422, 422, 422]),
    ("POST", "/payments/hooks/{provider}", "test", Buyer, [400, 400, 400, 400]),
    ("GET", "/login/with/{provider}", "nobody", Buyer, [404, 404, 404, 404]),
    ("GET", "/login/with/{provider}/back", "nobody", Buyer, [404, 404, 404, 404]),
    ("GET", "/my/logins/{provider}/link", "nobody", Buyer, [303, 404, 404, 404]),
    // For every member.
    ("POST", "/live/{id}/chat", "live", Seller, [303, 400, 400, 400]),
    ("POST", "/trailers/{id}/comments", "trailer", Seller, [303, 422, 422, 422]),
    ("POST", "/trailers/{id}/remind", "trailer", Seller, [303, 303, 303, 303]),
    ("POST", "/trailers/{id}/forget", "trailer", Seller, [303, 303, 303, 303]),
    ("POST", "/sellers/{id}/follow", "seller", Seller, [303, 303, 409, 303]),
    ("POST", "/sellers/{id}/unfollow", "seller", Seller, [303, 303, 303, 303]),
    ("POST", "/wishes/{product}", "product", Seller, [303, 303, 303, 303]),
    ("POST", "/wishes/{product}/remove", "product", Seller, [303, 303, 303, 303]),
    ("GET", "/reports/{kind}/{id}", "member seller", Seller, [303, 200, 200, 200]),
    ("POST", "/reports/{kind}/{id}", "member seller", Seller, [303, 422, 422, 422]),
    ("POST", "/cart/items/{variant}", "variant", Buyer, [400, 400, 400, 400]),
    // A buyer's own.
    ("GET", "/orders/{id}", "order", Buyer, [303, 404, 200, 404]),
    ("GET", "/orders/{id}/return", "delivered", Buyer, [303, 404, 200, 404]),
    ("POST", "/orders/{id}/return", "delivered", Buyer, [303, 404, 409, 404]),
    ("POST", "/orders/{id}/cancel", "order", Buyer, [303, 404, 409, 404]),
    ("POST", "/orders/{id}/received", "order", Buyer, [303, 404, 409, 404]),
    ("POST", "/orders/{id}/confirm", "order", Buyer, [303, 404, 409, 404]),
    ("GET", "/checkout/{id}", "checkout", Buyer, [303, 404, 200, 404]),
    ("GET", "/payments/{id}/start", "payment", Buyer, [303, 404, 303, 404]),
    ("GET", "/payments/test/{reference}", "reference", Buyer, [303, 404, 200, 404]),
    ("POST", "/payments/test/{reference}", "reference", Buyer, [303, 404, 400, 404]),
    ("POST", "/payments/test/{reference}/deposit", "reference", Buyer, [303, 404, 409, 404]),
    ("POST", "/checkout/{id}/pay", "checkout", Buyer, [303, 404, 400, 404]),
    ("POST", "/checkout/{id}/cancel", "checkout", Buyer, [303, 404, 303, 404]),
    ("POST", "/checkout/addresses/{id}/default", "address", Buyer, [303, 404, 303, 404]),
    ("POST", "/checkout/addresses/{id}/delete", "address", Buyer, [303, 404, 303, 404]),
    ("GET", "/reviews/new/{item}", "item", Buyer, [303, 404, 200, 404]),
    ("POST", "/reviews/new/{item}", "item", Buyer, [303, 400, 400, 400]),
    ("GET", "/reviews/{id}/edit", "review", Buyer, [303, 404, 200, 404]),
    ("POST", "/reviews/{id}/edit", "review", Buyer, [303, 400, 400, 400]),
    ("POST", "/reviews/{id}/delete", "review", Buyer, [303, 404, 303, 404]),
    ("POST", "/trailers/{id}/comments/{comment}", "trailer comment", Buyer, [303, 404, 422, 404]),
    ("POST", "/trailers/{id}/comments/{comment}/delete", "trailer comment", Buyer, [303, 404, 303, 404]),
    ("POST", "/notifications/{id}", "notification", Buyer, [303, 404, 303, 404]),
    ("POST", "/my/logins/{id}/unlink", "identity", Buyer, [303, 404, 303, 404]),
    // Before the message is gone. Admins keep every chat civil.
    ("POST", "/live/{id}/messages/{message}/mute", "live message", Seller, [303, 404, 400, 400]),
    ("POST", "/live/{id}/messages/{message}/delete", "live message", Buyer, [303, 404, 303, 404]),
    // A seller's own.
    ("GET", "/sell/products/{id}", "product", Seller, [303, 404, 200, 404]),
    ("POST", "/sell/products/{id}", "product", Seller, [303, 404, 422, 404]),
    ("POST", "/sell/products/{id}/publish", "product", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/products/{id}/hide", "product", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/products/{id}/options", "product", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/products/{id}/variants", "product", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/products/{id}/pictures", "product", Seller, [303, 400, 400, 400]),
    ("POST", "/sell/products/{id}/pictures/{picture}/first", "pictured picture", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/products/{id}/pictures/{picture}/delete", "pictured picture", Seller, [303, 404, 303, 404]),
    ("GET", "/sell/trailers/{id}", "trailer", Seller, [303, 404, 200, 404]),
    ("POST", "/sell/trailers/{id}", "trailer", Seller, [303, 400, 400, 400]),
    ("POST", "/sell/trailers/{id}/cancel", "trailer", Seller, [303, 404, 303, 404]),
    ("GET", "/sell/broadcasts/{id}", "planned", Seller, [303, 404, 200, 404]),
    ("GET", "/sell/broadcasts/{id}/edit", "planned", Seller, [303, 404, 200, 404]),
    ("POST", "/sell/broadcasts/{id}/edit", "planned", Seller, [303, 404, 422, 404]),
    ("GET", "/sell/broadcasts/{id}/products", "planned", Seller, [303, 404, 200, 404]),
    ("POST", "/sell/broadcasts/{id}/products", "planned", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/broadcasts/{id}/slow-mode", "planned", Seller, [303, 404, 400, 404]),
    ("POST", "/sell/broadcasts/{id}/words", "planned", Seller, [303, 404, 400, 404]),
    ("POST", "/sell/broadcasts/{id}/words/{word}/delete", "planned word", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/broadcasts/{id}/bans/{ban}/lift", "planned ban", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/broadcasts/{id}/pin", "live", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/broadcasts/{id}/start", "planned", Seller, [303, 404, 409, 404]),
    ("POST", "/sell/broadcasts/{id}/end", "live", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/broadcasts/{id}/cancel", "planned", Seller, [303, 404, 303, 404]),
    ("GET", "/sell/orders/{id}", "order", Seller, [303, 404, 200, 404]),
    ("POST", "/sell/orders/{id}/prepare", "order", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/orders/{id}/ship", "order", Seller, [303, 404, 422, 404]),
    ("POST", "/sell/orders/{id}/delivered", "order", Seller, [303, 404, 409, 404]),
    ("POST", "/sell/orders/{id}/handover", "order", Seller, [303, 404, 404, 404]),
    ("POST", "/sell/orders/{id}/refund", "order", Seller, [303, 404, 422, 404]),
    ("POST", "/sell/orders/{id}/refunds/{refund}", "order refund", Seller, [303, 404, 400, 404]),
    ("POST", "/sell/coupons/{id}/stop", "coupon", Seller, [303, 404, 303, 404]),
    ("POST", "/sell/ads/{id}/cancel", "wanted-ad", Seller, [303, 404, 303, 404]),
    ("POST", "/api/media/uploads/{id}/done", "upload", Seller, [401, 404, 409, 404]),
    // The operator's.
    ("GET", "/admin/members/{id}", "buyer", Buyer, [303, 403, 403, 200]),
    ("POST", "/admin/members/{id}/suspend", "other", Buyer, [303, 403, 403, 422]),
    ("POST", "/admin/members/{id}/restore", "other", Buyer, [303, 403, 403, 409]),
    ("POST", "/admin/members/{id}/verify", "seller", Seller, [303, 403, 403, 422]),
    ("POST", "/admin/members/{id}/admin", "other", Buyer, [303, 403, 403, 409]),
    ("GET", "/admin/orders/{id}", "order", Buyer, [303, 403, 403, 200]),
    ("POST", "/admin/reports/{id}", "report", Seller, [303, 403, 403, 400]),
    ("POST", "/admin/categories/{id}/delete", "category", Seller, [303, 403, 403, 409]),
    ("POST", "/admin/words/{id}/delete", "everybodys-word", Seller, [303, 403, 403, 303]),
    ("POST", "/admin/coupons/{id}/stop", "everybodys-coupon", Seller, [303, 403, 403, 303]),
    ("POST", "/admin/coupons/{id}/start", "everybodys-coupon", Seller, [303, 403, 403, 303]),
    ("POST", "/admin/ads/{id}/approve", "second-ad", Seller, [303, 403, 403, 303]),
    ("POST", "/admin/ads/{id}/reject", "third-ad", Seller, [303, 403, 403, 303]),
    ("POST", "/admin/ads/slots/{id}", "slot", Seller, [303, 403, 403, 400]),
    // Ends the session that asks in the lines above: last.
    ("POST", "/my/devices/{id}/revoke", "session", Buyer, [303, 404, 303, 404]),
];

pub(crate) struct People {
    pub(crate) buyer: members::Model,
    pub(crate) seller: members::Model,
    stranger: members::Model,
    admin: members::Model,
}

async fn member(shop: &TestApp, mailbox: &str) -> members::Model {
    accounts::by_email(&shop.app.db, &format!("{mailbox}@bogosa.example")).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_object_for_its_owner_alone() {
    let shop = TestApp::start().await;
    let (people, ids) = samples(&shop).await;
    let buyer = shop.logged_in(&people.buyer).await;
    let (stranger, admin) = (shop.logged_in(&people.stranger).await, shop.logged_in(&people.admin).await);
    let seller = shop.logged_in(&people.seller).await;
    let mut wrong = Vec::new();
    for &(method, route, fill, owner, expected) in TABLE {
        let path = filled(route, fill, &ids);
        let owner = if owner == Buyer { &buyer } else { &seller };
        let people = [("guest", &shop.browser()), ("stranger", &stranger), ("owner", owner), ("admin", &admin)];
        let mut got = [0; 4];
        for (got, (_, browser)) in got.iter_mut().zip(people) {
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            *got = status(browser.clone(), method, &path, &headers).await;
        }
        if got != expected {
            wrong.push(format!("{method} {route} ({path}): {got:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "guest, stranger, owner, admin:\n{}", wrong.join("\n"));
}

/// The sample data, and what a test of every object needs beyond it.
pub(crate) async fn samples(shop: &TestApp) -> (People, HashMap<&'static str, String>) {
    assert!(seed::fill(&shop.app).await.unwrap());
    let people = People {
        buyer: member(shop, "buyer").await,
        seller: member(shop, "seller").await,
        stranger: member(shop, "studio").await,
        admin: member(shop, "admin").await,
    };
    let mut buyer = shop.logged_in(&people.buyer).await;
    let ids = objects(shop, &people, &mut buyer).await;
    (people, ids)
}

/// An event stream never ends by itself: only its head is read.
async fn status(mut browser: Browser, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
    if path.ends_with("/changes") {
        return browser.head(method, path, headers).await.as_u16();
    }
    browser.send(method, path, headers, Body::empty()).await.status.as_u16()
}

pub(crate) fn filled(route: &str, names: &str, ids: &HashMap<&str, String>) -> String {
    let mut names = names.split(' ');
    let parts = route.split('/').map(|part| {
        if !part.starts_with('{') {
            return part.to_owned();
        }
        let name = names.next().unwrap();
        ids.get(name).cloned().unwrap_or_else(|| name.to_owned())
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn first<E: EntityTrait>(db: &DatabaseConnection, what: sea_orm::Select<E>) -> E::Model {
    what.one(db).await.unwrap().unwrap_or_else(|| panic!("no sample of {}", std::any::type_name::<E>()))
}

/// Names of the table → ids. What the sample data lacks is made here.
async fn objects(shop: &TestApp, people: &People, browser: &mut Browser) -> HashMap<&'static str, String> {
    let (app, db) = (&shop.app, &shop.app.db);
    let (buyer, seller) = (people.buyer.id, people.seller.id);
    let mut ids: HashMap<&'static str, String> = HashMap::new();
    let mut keep = |name, id: i64| drop(ids.insert(name, id.to_string()));

    keep("buyer", buyer);
    keep("seller", seller);
    keep("other", member(shop, "viewer").await.id);
    let of_seller = || products::Entity::find().filter(products::Column::SellerId.eq(seller));
    let product = first(db, of_seller().order_by_asc(products::Column::Id)).await.id;
    keep("product", product);
    keep("variant", first(db, variants::Entity::find().filter(variants::Column::ProductId.eq(product))).await.id);
    keep("category", first(db, categories::Entity::find()).await.id);
    let all: Vec<i64> = of_seller().all(db).await.unwrap().iter().map(|product| product.id).collect();
    let picture = product_images::Entity::find().filter(product_images::Column::ProductId.is_in(all));
    let picture = first(db, picture).await;
    keep("picture", picture.id);
    keep("pictured", picture.product_id);

    let own = orders::Entity::find().filter(orders::Column::BuyerId.eq(buyer));
    let own = own.filter(orders::Column::SellerId.eq(seller)).order_by_desc(orders::Column::Id);
    let order = first(db, own.clone().filter(orders::Column::Status.eq(OrderStatus::Paid))).await;
    keep("order", order.id);
    let delivered = first(db, own.filter(orders::Column::Status.eq(OrderStatus::Delivered))).await.id;
    keep("delivered", delivered);
    let item = order_items::Entity::find().filter(order_items::Column::OrderId.eq(delivered));
    keep("item", first(db, item).await.id);
    let paid = payments::Entity::find().filter(payments::Column::CheckoutId.eq(order.checkout_id));
    keep("refund", refund(db, &order, first(db, paid).await.id).await);
    // One that is being paid.
    let answer = browser.order("", "card", &[]).await.is(303);
    let reference =
        answer.header("location").strip_prefix("/payments/test/").expect("the test provider's page").to_owned();
    let begun = payments::Entity::find().order_by_desc(payments::Column::Id);
    let begun = first(db, begun).await;
    keep("payment", begun.id);
    keep("checkout", begun.checkout_id);
    keep("address", first(db, addresses::Entity::find().filter(addresses::Column::MemberId.eq(buyer))).await.id);

    keep("review", first(db, reviews::Entity::find().filter(reviews::Column::MemberId.eq(buyer))).await.id);
    keep(
        "notification",
        first(db, notifications::Entity::find().filter(notifications::Column::MemberId.eq(buyer))).await.id,
    );
    keep("report", first(db, reports::Entity::find()).await.id);
    let trailer = trailers::Entity::find().filter(trailers::Column::SellerId.eq(seller));
    let trailer = first(db, trailer.order_by_asc(trailers::Column::Id)).await.id;
    keep("trailer", trailer);
    let comment = trailer_comments::Entity::find().filter(trailer_comments::Column::MemberId.eq(buyer));
    keep("comment", first(db, comment.filter(trailer_comments::Column::TrailerId.eq(trailer))).await.id);

    let (live, planned) = broadcasts_of(app, people).await;
    keep("live", live);
    keep("planned", planned);
    let message = chat_messages::ActiveModel {
        broadcast_id: Set(live),
        member_id: Set(buyer),
        client_id: Set("of-the-table".to_owned()),
        nickname: Set("buyer".to_owned()),
        kind: Set(bogosa_shop::entities::enums::MessageKind::Message),
        body: Set("hello".to_owned()),
        offset_ms: Set(0),
        created_at: Set(now()),
        ..Default::default()
    };
    keep("message", message.insert(db).await.unwrap().id);
    let ban = chat_bans::ActiveModel {
        seller_id: Set(seller),
        member_id: Set(buyer),
        kind: Set(ChatBanKind::Mute),
        reason: Set(String::new()),
        created_by: Set(seller),
        created_at: Set(now()),
        ..Default::default()
    };
    keep("ban", ban.insert(db).await.unwrap().id);
    let word = |seller, word: &str| banned_words::ActiveModel {
        seller_id: Set(seller),
        word: Set(word.to_owned()),
        created_at: Set(now()),
        ..Default::default()
    };
    keep("word", word(Some(seller), "glaze").insert(db).await.unwrap().id);
    keep("everybodys-word", word(None, "nonsense").insert(db).await.unwrap().id);

    for (name, owner) in [("coupon", Some(seller)), ("everybodys-coupon", None)] {
        let row = coupons::ActiveModel {
            seller_id: Set(owner),
            code: Set(name.to_uppercase()),
            title: Set(name.to_owned()),
            kind: Set(CouponKind::Amount),
            value: Set(1_000),
            minimum_total: Set(0),
            claimed: Set(0),
            starts_at: Set(now()),
            ends_at: Set(now() + Duration::days(3)),
            active: Set(true),
            created_at: Set(now()),
            ..Default::default()
        };
        keep(name, row.insert(db).await.unwrap().id);
    }
    let ad = ad_bookings::Entity::find().filter(ad_bookings::Column::Status.eq(AdStatus::Approved));
    let ad = first(db, ad).await;
    keep("running-ad", ad.id);
    keep("slot", ad.slot_id);
    for (weeks, name) in (10..).zip(["wanted-ad", "second-ad", "third-ad"]) {
        let mut row = ad.clone().into_active_model();
        row.id = sea_orm::NotSet;
        row.status = Set(AdStatus::Requested);
        row.starts_on = Set(ad.starts_on + Duration::weeks(weeks));
        row.ends_on = Set(ad.ends_on + Duration::weeks(weeks));
        keep(name, row.insert(db).await.unwrap().id);
    }
    let identity = identities::ActiveModel {
        member_id: Set(buyer),
        provider: Set("harbour".to_owned()),
        issuer: Set("https://harbour.example".to_owned()),
        subject: Set("one".to_owned()),
        created_at: Set(now()),
        ..Default::default()
    };
    keep("identity", identity.insert(db).await.unwrap().id);
    let upload = media::ActiveModel {
        owner_id: Set(seller),
        purpose: Set(MediaPurpose::TrailerVideo),
        object_key: Set("trailer-video/of-the-table.mp4".to_owned()),
        content_type: Set("video/mp4".to_owned()),
        size: Set(10),
        status: Set(MediaStatus::Requested),
        created_at: Set(now()),
        expires_at: Set(Some(now() + Duration::hours(1))),
        ..Default::default()
    };
    keep("upload", upload.insert(db).await.unwrap().id);
    // The sample data logs nobody in: it is the browser's own.
    let session = sessions::Entity::find().filter(sessions::Column::MemberId.eq(buyer));
    keep("session", first(db, session).await.id);

    ids.insert("reference", reference);
    ids
}

/// One of the seller's that is live, and one that is planned.
async fn broadcasts_of(app: &App, people: &People) -> (i64, i64) {
    let ended = broadcasts::Entity::find().filter(broadcasts::Column::SellerId.eq(people.seller.id));
    let ended = first(&app.db, ended).await;
    let with = async |status| {
        let mut row = ended.clone().into_active_model();
        row.id = sea_orm::NotSet;
        row.status = Set(status);
        row.ended_at = Set(None);
        row.insert(&app.db).await.unwrap().id
    };
    (with(BroadcastStatus::Live).await, with(BroadcastStatus::Preparing).await)
}

async fn refund(db: &DatabaseConnection, order: &orders::Model, payment: i64) -> i64 {
    let row = refunds::ActiveModel {
        payment_id: Set(payment),
        order_id: Set(order.id),
        kind: Set(RefundKind::Defect),
        status: Set(RefundStatus::Requested),
        amount: Set(100),
        reason: Set("of the table".to_owned()),
        restock: Set(false),
        idempotency_key: Set("of-the-table".to_owned()),
        requested_by: Set(order.buyer_id),
        requested_at: Set(now()),
        ..Default::default()
    };
    row.insert(db).await.unwrap().id
}
