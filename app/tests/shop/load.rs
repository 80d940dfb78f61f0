//! Many buyers for few units, over two processes and one database, processes killed at random, webhooks doubled.
//! Small by default; `SHOP_TEST_LOAD=whole` is 1,000 buyers for 100 units.

use std::collections::HashMap;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bogosa_shop::cart::lines::{self, Line};
use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{CheckoutStatus, JobStatus, OrderStatus, PaymentStatus, TestOutcome};
use bogosa_shop::entities::{checkouts, jobs, members, order_items, orders, payments, test_payments};
use bogosa_shop::jobs::queue;
use bogosa_shop::orders::closing;
use bogosa_shop::payments::reconcile;
use bogosa_shop::settlement::ledger::{self, Account};
use bogosa_shop::web::sessions;
use rand::RngExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, Semaphore};

use crate::buying::ORDER;
use crate::harness::{TestApp, encode};
use crate::market::Goods;

#[derive(Clone, Copy)]
struct Size {
    buyers: usize,
    units: i64,
    at_once: usize,
    kills: usize,
    /// The buyers stop then, wherever they are.
    most: Duration,
}

fn size() -> Size {
    if std::env::var("SHOP_TEST_LOAD").is_ok_and(|size| size == "whole") {
        Size { buyers: 1_000, units: 100, at_once: 100, kills: 30, most: Duration::from_secs(600) }
    } else {
        Size { buyers: 60, units: 12, at_once: 20, kills: 4, most: Duration::from_secs(90) }
    }
}

/// A shop's process on a port of its own, that comes up again after it was killed.
struct Server {
    port: u16,
    child: Child,
    settings: Vec<(String, String)>,
}

impl Server {
    async fn start(shop: &TestApp) -> Self {
        let port = free_port();
        let settings = [
            ("SHOP_DATABASE_URL", shop.app.config.database_url.clone()),
            ("SHOP_MEDIA_FOLDER", std::env::temp_dir().join(format!("bogosa-load-{port}")).display().to_string()),
            ("SHOP_LISTEN", format!("127.0.0.1:{port}")),
            ("SHOP_PUBLIC_URL", format!("http://127.0.0.1:{port}")),
        ];
        let settings: Vec<_> = settings.map(|(name, value)| (name.to_owned(), value)).into();
        let mut server = Self { child: spawn(&settings), port, settings };
        server.ready().await;
        server
    }

    async fn ready(&mut self) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            assert!(self.child.try_wait().unwrap().is_none(), "the shop ended by itself");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the shop does not start");
    }

    /// As the power goes: SIGKILL.
    async fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = spawn(&self.settings);
        self.ready().await;
    }
}

