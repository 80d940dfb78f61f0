//! Payments: whatever the buyer, the provider and dying processes do, money and orders stay together.

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{CheckoutStatus, OrderStatus, PaymentStatus, TestOutcome};
use bogosa_shop::entities::{payment_events, payments, refunds};
use bogosa_shop::jobs::queue;
use bogosa_shop::orders::{closing, shipping};
use bogosa_shop::payments::reconcile;
use bogosa_shop::settlement::ledger::{self, Account};
use chrono::Duration;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, Set};

use crate::buying::Started;
use crate::harness::{Answer, TestApp, encode};

impl TestApp {
    /// The provider's webhook, as it comes from outside.
    async fn hook(&self, event: &str, started: &Started) -> Answer {
        let test = self.app.payments.as_ref().unwrap().test().unwrap();
        let (headers, body) = test.webhook(event, "PAYMENT_STATUS_CHANGED", &started.provider_ref).unwrap();
        let signature = headers.get("x-test-signature").unwrap().to_str().unwrap().to_owned();
        let headers = [("x-test-signature", signature.as_str())];
        self.browser().send(Method::POST, "/payments/hooks/test", &headers, Body::from(body)).await
    }

    async fn attempt(&self, started: &Started) -> payments::Model {
        let test = self.app.payments.as_ref().unwrap().test().unwrap();
        let row = test.row_of(&started.provider_ref).await.unwrap().unwrap();
        bogosa_shop::payments::attempts::by_reference(&self.app.db, &row.reference).await.unwrap().unwrap()
    }

    async fn expire(&self, checkout: i64) {
        let mut row = self.checkout(checkout).await.into_active_model();
        row.expires_at = Set(now() - Duration::seconds(1));
        row.update(&self.app.db).await.unwrap();
    }

    async fn in_order(&self) {
        assert!(ledger::unbalanced(&self.app.db).await.unwrap().is_empty());
        while queue::run_due(&self.app).await.unwrap() > 0 {}
        assert!(ledger::unbalanced(&self.app.db).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_declined_card_can_be_tried_again() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    let back = browser.choose(&started, "decline").await;
    let page = browser.get(&back).await.is(303).header("location").to_owned();
    browser.get(&page).await.is(200).says("not approved").says("한도초과").says("Pay ₩13,000");
    let first = shop.attempt(&started).await;
    assert_eq!((first.status, first.failure_code.as_deref()), (PaymentStatus::Failed, Some("REJECT_CARD_PAYMENT")));
    // The goods are held meanwhile.
    assert_eq!(shop.counts(pot).await, (4, 1, 0));
    browser.post(&format!("{page}/pay"), &[("method", "cheque")]).await.is(400);
    let answer = browser.post(&format!("{page}/pay"), &[("method", "card")]).await.is(303);
    let again = Started { provider_ref: answer.header("location").rsplit('/').next().unwrap().to_owned() };
    browser.pay(&again).await;
    assert_eq!(shop.counts(pot).await, (4, 0, 1));
    // Leaving the provider's page changes nothing.
    browser.post(&again.page(), &[("outcome", "leave")]).await.is(303);
    shop.in_order().await;
}

#[tokio::test]
async fn what_the_browser_says_of_the_amount_is_compared() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    let back = browser.choose(&started, "succeed").await;
    browser.get(&back.replace("amount=13000", "amount=100")).await.is(400).says("nothing was charged");
    browser.get(&back.replace("amount=13000", "amount=13000.0")).await.is(400);
    browser.get(&back.replace("orderId=pay_", "orderId=pax_")).await.is(404);
    let stolen = format!("paymentKey={}", encode("test_other"));
    let other = back.replace(&format!("paymentKey={}", started.provider_ref), &stolen);
    browser.get(&other).await.is(303);
    assert_eq!(shop.orders_of(buyer.id).await[0].status, OrderStatus::AwaitingPayment);
    for nonsense in ["/payments/return", "/payments/return?paymentKey=&orderId=x&amount=1"] {
        browser.get(nonsense).await.is(400);
    }
}

#[tokio::test]
async fn returns_and_webhooks_may_come_twice_and_at_once() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let browser = &mut shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    let back = browser.choose(&started, "succeed").await;
    let (mut one, mut two) = (browser.clone(), browser.clone());
    let (a, b, c, d) =
        tokio::join!(one.get(&back), two.get(&back), shop.hook("evt_1", &started), shop.hook("evt_1", &started));
    for answer in [a, b] {
        answer.is(303);
    }
    for answer in [c, d] {
        answer.is(200);
    }
    shop.hook("evt_1", &started).await.is(200);
    shop.hook("evt_2", &started).await.is(200);
    browser.get(&back).await.is(303);
    assert_eq!(shop.counts(pot).await, (4, 0, 1));
    assert_eq!(payment_events::Entity::find().count(&shop.app.db).await.unwrap(), 2);
    assert_eq!(ledger::balance(&shop.app.db, Account::Held(kim.id), None).await.unwrap(), 13_000);
    shop.in_order().await;
}

