//! Two instances on one database, with the database or Valkey as the bus.

use std::net::SocketAddr;
use std::time::Duration;

use bogosa_shop::app::AppState;
use bogosa_shop::chat::{What, log};
use bogosa_shop::entities::members;
use sea_orm::TransactionTrait;
use tokio::time::timeout;

use super::client::{Client, WAIT, connect};
use crate::harness::TestApp;
use crate::valkey::Server;

/// Two instances and something live.
struct Two {
    shop: TestApp,
    one: SocketAddr,
    second: AppState,
    two: SocketAddr,
    seller: members::Model,
    live: i64,
}

impl Two {
    async fn start(bus: &str) -> Self {
        let shop = TestApp::start_with(&[("SHOP_BUS", bus)]).await;
        let one = shop.serve().await;
        let (second, two) = shop.second().await;
        let seller = shop.seller("seller").await;
        let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
        let live = shop.live(&seller, goods.product, None).await;
        Self { shop, one, second, two, seller, live }
    }

    /// The seller at the first one and a guest at the second, who has heard the first message.
    async fn talk(&self) -> (Client, Client) {
        let seller = self.shop.logged_in(&self.seller).await;
        let mut writer = connect(self.one, self.live, Some(0), Some(&seller)).await;
        let mut viewer = connect(self.two, self.live, Some(0), None).await;
        writer.say_and_wait("a1", "1").await;
        viewer.until(1).await;
        (writer, viewer)
    }
}

#[tokio::test]
async fn both_instances_tell_the_same_in_the_same_order_by_the_database() {
    both_instances_tell_the_same_in_the_same_order("database").await;
}

#[tokio::test]
async fn both_instances_tell_the_same_in_the_same_order_by_valkey() {
    let server = Server::start();
    both_instances_tell_the_same_in_the_same_order(&server.url()).await;
}

async fn both_instances_tell_the_same_in_the_same_order(bus: &str) {
    let instances = Two::start(bus).await;
    let Two { ref shop, one, two, live, .. } = instances;
    let mut viewers = [connect(one, live, Some(0), None).await, connect(two, live, Some(0), None).await];
    let mut writers = Vec::new();
    for number in 0..6 {
        let member = shop.member(&format!("m{number}")).await;
        let server = if number % 2 == 0 { one } else { two };
        writers.push(connect(server, live, Some(0), Some(&shop.logged_in(&member).await)).await);
    }
    for turn in 0..4 {
        for (number, writer) in writers.iter_mut().enumerate() {
            writer.say(&format!("w{number}-{turn}"), &format!("{number}: {turn}")).await;
        }
    }
    let mut told = Vec::new();
    for viewer in &mut viewers {
        viewer.until(24).await;
        assert_eq!(viewer.seqs(), (1..=24).collect::<Vec<i64>>());
        told.push(viewer.events.clone());
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn an_instance_that_stops_says_so_and_the_other_goes_on_where_it_was() {
    let instances = Two::start("database").await;
    let (mut writer, mut viewer) = instances.talk().await;
    let Two { one, ref second, live, .. } = instances;
    second.stop.cancel();
    assert_eq!(viewer.closed().await, Some(1012), "the close frame says: come back");
    timeout(WAIT, second.chat.drained()).await.unwrap();
    writer.say_and_wait("a2", "2").await;
    let mut back = connect(one, live, Some(1), None).await;
    writer.say_and_wait("a3", "3").await;
    back.until(2).await;
    assert_eq!(back.seqs(), [2, 3]);
    assert_eq!(back.bodies(), ["2", "3"]);
}

#[tokio::test]
async fn without_valkey_messages_are_late_and_not_lost() {
    let mut server = Server::start();
    let instances = Two::start(&server.url()).await;
    let (mut writer, mut viewer) = instances.talk().await;
    server.kill();
    writer.say_and_wait("a2", "2").await;
    viewer.until(2).await;
    server.again();
    writer.say_and_wait("a3", "3").await;
    viewer.until(3).await;
    assert_eq!(viewer.bodies(), ["1", "2", "3"]);
}

/// An instance may die between writing and telling; whoever listens finds out by looking.
#[tokio::test]
async fn what_the_bus_never_told_is_found_all_the_same() {
    let shop = TestApp::start().await;
    let server = shop.serve().await;
    let seller = shop.seller("seller").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let live = shop.live(&seller, goods.product, None).await;
    let mut viewer = connect(server, live, Some(0), None).await;
    viewer.told("hello").await;
    log::ensure(&shop.app.db, live).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let transaction = shop.app.db.begin().await.unwrap();
    let seq = log::claim(&transaction, live, 1).await.unwrap();
    log::note(&transaction, live, seq, What::Slow { seconds: 5 }).await.unwrap();
    transaction.commit().await.unwrap();
    viewer.until(1).await;
    assert_eq!(viewer.events[0]["seconds"], 5);
    // And a rolled back one leaves no gap.
    let transaction = shop.app.db.begin().await.unwrap();
    assert_eq!(log::claim(&transaction, live, 3).await.unwrap(), 2);
    transaction.rollback().await.unwrap();
    assert_eq!(log::last_seq(&shop.app.db, live).await.unwrap(), Some(1));
}
