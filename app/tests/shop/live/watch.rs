//! What viewers get pushed: figures, stock, pins; and the pages of sample data.

use std::time::Duration;

use bogosa_shop::entities::{broadcasts, chat_rooms, stock, viewer_samples};
use bogosa_shop::live::viewers;
use bogosa_shop::members::channel;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::chat::client::connect;
use crate::harness::TestApp;

#[tokio::test]
async fn viewers_are_asked_for_once_and_told_to_all() {
    let shop = TestApp::start_with(&[("SHOP_BUS", "database")]).await;
    let server = shop.serve().await;
    let (second, other) = shop.second().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let channel = channel::find(&shop.app, seller.id).await.unwrap().unwrap();
    for app in [&shop.app, &second] {
        app.streaming.local().unwrap().go_live(&channel.external_id, 42);
    }
    let mut viewers_here = [connect(server, live, Some(0), None).await, connect(other, live, Some(0), None).await];
    for viewer in &mut viewers_here {
        viewer.told("hello").await;
    }
    let (one, two) = tokio::join!(viewers::poll(&shop.app), viewers::poll(&second));
    assert_eq!(one.unwrap() + two.unwrap(), 1, "one of both instances asks");
    for viewer in &mut viewers_here {
        assert_eq!(viewer.told("viewers").await["count"], 42);
    }
    let row = broadcasts::Entity::find_by_id(live).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((row.viewers, row.peak_viewers, row.stream_id.is_some()), (42, 42, true));
    assert_eq!(viewer_samples::Entity::find().all(&shop.app.db).await.unwrap().len(), 1);
    // Later, and gone: the peak stays.
    let earlier = bogosa_shop::db::now() - chrono::Duration::minutes(1);
    let again = chat_rooms::Entity::update_many().col_expr(chat_rooms::Column::PolledAt, Expr::value(earlier));
    again.exec(&shop.app.db).await.unwrap();
    shop.app.streaming.stop(&channel.external_id).await.unwrap();
    assert_eq!(viewers::poll(&shop.app).await.unwrap(), 1);
    assert_eq!(viewers_here[1].told("viewers").await["count"], 0);
    let row = broadcasts::Entity::find_by_id(live).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((row.viewers, row.peak_viewers), (0, 42));
}

#[tokio::test]
async fn stock_pins_and_hearts_are_pushed() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let mut viewer = connect(server, live, Some(0), None).await;
    let variant = goods.variant.to_string();
    assert_eq!(viewer.told("stock").await["variants"][&variant], 5);
    stock::Entity::update_many()
        .col_expr(stock::Column::Available, Expr::value(2))
        .filter(stock::Column::VariantId.eq(goods.variant))
        .exec(&shop.app.db)
        .await
        .unwrap();
    assert_eq!(viewer.told("stock").await["variants"][&variant], 2);
    viewer.send(serde_json::json!({ "type": "heart" })).await;
    assert_eq!(viewer.told("hearts").await["count"], 1);
    let mut host = shop.logged_in(&seller).await;
    let product = goods.product.to_string();
    host.post(&format!("/sell/broadcasts/{live}/pin"), &[("product", &product)]).await.is(303);
    host.post(&format!("/sell/broadcasts/{live}/end"), &[]).await.is(303);
    viewer.until(2).await;
    assert_eq!((&viewer.events[0]["kind"], &viewer.events[0]["product"]), (&"pinned".into(), &goods.product.into()));
    assert_eq!(viewer.events[1]["kind"], "ended");
}

#[tokio::test]
async fn sample_broadcasts_look_alive() {
    let shop = TestApp::start().await;
    assert!(bogosa_shop::seed::fill(&shop.app).await.unwrap());
    let mut browser = shop.browser();
    let rows = broadcasts::Entity::find().all(&shop.app.db).await.unwrap();
    for row in rows {
        let page = browser.get(&format!("/live/{}", row.id)).await.is(200);
        let source = page.body.split("data-source=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let playlist = browser.get(&source).await.is(200).says("live.ts");
        assert_eq!(playlist.header("content-type"), "application/vnd.apple.mpegurl");
        browser.get(&source.replace("master.m3u8", "live.ts")).await.is(200);
        page.says("class=\"message").says("class=\"offer").says("</article>");
    }
    bogosa_shop::seed::resume(&shop.app).await.unwrap();
    assert_eq!(viewers::poll(&shop.app).await.unwrap(), 1);
    // Nothing is waited for: the player's script is ours.
    let script = browser.get("/static/vendor/hls.light.min.mjs").await.is(200);
    assert!(script.header("content-type").starts_with("text/javascript"));
    tokio::time::timeout(Duration::from_secs(5), shop.app.chat.drained()).await.unwrap();
}
