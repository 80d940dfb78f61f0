//! From the order form to the buyer's hands, and back again.

use bogosa_shop::cart::coupons as coupon_domain;
use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{CheckoutStatus, MemberKind, OrderStatus, TradeMode};
use bogosa_shop::entities::{addresses, checkouts, coupon_claims, members, notifications, orders, products, refunds};
use bogosa_shop::jobs::queue;
use bogosa_shop::orders::{closing, refunds as refund_domain, shipping};
use bogosa_shop::settlement::ledger;
use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set};

use crate::harness::TestApp;

#[tokio::test]
async fn an_order_from_the_cart_to_confirmation() {
    let shop = TestApp::start().await;
    let (kim, lee, buyer) = (shop.seller("kim").await, shop.seller("lee").await, shop.member("buyer").await);
    let (pot, fish) = (shop.goods(&kim, "Moon jar", 10_000, 5).await, shop.goods(&lee, "Octopus", 20_000, 5).await);
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 2), (fish, 1)], "card").await;
    assert_eq!((shop.counts(pot).await, shop.counts(fish).await), ((3, 2, 0), (4, 1, 0)));
    let page = browser.pay(&started).await;
    browser.get(&page).await.is(200).says("Paid, thank you");
    assert_eq!((shop.counts(pot).await, shop.counts(fish).await), ((3, 0, 2), (4, 0, 1)));
    browser.get("/cart").await.says("Your cart is empty");

    let orders = shop.orders_of(buyer.id).await;
    assert_eq!(
        orders.iter().map(|order| (order.seller_id, order.total)).collect::<Vec<_>>(),
        [(kim.id, 23_000), (lee.id, 23_000)]
    );
    assert!(orders.iter().all(|order| order.status == OrderStatus::Paid && order.ship_by.is_some()));
    browser.get("/orders").await.is(200).says("Moon jar").says("Octopus");
    let order = &orders[0];
    let path = format!("/orders/{}", order.id);
    browser.get(&path).await.is(200).says(&order.number).says("Cancel the order");

    let sale = format!("/sell/orders/{}", order.id);
    let mut selling = shop.logged_in(&kim).await;
    selling.get("/sell/orders").await.is(200).says(&order.number).says_not("Octopus");
    selling.get("/sell/orders?status=shipped").await.is(200).says_not(&order.number);
    selling.get(&sale).await.is(200).says("110 Sejong-daero").says("Moon jar");
    selling.post(&format!("{sale}/prepare"), &[]).await.leads_to(&sale);
    selling.post(&format!("{sale}/prepare"), &[]).await.is(409);
    selling
        .post(&format!("{sale}/ship"), &[("carrier", "pigeon"), ("tracking", "1")])
        .await
        .is(422)
        .says("tracking number");
    let parcel = [("carrier", "한진택배"), ("tracking", "4567-8901-2345")];
    selling.post(&format!("{sale}/ship"), &parcel).await.leads_to(&sale);
    selling.post(&format!("{sale}/ship"), &parcel).await.is(409);
    browser.get(&path).await.says("4567-8901-2345").says("I have received it").says_not("Cancel the order");
    browser.post(&format!("{path}/received"), &[]).await.leads_to(&path);
    let arrived = shop.order_now(order.id).await;
    assert!(arrived.withdrawal_deadline.unwrap() > now() + Duration::days(6));
    browser.get(&path).await.says("You may withdraw until").says("Confirm the purchase");
    browser.post(&format!("{path}/confirm"), &[]).await.leads_to(&path);
    browser.post(&format!("{path}/confirm"), &[]).await.is(409);
    assert_eq!(shop.order_now(order.id).await.status, OrderStatus::Confirmed);

    // 5 % of the goods; shipping is not commissioned.
    let earned = ledger::balance(&shop.app.db, ledger::Account::Seller(kim.id), None).await.unwrap();
    assert_eq!(earned, 23_000 - 1_000);
    assert_eq!(ledger::balance(&shop.app.db, ledger::Account::Held(lee.id), None).await.unwrap(), 23_000);
    assert!(ledger::unbalanced(&shop.app.db).await.unwrap().is_empty());
    while queue::run_due(&shop.app).await.unwrap() > 0 {}
    assert!(shop.mail_to("buyer@example.com").await.subject.contains(&order.number));
    let told =
        notifications::Entity::find().filter(notifications::Column::MemberId.eq(kim.id)).count(&shop.app.db).await;
    assert_eq!(told.unwrap(), 2);
}

