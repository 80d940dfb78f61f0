//! Toss Payments, against a stand-in that answers as its documentation says: what we send, and what we make of it.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, body::Body};
use bogosa_shop::entities::enums::{OrderStatus, PaymentStatus};
use bogosa_shop::jobs::queue;
use serde_json::{Value, json};

use crate::harness::TestApp;

#[derive(Default)]
struct Remembered {
    payment: Value,
    /// Path, idempotency key, body.
    calls: Vec<(String, String, Value)>,
    refuse: Option<(u16, &'static str)>,
}

type Shared = Arc<Mutex<Remembered>>;

async fn confirm(State(toss): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut toss = toss.lock().unwrap();
    if headers["authorization"] != "Basic dGVzdF9za19zZWNyZXQ6" {
        return (StatusCode::UNAUTHORIZED, Json(json!({"code": "UNAUTHORIZED_KEY", "message": "…"}))).into_response();
    }
    toss.calls.push(("confirm".to_owned(), headers["idempotency-key"].to_str().unwrap().to_owned(), body.clone()));
    if let Some((status, code)) = toss.refuse.take() {
        let body = json!({"code": code, "message": "카드사에서 거절했습니다."});
        return (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
    }
    toss.payment = json!({
        "version": "2022-11-16", "paymentKey": body["paymentKey"], "orderId": body["orderId"], "status": "DONE",
        "totalAmount": body["amount"], "balanceAmount": body["amount"], "currency": "KRW", "virtualAccount": null,
    });
    Json(toss.payment.clone()).into_response()
}

async fn find(State(toss): State<Shared>, Path(_): Path<String>) -> Response {
    let toss = toss.lock().unwrap();
    if toss.payment.is_null() {
        let body = json!({"code": "NOT_FOUND_PAYMENT", "message": "존재하지 않는 결제 정보 입니다."});
        return (StatusCode::NOT_FOUND, Json(body)).into_response();
    }
    Json(toss.payment.clone()).into_response()
}

async fn cancel(
    State(toss): State<Shared>,
    Path(_): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Json<Value> {
    let mut toss = toss.lock().unwrap();
    toss.calls.push(("cancel".to_owned(), headers["idempotency-key"].to_str().unwrap().to_owned(), body.clone()));
    let left = toss.payment["balanceAmount"].as_i64().unwrap() - body["cancelAmount"].as_i64().unwrap();
    toss.payment["balanceAmount"] = json!(left);
    toss.payment["status"] = json!(if left == 0 { "CANCELED" } else { "PARTIAL_CANCELED" });
    Json(toss.payment.clone())
}

async fn stand_in() -> (String, Shared) {
    let toss = Shared::default();
    let router = Router::new()
        .route("/v1/payments/confirm", post(confirm))
        .route("/v1/payments/{key}", get(find))
        .route("/v1/payments/orders/{id}", get(find))
        .route("/v1/payments/{key}/cancel", post(cancel))
        .with_state(toss.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, toss)
}

#[tokio::test]
async fn from_the_script_to_the_refund() {
    let (url, toss) = stand_in().await;
    let shop = TestApp::start_with(&[
        ("SHOP_PAYMENTS", "toss"),
        ("SHOP_TOSS_CLIENT_KEY", "test_ck_public"),
        ("SHOP_TOSS_SECRET_KEY", "test_sk_secret"),
        ("SHOP_TOSS_URL", &url),
    ])
    .await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    let pot = shop.goods(&kim, "Moon jar", 10_000, 5).await;
    let mut browser = shop.logged_in(&buyer).await;
    browser.post("/cart", &[("variant", &pot.variant.to_string())]).await.leads_to("/cart");
    let answer = browser.order("", "card", &[]).await.is(303);
    let start = answer.header("location").to_owned();
    let page = browser.get(&start).await.is(200).says("https://js.tosspayments.com/v2/standard");
    let page = page.says("test_ck_public").says("data-amount=\"13000\"").says_not("test_sk_secret");
    assert!(page.header("content-security-policy").contains("https://js.tosspayments.com"));
    let payment = shop.payments_of(1).await.remove(0);
    page.says(&payment.idempotency_key);

    // Declined first: told to the buyer; the same checkout is tried again.
    toss.lock().unwrap().refuse = Some((403, "REJECT_CARD_PAYMENT"));
    let back =
        |key: &str, reference: &str| format!("/payments/return?paymentKey={key}&orderId={reference}&amount=13000");
    browser.get(&back("pk_1", &payment.idempotency_key)).await.leads_to("/checkout/1");
    browser.get("/checkout/1").await.says("카드사에서 거절했습니다.");
    browser.post("/checkout/1/pay", &[("method", "card")]).await.is(303);
    let payment = shop.payments_of(1).await.remove(1);

    // No answer: nobody knows. The buyer sees that it is being checked; the return once more settles it.
    toss.lock().unwrap().refuse = Some((500, "FAILED_INTERNAL_SYSTEM_PROCESSING"));
    browser.get(&back("pk_2", &payment.idempotency_key)).await.leads_to("/checkout/1");
    let waiting = browser.get("/checkout/1").await.is(200).says("We are checking your payment");
    assert_eq!(waiting.header("refresh"), "3");
    assert_eq!(shop.payments_of(1).await[1].status, PaymentStatus::Pending);
    browser.get(&back("pk_2", &payment.idempotency_key)).await.leads_to("/checkout/1");
    browser.get("/checkout/1").await.says("Paid, thank you");
    let order = shop.orders_of(buyer.id).await.remove(0);
    assert_eq!(order.status, OrderStatus::Paid);
    let confirms: Vec<_> = toss.lock().unwrap().calls.clone();
    assert_eq!(confirms[1].1, confirms[2].1, "the same question has the same key");
    assert_eq!(confirms[2].2, json!({"paymentKey": "pk_2", "orderId": payment.idempotency_key, "amount": 13_000}));

    // A webhook, believed only because the provider says so too; its second delivery changes nothing.
    let body = json!({"eventType": "PAYMENT_STATUS_CHANGED", "data": {"paymentKey": "pk_2", "status": "CANCELED"}});
    for _ in 0..2 {
        let headers = [("tosspayments-webhook-transmission-id", "tx_1")];
        let body = Body::from(body.to_string());
        shop.browser().send(Method::POST, "/payments/hooks/toss", &headers, body).await.is(200);
    }
    assert_eq!(shop.order_now(order.id).await.status, OrderStatus::Paid);

    let path = format!("/orders/{}", order.id);
    browser.post(&format!("{path}/cancel"), &[("reason", "sorry")]).await.leads_to(&path);
    while queue::run_due(&shop.app).await.unwrap() > 0 {}
    let order = shop.order_now(order.id).await;
    assert_eq!((order.status, order.refunded), (OrderStatus::Cancelled, 13_000));
    let last = toss.lock().unwrap().calls.last().unwrap().clone();
    assert_eq!((last.0.as_str(), &last.2), ("cancel", &json!({"cancelReason": "sorry", "cancelAmount": 13_000})));
}
