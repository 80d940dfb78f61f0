//! What holds on every page: languages, errors, headers, limits, operations.

use axum::body::Body;
use axum::http::Method;

use crate::harness::TestApp;

const PRODUCTION: &[(&str, &str)] = &[
    ("SHOP_MODE", "production"),
    ("SHOP_PUBLIC_URL", "https://shop.example"),
    ("SHOP_SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ("SHOP_OPERATOR_NAME", "시험 주식회사"),
    ("SHOP_OPERATOR_REPRESENTATIVE", "가"),
    ("SHOP_OPERATOR_ADDRESS", "나"),
    ("SHOP_OPERATOR_PHONE", "다"),
    ("SHOP_OPERATOR_EMAIL", "a@b.kr"),
    ("SHOP_OPERATOR_BUSINESS_NUMBER", "마"),
    ("SHOP_OPERATOR_MAIL_ORDER_NUMBER", "바"),
    ("SHOP_OPERATOR_PRIVACY_OFFICER", "사"),
    ("SHOP_OPERATOR_HOSTING", "아"),
];

#[tokio::test]
async fn korean_unless_asked_otherwise() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser.get("/").await.is(200).says("<html lang=\"en\">");
    browser.language = "fr";
    browser.get("/").await.is(200).says("<html lang=\"ko\">").says("통신판매중개자");
    browser.get("/lang/en?next=/login").await.leads_to("/login");
    browser.get("/login").await.is(200).says("Log in");
    browser.get("/lang/en?next=//evil.example").await.leads_to("/");
    browser.get("/lang/tlh").await.is(404);
}

#[tokio::test]
async fn errors_are_pages_in_the_visitors_language() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser.get("/no/such/page").await.is(404).says("Page not found").says("<header");
    browser.language = "ko";
    browser.get("/no/such/page").await.is(404).says("페이지를 찾을 수 없습니다");
    browser.post("/health", &[]).await.is(405);
    browser.post("/", &[]).await.is(405).says("지원하지 않는 요청입니다");
    let json = [("accept", "application/json")];
    let answer = browser.send(Method::GET, "/no/such/page", &json, Body::empty()).await.is(404);
    assert_eq!(answer.header("content-type"), "application/json");
    browser.send(Method::GET, "/my", &json, Body::empty()).await.is(401).says("\"status\":401");
}

#[tokio::test]
async fn malformed_and_oversized_forms() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    browser.send(Method::POST, "/login", &form, Body::from("email=%ff%fe&password=x")).await.is(422).says("<main");
    let large = Body::from(format!("email={}", "a".repeat(300_000)));
    browser.send(Method::POST, "/login", &form, large).await.is(413).says("Too large");
    browser.send(Method::POST, "/login", &[("content-type", "text/csv")], Body::from("x")).await.is(415).says("<main");
    browser.send(Method::POST, "/verify", &form, Body::from("nothing=1")).await.is(422).says("Please check");
}

#[tokio::test]
async fn other_sites_forms_are_refused() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    for headers in [[("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
        browser.send(Method::POST, "/logout", &headers, Body::empty()).await.is(403).says("Not allowed");
    }
    browser.post("/logout", &[]).await.leads_to("/");
}

#[tokio::test]
async fn security_headers() {
    let shop = TestApp::start_with(PRODUCTION).await;
    let mut browser = shop.browser();
    let first = browser.get("/login").await.is(200);
    let policy = first.header("content-security-policy").to_owned();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(first.body.contains(&format!("nonce=\"{nonce}\"")));
    assert!(first.header("strict-transport-security").contains("max-age=63072000"));
    assert_eq!(first.header("x-content-type-options"), "nosniff");
    let second = browser.get("/login").await;
    assert_ne!(second.header("content-security-policy"), policy, "a nonce is used once");
    assert!(!first.body.contains(" style="), "inline styles are not allowed by the policy");

    let member = shop.member("kim").await;
    let mut browser = shop.logged_in(&member).await;
    assert!(browser.cookies.contains_key("__Host-session"));
    assert_eq!(browser.get("/my").await.is(200).header("cache-control"), "no-store");
    // Also those that no session depends on.
    let answer = browser.post("/logout", &[]).await.leads_to("/");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(cookies.len() > 1 && cookies.iter().all(|cookie| cookie.contains("; Secure")), "{cookies:?}");
}

#[tokio::test]
async fn nothing_for_developers_in_production() {
    let shop = TestApp::start_with(PRODUCTION).await;
    shop.browser().get("/dev/mailbox").await.is(404);
    shop.browser().get("/").await.is(200).says("시험 주식회사").says_not("/dev/");
    let shop = TestApp::start().await;
    shop.browser().get("/dev/mailbox").await.is(200);
}

#[tokio::test]
async fn operations() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser.get("/health").await.is(200).says("ok");
    let ready = browser.get("/ready").await.is(200).says("\"ready\":true");
    assert!(!ready.header("x-request-id").is_empty());
    browser.get("/metrics").await.is(200).says("shop_http_requests_total{method=\"GET\",route=\"/ready\"");
    let answer = browser.send(Method::GET, "/health", &[("x-request-id", "abcdef-123456")], Body::empty()).await;
    assert_eq!(answer.header("x-request-id"), "abcdef-123456");
    let forged = browser.send(Method::GET, "/health", &[("x-request-id", "a b\"c<script>")], Body::empty()).await;
    assert_ne!(forged.header("x-request-id"), "a b\"c<script>");
    shop.app.stop.cancel();
    browser.get("/ready").await.is(503).says("\"stopping\":true");
}

#[tokio::test]
async fn static_files() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    let page = browser.get("/").await;
    let sheet = page.body.split("href=\"").find(|part| part.starts_with("/static/shop.css")).unwrap();
    let sheet = sheet.split('"').next().unwrap();
    let answer = browser.get(sheet).await.is(200).says("--paper");
    assert!(answer.header("cache-control").contains("immutable"));
    browser.get("/static/js/base.js").await.is(200);
    browser.get("/static/../Cargo.toml").await.is(404);
    browser.get("/static/%2e%2e/Cargo.toml").await.is(404);
}

#[tokio::test]
async fn local_uploads_take_what_was_signed_and_nothing_else() {
    use bogosa_shop::services::storage::UploadRequest;
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    let request = UploadRequest { key: "test/a.png".into(), content_type: "image/png".into(), size: 4 };
    let ticket = shop.app.storage.ticket(request, std::time::Duration::from_secs(60)).await.unwrap();
    let png = [("content-type", "image/png"), ("sec-fetch-site", "same-origin")];
    browser.send(Method::PUT, &ticket.url, &png, Body::from("12345")).await.is(400).says("was agreed");
    let html = [("content-type", "text/html"), ("sec-fetch-site", "same-origin")];
    browser.send(Method::PUT, &ticket.url, &html, Body::from("1234")).await.is(400);
    browser.send(Method::PUT, "/media/upload/forged", &png, Body::from("1234")).await.is(403);
    browser.send(Method::PUT, &ticket.url, &png, Body::from("1234")).await.is(204);
    let file = browser.get("/media/files/test/a.png").await.is(200).says("1234");
    assert_eq!(file.header("content-type"), "image/png");
    let part = [("range", "bytes=1-2")];
    browser.send(Method::GET, "/media/files/test/a.png", &part, Body::empty()).await.is(206).says("23");
    browser.get("/media/files/test/..%2f..%2fshop.sqlite").await.is(404);
}
