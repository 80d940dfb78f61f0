//! Rubbish for every route: whatever comes, the answer is a clear one in the visitor's language, and never a 5xx.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::entities::enums::Role;
use bogosa_shop::entities::{members, rate_limits};
use regex::Regex;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use crate::authorization::complete::laid_out;
use crate::authorization::objects::{self, Owner};
use crate::harness::{Browser, TestApp, encode};

const FORM: &str = "application/x-www-form-urlencoded";

/// What a field may come with, instead of what it is for.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "-1",
        "1",
        "9223372036854775807",
        "99999999999999999999999999",
        "NaN",
        "' OR '1'='1' --",
        "<script>alert(1)</script>\"'>",
        "\0\u{1}\u{7f}\u{202e}\u{feff}",
        "😀👩‍👩‍👧‍👦 가각힣 ﷽",
        "../../../etc/passwd",
        "//evil.example/\\evil.example",
        "2026-02-31T25:61",
        "-99999-01-01",
        "{{7*7}}${7*7}",
    ]
    .map(str::to_owned)
    .into();
    values.push("가".repeat(130));
    values
}

/// Every field's name that a template has, and those of queries.
fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = [
        "page",
        "q",
        "after",
        "next",
        "status",
        "category",
        "mode",
        "sort",
        "paymentKey",
        "orderId",
        "amount",
        "code",
        "state",
        "role",
    ]
    .map(str::to_owned)
    .into();
    let name = Regex::new(r#"\bname="([a-z_0-9]+)""#).unwrap();
    let called = Regex::new(r#"forms::(?:field|area|check)\(page, errors, "([a-z_0-9]+)""#).unwrap();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for pattern in [&name, &called] {
                names.extend(pattern.captures_iter(&text).map(|found| found[1].to_owned()));
            }
        }
    }
    assert!(names.len() > 80, "only {} names were found", names.len());
    names
}

struct Attack {
    content_type: &'static str,
    body: Vec<u8>,
}

