//! The streaming service's events: authentic, once, in any order.

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::entities::enums::{BroadcastStatus, RecordingStatus};
use bogosa_shop::entities::{broadcasts, stream_events};
use bogosa_shop::live::viewers;
use bogosa_shop::members::channel;
use chrono::{Duration, SecondsFormat, Utc};
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn send(shop: &TestApp, token: &str, body: String) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    shop.browser().send(Method::POST, "/hooks/streaming", &headers, Body::from(body)).await
}

fn event(id: &str, channel: &str, kind: &str, ago: Duration, detail: Value) -> String {
    let time = (Utc::now() - ago).to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "version": "0", "id": id, "detail-type": format!("IVS {kind} State Change"), "source": "aws.ivs",
        "account": "123456789012", "time": time, "region": "us-east-1", "resources": [channel], "detail": detail,
    })
    .to_string()
}

async fn reload(shop: &TestApp, id: i64) -> broadcasts::Model {
    broadcasts::Entity::find_by_id(id).one(&shop.app.db).await.unwrap().unwrap()
}

#[tokio::test]
async fn only_with_the_token_and_only_events() {
    let shop = TestApp::start().await;
    send(&shop, TOKEN, String::new()).await.is(401).says("SHOP_HOOK_TOKEN");
    let shop = TestApp::start_with(&[("SHOP_HOOK_TOKEN", TOKEN)]).await;
    send(&shop, "wrong", String::new()).await.is(401);
    send(&shop, TOKEN, "{\"id\":1".to_owned()).await.is(400).says("not an EventBridge event");
    let none = Duration::zero();
    send(&shop, TOKEN, event(&"x".repeat(121), "arn", "Stream", none, json!({}))).await.is(400);
    send(&shop, TOKEN, event("", "arn", "Stream", none, json!({}))).await.is(400);
    send(&shop, TOKEN, event("a", &"x".repeat(256), "Stream", none, json!({}))).await.is(400);
    send(&shop, TOKEN, "x".repeat(300_000)).await.is(413);
    let long = json!({ "event_name": "x".repeat(60_001) });
    send(&shop, TOKEN, event("a", "arn:other", "Stream", none, long)).await.is(400).says("60000");
    send(&shop, TOKEN, event("c", "arn:other", "Weather", none, json!({ "event_name": 1 }))).await.is(400);
    // A channel that is not ours is nothing to us; of ours is kept what nobody knows yet.
    send(&shop, TOKEN, event("b", "arn:other", "Stream", none, json!({ "event_name": "Stream Start" }))).await.is(204);
    let seller = shop.seller("seller").await;
    let ours = channel::ensure(&shop.app, seller.id).await.unwrap().external_id;
    send(&shop, TOKEN, event("d", &ours, "Weather", none, json!({ "event_name": "Rain" }))).await.is(204);
    let kept = stream_events::Entity::find().all(&shop.app.db).await.unwrap();
    assert_eq!(kept.iter().map(|event| event.event_id.as_str()).collect::<Vec<_>>(), ["d"]);
}

#[tokio::test]
async fn a_recording_becomes_the_replay_in_whatever_order_its_events_come() {
    let shop = TestApp::start_with(&[("SHOP_HOOK_TOKEN", TOKEN)]).await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let id = shop.live(&seller, goods.product, None).await;
    let channel = channel::find(&shop.app, seller.id).await.unwrap().unwrap().external_id;
    let start = json!({ "event_name": "Stream Start", "stream_id": "st-1", "channel_name": "a" });
    send(&shop, TOKEN, event("1", &channel, "Stream", Duration::zero(), start.clone())).await.is(204);
    send(&shop, TOKEN, event("1", &channel, "Stream", Duration::zero(), start)).await.is(204);
    assert_eq!(stream_events::Entity::find().all(&shop.app.db).await.unwrap().len(), 1, "twice is once");
    assert_eq!(reload(&shop, id).await.stream_id.as_deref(), Some("st-1"));
    shop.end_broadcast(id).await;
    shop.browser().get(&format!("/live/{id}")).await.is(200).says("no recording");

    let recording = |status: &str, length: i64| {
        json!({
            "recording_status": status, "stream_id": "st-1", "recording_s3_bucket_name": "bucket",
            "recording_s3_key_prefix": format!("ivs/v1/1/a/2026/11/28/6/{length}/rec"), "recording_duration_ms": length,
        })
    };
    // The end before the start, and an interruption's shorter recording after the longer one.
    for (number, status, length) in
        [("2", "Recording End", 60_000), ("3", "Recording Start", 0), ("4", "Recording End", 5_000)]
    {
        let body = event(number, &channel, "Recording", Duration::zero(), recording(status, length));
        send(&shop, TOKEN, body).await.is(204);
    }
    let row = reload(&shop, id).await;
    assert_eq!((row.recording_status, row.recording_duration_ms), (RecordingStatus::Ready, Some(60_000)));
    let url = "/media/files/ivs/v1/1/a/2026/11/28/6/60000/rec/media/hls/master.m3u8";
    assert_eq!(row.recording_url.as_deref(), Some(url));
    let began = Utc::now() - Duration::minutes(1);
    assert!((row.recording_started_at.unwrap() - began).num_seconds().abs() < 30);
    shop.browser().get(&format!("/live/{id}")).await.is(200).says(url);
    let failed = event("5", &channel, "Recording", Duration::zero(), recording("Recording End Failure", 0));
    send(&shop, TOKEN, failed).await.is(204);
    assert_eq!(reload(&shop, id).await.recording_status, RecordingStatus::Ready, "what is there stays");
}

#[tokio::test]
async fn a_stream_that_does_not_come_back_ends_its_broadcast() {
    let shop = TestApp::start_with(&[("SHOP_HOOK_TOKEN", TOKEN)]).await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let id = shop.live(&seller, goods.product, None).await;
    let hour_ago = Utc::now() - Duration::hours(1);
    let row = broadcasts::ActiveModel { id: Set(id), started_at: Set(Some(hour_ago)), ..Default::default() };
    row.update(&shop.app.db).await.unwrap();
    let channel = channel::find(&shop.app, seller.id).await.unwrap().unwrap().external_id;
    let change = |name: &str| json!({ "event_name": name, "stream_id": "st-1" });
    assert_eq!(viewers::end_abandoned(&shop.app).await.unwrap(), 0, "nothing is known");
    // Back after an interruption; the events come in the wrong order.
    send(&shop, TOKEN, event("2", &channel, "Stream", Duration::minutes(20), change("Stream Start"))).await.is(204);
    send(&shop, TOKEN, event("1", &channel, "Stream", Duration::minutes(30), change("Stream End"))).await.is(204);
    assert_eq!(viewers::end_abandoned(&shop.app).await.unwrap(), 0);
    send(&shop, TOKEN, event("3", &channel, "Stream", Duration::minutes(15), change("Stream End"))).await.is(204);
    assert_eq!(viewers::end_abandoned(&shop.app).await.unwrap(), 1);
    assert_eq!(reload(&shop, id).await.status, BroadcastStatus::Ended);
    assert_eq!(viewers::end_abandoned(&shop.app).await.unwrap(), 0);
}
