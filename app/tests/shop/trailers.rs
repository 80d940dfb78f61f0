//! Announced broadcasts: announcing with a video, comments that appear at once, cancelling, and who may do what.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::entities::enums::{MediaStatus, TrailerStatus};
use bogosa_shop::entities::{banned_words, media, notifications, trailer_comments, trailers};
use bogosa_shop::media::uploads;
use bogosa_shop::services::bus::Heard;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};
use serde_json::Value;

use crate::harness::{Answer, Browser, TestApp};
use crate::rows;

const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isomiso2 and the rest";

/// As a browser sends the form.
async fn announce(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--cut--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=cut"), ("sec-fetch-site", "same-origin")];
    browser.send(Method::POST, path, &headers, Body::from(body)).await
}

/// In Seoul, as the browser's field has it.
fn in_hours(hours: i64) -> String {
    (chrono::Utc::now() + chrono::Duration::hours(hours + 9)).format("%Y-%m-%dT%H:%M").to_string()
}

async fn newest(shop: &TestApp) -> trailers::Model {
    trailers::Entity::find().order_by_desc(trailers::Column::Id).one(&shop.app.db).await.unwrap().unwrap()
}

const WANTED: &[(&str, &str)] = &[("purpose", "trailer_video"), ("content_type", "video/mp4")];

async fn begin(browser: &mut Browser, size: usize) -> Value {
    let size = size.to_string();
    let fields: Vec<_> = WANTED.iter().copied().chain([("size", size.as_str())]).collect();
    serde_json::from_str(&browser.post("/api/media/uploads", &fields).await.is(200).body).unwrap()
}

async fn put(browser: &mut Browser, begun: &Value, kind: &str, content: &'static [u8]) -> Answer {
    let url = begun["ticket"]["url"].as_str().unwrap();
    let headers = [("content-type", kind), ("sec-fetch-site", "same-origin")];
    browser.send(Method::PUT, url, &headers, Body::from(content)).await
}

