//! Writing and reading: numbers, coming back, rubbish, closing.

use futures::future::join_all;
use serde_json::json;

use super::client::{connect, connect_from};
use crate::harness::TestApp;

#[tokio::test]
async fn what_is_said_is_heard_in_order_by_everybody() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let (kim, seller) = (shop.logged_in(&kim).await, shop.logged_in(&seller).await);
    let mut guest = connect(server, live, None, None).await;
    let mut kim = connect(server, live, None, Some(&kim)).await;
    let mut seller = connect(server, live, None, Some(&seller)).await;

    assert_eq!(guest.told("hello").await["can_write"], false);
    assert_eq!(kim.told("hello").await["can_write"], true);
    let first = kim.say_and_wait("a1", "  안녕하세요 😀 ").await;
    assert_eq!((first["type"].as_str(), first["seq"].as_i64()), (Some("ack"), Some(1)));
    seller.say_and_wait("b1", "<b>반가워요</b>").await;
    // Sent once more, as after a lost answer: the same message.
    let again = kim.say_and_wait("a1", "안녕하세요 😀").await;
    assert_eq!((&again["seq"], &again["id"]), (&first["seq"], &first["id"]));
    kim.say_and_wait("a2", "또 저예요").await;

    for client in [&mut guest, &mut kim, &mut seller] {
        client.until(3).await;
        assert_eq!(client.seqs(), [1, 2, 3]);
        assert_eq!(client.bodies(), ["안녕하세요 😀", "<b>반가워요</b>", "또 저예요"]);
    }
    assert_eq!((guest.events[0]["nickname"].as_str(), guest.events[0]["seller"].as_bool()), (Some("kim"), Some(false)));
    assert_eq!(guest.events[1]["seller"], true);
    let page = shop.browser().get(&format!("/live/{live}")).await.is(200);
    page.says("안녕하세요 😀").says("&#60;b&#62;반가워요").says("data-seq=\"3\"").says("Log in to chat");
}

#[tokio::test]
async fn who_comes_back_misses_nothing_and_hears_nothing_twice() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let seller = shop.logged_in(&seller).await;
    let mut seller = connect(server, live, None, Some(&seller)).await;
    let mut viewer = connect(server, live, Some(0), None).await;
    for number in 1..=3 {
        seller.say_and_wait(&format!("a{number}"), &format!("{number}")).await;
    }
    viewer.until(3).await;
    drop(viewer);
    for number in 4..=8 {
        seller.say_and_wait(&format!("a{number}"), &format!("{number}")).await;
    }
    let mut back = connect(server, live, Some(3), None).await;
    seller.say_and_wait("a9", "9").await;
    back.until(6).await;
    assert_eq!(back.seqs(), [4, 5, 6, 7, 8, 9]);
    assert_eq!(back.bodies(), ["4", "5", "6", "7", "8", "9"]);
    // From a number that never was, the list begins anew.
    let mut stranger = connect(server, live, Some(1_000), None).await;
    assert_eq!(stranger.told("reset").await["seq"], 0);
    assert_eq!(stranger.until(9).await.len(), 9);
}

#[tokio::test]
async fn many_at_once_get_numbers_without_gaps() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let mut viewer = connect(server, live, Some(0), None).await;
    let mut writers = Vec::new();
    for number in 0..8 {
        let member = shop.member(&format!("m{number}")).await;
        writers.push(connect(server, live, None, Some(&shop.logged_in(&member).await)).await);
    }
    let mut acks: Vec<i64> = join_all(writers.iter_mut().enumerate().map(|(number, writer)| async move {
        let mut seqs = Vec::new();
        for turn in 0..4 {
            let answer = writer.say_and_wait(&format!("w{number}-{turn}"), &format!("{number}: {turn}")).await;
            seqs.push(answer["seq"].as_i64().unwrap_or_else(|| panic!("{answer}")));
        }
        assert!(seqs.is_sorted(), "one's own order is kept");
        seqs
    }))
    .await
    .concat();
    acks.sort_unstable();
    assert_eq!(acks, (1..=32).collect::<Vec<i64>>());
    viewer.until(32).await;
    assert_eq!(viewer.seqs(), acks);
}