#[tokio::test]
async fn forged_and_senseless_webhooks_are_refused() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    for body in ["", "{}", "{\"id\":\"x\",\"kind\":\"y\",\"provider_ref\":\"test_1\"}", "\u{0}\u{1}"] {
        browser.send(Method::POST, "/payments/hooks/test", &[], Body::from(body)).await.is(400);
    }
    browser.send(Method::POST, "/payments/hooks/toss", &[], Body::from("{}")).await.is(404);
    let large = "x".repeat(300 * 1024);
    browser.send(Method::POST, "/payments/hooks/test", &[], Body::from(large)).await.is(413);
    assert_eq!(payment_events::Entity::find().count(&shop.app.db).await.unwrap(), 0);
    let nobodys = Started { provider_ref: "test_nobody".to_owned() };
    shop.hook("evt_1", &nobodys).await.is(200);
    let row = payment_events::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert!(row.processed_at.is_some() && row.error.is_some());
}

#[tokio::test]
async fn a_process_that_dies_before_the_answer_is_made_good() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let provider = shop.app.payments.clone().unwrap();
    for taken in [true, false] {
        let started = browser.start(&[(pot, 1)], "card").await;
        browser.choose(&started, "succeed").await;
        let payment = shop.attempt(&started).await;
        // As it stands after a death between the claim and the answer.
        let mut row = payment.clone().into_active_model();
        row.status = Set(PaymentStatus::Pending);
        row.provider_ref = Set(Some(started.provider_ref.clone()));
        row.update(&shop.app.db).await.unwrap();
        let mut row = shop.checkout(payment.checkout_id).await.into_active_model();
        row.status = Set(CheckoutStatus::Paying);
        row.expires_at = Set(now() - Duration::seconds(1));
        row.update(&shop.app.db).await.unwrap();
        if taken {
            let key = &payment.idempotency_key;
            provider.confirm(&started.provider_ref, key, payment.amount, key).await.unwrap();
        }
        // What is being paid does not expire, however late.
        assert_eq!(closing::expire_due(&shop.app).await.unwrap(), 0);
        assert_eq!(reconcile::run(&shop.app, Duration::minutes(5)).await.unwrap(), 0);
        assert_eq!(reconcile::run(&shop.app, Duration::zero()).await.unwrap(), 1);
        let expected = if taken { CheckoutStatus::Paid } else { CheckoutStatus::Expired };
        assert_eq!(shop.checkout(payment.checkout_id).await.status, expected);
    }
    assert_eq!(shop.counts(pot).await, (4, 0, 1));
    shop.in_order().await;
}