#[tokio::test]
async fn announced_with_a_video_and_shown() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.seller("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let (mut kims, mut lees) = (shop.logged_in(&kim).await, shop.logged_in(&lee).await);
    let begun = begin(&mut kims, MP4.len()).await;
    put(&mut kims, &begun, "video/mp4", MP4).await.is(204);
    let done = begun["done"].as_str().unwrap();
    lees.post(done, &[]).await.is(404);
    kims.post(done, &[]).await.is(200).says("ready");
    // The answer got lost, and the browser asks again.
    kims.post(done, &[]).await.is(200).says("ready");

    let (video, product, at) = (begun["id"].to_string(), pot.id.to_string(), in_hours(30));
    let fields = [
        ("title", "Kiln <b>day</b>"),
        ("description", "Come and see"),
        ("product", product.as_str()),
        ("price", "9,000"),
        ("starts_at", at.as_str()),
        ("video", video.as_str()),
    ];
    // Others' products and videos cannot be announced.
    let answer = announce(&mut lees, "/sell/trailers/new", &fields).await.is(422);
    answer.says("Only your own products").says("upload the video again");
    announce(&mut kims, "/sell/trailers/new", &fields).await.leads_to("/sell/trailers");
    let trailer = newest(&shop).await;
    assert_eq!(
        (trailer.price, trailer.product_id, trailer.status),
        (Some(9_000), Some(pot.id), TrailerStatus::Announced)
    );

    let path = format!("/trailers/{}", trailer.id);
    let mut guest = shop.browser();
    guest.get("/trailers").await.is(200).says(&path).says("Kiln &#60;b&#62;day").says("<video");
    let answer = guest.get(&path).await.is(200).says("₩9,000").says(&format!("/products/{}", pot.id));
    let media = media::Entity::find_by_id(trailer.video_media_id.unwrap()).one(&shop.app.db).await.unwrap().unwrap();
    answer.says(media.public_url.as_deref().unwrap()).says_not("Start the broadcast");
    guest.get(media.public_url.as_deref().unwrap()).await.is(200);
    kims.get(&path).await.is(200).says(&format!("/sell/broadcasts/new?trailer={}", trailer.id));
    kims.get("/sell/trailers").await.is(200).says("Kiln").says("Announced");

    // Changed: without a video it is gone.
    let sell = format!("/sell/trailers/{}", trailer.id);
    kims.get(&sell).await.is(200).says(&at).says("Come and see");
    announce(&mut kims, &sell, &[("title", ""), ("starts_at", &in_hours(-1))]).await.is(422).says("next 180 days");
    announce(&mut lees, &sell, &[("title", "Mine now"), ("starts_at", &at)]).await.is(404);
    announce(&mut kims, &sell, &[("title", "Kiln day"), ("starts_at", &at)]).await.leads_to("/sell/trailers");
    let media = media::Entity::find_by_id(media.id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((media.status, newest(&shop).await.video_media_id), (MediaStatus::Deleted, None));
}

#[tokio::test]
async fn uploads_are_what_was_asked_for() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    for (name, value) in [
        ("content_type", "text/html"),
        ("content_type", "video/quicktime"),
        ("purpose", "product_image"),
        ("size", "0"),
        ("size", "-1"),
        ("size", "209715201"),
        ("size", "much"),
    ] {
        let mut fields = vec![("purpose", "trailer_video"), ("content_type", "video/mp4"), ("size", "10")];
        fields.retain(|(field, _)| *field != name);
        fields.push((name, value));
        browser.post("/api/media/uploads", &fields).await.is(400);
    }
    // Neither another type nor another size than the ticket says.
    let begun = begin(&mut browser, MP4.len()).await;
    put(&mut browser, &begun, "text/html", MP4).await.is(400);
    put(&mut browser, &begun, "video/mp4", b"short").await.is(400);
    let done = begun["done"].as_str().unwrap();
    browser.post(done, &[]).await.is(409);

    // What only says that it is a video is thrown away.
    let page = b"<html><script>alert(1)</script></html>";
    let forged = begin(&mut browser, page.len()).await;
    put(&mut browser, &forged, "video/mp4", page).await.is(204);
    browser.post(forged["done"].as_str().unwrap(), &[]).await.is(400);
    let row = |begun: &Value| media::Entity::find_by_id(begun["id"].as_i64().unwrap());
    let forged = row(&forged).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((forged.status, forged.public_url), (MediaStatus::Deleted, None));
    assert!(forged.object_key.starts_with(&format!("trailer-video/{}/", kim.id)));

    // What never came is forgotten.
    assert_eq!(uploads::delete_abandoned(&shop.app).await.unwrap(), 0);
    let late = media::ActiveModel {
        id: Set(begun["id"].as_i64().unwrap()),
        expires_at: Set(Some(bogosa_shop::db::now() - chrono::Duration::minutes(1))),
        ..Default::default()
    };
    late.update(&shop.app.db).await.unwrap();
    assert_eq!(uploads::delete_abandoned(&shop.app).await.unwrap(), 1);
    assert_eq!(row(&begun).one(&shop.app.db).await.unwrap().unwrap().status, MediaStatus::Deleted);
    browser.post(done, &[]).await.is(409);
}

