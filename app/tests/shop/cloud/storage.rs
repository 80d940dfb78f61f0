//! Media in two buckets.

use std::collections::BTreeMap;

use bogosa_shop::entities::enums::{MediaPurpose, MediaStatus};
use bogosa_shop::entities::media;
use bogosa_shop::media::{pictures, uploads};
use bytes::Bytes;
use ring::{digest, hmac};
use sea_orm::EntityTrait;
use serde_json::Value;

use super::{CDN, Cloud, DESTINATION, SOURCE, send};
use crate::harness::{Browser, TestApp};

pub(super) const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isomiso2 and the rest";

/// A ticket for a video, as the page asks for it.
pub(super) async fn begin(browser: &mut Browser, kind: &str, size: usize) -> Value {
    let size = size.to_string();
    let fields = [("purpose", "trailer_video"), ("content_type", kind), ("size", &size)];
    serde_json::from_str(&browser.post("/api/media/uploads", &fields).await.is(200).body).unwrap()
}

/// As a browser sends the file.
pub(super) async fn put(begun: &Value, body: &[u8]) -> u16 {
    let headers: Vec<_> = headers(begun).into_iter().collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send("PUT", url(begun), &headers, body).await.0
}

fn url(begun: &Value) -> &str {
    begun["ticket"]["url"].as_str().unwrap()
}