#[tokio::test]
async fn the_form_shows_mistakes_and_needs_every_consent() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let row = products::ActiveModel {
        id: Set(pot.product),
        withdrawal_excluded: Set(true),
        withdrawal_excluded_reason: Set(Some("Made to order".to_owned())),
        ..Default::default()
    };
    row.update(&shop.app.db).await.unwrap();
    let mut browser = shop.logged_in(&buyer).await;
    browser.get("/checkout").await.leads_to("/cart");
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    let form = browser.get("/checkout").await.is(200).says("Made to order").says("cannot be returned");
    // Nothing is ticked beforehand.
    let form = form.says_not("\" checked");
    let key = crate::buying::hidden(&form, "key");
    browser.post("/checkout", &[]).await.is(400);
    let empty = browser.post("/checkout", &[("key", &key), ("expected", "13000")]).await.is(422);
    let empty = empty.says("We need your consent").says("five digits").says("choose how to pay");
    assert_eq!(crate::buying::hidden(&empty, "key"), key);
    // The excluded goods ask for a consent of their own.
    browser.order("", "card", &[]).await.is(422).says("We need your consent");
    assert!(shop.orders_of(buyer.id).await.is_empty());
    browser.order("", "card", &[("agree_excluded", "yes")]).await.is(303);
    let order = shop.orders_of(buyer.id).await.remove(0);
    assert!(shop.items_of(order.id).await[0].withdrawal_consented_at.is_some());
}

#[tokio::test]
async fn the_same_form_twice_is_one_order() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    let form = browser.get("/checkout").await.is(200);
    let (key, expected) = (crate::buying::hidden(&form, "key"), crate::buying::hidden(&form, "expected"));
    let mut fields = vec![("key", key.as_str()), ("expected", &expected), ("method", "card")];
    fields.extend(crate::buying::ORDER);
    let (mut one, mut two) = (browser.clone(), browser.clone());
    let (first, second) = tokio::join!(one.post("/checkout", &fields), two.post("/checkout", &fields));
    let mut places = [first.is(303).header("location").to_owned(), second.is(303).header("location").to_owned()];
    places.sort();
    assert!(places[0].starts_with("/checkout/") && places[1].starts_with("/payments/test/"), "{places:?}");
    assert_eq!(shop.orders_of(buyer.id).await.len(), 1);
    assert_eq!(shop.counts(pot).await, (4, 1, 0));

    // Its answer lost, sent again: though nothing is left on sale, what was held is held for this buyer.
    let last = shop.goods(&kim, "Tea cup", 5_000, 1).await;
    browser.post(&format!("/cart/items/{}", pot.variant), &[("remove", "yes")]).await.leads_to("/cart");
    browser.post("/cart", &[("variant", &last.variant.to_string())]).await.leads_to("/cart");
    let form = browser.get("/checkout").await.is(200);
    let (key, expected) = (crate::buying::hidden(&form, "key"), crate::buying::hidden(&form, "expected"));
    let mut fields = vec![("key", key.as_str()), ("expected", &expected), ("method", "card")];
    fields.extend(crate::buying::ORDER);
    browser.post("/checkout", &fields).await.is(303);
    let again = browser.post("/checkout", &fields).await.is(303);
    assert_eq!(again.header("location"), format!("/checkout/{}", shop.orders_of(buyer.id).await[1].checkout_id));
    assert_eq!(shop.counts(last).await, (0, 1, 0));
}

#[tokio::test]
async fn a_changed_price_is_shown_before_it_is_charged() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    let form = browser.get("/checkout").await.is(200);
    let key = crate::buying::hidden(&form, "key");
    let row = products::ActiveModel { id: Set(pot.product), price: Set(12_000), ..Default::default() };
    row.update(&shop.app.db).await.unwrap();
    let mut fields = vec![("key", key.as_str()), ("expected", "13000"), ("method", "card")];
    fields.extend(crate::buying::ORDER);
    browser.post("/checkout", &fields).await.is(422).says("A price has changed").says("₩15,000");
    assert!(shop.orders_of(buyer.id).await.is_empty());
}