#[tokio::test]
async fn paid_too_late_is_given_back() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    browser.choose(&started, "succeed").await;
    let payment = shop.attempt(&started).await;
    shop.expire(payment.checkout_id).await;
    assert_eq!(closing::expire_due(&shop.app).await.unwrap(), 1);
    // A ghost: the provider was asked, and took the money, though we have given up.
    let (provider, key) = (shop.app.payments.clone().unwrap(), &payment.idempotency_key);
    provider.confirm(&started.provider_ref, key, payment.amount, key).await.unwrap();
    shop.hook("evt_1", &started).await.is(200);
    assert_eq!(shop.attempt(&started).await.status, PaymentStatus::CancelPending);
    assert_eq!(ledger::balance(&shop.app.db, Account::Unmatched, None).await.unwrap(), 13_000);
    shop.in_order().await;
    let given_back = shop.attempt(&started).await;
    assert_eq!((given_back.status, given_back.cancelled_amount), (PaymentStatus::Cancelled, 13_000));
    assert_eq!(provider.get(&started.provider_ref).await.unwrap().status, PaymentStatus::Cancelled);
    assert_eq!(ledger::balance(&shop.app.db, Account::Cash, None).await.unwrap(), 0);
    assert_eq!(shop.counts(pot).await, (5, 0, 0));
}

#[tokio::test]
async fn two_attempts_that_both_paid_are_one_order() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let first = browser.start(&[(pot, 1)], "card").await;
    let checkout = shop.attempt(&first).await.checkout_id;
    let answer = browser.post(&format!("/checkout/{checkout}/pay"), &[("method", "easy_pay")]).await.is(303);
    let second = Started { provider_ref: answer.header("location").rsplit('/').next().unwrap().to_owned() };
    let test = shop.app.payments.clone().unwrap();
    for started in [&first, &second] {
        test.test().unwrap().choose(&started.provider_ref, TestOutcome::Succeed).await.unwrap();
        let payment = shop.attempt(started).await;
        let key = &payment.idempotency_key;
        test.confirm(&started.provider_ref, key, payment.amount, key).await.unwrap();
    }
    let (a, b) = tokio::join!(shop.hook("evt_1", &first), shop.hook("evt_2", &second));
    a.is(200);
    b.is(200);
    shop.in_order().await;
    let mut statuses = [shop.attempt(&first).await.status, shop.attempt(&second).await.status];
    statuses.sort_by_key(|status| status.word());
    assert_eq!(statuses, [PaymentStatus::Cancelled, PaymentStatus::Paid]);
    assert_eq!(shop.counts(pot).await, (4, 0, 1));
    assert_eq!(ledger::balance(&shop.app.db, Account::Cash, None).await.unwrap(), -13_000);
}

#[tokio::test]
async fn a_deposit_arrives_is_taken_back_and_arrives_again() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "virtual_account").await;
    let page = browser.pay(&started).await;
    browser.get(&page).await.is(200).says("Waiting for your deposit").says("000-");
    let order = shop.orders_of(buyer.id).await.remove(0);
    assert_eq!(order.status, OrderStatus::AwaitingDeposit);
    // Held until the account is due, not for a quarter of an hour.
    assert!(shop.checkout(order.checkout_id).await.expires_at > now() + Duration::days(2));
    let deposit = format!("{}/deposit", started.page());
    for (arrived, status, counts) in [
        ("yes", OrderStatus::Paid, (4, 0, 1)),
        ("no", OrderStatus::AwaitingDeposit, (4, 1, 0)),
        ("yes", OrderStatus::Paid, (4, 0, 1)),
    ] {
        browser.post(&deposit, &[("arrived", arrived)]).await.leads_to(&page);
        assert_eq!((shop.order_now(order.id).await.status, shop.counts(pot).await), (status, counts));
        let held = if arrived == "yes" { 13_000 } else { 0 };
        assert_eq!(ledger::balance(&shop.app.db, Account::Held(kim.id), None).await.unwrap(), held);
    }
    // Given back only to an account.
    let path = format!("/orders/{}", order.id);
    browser.post(&format!("{path}/cancel"), &[("reason", "sorry")]).await.is(422).says("valid account number");
    let account = [("reason", "sorry"), ("bank", "088"), ("number", "110-123-456789"), ("holder", "Kim")];
    browser.post(&format!("{path}/cancel"), &account).await.leads_to(&path);
    assert_eq!(shop.order_now(order.id).await.refunded, 13_000);
    let refund = refunds::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert!(!refund.account_encrypted.unwrap().contains("456789"));
    shop.in_order().await;
}

