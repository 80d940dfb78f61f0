//! The chat under load: two instances as processes of their own on one database, many viewers, and one instance that is
//! restarted meanwhile, once politely and once by SIGKILL. Every viewer has to get every message, in order, none twice.
//!
//! Small by itself. The whole of it, with the figures of `docs/benchmarks.md`:
//! `SHOP_TEST_LOAD_VIEWERS=2000 SHOP_TEST_LOAD_RATE=50 SHOP_TEST_LOAD_SECONDS=60 cargo test --profile app -p bogosa-shop
//! --test chat_load -- --nocapture --test-threads 1`, on SQLite, or on MySQL with SHOP_TEST_MYSQL_URL. Each viewer is a
//! socket here and one there: `ulimit -n` has to allow for them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod servers;
#[path = "../support/valkey.rs"]
mod valkey;
mod viewer;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use servers::{Servers, World};
use viewer::{Shared, Viewer};

/// Messages a second of each who writes: what piles up while an instance restarts must not be too much for the chat's
/// rate limit of one a second.
const EACH: f64 = 0.25;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_viewer_gets_every_message_in_order_across_restarts_by_the_database() {
    every_viewer_gets_every_message_in_order_across_restarts("database").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_viewer_gets_every_message_in_order_across_restarts_by_valkey() {
    let server = valkey::Server::start();
    every_viewer_gets_every_message_in_order_across_restarts(&server.url()).await;
}

async fn every_viewer_gets_every_message_in_order_across_restarts(bus: &str) {
    let (rate, seconds) = (setting("SHOP_TEST_LOAD_RATE", 20), setting("SHOP_TEST_LOAD_SECONDS", 9));
    let writers = (rate as f64 / EACH).ceil() as usize;
    // Who writes watches as well.
    let viewers = writers.max(usize::try_from(setting("SHOP_TEST_LOAD_VIEWERS", 60)).unwrap());
    let world = World::make(bus, writers).await;
    let servers = Servers::start(&world).await;
    let shared = Arc::new(Shared::new(servers.addresses, world.broadcast));

    let mut tasks = Vec::new();
    for number in writers..viewers {
        tasks.push(tokio::spawn(Viewer::new(shared.clone(), number, None).watch()));
        // All at once would be a storm of its own; this is about messages.
        if number % 50 == 49 {
            sleep(Duration::from_millis(100)).await;
        }
    }
    let mut says = Vec::new();
    for (number, session) in world.sessions.iter().enumerate() {
        let (viewer, say) = Viewer::writer(shared.clone(), number, session.clone());
        tasks.push(tokio::spawn(viewer.watch()));
        says.push(say);
    }
    shared.all_connected(viewers).await;

    let begin = Instant::now();
    let restarts = [(seconds / 3, false), (seconds * 2 / 3, true)];
    let mut due = restarts.iter();
    let mut next = due.next();
    let total = rate * seconds;
    for number in 0..total {
        let at = begin + Duration::from_secs_f64(number as f64 / rate as f64);
        tokio::time::sleep_until(at).await;
        if let Some((second, kill)) = next
            && begin.elapsed().as_secs() >= *second
        {
            shared.disturbed();
            servers.restart_second(&world, *kill);
            next = due.next();
        }
        let writer = usize::try_from(number).unwrap() % writers;
        says[writer].send(number).await.unwrap();
    }
    shared.everything_arrived(total, viewers).await;
    drop(says);
    shared.over();
    for task in tasks {
        task.await.unwrap();
    }
    let report = shared.report(total, viewers);
    println!("{report}");
    servers.stop();
    world.remove().await;
    report.check();
}