#[tokio::test]
async fn what_somebody_else_took_is_not_sold_again() {
    let shop = TestApp::start().await;
    let (kim, a, b) = (shop.seller("kim").await, shop.member("anna").await, shop.member("ben").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 1).await;
    let (mut first, mut second) = (shop.logged_in(&a).await, shop.logged_in(&b).await);
    for browser in [&mut first, &mut second] {
        browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    }
    let mut forms = Vec::new();
    for browser in [&mut first, &mut second] {
        let form = browser.get("/checkout").await.is(200);
        forms.push([crate::buying::hidden(&form, "key"), crate::buying::hidden(&form, "expected")]);
    }
    let fields = |form: &[String; 2]| -> Vec<(&'static str, String)> {
        let own = [("key", form[0].clone()), ("expected", form[1].clone()), ("method", "card".to_owned())];
        own.into_iter().chain(crate::buying::ORDER.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect()
    };
    let (one, two) = (fields(&forms[0]), fields(&forms[1]));
    let one: Vec<_> = one.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let two: Vec<_> = two.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (one, two) = tokio::join!(first.post("/checkout", &one), second.post("/checkout", &two));
    let to_pay = [&one, &two].iter().filter(|answer| answer.header("location").starts_with("/payments/test/")).count();
    // The other one is told: by the form, or on the cart's page.
    let told =
        [&one, &two].iter().filter(|answer| answer.status == 422 || answer.header("location") == "/cart").count();
    assert_eq!((to_pay, told), (1, 1));
    assert_eq!(shop.counts(pot).await, (0, 1, 0));
    // Time is over: the goods are free again, once.
    let row = checkouts::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    let mut row = row.into_active_model();
    row.expires_at = Set(now() - Duration::seconds(1));
    let checkout = row.update(&shop.app.db).await.unwrap();
    assert_eq!(closing::expire_due(&shop.app).await.unwrap(), 1);
    assert_eq!(closing::expire_due(&shop.app).await.unwrap(), 0);
    assert_eq!(shop.counts(pot).await, (1, 0, 0));
    assert_eq!(shop.checkout(checkout.id).await.status, CheckoutStatus::Expired);
}

#[tokio::test]
async fn coupons_come_off_and_come_back() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let coupon = shop.coupon("OPERATOR", None, 2_000, None).await;
    coupon_domain::claim(&shop.app.db, buyer.id, "OPERATOR").await.unwrap();
    let claim = coupon_claims::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    let query = format!("?coupon={}", claim.id);
    browser.get(&format!("/checkout{query}")).await.says("−₩2,000").says("₩11,000");
    let answer = browser.order(&query, "card", &[]).await.is(303);
    let started =
        crate::buying::Started { provider_ref: answer.header("location").rsplit('/').next().unwrap().to_owned() };
    // Bound: not to be used twice. Left: free again.
    assert!(coupon_domain::usable(&shop.app.db, buyer.id).await.unwrap().is_empty());
    let checkout = checkouts::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    browser.post(&format!("/checkout/{checkout}/cancel"), &[]).await.leads_to("/cart");
    browser.post(&format!("/checkout/{checkout}/cancel"), &[]).await.is(409);
    assert_eq!(coupon_domain::usable(&shop.app.db, buyer.id).await.unwrap().len(), 1);
    let back = browser.choose(&started, "succeed").await;
    browser.get(&back).await.leads_to(&format!("/checkout/{checkout}"));
    assert_eq!(shop.counts(pot).await, (5, 0, 0));

    let answer = browser.order(&query, "card", &[]).await.is(303);
    let provider_ref = answer.header("location").rsplit('/').next().unwrap().to_owned();
    browser.pay(&crate::buying::Started { provider_ref }).await;
    let order = shop.orders_of(buyer.id).await.pop().unwrap();
    assert_eq!((order.total, order.discount), (11_000, 2_000));
    // The operator's coupon is the operator's cost: the seller loses nothing.
    let held = ledger::balance(&shop.app.db, ledger::Account::Held(kim.id), None).await.unwrap();
    assert_eq!((held, coupon.seller_id), (13_000, None));
    // Cancelled: everything goes back where it came from.
    let path = format!("/orders/{}", order.id);
    browser.post(&format!("{path}/cancel"), &[("reason", "")]).await.is(422);
    browser.post(&format!("{path}/cancel"), &[("reason", "found another")]).await.leads_to(&path);
    for account in [ledger::Account::Held(kim.id), ledger::Account::Cash, ledger::Account::Coupons] {
        assert_eq!(ledger::balance(&shop.app.db, account, None).await.unwrap(), 0, "{account:?}");
    }
    let order = shop.order_now(order.id).await;
    assert_eq!((order.status, order.refunded), (OrderStatus::Cancelled, 11_000));
    assert_eq!(shop.counts(pot).await, (5, 0, 0));
    // The coupon, too: it takes something off once more.
    assert_eq!(coupon_domain::usable(&shop.app.db, buyer.id).await.unwrap().len(), 1);
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    browser.get(&format!("/checkout{query}")).await.says("−₩2,000");
    browser.post(&format!("{path}/cancel"), &[("reason", "again")]).await.is(409);
}

