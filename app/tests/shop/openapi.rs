//! The description of the JSON endpoints says what there is, and what is answered is as it says.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::Method;
use bogosa_shop::entities::enums::OrderStatus;
use bogosa_shop::entities::reviews;
use regex::Regex;
use sea_orm::{ActiveModelTrait, Set};
use serde_json::Value;

use crate::harness::TestApp;
use crate::rows;

async fn description(shop: &TestApp) -> Value {
    let answer = shop.browser().get("/openapi.json").await.is(200);
    assert_eq!(answer.header("content-type"), "application/json");
    serde_json::from_str(&answer.body).unwrap()
}

fn sources(folder: &Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|end| end == "rs") {
            out.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// A route that begins with `/api/` is missing in `src/ops/openapi.json`, or is there and gone.
#[tokio::test]
async fn every_json_endpoint_is_described() {
    let described = description(&TestApp::start().await).await;
    let paths: BTreeSet<String> =
        described["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/api/")).cloned().collect();
    let mut text = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    let route = Regex::new(r#"route\(\s*"(/api/[^"]+)""#).unwrap();
    let routes: BTreeSet<String> = route.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    assert_eq!(paths, routes);
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let described = description(&TestApp::start().await).await;
    let text = described.to_string();
    let reference = Regex::new(r##""\$ref":"#([^"]+)""##).unwrap();
    let all: Vec<&str> =
        reference.captures_iter(&text).filter_map(|found| found.get(1)).map(|at| at.as_str()).collect();
    assert!(all.len() > 5);
    for at in all {
        assert!(described.pointer(at).is_some(), "{at}");
    }
}

/// Enough of JSON Schema for what the description uses.
fn check(described: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(described, described.pointer(&reference[1..]).unwrap(), value, at);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at} is {kind}, not {kinds:?}");
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{at} has no {name}");
    }
    if let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, member) in members {
            let property = properties.get(name).unwrap_or_else(|| panic!("{at}.{name} is not described"));
            check(described, property, member, &format!("{at}.{name}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(described, &schema["items"], item, &format!("{at}[]"));
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let shop = TestApp::start().await;
    let described = description(&shop).await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let item = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
    let row = reviews::ActiveModel {
        order_item_id: Set(item.id),
        product_id: Set(pot.id),
        member_id: Set(lee.id),
        rating: Set(5),
        body: Set("Fine".to_owned()),
        created_at: Set(bogosa_shop::db::now()),
        ..Default::default()
    };
    row.insert(&shop.app.db).await.unwrap();
    let mut browser = shop.browser();
    let json = [("accept", "application/json")];
    for (path, schema) in [
        (format!("/api/reviews/product/{}", pot.id), "Reviews"),
        ("/api/reviews/product/999999".to_owned(), "Problem"),
        ("/api/reviews/product/x".to_owned(), "Problem"),
        ("/ready".to_owned(), "Readiness"),
        ("/no/such/page".to_owned(), "Problem"),
    ] {
        let answer = browser.send(Method::GET, &path, &json, Body::empty()).await;
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        check(&described, &described["components"]["schemas"][schema], &value, schema);
    }
}
