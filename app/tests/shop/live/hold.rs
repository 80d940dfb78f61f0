//! A seller's way: plan, choose, start, pin, end.

use bogosa_shop::entities::enums::{BroadcastStatus, TrailerStatus};
use bogosa_shop::entities::{broadcast_products, broadcasts, pin_events, trailers};
use bogosa_shop::members::channel;
use bogosa_shop::services::streaming::StreamState;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};

use crate::harness::TestApp;

async fn newest(shop: &TestApp) -> broadcasts::Model {
    let found = broadcasts::Entity::find().order_by_desc(broadcasts::Column::Id).one(&shop.app.db).await;
    found.unwrap().unwrap()
}

#[tokio::test]
async fn from_plan_to_end() {
    let shop = TestApp::start().await;
    let seller = shop.seller("seller").await;
    let (cup, pot) = (shop.goods(&seller, "찻잔", 10_000, 5).await, shop.goods(&seller, "항아리", 50_000, 0).await);
    let foreign = shop.goods(&shop.seller("other").await, "남의 것", 1_000, 5).await;
    let mut host = shop.logged_in(&seller).await;
    host.get("/sell/broadcasts").await.is(200).says("no broadcasts yet");
    host.post("/sell/broadcasts", &[("title", " ")]).await.is(422).says("This is required");
    host.post("/sell/broadcasts", &[("title", "가을 <장터>"), ("category", "77")]).await.is(422).says("가을 &#60;장터");
    host.post("/sell/broadcasts", &[("title", "가을 장터"), ("image", "1")]).await.is(400);
    let answer = host.post("/sell/broadcasts", &[("title", "가을 장터"), ("description", "차 이야기")]).await;
    let live = newest(&shop).await;
    let (id, studio) = (live.id, format!("/sell/broadcasts/{}", live.id));
    answer.leads_to(&format!("{studio}/products"));
    assert_eq!(live.status, BroadcastStatus::Preparing);

    let (cup_id, pot_id, foreign_id) = (cup.product.to_string(), pot.product.to_string(), foreign.product.to_string());
    let (cup_price, pot_place, cup_place) =
        (format!("live-price-{cup_id}"), format!("position-{pot_id}"), format!("position-{cup_id}"));
    let path = format!("{studio}/products");
    let dear = [("product", cup_id.as_str()), (&cup_price, "10000")];
    host.post(&path, &dear).await.is(422).says("below the ordinary price").says("value=\"10000\"");
    let choice = [
        ("product", cup_id.as_str()),
        ("product", &pot_id),
        ("product", &foreign_id),
        (&cup_price, "8,000"),
        (&cup_place, "2"),
        (&pot_place, "1"),
    ];
    host.post(&path, &choice).await.leads_to(&studio);
    let chosen = broadcast_products::Entity::find().order_by_asc(broadcast_products::Column::Position);
    let chosen = chosen.all(&shop.app.db).await.unwrap();
    let rows: Vec<_> = chosen.iter().map(|row| (row.product_id, row.live_price)).collect();
    assert_eq!(rows, [(pot.product, None), (cup.product, Some(8_000))], "in their order, and only the seller's own");

    let page = host.get(&studio).await.is(200).says("No stream yet").says("rtmps://").says("/my/channel/key");
    let key = channel::find(&shop.app, seller.id).await.unwrap().unwrap();
    let secret = shop.app.config.secret_key.decrypt("stream key", &key.stream_key_encrypted).unwrap();
    assert!(!page.body.contains(&secret), "the key is shown only after the password");
    let mut guest = shop.browser();
    guest.get(&format!("/live/{id}")).await.is(200).says("About to begin").says("₩10,000").says_not("₩8,000");

    host.post(&format!("{studio}/pin"), &[("product", &cup_id)]).await.is(409).says("not live");
    host.post(&format!("{studio}/start"), &[]).await.leads_to(&studio);
    host.post(&format!("{studio}/start"), &[]).await.is(409);
    guest.get("/live").await.is(200).says("가을 장터");
    let page = guest.get(&format!("/live/{id}")).await.is(200);
    page.says("₩8,000").says("20% off live").says("Sold out").says("action=\"/cart\"");

    host.post(&format!("{studio}/pin"), &[("product", &foreign_id)]).await.is(409).says("not part of the broadcast");
    host.post(&format!("{studio}/pin"), &[("product", "x")]).await.is(400);
    host.post(&format!("{studio}/pin"), &[("product", &cup_id)]).await.leads_to(&studio);
    guest.get(&format!("/live/{id}")).await.is(200).says(&format!("class=\"offer pinned\" id=\"product-{cup_id}\""));
    let metadata = shop.app.streaming.local().unwrap().metadata(&key.external_id);
    assert_eq!(metadata, [format!(r#"{{"product":{cup_id},"title":"찻잔","type":"pin"}}"#)]);
    host.post(&format!("{studio}/pin"), &[("product", "")]).await.leads_to(&studio);
    host.post(&format!("{studio}/pin"), &[("product", &pot_id)]).await.leads_to(&studio);

    host.post(&format!("{studio}/end"), &[]).await.leads_to(&studio);
    host.post(&format!("{studio}/end"), &[]).await.is(409);
    host.post(&path, &choice).await.is(409);
    assert_eq!(shop.app.streaming.state(&key.external_id).await.unwrap(), StreamState::Offline);
    assert_eq!(pin_events::Entity::find().all(&shop.app.db).await.unwrap().len(), 3);
    let page = guest.get(&format!("/live/{id}")).await.is(200);
    page.says("Still on sale").says("What was shown when").says("₩10,000").says_not("₩8,000");
    guest.get("/replays").await.is(200).says("가을 장터");
    guest.get("/live").await.is(200).says_not("가을 장터");
}

#[tokio::test]
async fn only_one_at_a_time_and_only_ones_own() {
    let shop = TestApp::start().await;
    let (seller, other) = (shop.seller("seller").await, shop.seller("other").await);
    let mut host = shop.logged_in(&seller).await;
    for title in ["하나", "둘", "셋"] {
        host.post("/sell/broadcasts", &[("title", title)]).await.is(303);
    }
    let last = newest(&shop).await.id;
    let path = |id: i64, step: &str| format!("/sell/broadcasts/{id}/{step}");
    let mut stranger = shop.logged_in(&other).await;
    for step in ["start", "end", "cancel", "pin", "slow-mode", "words", "edit", "products"] {
        stranger.post(&path(last, step), &[("title", "x")]).await.is(404);
    }
    for step in ["edit", "products"] {
        stranger.get(&path(last, step)).await.is(404);
    }
    stranger.get(&format!("/sell/broadcasts/{last}")).await.is(404);
    host.post(&path(last - 1, "start"), &[]).await.is(303);
    host.post(&path(last, "start"), &[]).await.is(409).says("Another broadcast of yours is live");
    host.post(&path(last - 1, "cancel"), &[]).await.is(409);
    host.post(&path(last, "cancel"), &[]).await.leads_to("/sell/broadcasts");
    host.post(&path(last, "start"), &[]).await.is(409).says("already begun or is over");
    shop.browser().get(&format!("/live/{last}")).await.is(404);
    host.post(&path(last - 2, "edit"), &[("title", "하나 고침"), ("rehearsal", "yes")]).await.is(303);
    shop.browser().get(&format!("/live/{}", last - 2)).await.is(404);
    host.get(&format!("/live/{}", last - 2)).await.is(200).says("This is a rehearsal");
}

#[tokio::test]
async fn a_trailer_fills_the_plan() {
    let shop = TestApp::start().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let row = trailers::ActiveModel {
        seller_id: Set(seller.id),
        product_id: Set(Some(goods.product)),
        title: Set("가을 신작".to_owned()),
        description: Set("가마에서 갓 나온".to_owned()),
        price: Set(Some(7_000)),
        starts_at: Set(bogosa_shop::db::now()),
        status: Set(TrailerStatus::Announced),
        created_at: Set(bogosa_shop::db::now()),
        updated_at: Set(bogosa_shop::db::now()),
        ..Default::default()
    };
    let trailer = row.insert(&shop.app.db).await.unwrap().id;
    let path = format!("/sell/broadcasts/new?trailer={trailer}");
    let other = shop.seller("other").await;
    shop.logged_in(&other).await.get(&path).await.is(404);
    let mut host = shop.logged_in(&seller).await;
    host.get(&path).await.is(200).says("value=\"가을 신작\"").says("가마에서 갓 나온").says("Filled in from");
    let number = trailer.to_string();
    host.post("/sell/broadcasts", &[("title", "가을 신작"), ("trailer", &number)]).await.is(303);
    let live = newest(&shop).await;
    assert_eq!(live.trailer_id, Some(trailer));
    let chosen = broadcast_products::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((chosen.product_id, chosen.live_price), (goods.product, Some(7_000)));
    host.post(&format!("/sell/broadcasts/{}/start", live.id), &[]).await.is(303);
    let trailer = trailers::Entity::find_by_id(trailer).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(trailer.status, TrailerStatus::Started);
    host.get(&path).await.is(404);
    host.post("/sell/broadcasts", &[("title", "또"), ("trailer", &number)]).await.is(409);
}