#[tokio::test]
async fn some_of_it_goes_back_and_then_the_rest() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_001, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 3)], "card").await;
    browser.pay(&started).await;
    let order = shop.orders_of(buyer.id).await.remove(0);
    let item = shop.items_of(order.id).await[0].id.to_string();
    shipping::ship(&shop.app.db, &order, kim.id, "한진택배", "123456").await.unwrap();
    shipping::arrive(&shop.app.db, &order, None).await.unwrap();
    let path = format!("/orders/{}/return", order.id);
    browser.get(&path).await.is(200).says("At most 3.");
    let back = |quantity: &'static str| {
        vec![("kind", "withdrawal"), ("item", ""), ("quantity", quantity), ("reason", "too big")]
    };
    for wrong in ["0", "4", "-1", "one"] {
        let mut fields = back(wrong);
        fields[1].1 = &item;
        browser.post(&path, &fields).await.is(422);
    }
    let mut fields = back("1");
    fields[1].1 = &item;
    browser.post(&path, &fields).await.leads_to(&format!("/orders/{}", order.id));
    browser.post(&path, &fields).await.is(409);
    // Not confirmed while something is open.
    assert!(!shipping::confirm(&shop.app.db, order.id, Some(buyer.id)).await.unwrap());
    let refund = refunds::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(refund.amount, 10_001);

    let mut selling = shop.logged_in(&kim).await;
    let decide = format!("/sell/orders/{}/refunds/{}", order.id, refund.id);
    selling.get(&format!("/sell/orders/{}", order.id)).await.is(200).says("too big");
    selling.post(&decide, &[("decision", "returned")]).await.is(303);
    selling.post(&decide, &[("decision", "reject"), ("reason", "no")]).await.is(409).says("cannot be rejected");
    let other = shop.seller("lee").await;
    shop.logged_in(&other).await.post(&decide, &[("decision", "approve")]).await.is(404);
    selling.post(&decide, &[("decision", "approve"), ("restock", "yes")]).await.is(303);
    selling.post(&decide, &[("decision", "approve"), ("restock", "yes")]).await.is(409);
    assert_eq!(shop.counts(pot).await, (3, 0, 2));
    let now_is = shop.order_now(order.id).await;
    assert_eq!((now_is.status, now_is.refunded), (OrderStatus::PartiallyRefunded, 10_001));

    // The rest, broken: it does not go back into stock, the shipping fee goes back to the buyer.
    let mut fields = back("2");
    fields[0].1 = "defect";
    fields[1].1 = &item;
    browser.post(&path, &fields).await.is(303);
    let second =
        refunds::Entity::find().filter(refunds::Column::Id.ne(refund.id)).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(second.amount, 20_002 + 3_000);
    let decide = format!("/sell/orders/{}/refunds/{}", order.id, second.id);
    selling.post(&decide, &[("decision", "approve")]).await.is(303);
    let now_is = shop.order_now(order.id).await;
    assert_eq!((now_is.status, now_is.refunded), (OrderStatus::Refunded, order.total));
    assert_eq!(shop.counts(pot).await, (3, 0, 2));
    assert_eq!(ledger::balance(&shop.app.db, ledger::Account::Cash, None).await.unwrap(), 0);
}

#[tokio::test]
async fn what_came_back_and_was_not_decided_is_refunded_by_itself() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    browser.pay(&started).await;
    let order = shop.orders_of(buyer.id).await.remove(0);
    shipping::ship(&shop.app.db, &order, kim.id, "한진택배", "123456").await.unwrap();
    let item = shop.items_of(order.id).await[0].id.to_string();
    let fields = [("kind", "withdrawal"), ("item", item.as_str()), ("quantity", "1"), ("reason", "changed my mind")];
    browser.post(&format!("/orders/{}/return", order.id), &fields).await.is(303);
    let refund = refunds::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert!(refund_domain::returned(&shop.app, &refund).await.unwrap());
    assert_eq!(refund_domain::approve_due(&shop.app).await.unwrap(), 0);
    let mut row = refund.into_active_model();
    row.due_at = Set(Some(now() - Duration::seconds(1)));
    row.update(&shop.app.db).await.unwrap();
    assert_eq!(refund_domain::approve_due(&shop.app).await.unwrap(), 1);
    while queue::run_due(&shop.app).await.unwrap() > 0 {}
    assert_eq!(shop.order_now(order.id).await.status, OrderStatus::Refunded);
    assert_eq!(shop.counts(pot).await, (5, 0, 0));
}

