//! The cart: guests and members, across sellers and broadcasts, live prices, coupons.

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::cart::coupons::{self, Claim};
use bogosa_shop::cart::{lines, pricing};
use bogosa_shop::entities::coupons::Model as Coupon;
use bogosa_shop::entities::enums::{ProductStatus, TradeMode};
use bogosa_shop::entities::products;
use sea_orm::{ActiveModelTrait, Set};

use crate::harness::{PASSWORD, TestApp};

#[tokio::test]
async fn a_guests_cart_joins_the_members_at_log_in() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.seller("lee").await);
    let (pot, fish) = (shop.goods(&kim, "Moon jar", 68_000, 5).await, shop.goods(&lee, "Octopus", 39_000, 9).await);
    let buyer = shop.member("buyer").await;
    shop.set_password(&buyer).await;
    lines::add(&shop.app.db, buyer.id, &lines::Line { variant_id: pot.variant, broadcast_id: None, quantity: 1 })
        .await
        .unwrap();

    let mut guest = shop.browser();
    guest.get("/cart").await.is(200).says("Your cart is empty");
    guest.post("/cart", &[("variant", &pot.variant.to_string()), ("quantity", "2")]).await.leads_to("/cart");
    guest.post("/cart", &[("variant", &fish.variant.to_string())]).await.leads_to("/cart");
    // Two sellers, so two parcels: 2 × 68,000 + 39,000 + 2 × 3,000.
    guest.get("/cart").await.is(200).says("Moon jar").says("Octopus").says("₩181,000").says("<span class=\"count\">2<");
    guest.post("/login", &[("email", "buyer@example.com"), ("password", PASSWORD)]).await.leads_to("/");
    assert!(!guest.cookies.contains_key("cart"));
    let mine = lines::of_member(&shop.app.db, buyer.id).await.unwrap();
    assert_eq!(
        mine.iter().map(|line| (line.variant_id, line.quantity)).collect::<Vec<_>>(),
        [(pot.variant, 3), (fish.variant, 1)]
    );
    guest.get("/cart").await.is(200).says("₩249,000");
}

#[tokio::test]
async fn quantities_change_within_bounds() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let pot = shop.goods(&kim, "Moon jar", 1_000, 3).await;
    let id = pot.variant.to_string();
    let buyer = shop.member("buyer").await;
    for mut browser in [shop.browser(), shop.logged_in(&buyer).await] {
        for bad in ["0", "-1", "100", "two", "99999999999999999999"] {
            browser.post("/cart", &[("variant", &id), ("quantity", bad)]).await.is(400).says("from 1 to 99");
        }
        browser.post("/cart", &[("variant", "999999")]).await.is(404);
        browser.post("/cart", &[("variant", "")]).await.is(400).says("choose an option");
        browser.post("/cart", &[("variant", &id), ("quantity", "3")]).await.leads_to("/cart");
        let path = format!("/cart/items/{id}");
        browser.post(&path, &[("quantity", "4")]).await.leads_to("/cart");
        browser.get("/cart").await.says("Not enough in stock").says("Only 3 left");
        // A cart holds nothing back.
        assert_eq!(shop.stock(pot.variant).await.available, 3);
        browser.post(&path, &[("quantity", "2")]).await.leads_to("/cart");
        browser.get("/cart").await.says("₩5,000").says_not("Not enough");
        browser.post(&path, &[("quantity", "100")]).await.is(400);
        browser.post(&path, &[("remove", "yes"), ("quantity", "2")]).await.leads_to("/cart");
        browser.get("/cart").await.says("Your cart is empty");
    }
}

#[tokio::test]
async fn a_live_price_holds_for_what_was_found_there_while_it_is_live() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let other = shop.goods(&kim, "Tea cup", 7_000, 5).await;
    let broadcast = shop.live(&kim, pot.product, Some(8_000)).await;
    let prices = async |variant, broadcast| {
        let line = lines::Line { variant_id: variant, broadcast_id: broadcast, quantity: 1 };
        let priced = pricing::price(&shop.app.db, vec![line], None).await.unwrap();
        (priced[0].unit_price, priced[0].live)
    };
    assert_eq!(prices(pot.variant, Some(broadcast)).await, (8_000, true));
    assert_eq!(prices(pot.variant, None).await, (10_000, false));

    let mut guest = shop.browser();
    let live = broadcast.to_string();
    guest.post("/cart", &[("variant", &pot.variant.to_string()), ("broadcast", &live)]).await.leads_to("/cart");
    // Not shown in that broadcast: its price there does not exist, whatever the form says.
    guest.post("/cart", &[("variant", &other.variant.to_string()), ("broadcast", &live)]).await.leads_to("/cart");
    assert_eq!(guest.cookies["cart"], format!("{}.1.{live}_{}.1", pot.variant, other.variant));
    guest.get("/cart").await.says("Live price").says("₩18,000");
    shop.end_broadcast(broadcast).await;
    guest.get("/cart").await.says_not("Live price").says("₩20,000");
}