#[tokio::test]
async fn comments_are_written_changed_and_deleted_by_whom_they_belong_to() {
    let shop = TestApp::start().await;
    let (kim, lee, choi) = (shop.seller("kim").await, shop.member("lee").await, shop.member("choi").await);
    let trailer = rows::trailer(&shop, &kim).await;
    let path = format!("/trailers/{}", trailer.id);
    let (write, back) = (format!("{path}/comments"), format!("{path}#comments"));
    let (mut lees, mut chois) = (shop.logged_in(&lee).await, shop.logged_in(&choi).await);
    shop.browser().post(&write, &[("body", "hello")]).await.is(303);
    lees.post(&write, &[("body", " ")]).await.is(422);
    lees.post(&write, &[("body", &"가".repeat(501))]).await.is(422).says("가가가");
    lees.post(&write, &[("body", "When <i>exactly</i>? 😀")]).await.leads_to(&back);
    shop.browser().get(&path).await.is(200).says("When &#60;i&#62;exactly").says("😀").says_not("edited");
    let comment = trailer_comments::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    let own = format!("{write}/{}", comment.id);

    chois.post(&own, &[("body", "taken over")]).await.is(404);
    chois.post(&format!("{own}/delete"), &[]).await.is(404);
    lees.post(&own, &[("body", "")]).await.is(422);
    lees.post(&own, &[("body", "At noon?")]).await.leads_to(&back);
    shop.browser().get(&write).await.is(200).says("At noon?").says("edited").says_not("<html");

    let word = banned_words::ActiveModel {
        word: Set("짝퉁".to_owned()),
        created_at: Set(bogosa_shop::db::now()),
        ..Default::default()
    };
    word.insert(&shop.app.db).await.unwrap();
    lees.post(&write, &[("body", "짝 퉁이네")]).await.is(422);
    lees.post(&own, &[("body", "짝.퉁")]).await.is(422);

    // The seller keeps order below their own trailer; what was said is gone.
    shop.logged_in(&kim).await.post(&format!("{own}/delete"), &[]).await.leads_to(&back);
    let gone = trailer_comments::Entity::find_by_id(comment.id).one(&shop.app.db).await.unwrap().unwrap();
    assert!(gone.deleted_at.is_some() && gone.body.is_empty());
    lees.post(&own, &[("body", "still here")]).await.is(404);
    shop.browser().get(&path).await.is(200).says_not("At noon?");
}

#[tokio::test]
async fn open_pages_are_told_of_comments() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let trailer = rows::trailer(&shop, &kim).await;
    let mut told = shop.app.bus.subscribe(&format!("trailer:{}", trailer.id));
    let path = format!("/trailers/{}/comments", trailer.id);
    shop.logged_in(&lee).await.post(&path, &[("body", "hello")]).await.is(303);
    let told = tokio::time::timeout(Duration::from_secs(5), told.next()).await.unwrap();
    assert_eq!(told, Heard::Message("changed".into()));
    // The stream of a page ends when the shop stops.
    let mut guest = shop.browser();
    let changes = format!("/api/trailers/{}/changes", trailer.id);
    let stream = tokio::spawn(async move { guest.get(&changes).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    shop.logged_in(&lee).await.post(&path, &[("body", "again")]).await.is(303);
    tokio::time::sleep(Duration::from_millis(300)).await;
    shop.app.stop.cancel();
    let answer = tokio::time::timeout(Duration::from_secs(5), stream).await.unwrap().unwrap();
    assert_eq!(answer.header("content-type"), "text/event-stream");
    answer.is(200).says("data: changed");
}

#[tokio::test]
async fn who_waits_is_told_when_it_is_cancelled() {
    let shop = TestApp::start().await;
    let (kim, lee, other) = (shop.seller("kim").await, shop.member("lee").await, shop.seller("other").await);
    let trailer = rows::trailer(&shop, &kim).await;
    let path = format!("/trailers/{}", trailer.id);
    let cancel = format!("/sell{path}/cancel");
    shop.logged_in(&lee).await.post(&format!("{path}/remind"), &[]).await.is(303);
    shop.logged_in(&other).await.post(&cancel, &[]).await.is(404);
    let mut kims = shop.logged_in(&kim).await;
    kims.post(&cancel, &[]).await.leads_to("/sell/trailers");
    kims.post(&cancel, &[]).await.is(409);
    let told = notifications::Entity::find().all(&shop.app.db).await.unwrap();
    assert_eq!((told.len(), told[0].member_id, told[0].message.as_str()), (1, lee.id, "notice-trailer-cancelled"));
    shop.browser().get(&path).await.is(404);
    shop.browser().get("/trailers").await.is(200).says_not(&path);
    kims.get(&path).await.is(200).says("Cancelled");
    kims.get(&format!("/sell{path}")).await.is(409);
}

#[tokio::test]
async fn what_has_begun_leads_to_its_broadcast() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let trailer = rows::trailer(&shop, &kim).await;
    let broadcast = rows::broadcast(&shop, &kim, Some(trailer.id)).await;
    let path = format!("/trailers/{}", trailer.id);
    let live = format!("/live/{}", broadcast.id);
    shop.browser().get(&path).await.is(200).says(&live).says("Watch it now");
    shop.end_broadcast(broadcast.id).await;
    shop.browser().get(&path).await.is(200).says(&live).says("Watch the replay");
}
