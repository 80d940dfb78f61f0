//! Logging in and out, recovery, the second factor.

use bogosa_shop::entities::{members, sessions};
use sea_orm::{EntityTrait, PaginatorTrait};
use totp_rs::{Builder, Secret};

use crate::harness::{Browser, PASSWORD, TestApp};

async fn with_password(shop: &TestApp, nickname: &str) -> members::Model {
    let member = shop.member(nickname).await;
    shop.set_password(&member).await;
    member
}

fn form<'a>(email: &'a str, password: &'a str) -> [(&'static str, &'a str); 3] {
    [("email", email), ("password", password), ("next", "/my")]
}

#[tokio::test]
async fn in_and_out() {
    let shop = TestApp::start().await;
    with_password(&shop, "kim").await;
    let mut browser = shop.browser();
    browser.get("/my/edit?x=1").await.leads_to("/login?next=/my/edit%3Fx%3D1");
    browser.post("/login", &form(" KIM@example.com ", PASSWORD)).await.leads_to("/my");
    let session = browser.cookies["session"].clone();
    browser.get("/my").await.is(200);
    browser.post("/logout", &[]).await.leads_to("/");
    browser.get("/").await.is(200).says("You are logged out");
    // The token is worth nothing, even for who kept it.
    browser.cookies.insert("session".into(), session);
    browser.get("/my").await.is(303);
}

#[tokio::test]
async fn a_log_in_makes_a_new_token() {
    let shop = TestApp::start().await;
    with_password(&shop, "kim").await;
    let mut browser = shop.browser();
    browser.cookies.insert("session".into(), "chosen-by-somebody-else".into());
    browser.post("/login", &form("kim@example.com", PASSWORD)).await.leads_to("/my");
    let first = browser.cookies["session"].clone();
    assert_ne!(first, "chosen-by-somebody-else");
    browser.post("/login", &form("kim@example.com", PASSWORD)).await.leads_to("/my");
    assert_ne!(browser.cookies["session"], first);
    assert_eq!(sessions::Entity::find().count(&shop.app.db).await.unwrap(), 1);
}

#[tokio::test]
async fn wrong_and_unknown_look_the_same_and_are_limited() {
    let shop = TestApp::start().await;
    with_password(&shop, "kim").await;
    let mut browser = shop.browser();
    browser.post("/login", &form("kim@example.com", "wrong")).await.is(422).says("The e-mail or the password is wrong");
    browser
        .post("/login", &form("nobody@example.com", "wrong"))
        .await
        .is(422)
        .says("The e-mail or the password is wrong");
    for _ in 0..9 {
        browser.post("/login", &form("kim@example.com", "wrong")).await.is(422);
    }
    let answer = browser.post("/login", &form("kim@example.com", PASSWORD)).await.is(429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() <= 600);
}

#[tokio::test]
async fn next_never_leads_away() {
    let shop = TestApp::start().await;
    with_password(&shop, "kim").await;
    let fields = [("email", "kim@example.com"), ("password", PASSWORD), ("next", "//evil.example")];
    shop.browser().post("/login", &fields).await.leads_to("/");
}

#[tokio::test]
async fn recovery_works_once_and_ends_all_sessions() {
    let shop = TestApp::start().await;
    let kim = with_password(&shop, "kim").await;
    let mut thief = shop.logged_in(&kim).await;
    let mut browser = shop.browser();
    let unknown = browser.post("/recover", &[("email", "nobody@example.com")]).await.is(200).body;
    let known = browser.post("/recover", &[("email", "kim@example.com")]).await.is(200).body;
    let strip = |page: &str, name: &str| page.split("<main").nth(1).unwrap().replace(name, "");
    assert_eq!(strip(&unknown, "nobody"), strip(&known, "kim"));

    let mail = shop.mail_to("kim@example.com").await;
    let token = mail.body.lines().find_map(|line| line.strip_prefix("http://127.0.0.1:8080/recover/")).unwrap();
    let link = format!("/recover/{token}");
    browser.get(&link).await.is(200);
    browser.post(&link, &[("password", "qwertyuiop")]).await.is(422).says("too common");
    browser.post(&link, &[("password", "quite-another-9-word")]).await.leads_to("/login");
    browser.post(&link, &[("password", "quite-another-8-word")]).await.is(410);
    thief.get("/my").await.is(303);
    browser.post("/login", &form("kim@example.com", PASSWORD)).await.is(422);
    browser.post("/login", &form("kim@example.com", "quite-another-9-word")).await.leads_to("/my");
    assert!(shop.mail_to("kim@example.com").await.body.contains("Your password has been changed"));
}

/// The code of the step that is so many steps from now.
fn code(secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let time = chrono::Utc::now().timestamp() + 30 * steps;
    totp.generate(u64::try_from(time).unwrap()).to_string()
}

async fn turn_on(browser: &mut Browser) -> (String, Vec<String>) {
    let page = browser.get("/my/second-factor").await.is(200).says("<svg").body;
    let secret = page.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    browser.post("/my/second-factor", &[("code", "000000x")]).await.is(422).says("The code is wrong");
    let page = browser.post("/my/second-factor", &[("code", &code(&secret, 0))]).await.is(200).body;
    let codes = page.split("<li><code>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect();
    (secret, codes)
}

#[tokio::test]
async fn the_second_factor() {
    let shop = TestApp::start().await;
    let kim = with_password(&shop, "kim").await;
    let mut browser = shop.logged_in(&kim).await;
    let (secret, recovery) = turn_on(&mut browser).await;
    assert_eq!(recovery.len(), 8);

    let mut browser = shop.browser();
    browser.post("/login", &form("kim@example.com", PASSWORD)).await.leads_to("/login/second-factor?next=/my");
    // Half a log-in is none.
    browser.get("/my").await.is(303);
    let next = ("next", "/my");
    browser.post("/login/second-factor", &[("code", "000000x"), next]).await.is(422);
    let now = code(&secret, 1);
    browser.post("/login/second-factor", &[("code", &now), next]).await.leads_to("/my");
    browser.get("/my").await.is(200);

    let mut browser = shop.browser();
    browser.post("/login", &form("kim@example.com", PASSWORD)).await.is(303);
    browser.post("/login/second-factor", &[("code", &now), next]).await.is(422);
    browser.post("/login/second-factor", &[("code", &recovery[0]), next]).await.leads_to("/my");

    let mut browser = shop.browser();
    browser.post("/login", &form("kim@example.com", PASSWORD)).await.is(303);
    browser.post("/login/second-factor", &[("code", &recovery[0]), next]).await.is(422);
}