#[tokio::test]
async fn what_cannot_be_bought_says_why() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let (own, gone, hidden) = (
        shop.goods(&kim, "Own", 1_000, 5).await,
        shop.goods(&kim, "Gone", 1_000, 0).await,
        shop.goods(&kim, "Hidden", 1_000, 5).await,
    );
    let row =
        products::ActiveModel { id: Set(hidden.product), status: Set(ProductStatus::Hidden), ..Default::default() };
    row.update(&shop.app.db).await.unwrap();
    let lines =
        [own, gone, hidden].map(|goods| lines::Line { variant_id: goods.variant, broadcast_id: None, quantity: 1 });
    let priced = pricing::price(&shop.app.db, lines.to_vec(), Some(kim.id)).await.unwrap();
    let problems: Vec<_> = priced.iter().map(|line| line.problem.unwrap()).collect();
    assert_eq!(problems, ["cart-own-product", "cart-own-product", "cart-not-for-sale"]);
    let priced = pricing::price(&shop.app.db, lines.to_vec(), None).await.unwrap();
    assert_eq!((priced[0].problem, priced[1].problem), (None, Some("cart-sold-out")));
}

#[tokio::test]
async fn what_is_handed_over_has_no_shipping_fee_and_an_order_of_its_own() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let (sent, met) =
        (shop.goods(&kim, "Sent", 1_000, 5).await, shop.goods_of_mode(&kim, "Met", 2_000, 5, TradeMode::Direct).await);
    let lines = [sent, met].map(|goods| lines::Line { variant_id: goods.variant, broadcast_id: None, quantity: 1 });
    let groups = pricing::group(pricing::price(&shop.app.db, lines.to_vec(), None).await.unwrap());
    assert_eq!(groups.iter().map(|group| group.total()).collect::<Vec<_>>(), [4_000, 2_000]);
}

#[tokio::test]
async fn coupons_run_out_and_are_had_once() {
    let shop = TestApp::start().await;
    let coupon = shop.coupon("LIVE-1000", None, 1_000, Some(2)).await;
    let (a, b, c) = (shop.member("anna").await, shop.member("ben").await, shop.member("cleo").await);
    let claim = async |member: i64, code| coupons::claim(&shop.app.db, member, code).await.unwrap();
    assert_eq!(claim(a.id, "nothing").await, Claim::Refused);
    assert_eq!(claim(a.id, " live-1000 ").await, Claim::Done);
    assert_eq!(claim(a.id, "LIVE-1000").await, Claim::Already);
    assert_eq!(claim(b.id, "LIVE-1000").await, Claim::Done);
    assert_eq!(claim(c.id, "LIVE-1000").await, Claim::Refused);
    let held = coupons::usable(&shop.app.db, a.id).await.unwrap();
    assert_eq!(held.iter().map(|held| held.coupon.id).collect::<Vec<_>>(), [coupon.id]);

    // Thirds are rounded so that they add up.
    let kim = shop.seller("kim").await;
    let mut lines = Vec::new();
    for (title, price) in [("one", 1_000), ("two", 1_000), ("three", 1_000)] {
        let variant_id = shop.goods(&kim, title, price, 1).await.variant;
        lines.push(lines::Line { variant_id, broadcast_id: None, quantity: 1 });
    }
    let groups = pricing::group(pricing::price(&shop.app.db, lines, None).await.unwrap());
    let discount = coupons::discount(&coupon, &groups).unwrap();
    assert_eq!((discount.lines, discount.total), (vec![vec![333, 333, 334]], 1_000));
    let dear = coupon.clone();
    assert!(coupons::discount(&Coupon { minimum_total: 3_001, ..dear.clone() }, &groups).is_none());
    assert!(coupons::discount(&Coupon { seller_id: Some(a.id), ..dear.clone() }, &groups).is_none());
    // Never the whole price: providers take nothing below 100 won.
    let all = coupons::discount(&Coupon { value: 1_000_000, ..dear }, &groups).unwrap();
    assert_eq!(all.total, 3_000);
}

#[tokio::test]
async fn sellers_make_and_stop_coupons() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.seller("lee").await);
    let mut browser = shop.logged_in(&kim).await;
    let fields = [("title", "Opening"), ("code", "open-10"), ("kind", "percent"), ("value", "10"), ("days", "3")];
    browser.post("/sell/coupons", &[("title", ""), ("value", "95"), ("kind", "percent")]).await.is(422);
    browser.post("/sell/coupons", &fields).await.leads_to("/sell/coupons");
    browser.post("/sell/coupons", &fields).await.is(422).says("already in use");
    browser.get("/sell/coupons").await.is(200).says("OPEN-10").says("10% off");
    let buyer = shop.member("buyer").await;
    let mut buying = shop.logged_in(&buyer).await;
    buying.post("/cart/coupons", &[("code", "open-10")]).await.leads_to("/cart");
    let held = coupons::usable(&shop.app.db, buyer.id).await.unwrap();
    let path = format!("/sell/coupons/{}/stop", held[0].coupon.id);
    shop.logged_in(&lee).await.post(&path, &[]).await.is(404);
    browser.post(&path, &[]).await.leads_to("/sell/coupons");
    assert!(coupons::usable(&shop.app.db, buyer.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn scripts_get_an_answer_instead_of_a_page() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let pot = shop.goods(&kim, "Moon jar", 1_000, 3).await;
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("accept", "application/json"),
    ];
    let body = Body::from(format!("variant={}", pot.variant));
    let answer = shop.browser().send(Method::POST, "/cart", &headers, body).await.is(200);
    assert_eq!(answer.body, r#"{"cart":"/cart","count":1}"#);
}