#[tokio::test]
async fn a_seller_who_cannot_deliver_gives_everything_back() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 2)], "card").await;
    browser.pay(&started).await;
    let order = shop.orders_of(buyer.id).await.remove(0);
    let item = shop.items_of(order.id).await[0].id.to_string();
    let mut selling = shop.logged_in(&kim).await;
    let path = format!("/sell/orders/{}/refund", order.id);
    selling.post(&path, &[("item", &item), ("quantity", "1")]).await.is(422);
    selling.post(&path, &[("item", &item), ("quantity", "3"), ("reason", "broken")]).await.is(409);
    selling.post(&path, &[("item", "999999"), ("quantity", "1"), ("reason", "broken")]).await.is(409);
    // One of two: the order goes on.
    selling.post(&path, &[("item", &item), ("quantity", "1"), ("reason", "broken")]).await.is(303);
    let now_is = shop.order_now(order.id).await;
    assert_eq!((now_is.status, now_is.refunded), (OrderStatus::Paid, 10_000));
    selling.post(&path, &[("item", &item), ("quantity", "1"), ("reason", "both"), ("restock", "yes")]).await.is(303);
    let now_is = shop.order_now(order.id).await;
    assert_eq!((now_is.status, now_is.refunded), (OrderStatus::Cancelled, 23_000));
    assert_eq!(shop.counts(pot).await, (4, 0, 1));
    while queue::run_due(&shop.app).await.unwrap() > 0 {}
    shop.mail_to("buyer@example.com").await;
}

#[tokio::test]
async fn hand_to_hand_the_buyers_number_proves_it() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let bike = shop.goods_of_mode(&kim, "Bicycle", 150_000, 1, TradeMode::Direct).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &bike.variant.to_string())]).await.leads_to("/cart");
    browser
        .get("/checkout")
        .await
        .says("City Hall, exit 3")
        .says("between private persons")
        .says_not("name=\"postcode\"");
    let started = browser.start(&[], "card").await;
    browser.pay(&started).await;
    let order = shop.orders_of(buyer.id).await.remove(0);
    assert!(order.escrow && order.recipient.is_empty() && order.shipping_fee == 0);
    let code = shipping::handover_code(&shop.app.db, &order).await.unwrap();
    browser.get(&format!("/orders/{}", order.id)).await.says(&code);
    let mut selling = shop.logged_in(&kim).await;
    let sale = format!("/sell/orders/{}", order.id);
    selling.get(&sale).await.is(200).says_not(&code);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    selling.post(&format!("{sale}/handover"), &[("code", wrong)]).await.is(422);
    selling.post(&format!("{sale}/ship"), &[("carrier", "한진택배"), ("tracking", "123456")]).await.is(409);
    selling.post(&format!("{sale}/handover"), &[("code", &code)]).await.leads_to(&sale);
    let arrived = shop.order_now(order.id).await;
    // A private person: no withdrawal for a change of mind, but a look at it before the money is theirs.
    assert_eq!((arrived.status, arrived.withdrawal_deadline), (OrderStatus::Delivered, None));
    assert_eq!(shipping::keep_deadlines(&shop.app).await.unwrap(), 0);
    let mut row = arrived.into_active_model();
    row.delivered_at = Set(Some(now() - Duration::days(5)));
    row.update(&shop.app.db).await.unwrap();
    assert_eq!(shipping::keep_deadlines(&shop.app).await.unwrap(), 1);
    assert_eq!(shop.order_now(order.id).await.status, OrderStatus::Confirmed);
    // Guessing is limited.
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(selling.post(&format!("{sale}/handover"), &[("code", wrong)]).await.status.as_u16());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn second_hand_from_a_business_can_be_withdrawn_from() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let camera = shop.goods_of_mode(&kim, "Camera", 90_000, 1, TradeMode::Used).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &camera.variant.to_string())]).await.leads_to("/cart");
    browser.get("/checkout").await.says("between private persons");
    let row = members::ActiveModel { id: Set(kim.id), kind: Set(MemberKind::Company), ..Default::default() };
    row.update(&shop.app.db).await.unwrap();
    browser.get("/checkout").await.says("within 7 days");
}