#[tokio::test]
async fn rubbish_is_answered_clearly_and_ends_the_connection_at_last() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let kim = shop.logged_in(&kim).await;

    let mut client = connect(server, live, None, Some(&kim)).await;
    client.send_text("{".to_owned()).await;
    let error = client.told("error").await;
    assert_eq!(error["code"], "malformed");
    assert!(error["message"].as_str().unwrap().contains("did not understand"), "{error}");
    client.send_bytes(vec![0, 159, 146, 150]).await;
    assert_eq!(client.told("error").await["code"], "malformed");
    for (body, code) in [("  ", "empty"), ("a\u{0}b", "characters"), ("\u{202e}abc", "characters")] {
        assert_eq!(client.say_and_wait("x1", body).await["code"], code);
    }
    let error = client.say_and_wait("x2", &"가".repeat(301)).await;
    assert_eq!((error["code"].as_str(), error["client_id"].as_str()), (Some("too-long"), Some("x2")));
    client.say("not an id!", "hello").await;
    let error = client.told("error").await;
    assert_eq!((error["code"].as_str(), error["client_id"].as_str()), (Some("client-id"), None));
    // After all this it still works.
    assert_eq!(client.say_and_wait("x3", "여전히 됩니다").await["type"], "ack");
    for _ in 0..8 {
        client.send(json!({ "type": "become_admin" })).await;
    }
    assert_eq!(client.closed().await, Some(1008));

    for size in [5_000, 60_000] {
        let mut large = connect(server, live, None, Some(&kim)).await;
        large.send_text("x".repeat(size)).await;
        assert_eq!(large.closed().await, Some(1009), "{size}");
        let mut large = connect(server, live, None, Some(&kim)).await;
        large.send_bytes(vec![0; size]).await;
        assert_eq!(large.closed().await, Some(1009), "{size}");
    }
    let mut flood = connect(server, live, None, Some(&kim)).await;
    for _ in 0..250 {
        flood.send(json!({ "type": "heart" })).await;
    }
    assert_eq!(flood.closed().await, Some(1008));
    // A guest may listen.
    let mut guest = connect(server, live, None, None).await;
    let error = guest.say_and_wait("g1", "hello").await;
    assert_eq!(error["code"], "log-in");
}

#[tokio::test]
async fn sockets_only_for_our_own_pages_and_for_who_may_see() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let kim = shop.logged_in(&kim).await;
    for origin in [None, Some("https://evil.example"), Some("null"), Some("http://127.0.0.1.evil.example")] {
        let error = connect_from(server, live, None, Some(&kim), origin).await.err().unwrap();
        assert!(error.to_string().contains("403"), "{origin:?}: {error}");
    }
    connect_from(server, live, None, Some(&kim), Some(&shop.app.config.public_url)).await.unwrap();
    let own = format!("http://{server}");
    let none = connect_from(server, 999_999, None, None, Some(&own)).await.err().unwrap();
    assert!(none.to_string().contains("404"), "{none}");
    // A rehearsal is its seller's own.
    let row = bogosa_shop::entities::broadcasts::ActiveModel {
        id: sea_orm::Set(live),
        rehearsal: sea_orm::Set(true),
        ..Default::default()
    };
    sea_orm::ActiveModelTrait::update(row, &shop.app.db).await.unwrap();
    let hidden = connect_from(server, live, None, Some(&kim), Some(&own)).await.err().unwrap();
    assert!(hidden.to_string().contains("404"), "{hidden}");
    shop.browser().get(&format!("/live/{live}")).await.is(404);
    let seller = shop.logged_in(&seller).await;
    connect_from(server, live, None, Some(&seller), Some(&own)).await.unwrap();
}

#[tokio::test]
async fn one_address_has_not_all_the_sockets() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let own = format!("http://{server}");
    let mut open = Vec::new();
    for _ in 0..200 {
        open.push(connect(server, live, Some(0), None).await);
    }
    let refused = connect_from(server, live, None, None, Some(&own)).await.err().unwrap();
    assert!(refused.to_string().contains("429"), "{refused}");
    drop(open);
    // The places are free again, as soon as the server has noticed.
    for turn in 0.. {
        match connect_from(server, live, None, None, Some(&own)).await {
            Ok(_) => break,
            Err(_) if turn < 50 => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn without_a_socket_a_form_does() {
    let shop = TestApp::start().await;
    let (seller, kim) = (shop.seller("seller").await, shop.member("kim").await);
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let (mut kim, mut seller) = (shop.logged_in(&kim).await, shop.logged_in(&seller).await);
    let path = format!("/live/{live}/chat");
    kim.post(&path, &[("body", "양식으로 씁니다"), ("notice", "yes")]).await.leads_to(&format!("/live/{live}"));
    seller.post(&path, &[("body", "공지합니다"), ("notice", "yes")]).await.leads_to(&format!("/live/{live}"));
    kim.post(&path, &[("body", "")]).await.is(400).says("write something");
    let page = kim.get(&format!("/live/{live}")).await.is(200);
    page.says("양식으로 씁니다").says("<li class=\"message notice\" data-id=\"2\"");
    for number in 0..4 {
        kim.post(&path, &[("body", &format!("{number}"))]).await.leads_to(&format!("/live/{live}"));
    }
    kim.post(&path, &[("body", "too fast")]).await.is(429);
    shop.end_broadcast(live).await;
    seller.post(&path, &[("body", "late")]).await.is(409).says("chat is closed");
}