fn headers(begun: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(begun["ticket"]["headers"].clone()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether S3 would take it: the sandbox takes any signature, so it is worked out here.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
fn is_signed(method: &str, url: &str, headers: &BTreeMap<String, String>) -> bool {
    let (host, rest) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (path, query) = rest.split_once('?').unwrap();
    let mut all = headers.clone();
    all.insert("host".to_owned(), host.to_owned());
    let value = |name: &str| {
        let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.unwrap().replace("%2F", "/").replace("%3B", ";")
    };
    let names = value("X-Amz-SignedHeaders");
    let Some(signed) =
        names.split(';').map(|name| Some(format!("{name}:{}\n", all.get(name)?))).collect::<Option<String>>()
    else {
        return false;
    };
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    pairs.sort_unstable();
    let canonical = format!("{method}\n/{path}\n{}\n{signed}\n{names}\nUNSIGNED-PAYLOAD", pairs.join("&"));
    let hash = digest::digest(&digest::SHA256, canonical.as_bytes());
    let credential = value("X-Amz-Credential");
    let (_, scope) = credential.split_once('/').unwrap();
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", value("X-Amz-Date"), hex(hash.as_ref()));
    let sign =
        |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec();
    let key = scope.split('/').fold(b"AWS4test".to_vec(), |key, part| sign(&key, part));
    hex(&sign(&key, &text)) == value("X-Amz-Signature")
}

#[tokio::test]
async fn a_browser_uploads_what_was_agreed_and_nothing_else() {
    let cloud = Cloud::start().await;
    let shop = cloud.shop().await;
    let kim = shop.seller("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    // What the pipeline does not convert is not taken.
    let webm = [("purpose", "trailer_video"), ("content_type", "video/webm"), ("size", "5")];
    browser.post("/api/media/uploads", &webm).await.is(400).says("Only MP4 and MOV");
    let form = browser.get("/sell/trailers/new").await.is(200).says("MP4 or MOV").says("video/quicktime");
    let policy = form.header("content-security-policy");
    let (_, connect) = policy.split_once("connect-src").unwrap();
    let connect = connect.split(';').next().unwrap();
    assert!(connect.contains(&cloud.sandbox.endpoint) && connect.contains(CDN), "{connect}");

    let begun = begin(&mut browser, "video/mp4", MP4.len()).await;
    let mut all = headers(&begun);
    assert!(!all.contains_key("content-length") && !all.contains_key("host"), "browsers refuse to set them: {all:?}");
    // The browser adds the length by itself.
    all.insert("content-length".to_owned(), MP4.len().to_string());
    assert!(is_signed("PUT", url(&begun), &all));
    for (name, value) in [("content-length", "41"), ("content-length", "5000000"), ("content-type", "text/html")] {
        let mut other = all.clone();
        other.insert(name.to_owned(), value.to_owned());
        assert!(!is_signed("PUT", url(&begun), &other), "{name}: {value}");
    }
    assert!(!is_signed("GET", url(&begun), &all) && !is_signed("DELETE", url(&begun), &all));
    assert!(!is_signed("PUT", &url(&begun).replacen(".mp4", ".exe", 1), &all));
    assert!(url(&begun).contains("X-Amz-Expires=900"));

    let done = begun["done"].as_str().unwrap();
    browser.post(done, &[]).await.is(409).says("not arrived");
    // Where another length came all the same, it is not what was asked for.
    assert_eq!(put(&begun, b"short").await, 200);
    browser.post(done, &[]).await.is(409).says("not arrived");
    assert_eq!(put(&begun, MP4).await, 200);
    browser.post(done, &[]).await.is(200).says("uploaded");
    // The answer got lost, and the browser asks again.
    browser.post(done, &[]).await.is(200).says("uploaded");
    let row = row(&shop, begun["id"].as_i64().unwrap()).await;
    assert_eq!((row.status, row.public_url), (MediaStatus::Uploaded, None));
    let s3 = aws_sdk_s3::Client::new(&cloud.config);
    let kept = s3.head_object().bucket(SOURCE).key(&row.object_key).send().await.unwrap();
    assert_eq!((kept.content_type(), kept.content_length()), (Some("video/mp4"), Some(MP4.len() as i64)));

    // Told by its first bytes, and gone.
    let forged = begin(&mut browser, "video/quicktime", 11).await;
    assert_eq!(put(&forged, b"<html></ht>").await, 200);
    browser.post(forged["done"].as_str().unwrap(), &[]).await.is(400);
    assert_eq!(uploads::delete_abandoned(&shop.app).await.unwrap(), 0);
    bogosa_shop::jobs::queue::run_due(&shop.app).await.unwrap();
    let left = s3.list_objects_v2().bucket(SOURCE).send().await.unwrap();
    assert_eq!(left.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(), [row.object_key]);
}

async fn row(shop: &TestApp, id: i64) -> media::Model {
    media::Entity::find_by_id(id).one(&shop.app.db).await.unwrap().unwrap()
}

#[tokio::test]
async fn pictures_lie_behind_the_cdn() {
    let cloud = Cloud::start().await;
    let shop = cloud.shop().await;
    shop.app.storage.ready().await.unwrap();
    let kim = shop.seller("kim").await;
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(8, 8).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let sent = Bytes::from(png.into_inner());
    let kept = pictures::keep(&shop.app, kim.id, MediaPurpose::ProductImage, sent).await.unwrap().unwrap();
    assert_eq!(kept.public_url, Some(format!("{CDN}/{}", kept.object_key)));
    let storage = &shop.app.storage;
    assert_eq!(storage.size(&kept.object_key).await.unwrap(), u64::try_from(kept.size).ok());
    assert_eq!(storage.head(&kept.object_key, 3).await.unwrap()[..], [0xFF, 0xD8, 0xFF]);
    assert_eq!(storage.read(&kept.object_key).await.unwrap().len() as i64, kept.size);
    let s3 = aws_sdk_s3::Client::new(&cloud.config);
    let object = s3.head_object().bucket(DESTINATION).key(&kept.object_key).send().await.unwrap();
    assert_eq!(object.content_type(), Some("image/jpeg"));
    assert!(object.cache_control().unwrap().contains("immutable"));
    storage.delete(&kept.object_key).await.unwrap();
    assert_eq!(storage.size(&kept.object_key).await.unwrap(), None);

    s3.delete_bucket().bucket(SOURCE).send().await.unwrap();
    let error = format!("{:#}", storage.ready().await.unwrap_err());
    assert!(error.contains(SOURCE), "{error}");
}
