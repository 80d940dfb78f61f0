//! What instances tell one another, by the database and by Valkey.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use bogosa_shop::crypto;
use bogosa_shop::services::bus::{Bus, DatabaseBus, Heard, ValkeyBus};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::harness::TestApp;
use crate::valkey::Server;

const WAIT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_database_bus_reaches_other_instances_in_order() {
    let shop = TestApp::start().await;
    let (db, stop) = (shop.app.db.clone(), shop.app.stop.clone());
    let one = DatabaseBus::start(db.clone(), stop.clone()).await.unwrap();
    let two = DatabaseBus::start(db, stop).await.unwrap();
    all_arrives_in_order(&one, &two).await;
}

#[tokio::test]
async fn valkey_reaches_other_instances_in_order() {
    let server = Server::start();
    let (one, two) = (start(&server).await, start(&server).await);
    all_arrives_in_order(&one, &two).await;
}

async fn all_arrives_in_order(one: &dyn Bus, two: &dyn Bus) {
    let (mut here, mut there) = (one.subscribe("chat:1"), two.subscribe("chat:1"));
    for number in 0..50 {
        one.publish("chat:1", format!("{number}").into()).await.unwrap();
        one.publish("chat:2", "other".into()).await.unwrap();
    }
    for number in 0..50 {
        for listener in [&mut here, &mut there] {
            let heard = timeout(WAIT, listener.next()).await.unwrap();
            assert_eq!(heard, Heard::Message(number.to_string().into()));
        }
    }
}

#[tokio::test]
async fn whoever_listens_is_told_that_valkey_was_away() {
    let mut server = Server::start();
    let (one, two) = (start(&server).await, start(&server).await);
    let mut there = two.subscribe("chat:1");
    server.kill();
    timeout(WAIT, async { while one.publish("chat:1", "lost".into()).await.is_ok() {} }).await.unwrap();
    let error = one.publish("chat:1", "lost".into()).await.unwrap_err().to_string();
    assert!(error.contains(&server.address().to_string()), "{error}");
    server.again();
    assert_eq!(timeout(WAIT, there.next()).await.unwrap(), Heard::Missed);
    timeout(WAIT, one.ready()).await.unwrap().unwrap();
    one.publish("chat:1", "again".into()).await.unwrap();
    assert_eq!(timeout(WAIT, there.next()).await.unwrap(), Heard::Message("again".into()));
}

async fn start(server: &Server) -> ValkeyBus {
    let bus = ValkeyBus::start(server.url().parse().unwrap(), CancellationToken::new()).unwrap();
    bus.ready().await.unwrap();
    bus
}

/// As ElastiCache has it: TLS only, and a certificate that the system's authorities vouch for.
#[test]
fn valkey_is_spoken_to_encrypted_and_only_if_it_is_who_it_says() {
    let folder = std::env::temp_dir().join(format!("bogosa-shop-valkey-{}", crypto::token()));
    std::fs::create_dir_all(&folder).unwrap();
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let openssl = Command::new("openssl")
        .args(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(' '),
        )
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args([Path::new("-keyout"), &key, Path::new("-out"), &certificate])
        .output()
        .unwrap();
    assert!(openssl.status.success(), "{openssl:?}");
    let (key, shown) = (key.display().to_string(), certificate.display().to_string());
    let tls = ["--port", "0", "--tls-port", "{port}", "--tls-auth-clients", "no"];
    let server = Server::start_with(&[&tls[..], &["--tls-cert-file", &shown, "--tls-key-file", &key]].concat());
    let bus = format!("rediss://localhost:{}", server.address().port());
    run(&folder, "migrate", &bus, None);
    let trusted = run(&folder, "check", &bus, Some(&certificate));
    assert!(trusted.status.success(), "{trusted:?}");
    let stranger = run(&folder, "check", &bus, None);
    assert!(!stranger.status.success(), "{stranger:?}");
    assert!(String::from_utf8_lossy(&stranger.stderr).contains("error: the bus: localhost:"), "{stranger:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A command of the shop, which trusts this certificate instead of the system's.
fn run(folder: &Path, command: &str, bus: &str, trust: Option<&Path>) -> Output {
    let mut shop = Command::new(env!("CARGO_BIN_EXE_bogosa-shop"));
    shop.arg(command)
        .env("SHOP_DATABASE_URL", format!("sqlite://{}?mode=rwc", folder.join("shop.sqlite").display()))
        .env("SHOP_MEDIA_FOLDER", folder.join("media"))
        .env("SHOP_BUS", bus);
    if let Some(trust) = trust {
        shop.env("SSL_CERT_FILE", trust);
    }
    shop.output().unwrap()
}