#[tokio::test]
async fn nobody_sees_or_touches_what_is_not_theirs() {
    let shop = TestApp::start().await;
    let (kim, buyer, other) = (shop.seller("kim").await, shop.member("buyer").await, shop.member("other").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    let back = browser.choose(&started, "succeed").await;
    let mut stranger = shop.logged_in(&other).await;
    stranger.get(&started.page()).await.is(404);
    stranger.get(&back).await.is(404);
    browser.get(&back).await.is(303);
    let order = shop.orders_of(buyer.id).await.remove(0);
    let (id, checkout) = (order.id, order.checkout_id);
    let mut selling = shop.logged_in(&kim).await;
    for browser in [&mut stranger, &mut selling] {
        browser.get(&format!("/orders/{id}")).await.is(404);
        browser.get(&format!("/orders/{id}/return")).await.is(404);
        browser.get(&format!("/checkout/{checkout}")).await.is(404);
        for path in ["cancel", "received", "confirm", "return"] {
            browser.post(&format!("/orders/{id}/{path}"), &[("reason", "x")]).await.is(404);
        }
        for path in ["pay", "cancel"] {
            browser.post(&format!("/checkout/{checkout}/{path}"), &[("method", "card")]).await.is(404);
        }
    }
    let lee = shop.seller("lee").await;
    let mut rival = shop.logged_in(&lee).await;
    rival.get(&format!("/sell/orders/{id}")).await.is(404);
    for path in ["prepare", "ship", "delivered", "handover", "refund"] {
        rival.post(&format!("/sell/orders/{id}/{path}"), &[]).await.is(404);
    }
    assert_eq!(shop.order_now(id).await.status, OrderStatus::Paid);
}

#[tokio::test]
async fn addresses_are_kept_used_and_forgotten() {
    let shop = TestApp::start().await;
    let (kim, buyer, other) = (shop.seller("kim").await, shop.member("buyer").await, shop.member("other").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    browser.order("", "card", &[("keep", "yes")]).await.is(303);
    let kept = addresses::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert!(kept.is_default && kept.member_id == buyer.id);
    let id = kept.id.to_string();
    browser.get("/checkout").await.says(&format!("value=\"{id}\" checked"));
    browser.get("/checkout/addresses").await.is(200).says("110 Sejong-daero");
    browser.post("/checkout/addresses", &[("recipient", "Lee")]).await.is(422).says("five digits");
    let mut stranger = shop.logged_in(&other).await;
    stranger.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    stranger.order("", "card", &[("address", &id)]).await;
    stranger.post(&format!("/checkout/addresses/{id}/delete"), &[]).await.is(404);
    stranger.post(&format!("/checkout/addresses/{id}/default"), &[]).await.is(404);
    browser.post(&format!("/checkout/addresses/{id}/default"), &[]).await.leads_to("/checkout/addresses");
    browser.post(&format!("/checkout/addresses/{id}/delete"), &[]).await.leads_to("/checkout/addresses");
    browser.get("/checkout/addresses").await.says("not kept any");
}

#[tokio::test]
async fn late_orders_are_told_of_and_can_be_cancelled() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    browser.pay(&started).await;
    let order = shop.orders_of(buyer.id).await.remove(0);
    let sale = format!("/sell/orders/{}", order.id);
    shop.logged_in(&kim).await.post(&format!("{sale}/prepare"), &[]).await.leads_to(&sale);
    let path = format!("/orders/{}", order.id);
    browser.post(&format!("{path}/cancel"), &[("reason", "slow")]).await.is(409);
    let mut row = shop.order_now(order.id).await.into_active_model();
    row.ship_by = Set(Some(now() - Duration::hours(1)));
    row.update(&shop.app.db).await.unwrap();
    for _ in 0..2 {
        shipping::keep_deadlines(&shop.app).await.unwrap();
    }
    let late = notifications::Entity::find().filter(notifications::Column::Message.eq("notice-order-late"));
    assert_eq!(late.count(&shop.app.db).await.unwrap(), 2);
    browser.post(&format!("{path}/cancel"), &[("reason", "slow")]).await.leads_to(&path);
    let now_is = orders::Entity::find_by_id(order.id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((now_is.status, now_is.refunded), (OrderStatus::Cancelled, now_is.total));
}