#[tokio::test]
async fn a_deposit_that_never_comes_ends_the_order_and_closes_the_account() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "virtual_account").await;
    browser.pay(&started).await;
    let checkout = shop.attempt(&started).await.checkout_id;
    shop.expire(checkout).await;
    assert_eq!(closing::expire_due(&shop.app).await.unwrap(), 0);
    reconcile::run(&shop.app, Duration::minutes(1)).await.unwrap();
    assert_eq!(shop.checkout(checkout).await.status, CheckoutStatus::Expired);
    assert_eq!(shop.counts(pot).await, (5, 0, 0));
    let provider = shop.app.payments.clone().unwrap();
    assert_eq!(provider.get(&started.provider_ref).await.unwrap().status, PaymentStatus::Cancelled);
}

#[tokio::test]
async fn a_deposit_taken_back_after_the_goods_have_left_is_a_dispute() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "virtual_account").await;
    browser.pay(&started).await;
    let deposit = format!("{}/deposit", started.page());
    browser.post(&deposit, &[("arrived", "yes")]).await.is(303);
    let order = shop.orders_of(buyer.id).await.remove(0);
    shipping::ship(&shop.app.db, &order, kim.id, "한진택배", "123456").await.unwrap();
    browser.post(&deposit, &[("arrived", "no")]).await.is(303);
    assert_eq!(shop.attempt(&started).await.status, PaymentStatus::Disputed);
    assert_eq!(shop.order_now(order.id).await.status, OrderStatus::Shipped);
    shop.in_order().await;
}

#[tokio::test]
async fn a_refund_that_died_at_the_provider_is_finished_by_its_job() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    let started = browser.start(&[(pot, 1)], "card").await;
    browser.pay(&started).await;
    let order = shop.orders_of(buyer.id).await.remove(0);
    let request = bogosa_shop::orders::refunds::Request {
        order_id: order.id,
        kind: bogosa_shop::entities::enums::RefundKind::Cancel,
        items: &[],
        reason: "sorry",
        actor_id: buyer.id,
        approved: true,
        restock: true,
        account: None,
    };
    bogosa_shop::orders::refunds::request(&shop.app, &request).await.unwrap();
    let refund = refunds::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    // The provider gave it back; nobody wrote it down.
    let provider = shop.app.payments.clone().unwrap();
    let cancel = bogosa_shop::services::payment::Cancel {
        provider_ref: started.provider_ref.clone(),
        amount: Some(refund.amount),
        expected_balance: 13_000,
        reason: "sorry".to_owned(),
        refund_account: None,
        idempotency_key: refund.idempotency_key.clone(),
    };
    provider.cancel(cancel).await.unwrap();
    shop.in_order().await;
    let now_is = shop.order_now(order.id).await;
    assert_eq!((now_is.status, now_is.refunded), (OrderStatus::Cancelled, 13_000));
    assert_eq!(provider.get(&started.provider_ref).await.unwrap().cancelled_amount, 13_000);
    assert_eq!(ledger::balance(&shop.app.db, Account::Cash, None).await.unwrap(), 0);
}

#[tokio::test]
async fn without_a_provider_nothing_is_sold() {
    let shop = TestApp::start_with(&[("SHOP_PAYMENTS", "none")]).await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    browser.get("/checkout").await.is(200).says("Nothing can be paid right now");
    browser.order("", "card", &[]).await.is(409);
    browser.get("/payments/test/test_x").await.is(404);
    assert_eq!(shop.counts(pot).await, (5, 0, 0));
}
