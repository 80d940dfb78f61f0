//! Reviews: by buyers only, once, with photos; edited and deleted by their authors.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::entities::enums::{MediaStatus, OrderStatus};
use bogosa_shop::entities::{banned_words, media, notifications, review_photos, reviews};
use bogosa_shop::jobs::queue;
use image::{DynamicImage, ImageFormat};
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait, Set};

use crate::harness::{Answer, Browser, TestApp};
use crate::rows;

fn png() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(8, 8).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// As a browser sends a form with files.
async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)], photos: &[&[u8]]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for photo in photos {
        let head = "--cut\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"../../x.php\"\r\n\
                    Content-Type: text/html\r\n\r\n";
        body.extend(head.bytes());
        body.extend(*photo);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=cut"), ("sec-fetch-site", "same-origin")];
    browser.send(Method::POST, path, &headers, Body::from(body)).await
}

const GOOD: &[(&str, &str)] = &[("rating", "4"), ("body", "Fine <b>pot</b>"), ("next", "/orders/1")];

#[tokio::test]
async fn by_buyers_who_have_received_it_and_once() {
    let shop = TestApp::start().await;
    let (kim, lee, choi) = (shop.seller("kim").await, shop.member("lee").await, shop.member("choi").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let arrived = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
    let on_its_way = rows::bought(&shop, &lee, &pot, OrderStatus::Shipped).await;
    let returned = rows::bought(&shop, &lee, &pot, OrderStatus::Refunded).await;
    let (mut lees, mut chois) = (shop.logged_in(&lee).await, shop.logged_in(&choi).await);
    let path = format!("/reviews/new/{}", arrived.id);
    lees.get("/reviews").await.is(200).says(&path).says_not(&format!("/reviews/new/{}", on_its_way.id));
    for item in [&on_its_way, &returned] {
        send(&mut lees, &format!("/reviews/new/{}", item.id), GOOD, &[]).await.is(404);
    }
    chois.get(&path).await.is(404);
    send(&mut chois, &path, GOOD, &[]).await.is(404);
    send(&mut shop.browser(), &path, GOOD, &[]).await.is(303);

    lees.get(&path).await.is(200).says("Pot").says_not(" checked");
    send(&mut lees, &path, &[("rating", "6"), ("body", "x")], &[]).await.is(422).says("choose the stars");
    send(&mut lees, &path, &[("rating", "4"), ("body", " ")], &[]).await.is(422).says("This is required");
    send(&mut lees, &path, &[("rating", "4"), ("body", &"x".repeat(2001))], &[]).await.is(422).says("At most 2000");
    send(&mut lees, &path, GOOD, &[]).await.leads_to("/orders/1");
    send(&mut lees, &path, GOOD, &[]).await.is(404);
    let list = format!("/reviews/product/{}", pot.id);
    let read = chois.get(&list).await.is(200).says("Fine &#60;b&#62;pot").says("4 out of 5 stars").says("4.0");
    assert!(read.body.contains("/reports/review/") && !read.body.contains("/edit"));
    lees.get(&list).await.is(200).says("/edit");
    let told = notifications::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(told.member_id, kim.id);
    shop.logged_in(&kim).await.get("/notifications").await.is(200).says("A new review of Pot: 4 stars");
}

#[tokio::test]
async fn photos_are_made_anew() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let item = rows::bought(&shop, &lee, &pot, OrderStatus::Confirmed).await;
    let mut browser = shop.logged_in(&lee).await;
    let path = format!("/reviews/new/{}", item.id);
    let (picture, page) = (png(), b"<!doctype html><script>alert(1)</script>");
    send(&mut browser, &path, GOOD, &[&picture, page])
        .await
        .is(422)
        .says("Only JPEG, PNG and WebP")
        .says("Fine &#60;b");
    assert_eq!(reviews::Entity::find().count(&shop.app.db).await.unwrap(), 0);
    let six = vec![picture.as_slice(); 6];
    send(&mut browser, &path, GOOD, &six).await.is(422).says("At most 5 photos");
    send(&mut browser, &path, GOOD, &[&picture, b""]).await.is(303);
    let photo = review_photos::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    let row = media::Entity::find_by_id(photo.media_id).one(&shop.app.db).await.unwrap().unwrap();
    assert!(row.object_key.ends_with(".jpg") && !row.object_key.contains("php"), "{}", row.object_key);
    let url = row.public_url.unwrap();
    browser.get(&format!("/reviews/product/{}", pot.id)).await.is(200).says(&url);
    assert_eq!(browser.get(&url).await.is(200).header("content-type"), "image/jpeg");

    let id = reviews::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    let edit = format!("/reviews/{id}/edit");
    browser.get(&edit).await.is(200).says(&url).says("value=\"4\" checked");
    let media_id = photo.media_id.to_string();
    send(&mut browser, &edit, &[("rating", "5"), ("body", "Better"), ("remove", &media_id)], &[])
        .await
        .leads_to("/reviews");
    browser.get("/reviews").await.is(200).says("Better").says("edited").says_not(&url);
    let row = media::Entity::find_by_id(photo.media_id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((row.status, row.public_url), (MediaStatus::Deleted, None));
    while queue::run_due(&shop.app).await.unwrap() > 0 {}
    browser.get(&url).await.is(404);
}

#[tokio::test]
async fn only_ones_own_are_edited_and_deleted() {
    let shop = TestApp::start().await;
    let (kim, lee, choi) = (shop.seller("kim").await, shop.member("lee").await, shop.member("choi").await);
    rows::profile(&shop, &kim).await;
    let pot = rows::product(&shop, &kim, "Pot").await;
    let item = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
    let (mut lees, mut chois) = (shop.logged_in(&lee).await, shop.logged_in(&choi).await);
    let new = format!("/reviews/new/{}", item.id);
    send(&mut lees, &new, GOOD, &[&png()]).await.is(303);
    let id = reviews::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    chois.get(&format!("/reviews/{id}/edit")).await.is(404);
    send(&mut chois, &format!("/reviews/{id}/edit"), GOOD, &[]).await.is(404);
    chois.post(&format!("/reviews/{id}/delete"), &[]).await.is(404);
    // Somebody else's photo is not taken away with one's own review.
    send(&mut lees, &format!("/reviews/{id}/edit"), &[GOOD, &[("remove", "999")]].concat(), &[]).await.is(303);
    assert_eq!(review_photos::Entity::find().count(&shop.app.db).await.unwrap(), 1);
    chois.get(&format!("/sellers/{}", kim.id)).await.is(200).says("★ 4.0 · 1 review");
    let json = chois.get(&format!("/api/reviews/product/{}", pot.id)).await.is(200);
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!((&json["summary"]["stars"][3], &json["reviews"][0]["mine"]), (&1.into(), &false.into()));

    lees.post(&format!("/reviews/{id}/delete"), &[]).await.leads_to("/reviews");
    lees.get(&format!("/reviews/product/{}", pot.id)).await.is(200).says("no reviews yet");
    // Whoever thinks better of it may write another; whoever leaves takes it along.
    send(&mut lees, &new, GOOD, &[]).await.is(303);
    lees.post("/my/leave", &[("sure", "yes")]).await.is(422).says("unfinished orders");
    bogosa_shop::reviews::erase_all_of(&shop.app.db, lee.id).await.unwrap();
    assert_eq!(reviews::Entity::find().count(&shop.app.db).await.unwrap(), 0);
}

#[tokio::test]
async fn banned_words_are_refused() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let item = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
    for (seller, word) in [(None, "짝퉁"), (Some(kim.id), "slow")] {
        let row = banned_words::ActiveModel {
            seller_id: Set(seller),
            word: Set(word.to_owned()),
            created_at: Set(bogosa_shop::db::now()),
            ..Default::default()
        };
        row.insert(&shop.app.db).await.unwrap();
    }
    let mut browser = shop.logged_in(&lee).await;
    let path = format!("/reviews/new/{}", item.id);
    send(&mut browser, &path, &[("rating", "1"), ("body", "짝.퉁이네요")], &[])
        .await
        .is(422)
        .says("cannot be used here");
    // A seller's own list does not keep complaints out.
    send(&mut browser, &path, &[("rating", "1"), ("body", "slow delivery")], &[]).await.is(303);
}

#[tokio::test]
async fn averages_are_rounded_to_tenths() {
    use bogosa_shop::reviews::list::{Of, summary};
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    assert_eq!(summary(&shop.app.db, Of::Product(pot.id)).await.unwrap().average, None);
    let mut browser = shop.logged_in(&lee).await;
    for rating in ["5", "5", "4"] {
        let item = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
        let path = format!("/reviews/new/{}", item.id);
        send(&mut browser, &path, &[("rating", rating), ("body", "x")], &[]).await.is(303);
    }
    let found = summary(&shop.app.db, Of::Seller(kim.id)).await.unwrap();
    assert_eq!((found.count, found.average.as_deref(), found.stars), (3, Some("4.7"), [0, 0, 0, 1, 2]));
    assert_eq!(summary(&shop.app.db, Of::Author(lee.id)).await.unwrap().count, 3);
    assert_eq!(summary(&shop.app.db, Of::Broadcast(1)).await.unwrap().count, 0);
}