/// Below the ports that connections go out from: one of those could take it while the process is down.
fn free_port() -> u16 {
    loop {
        let port = rand::rng().random_range(20_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn spawn(settings: &[(String, String)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_bogosa-shop"))
        .arg("serve")
        .envs(settings.iter().map(|(name, value)| (name, value)))
        // Only why it ends, if it ends by itself.
        .env("RUST_LOG", "off")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let folder = std::env::temp_dir().join(format!("bogosa-load-{}", self.port));
        let _ = std::fs::remove_dir_all(folder);
    }
}

struct Reply {
    status: u16,
    location: String,
    body: String,
}

/// One request, one connection. None: the process died, or was not there.
async fn send(port: u16, head: &str, body: &[u8]) -> Option<Reply> {
    let exchange = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body).await.ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().to_owned();
        Some(Reply { status, location, body: body.to_owned() })
    };
    tokio::time::timeout(Duration::from_secs(35), exchange).await.ok()?
}

#[derive(Clone)]
struct Buyer {
    ports: [u16; 2],
    cookie: String,
    until: Instant,
}

impl Buyer {
    /// Goes to the other process when one is gone, like a browser behind a load balancer; the same request again.
    async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Option<Reply> {
        let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
        // People look before they press; it also gives the processes time to die in the middle of things.
        let pause = rand::rng().random_range(0..150);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        while Instant::now() < self.until {
            let port = self.ports[rand::rng().random_range(0..2)];
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n\
                 content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                self.cookie,
                body.len()
            );
            match send(port, &head, body.as_bytes()).await {
                Some(reply) if reply.status < 500 => return Some(reply),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        None
    }

    /// Like a real one: most pay, some are declined, some walk away.
    async fn buy(&self, shop: &TestApp) -> Option<()> {
        let form = self.ask("GET", "/checkout", &[]).await?;
        if form.status == 303 {
            // Sold out, as far as this one can see.
            return None;
        }
        let hidden = |name: &str| {
            let found = regex::Regex::new(&format!(r#"name="{name}" value="([^"]*)""#)).unwrap();
            found.captures(&form.body).map(|found| found[1].to_owned())
        };
        let (key, expected) = (hidden("key")?, hidden("expected")?);
        let mut fields = vec![("key", key.as_str()), ("expected", &expected), ("method", "card")];
        fields.extend(ORDER);
        let mut to = self.ask("POST", "/checkout", &fields).await?.location;
        for _ in 0..4 {
            // The answer to the first form was lost: its checkout is there, and is paid for there.
            if to.starts_with("/checkout/") {
                to = self.ask("POST", &format!("{to}/pay"), &[("method", "card")]).await?.location;
            }
            let reference = to.strip_prefix("/payments/test/").map(str::to_owned)?;
            let dice = rand::rng().random_range(0..10);
            let outcome = if dice == 0 { "decline" } else { "succeed" };
            if dice == 1 {
                return None;
            }
            let back = self.ask("POST", &to, &[("outcome", outcome)]).await?.location;
            let (told, returned) = tokio::join!(self.tell_twice(shop, &reference), self.ask("GET", &back, &[]));
            told?;
            to = returned?.location;
            if outcome == "succeed" {
                return Some(());
            }
        }
        None
    }

    /// The provider's webhook, to both processes, more than once.
    async fn tell_twice(&self, shop: &TestApp, reference: &str) -> Option<()> {
        let test = shop.app.payments.as_ref()?.test()?;
        let (headers, body) = test.webhook(&format!("evt_{reference}"), "PAYMENT_STATUS_CHANGED", reference).ok()?;
        let signature = headers.get("x-test-signature")?.to_str().ok()?.to_owned();
        for port in [self.ports[0], self.ports[1], self.ports[0]] {
            let head = format!(
                "POST /payments/hooks/test HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx-test-signature: {signature}\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            send(port, &head, &body).await;
        }
        Some(())
    }
}

/// Members with a session and the goods in their carts.
async fn buyers(shop: &TestApp, size: Size, goods: Goods, ports: [u16; 2]) -> Vec<Buyer> {
    let mut all = Vec::new();
    for number in 0..size.buyers {
        let member: members::Model = shop.member(&format!("buyer{number}")).await;
        let line = Line { variant_id: goods.variant, broadcast_id: None, quantity: 1 };
        lines::add(&shop.app.db, member.id, &line).await.unwrap();
        let browser = shop.logged_in(&member).await;
        let token = &browser.cookies[sessions::cookie_name(&shop.app.config)];
        all.push(Buyer { ports, cookie: format!("session={token}"), until: Instant::now() + size.most });
    }
    let until = Instant::now() + size.most;
    all.into_iter().map(|buyer| Buyer { until, ..buyer }).collect()
}

/// What the instances' own tasks would do in the next half hour, at once.
async fn clear_up(shop: &TestApp) {
    let db = &shop.app.db;
    checkouts::Entity::update_many()
        .col_expr(checkouts::Column::ExpiresAt, Expr::value(now() - chrono::Duration::seconds(1)))
        .filter(checkouts::Column::Status.is_in([CheckoutStatus::Open, CheckoutStatus::Paying]))
        .exec(db)
        .await
        .unwrap();
    jobs::Entity::update_many()
        .col_expr(jobs::Column::Status, Expr::value(JobStatus::Queued.word()))
        .col_expr(jobs::Column::RunAt, Expr::value(now()))
        .filter(jobs::Column::Status.ne(JobStatus::Done))
        .exec(db)
        .await
        .unwrap();
    for _ in 0..3 {
        reconcile::run(&shop.app, chrono::Duration::zero()).await.unwrap();
        while closing::expire_due(&shop.app).await.unwrap() > 0 {}
        while queue::run_due(&shop.app).await.unwrap() > 0 {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_buyers_for_few_units_while_processes_die() {
    let size = size();
    let shop = Arc::new(TestApp::start().await);
    let seller = shop.seller("kim").await;
    let goods = shop.goods(&seller, "Moon jar", 10_000, size.units).await;
    let servers = [Server::start(&shop).await, Server::start(&shop).await];
    let ports = [servers[0].port, servers[1].port];
    let buyers = buyers(&shop, size, goods, ports).await;
    let started = Instant::now();

    let servers = Arc::new(Mutex::new(servers));
    let killer = tokio::spawn({
        let servers = servers.clone();
        async move {
            for kill in 0..size.kills {
                let wait = rand::rng().random_range(100..500);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                servers.lock().await[kill % 2].kill().await;
            }
        }
    });
    let room = Arc::new(Semaphore::new(size.at_once));
    let running: Vec<_> = buyers
        .into_iter()
        .map(|buyer| {
            let (shop, room) = (shop.clone(), room.clone());
            tokio::spawn(async move {
                let _permit = room.acquire().await.unwrap();
                buyer.buy(&shop).await.is_some()
            })
        })
        .collect();
    let mut happy = 0;
    for buyer in running {
        happy += i64::from(buyer.await.unwrap());
    }
    let took = started.elapsed();
    killer.abort();
    if let Err(error) = killer.await {
        assert!(error.is_cancelled(), "{error}");
    }
    // Whatever they were at: they end in the middle of it.
    drop(servers);
    clear_up(&shop).await;
    let sold = check(&shop, goods, size).await;
    #[allow(clippy::print_stdout)]
    {
        println!("{} buyers, {} units: {sold} sold, {happy} saw it, in {took:.1?}", size.buyers, size.units);
    }
    assert!(sold > size.units / 2, "only {sold} of {} sold", size.units);
}

/// No oversell; no order without payment; no payment without order; the books in balance.
async fn check(shop: &TestApp, goods: Goods, size: Size) -> i64 {
    let db = &shop.app.db;
    let stock = shop.stock(goods.variant).await;
    assert_eq!(stock.available + stock.reserved + stock.sold, size.units, "{stock:?}");
    assert!(stock.available >= 0 && stock.reserved == 0, "{stock:?}");

    let orders = orders::Entity::find().all(db).await.unwrap();
    let items = order_items::Entity::find().all(db).await.unwrap();
    let payments = payments::Entity::find().all(db).await.unwrap();
    let theirs: HashMap<String, test_payments::Model> = test_payments::Entity::find()
        .all(db)
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.reference.clone(), row))
        .collect();
    let paid: Vec<_> = orders.iter().filter(|order| order.status == OrderStatus::Paid).collect();
    for order in &orders {
        let own: Vec<_> = payments
            .iter()
            .filter(|payment| payment.checkout_id == order.checkout_id && payment.status == PaymentStatus::Paid)
            .collect();
        if order.status == OrderStatus::Paid {
            assert_eq!(own.len(), 1, "{order:?}");
            assert_eq!(own[0].amount, order.total);
            assert_eq!(theirs[&own[0].idempotency_key].status, PaymentStatus::Paid, "{order:?}");
        } else {
            assert!(matches!(order.status, OrderStatus::Expired | OrderStatus::Cancelled), "{order:?}");
            assert!(own.is_empty(), "paid without an order: {own:?}");
        }
    }
    // The provider's side: what it has kept belongs to a paid order.
    let kept = theirs.values().filter(|row| row.status == PaymentStatus::Paid).count();
    assert_eq!(kept, paid.len());
    for payment in &payments {
        assert!(!matches!(payment.status, PaymentStatus::Pending | PaymentStatus::CancelPending), "{payment:?}");
    }
    let sold: i64 =
        items.iter().filter(|item| paid.iter().any(|order| order.id == item.order_id)).map(|item| item.quantity).sum();
    assert_eq!(sold, stock.sold);
    assert!(ledger::unbalanced(db).await.unwrap().is_empty());
    let money: i64 = paid.iter().map(|order| order.total).sum();
    assert_eq!(ledger::balance(db, Account::Cash, None).await.unwrap(), -money);
    assert_eq!(ledger::balance(db, Account::Unmatched, None).await.unwrap(), 0);
    // Chosen, and never asked for again: nothing was taken.
    let chosen = theirs.values().filter(|row| row.outcome == Some(TestOutcome::Succeed)).count();
    assert!(chosen >= kept);
    sold
}
