//! Deleting, muting, banning, slow mode, banned words.

use bogosa_shop::entities::{chat_bans, chat_messages};
use sea_orm::EntityTrait;

use super::client::{connect, connect_from};
use crate::harness::TestApp;

#[tokio::test]
async fn deleted_is_deleted_for_everybody_and_later_ones() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim, lee) = (shop.seller("seller").await, shop.member("kim").await, shop.member("lee").await);
    let other = shop.seller("other").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let mut kim = shop.logged_in(&kim).await;
    let mut viewer = connect(server, live, Some(0), None).await;
    let mut socket = connect(server, live, None, Some(&kim)).await;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(socket.say_and_wait(&format!("k{number}"), &format!("비밀 {number}")).await["id"].as_i64().unwrap());
    }
    let path = |id: i64| format!("/live/{live}/messages/{id}/delete");
    // Not others', not another seller; one's own, and the seller everybody's.
    shop.logged_in(&lee).await.post(&path(ids[0]), &[]).await.is(404);
    shop.logged_in(&other).await.post(&path(ids[0]), &[]).await.is(404);
    kim.post(&path(ids[0]), &[]).await.leads_to(&format!("/live/{live}"));
    kim.post(&path(ids[0]), &[]).await.is(404);
    shop.logged_in(&seller).await.post(&path(ids[1]), &[]).await.leads_to(&format!("/live/{live}"));

    viewer.until(5).await;
    assert_eq!(viewer.seqs(), [1, 2, 3, 4, 5]);
    let deleted = |event: &serde_json::Value| (event["kind"].as_str().unwrap().to_owned(), event["id"].as_i64());
    assert_eq!(deleted(&viewer.events[3]), ("deleted".to_owned(), Some(ids[0])));
    assert_eq!(deleted(&viewer.events[4]), ("deleted".to_owned(), Some(ids[1])));
    // On another instance nothing is in memory: the texts are not told again.
    let (_app, second) = shop.second().await;
    let mut late = connect(second, live, Some(0), None).await;
    late.until(5).await;
    assert_eq!(late.bodies(), ["비밀 2"]);
    shop.browser().get(&format!("/live/{live}")).await.is(200).says("비밀 2").says_not("비밀 1").says_not("비밀 0");
    let row = chat_messages::Entity::find_by_id(ids[0]).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(row.body, "비밀 0", "kept for whoever decides about a report");
    assert!(row.delete_after.is_some());
}

#[tokio::test]
async fn muted_listens_and_banned_leaves() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let (mut host, mut browser) = (shop.logged_in(&seller).await, shop.logged_in(&kim).await);
    let mut socket = connect(server, live, None, Some(&browser)).await;
    let id = socket.say_and_wait("k1", "광고 광고").await["id"].as_i64().unwrap();
    let path = format!("/live/{live}/messages/{id}/mute");
    browser.post(&path, &[("kind", "mute")]).await.is(404);
    host.post(&path, &[("kind", "silence")]).await.is(400);
    host.post(&path, &[("kind", "mute"), ("minutes", "-5")]).await.is(400);
    host.post(&path, &[("kind", "mute"), ("minutes", "10")]).await.leads_to(&format!("/live/{live}"));
    assert_eq!(socket.say_and_wait("k2", "더 광고").await["code"], "muted");
    browser.get(&format!("/live/{live}")).await.is(200).says("cannot write in this chat");
    let ban = chat_bans::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    let studio = format!("/sell/broadcasts/{live}");
    host.get(&studio).await.is(200).says("<strong>kim</strong> muted");
    host.post(&format!("{studio}/bans/{}/lift", ban.id), &[]).await.leads_to(&studio);
    assert_eq!(socket.say_and_wait("k3", "미안해요").await["type"], "ack");

    host.post(&path, &[("kind", "ban")]).await.leads_to(&format!("/live/{live}"));
    assert_eq!(socket.closed().await, Some(4403));
    let own = format!("http://{server}");
    let refused = connect_from(server, live, None, Some(&browser), Some(&own)).await.err().unwrap();
    assert!(refused.to_string().contains("403"), "{refused}");
    // Also in the seller's next one.
    let next = shop.live(&seller, goods.product, None).await;
    let refused = connect_from(server, next, None, Some(&browser), Some(&own)).await.err().unwrap();
    assert!(refused.to_string().contains("403"), "{refused}");
    // Nobody mutes whoever broadcasts.
    let mut seller_socket = connect(server, live, None, Some(&host)).await;
    let id = seller_socket.say_and_wait("s1", "판매자입니다").await["id"].as_i64().unwrap();
    let admin = shop.admin().await;
    let path = format!("/live/{live}/messages/{id}/mute");
    shop.logged_in(&admin).await.post(&path, &[("kind", "mute")]).await.is(400).says("cannot be muted");
}

#[tokio::test]
async fn slow_mode_and_banned_words() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let studio = format!("/sell/broadcasts/{live}");
    let (mut host, browser) = (shop.logged_in(&seller).await, shop.logged_in(&kim).await);
    let mut socket = connect(server, live, None, Some(&browser)).await;
    host.post(&format!("{studio}/slow-mode"), &[("seconds", "1000")]).await.is(400);
    host.post(&format!("{studio}/slow-mode"), &[("seconds", "30")]).await.leads_to(&studio);
    socket.until(1).await;
    assert_eq!((&socket.events[0]["kind"], &socket.events[0]["seconds"]), (&"slow".into(), &30.into()));
    assert_eq!(socket.say_and_wait("k1", "첫 번째").await["type"], "ack");
    let refused = socket.say_and_wait("k2", "두 번째").await;
    assert_eq!(refused["code"], "slow-mode");
    assert!(refused["message"].as_str().unwrap().contains("you can write again in"), "{refused}");
    host.post(&format!("{studio}/slow-mode"), &[("seconds", "0")]).await.leads_to(&studio);
    assert_eq!(socket.say_and_wait("k3", "이제 됩니다").await["type"], "ack");

    host.post(&format!("{studio}/words"), &[("word", "…!")]).await.is(400);
    for _ in 0..2 {
        host.post(&format!("{studio}/words"), &[("word", "짝퉁")]).await.leads_to(&studio);
    }
    host.get(&studio).await.is(200).says("<span>짝퉁</span>");
    assert_eq!(socket.say_and_wait("k4", "이거 짝 퉁 아닌가요").await["code"], "banned-word");
    let word = bogosa_shop::entities::banned_words::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    let other = shop.seller("other").await;
    let theirs = shop.live(&other, goods.product, None).await;
    let path = format!("/sell/broadcasts/{theirs}/words/{}/delete", word.id);
    shop.logged_in(&other).await.post(&path, &[]).await.is(404);
    host.post(&format!("{studio}/words/{}/delete", word.id), &[]).await.leads_to(&studio);
    assert_eq!(socket.say_and_wait("k5", "짝퉁").await["type"], "ack");
}

#[tokio::test]
async fn who_logged_out_cannot_go_on_writing() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let mut browser = shop.logged_in(&kim).await;
    let mut socket = connect(server, live, None, Some(&browser)).await;
    assert_eq!(socket.say_and_wait("k1", "안녕").await["type"], "ack");
    browser.post("/logout", &[]).await.leads_to("/");
    assert_eq!(socket.say_and_wait("k2", "아직").await["code"], "log-in");
}
