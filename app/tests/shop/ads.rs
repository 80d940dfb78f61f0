//! Advertising: booked, approved, shown with its label, counted.

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::ads::show::{today, write_counts};
use bogosa_shop::entities::ad_bookings;
use bogosa_shop::entities::enums::AdStatus;
use bogosa_shop::settlement::ledger::{self, Account};
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

use crate::harness::{Answer, Browser, TestApp};
use crate::rows;

/// As the form with its file field sends it.
async fn book(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--cut\r\nContent-Disposition: form-data; name=\"image\"; filename=\"\"\r\n\r\n\r\n--cut--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=cut"), ("sec-fetch-site", "same-origin")];
    browser.send(Method::POST, "/sell/ads", &headers, Body::from(body)).await
}

fn day(days: i64) -> String {
    (today() + Duration::days(days)).to_string()
}

#[tokio::test]
async fn from_booking_to_the_front_page() {
    let shop = TestApp::start().await;
    let (kim, admin) = (shop.seller("kim").await, shop.admin().await);
    rows::profile(&shop, &kim).await;
    let (mut kims, mut admins) = (shop.logged_in(&kim).await, shop.logged_in(&admin).await);
    kims.get("/sell/ads").await.is(200).says("메인 상단").says("₩50,000 a day");
    let (from, until) = (day(1), day(3));
    let fields =
        [("slot", "1"), ("title", "Kiln day"), ("link", "/products/1"), ("starts_on", &from), ("ends_on", &until)];
    book(&mut kims, &fields).await.leads_to("/sell/ads");
    let booking = ad_bookings::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((booking.price, booking.status), (150_000, AdStatus::Requested));
    kims.get("/sell/ads").await.is(200).says("Kiln day").says("Being checked");
    admins.get("/admin/ads").await.is(200).says("Kiln day").says("kim shop");
    kims.post(&format!("/admin/ads/{}/approve", booking.id), &[]).await.is(403);
    admins.post(&format!("/admin/ads/{}/approve", booking.id), &[]).await.leads_to("/admin/ads");
    admins.post(&format!("/admin/ads/{}/reject", booking.id), &[]).await.is(409);
    // Owed by the seller, once, and the operator's income.
    let db = &shop.app.db;
    assert_eq!(ledger::balance(db, Account::Seller(kim.id), None).await.unwrap(), -150_000);
    assert_eq!(ledger::balance(db, Account::Advertising, None).await.unwrap(), 150_000);
    kims.get("/notifications").await.is(200).says("Your advert has been approved: Kiln day");
    kims.post(&format!("/sell/ads/{}/cancel", booking.id), &[]).await.is(409);

    let mut guest = shop.browser();
    guest.get("/").await.is(200).says_not("Kiln day");
    guest.get(&format!("/ads/{}", booking.id)).await.is(404);
    ad_bookings::Entity::update_many()
        .col_expr(ad_bookings::Column::StartsOn, Expr::value(today()))
        .exec(&shop.app.db)
        .await
        .unwrap();
    for _ in 0..3 {
        guest.get("/").await.is(200).says("Kiln day").says("Advertisement").says("kim shop");
    }
    guest.get(&format!("/ads/{}", booking.id)).await.leads_to("/products/1");
    write_counts(&shop.app).await.unwrap();
    write_counts(&shop.app).await.unwrap();
    let booking = ad_bookings::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((booking.impressions, booking.clicks), (3, 1));
}

#[tokio::test]
async fn mistakes_and_days_that_are_taken() {
    let shop = TestApp::start().await;
    let (kim, lee, admin) = (shop.seller("kim").await, shop.seller("lee").await, shop.admin().await);
    let (mut kims, mut lees) = (shop.logged_in(&kim).await, shop.logged_in(&lee).await);
    let mut admins = shop.logged_in(&admin).await;
    let form = |link: &'static str, from: i64, until: i64| {
        let days = (day(from), day(until));
        move |slot: &'static str| {
            vec![
                ("slot", slot.to_owned()),
                ("title", "Ad".to_owned()),
                ("link", link.to_owned()),
                ("starts_on", days.0.clone()),
                ("ends_on", days.1.clone()),
            ]
        }
    };
    async fn send(browser: &mut Browser, fields: Vec<(&'static str, String)>) -> Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        book(browser, &fields).await
    }
    send(&mut kims, form("https://evil.example", 1, 2)("1")).await.is(422).says("address of a product");
    send(&mut kims, form("/products/1", 0, 2)("1")).await.is(422).says("From tomorrow");
    send(&mut kims, form("/products/1", 3, 2)("1")).await.is(422).says("Within 30 days");
    send(&mut kims, form("/products/1", 1, 60)("1")).await.is(422).says("Within 30 days");
    send(&mut kims, form("/products/1", 1, 2)("99")).await.is(422).says("This is required");
    assert_eq!(ad_bookings::Entity::find().count(&shop.app.db).await.unwrap(), 0);

    send(&mut kims, form("/products/1", 1, 5)("1")).await.is(303);
    send(&mut lees, form("/products/2", 5, 6)("1")).await.is(303);
    let all = ad_bookings::Entity::find().order_by_asc(ad_bookings::Column::Id).all(&shop.app.db).await.unwrap();
    admins.post(&format!("/admin/ads/{}/approve", all[0].id), &[]).await.is(303);
    admins.post(&format!("/admin/ads/{}/approve", all[1].id), &[]).await.is(409).says("booked for these days");
    send(&mut lees, form("/products/2", 2, 3)("1")).await.is(422).says("booked for these days");
    send(&mut lees, form("/products/2", 2, 3)("2")).await.is(303);
    kims.post(&format!("/sell/ads/{}/cancel", all[1].id), &[]).await.is(404);
    lees.post(&format!("/sell/ads/{}/cancel", all[1].id), &[]).await.leads_to("/sell/ads");

    admins.post("/admin/ads/slots/1", &[("price", "-1")]).await.is(400);
    admins.post("/admin/ads/slots/1", &[("price", "70,000")]).await.is(303);
    kims.get("/sell/ads").await.is(200).says_not("₩70,000 a day");
    admins.post("/admin/ads/slots/1", &[("price", "70,000"), ("active", "yes")]).await.is(303);
    kims.get("/sell/ads").await.is(200).says("₩70,000 a day");
}
