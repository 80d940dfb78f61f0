//! Who was refused, and why, is in the log.

use std::fs::File;
use std::sync::Arc;

use bogosa_shop::crypto;
use serde_json::Value;

use crate::harness::TestApp;
use crate::rows;

#[tokio::test]
#[ignore = "alone in its process, as `cargo xtask shop` runs it: what is logged at all is decided once for all threads"]
async fn refusals_are_logged() {
    let path = std::env::temp_dir().join(format!("bogosa-shop-log-{}", crypto::token()));
    let log = tracing_subscriber::fmt().json().with_writer(Arc::new(File::create(&path).unwrap())).finish();
    let shop = TestApp::start().await;
    let (kim, lee, member) = (shop.seller("kim").await, shop.seller("lee").await, shop.member("member").await);
    let trailer = rows::trailer(&shop, &kim).await.id;
    let edit = format!("/sell/trailers/{trailer}");
    let (mut guest, mut plain, mut other) = (shop.browser(), shop.logged_in(&member).await, shop.logged_in(&lee).await);
    let logging = tracing::subscriber::set_default(log);
    guest.get("/my").await.is(303);
    plain.get("/sell/trailers").await.is(303);
    plain.get("/admin").await.is(403);
    other.get(&edit).await.is(404);
    // Not there is not refused.
    other.get("/trailers/999999").await.is(404);
    drop(logging);
    let lines = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let refused: Vec<Value> = lines.filter(|line| line["fields"]["message"] == "access was refused").collect();
    let told = |line: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (line["fields"]["member"].as_i64(), text(&line["span"]["path"]), text(&line["fields"]["why"]))
    };
    let expected = [
        (None, "/my", "not logged in"),
        (Some(member.id), "/sell/trailers", "not a seller"),
        (Some(member.id), "/admin", "forbidden"),
        (Some(lee.id), edit.as_str(), "not theirs"),
    ];
    let expected = expected.map(|(member, path, why)| (member, path.to_owned(), why.to_owned()));
    assert_eq!(refused.iter().map(told).collect::<Vec<_>>(), expected);
    assert!(refused.iter().all(|line| line["fields"]["ip"].is_string() && line["span"]["id"].is_string()));
}