fn attacks() -> Vec<Attack> {
    let names = names();
    let every_field = |value: &str| {
        let value = encode(value);
        names.iter().map(|name| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    let parts = |value: &str, file: &[u8]| {
        let mut body = Vec::new();
        for name in &names {
            body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for name in ["pictures", "photos", "image"] {
            let head = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../x.php\"\r\nContent-Type: image/png\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend(file);
            body.extend(b"\r\n");
        }
        body.extend(b"--cut--\r\n");
        body
    };
    let mut attacks: Vec<Attack> = values()
        .iter()
        // What the limit on bodies lets through.
        .map(|value| every_field(value))
        .map(|body| Attack { content_type: FORM, body: body.into_bytes() })
        .collect();
    let multipart = "multipart/form-data; boundary=cut";
    attacks.extend([
        Attack { content_type: FORM, body: b"title=%ff%fe&id=%00&%ff=%ff&&&==&title".to_vec() },
        Attack { content_type: FORM, body: "title[]=1&title[a]=2&".repeat(2_000).into_bytes() },
        Attack { content_type: multipart, body: parts("\u{0}", b"\x89PNG\r\n\x1a\n not a picture") },
        Attack { content_type: multipart, body: parts("-1", b"<?php ?>") },
        Attack {
            content_type: multipart,
            body: b"--cut\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nnever ends".to_vec(),
        },
        Attack { content_type: "multipart/form-data", body: b"no boundary".to_vec() },
        Attack { content_type: "application/json", body: b"{\"title\": [[[[".to_vec() },
        Attack { content_type: "text/csv", body: b"a;b".to_vec() },
    ]);
    attacks
}

/// Sells, administers and is asked for no second password: gets as far as one can.
async fn mighty(shop: &TestApp, member: &members::Model) -> members::Model {
    let mut row = member.clone().into_active_model();
    row.role = Set(Role::Admin);
    row.update(&shop.app.db).await.unwrap()
}

async fn check(
    shop: &TestApp,
    browser: &Browser,
    (method, path): (&Method, &str),
    headers: &[(&str, &str)],
    body: Vec<u8>,
    wrong: &mut Vec<String>,
) {
    // Limits would hide what lies behind them.
    rate_limits::Entity::delete_many().exec(&shop.app.db).await.unwrap();
    let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
    let answer = browser.clone().send(method.clone(), path, headers, Body::from(body)).await;
    let status = answer.status.as_u16();
    let clear =
        status < 400 || answer.body.contains("<main") || answer.body.contains("\"detail\"") || method == Method::HEAD;
    if status >= 500 || !clear {
        let start: String = answer.body.chars().take(120).collect();
        wrong.push(format!("{method} {path} {headers:?} {shown:?}: {status} {start}"));
    }
}

#[tokio::test]
async fn every_route_answers_hostile_input_clearly() {
    let shop = TestApp::start().await;
    let (people, ids) = objects::samples(&shop).await;
    let seller = mighty(&shop, &people.seller).await;
    let mut routes = BTreeSet::new();
    laid_out(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut routes);
    let owners: HashMap<(&str, &str), (&str, Owner)> =
        objects::TABLE.iter().map(|row| ((row.0, row.1), (row.2, row.3))).collect();
    let (attacks, names) = (attacks(), names());
    let parameter = Regex::new(r"\{[^}]*\}").unwrap();
    // What ends the account that asks comes last.
    let (last, first): (Vec<_>, Vec<_>) = routes.iter().partition(|(_, path)| path == "/my/leave");
    let mut wrong = Vec::new();
    for (method, route) in first.into_iter().chain(last) {
        let (fill, owner) = owners.get(&(method.as_str(), route.as_str())).copied().unwrap_or(("", Owner::Seller));
        let who = if owner == Owner::Buyer { &people.buyer } else { &seller };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        if route.ends_with("/changes")
            || route.starts_with("/static")
            || matches!(route.as_str(), "/health" | "/ready" | "/metrics" | "/favicon.ico")
        {
            continue;
        }
        let path = objects::filled(route, if fill.is_empty() { "x" } else { fill }, &ids);
        let hook = route.contains("/hooks/");
        let site = [("sec-fetch-site", "same-origin")];
        if method == Method::GET {
            let browser = shop.logged_in(who).await;
            for value in ["-1", "99999999999999999999", "' OR 1=1 --", "\0", "😀"] {
                let query = names.iter().map(|name| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
                check(&shop, &browser, (&method, &format!("{path}?{query}")), &site, Vec::new(), &mut wrong).await;
            }
            check(&shop, &browser, (&method, &format!("{path}?%ff=%ff&page=%ff")), &site, Vec::new(), &mut wrong).await;
        } else if !hook {
            for attack in &attacks {
                // Some end the session: each time a new one.
                let browser = shop.logged_in(who).await;
                let headers = [("content-type", attack.content_type), site[0]];
                check(&shop, &browser, (&method, &path), &headers, attack.body.clone(), &mut wrong).await;
            }
        }
        if route.contains('{') && !hook {
            let browser = shop.logged_in(&seller).await;
            for id in ["-1", "0", "99999999999999999999", "NaN", "%00", "%ff", "..%2f..%2f", "<b>", "%F0%9F%98%80"] {
                let path = parameter.replace_all(route, id).replace('<', "%3C").replace('>', "%3E");
                let headers = [("content-type", FORM), site[0]];
                check(&shop, &browser, (&method, &path), &headers, Vec::new(), &mut wrong).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn hooks_answer_rubbish_without_breaking() {
    const TOKEN: &str = "a-token-of-thirty-two-characters-or-more";
    let shop = TestApp::start_with(&[("SHOP_HOOK_TOKEN", TOKEN)]).await;
    let bearer = format!("Bearer {TOKEN}");
    let deep = "[".repeat(100_000);
    let bodies = [
        "",
        "null",
        "[]",
        "{}",
        "{\"detail\":{}}",
        "{\"detail\":[]}",
        "{\"detail\":null,\"source\":7}",
        "\"text\"",
        "{\"source\":\"aws.ivs\",\"detail-type\":\"IVS Stream State Change\",\"resources\":{},\"detail\":{\"event_name\":[]}}",
        "{\"source\":\"aws.ivs\",\"detail-type\":\"IVS Stream State Change\",\"resources\":[\"arn\"],\"detail\":{\"event_name\":\"Stream Start\",\"stream_id\":\"\u{0}\"},\"time\":\"yesterday\"}",
        "{\"eventType\":\"PAYMENT_STATUS_CHANGED\",\"data\":{\"paymentKey\":{},\"orderId\":-1}}",
        &deep,
    ];
    let browser = shop.browser();
    let mut wrong = Vec::new();
    for path in ["/hooks/streaming", "/payments/hooks/test", "/payments/hooks/toss", "/payments/hooks/%00"] {
        for body in bodies {
            for headers in [
                vec![],
                vec![("authorization", bearer.as_str())],
                vec![("authorization", bearer.as_str()), ("content-type", "application/json")],
            ] {
                let body = body.as_bytes().to_vec();
                check(&shop, &browser, (&Method::POST, path), &headers, body, &mut wrong).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
