//! One's own data: editing, address, password, devices, consents, leaving.

use bogosa_shop::entities::enums::{ConsentPurpose, MemberStatus};
use bogosa_shop::entities::sessions;
use bogosa_shop::members::consents;
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryOrder};

use crate::harness::{PASSWORD, TestApp};

/// As if the last log-in were an hour ago.
async fn time_passes(shop: &TestApp) {
    sessions::Entity::update_many()
        .col_expr(sessions::Column::ReauthenticatedAt, Expr::value(bogosa_shop::db::now() - Duration::hours(1)))
        .exec(&shop.app.db)
        .await
        .unwrap();
}

#[tokio::test]
async fn editing() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    shop.member("lee").await;
    let mut browser = shop.logged_in(&kim).await;
    let form = |nickname, phone| [("nickname", nickname), ("name", "Kim"), ("phone", phone), ("language", "ko")];
    browser.post("/my/edit", &form("lee", "")).await.is(422).says("taken");
    browser.post("/my/edit", &form("LEFT-1", "")).await.is(422);
    browser.post("/my/edit", &form("kim2", "12")).await.is(422).says("valid phone").says("value=\"kim2\"");
    browser.post("/my/edit", &form("kim2", "010-1234-5678")).await.leads_to("/my");
    let now = shop.reload(&kim).await;
    assert_eq!(
        (now.nickname.as_str(), now.phone.as_deref(), now.language.as_str()),
        ("kim2", Some("010-1234-5678"), "ko")
    );
    // Not what a form sends, but what the handler takes.
    browser.post("/my/edit", &[&form("kim2", "")[..], &[("role", "admin")]].concat()).await.leads_to("/my");
    assert_eq!(shop.reload(&kim).await.role, kim.role);
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_confirmed() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    browser.post("/my/email", &[("email", "new@example.com")]).await.is(200).says("new@example.com");
    assert_eq!(shop.reload(&kim).await.email.as_deref(), Some("kim@example.com"));
    let mail = shop.mail_to("new@example.com").await;
    let token = mail.body.lines().find_map(|line| line.strip_prefix("http://127.0.0.1:8080/verify/")).unwrap();
    browser.post(&format!("/verify/{token}"), &[]).await.leads_to("/my");
    assert_eq!(shop.reload(&kim).await.email.as_deref(), Some("new@example.com"));
    assert!(shop.mail_to("kim@example.com").await.body.contains("has been changed"));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    shop.set_password(&kim).await;
    let (mut browser, mut other) = (shop.logged_in(&kim).await, shop.logged_in(&kim).await);
    let form = |current| [("current", current), ("password", "quite-another-9-word")];
    browser.post("/my/password", &form("wrong")).await.is(422).says("The password is wrong");
    browser.post("/my/password", &form(PASSWORD)).await.leads_to("/my");
    browser.get("/my").await.is(200);
    other.get("/my").await.is(303);
}

#[tokio::test]
async fn devices_are_ones_own() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.member("kim").await, shop.member("lee").await);
    let (mut kims, mut lees) = (shop.logged_in(&kim).await, shop.logged_in(&lee).await);
    let lees_session =
        sessions::Entity::find().order_by_desc(sessions::Column::Id).one(&shop.app.db).await.unwrap().unwrap();
    let revoke = format!("/my/devices/{}/revoke", lees_session.id);
    kims.post(&revoke, &[]).await.is(404);
    lees.get("/my/devices").await.is(200).says("This one");
    lees.post(&revoke, &[]).await.leads_to("/my/devices");
    lees.get("/my").await.is(303);
    let mut second = shop.logged_in(&kim).await;
    kims.post("/my/devices/others/revoke", &[]).await.leads_to("/my/devices");
    second.get("/my").await.is(303);
    kims.get("/my").await.is(200);
}

#[tokio::test]
async fn consents_are_taken_back_as_they_are_given() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    let granted = |purpose| consents::is_granted(&shop.app.db, kim.id, purpose);
    browser.post("/my/consents", &[("marketing", "yes"), ("night", "yes")]).await.leads_to("/my/consents");
    assert!(granted(ConsentPurpose::MarketingNight).await.unwrap());
    browser.post("/my/consents", &[("night", "yes")]).await.leads_to("/my/consents");
    assert!(!granted(ConsentPurpose::MarketingEmail).await.unwrap());
    assert!(!granted(ConsentPurpose::MarketingNight).await.unwrap());
    assert!(granted(ConsentPurpose::Terms).await.unwrap());
}

#[tokio::test]
async fn what_matters_asks_for_the_password_again() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    shop.set_password(&kim).await;
    let mut browser = shop.logged_in(&kim).await;
    time_passes(&shop).await;
    for path in ["/my/channel/key", "/my/leave", "/my/email", "/my/second-factor"] {
        browser.get(path).await.leads_to(&format!("/reauthenticate?next={path}"));
    }
    browser.post("/my/channel/rotate", &[]).await.leads_to("/reauthenticate?next=/my");
    browser.post("/reauthenticate", &[("password", "wrong")]).await.is(422);
    let again = [("password", PASSWORD), ("next", "/my/channel/key")];
    browser.post("/reauthenticate", &again).await.leads_to("/my/channel/key");
    let key = |page: &str| page.split("sk_local_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let before = key(&browser.get("/my/channel/key").await.is(200).body);
    browser.post("/my/channel/rotate", &[]).await.leads_to("/my/channel/key");
    assert_ne!(key(&browser.get("/my/channel/key").await.is(200).body), before);
}

#[tokio::test]
async fn leaving_erases() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    let (mut browser, mut other) = (shop.logged_in(&kim).await, shop.logged_in(&kim).await);
    browser.get("/my").await.is(200);
    browser.post("/my/leave", &[]).await.is(422).says("This is required");
    browser.post("/my/leave", &[("sure", "yes")]).await.leads_to("/");
    browser.get("/").await.is(200).says("You have left");
    other.get("/my").await.is(303);
    let left = shop.reload(&kim).await;
    assert_eq!(left.status, MemberStatus::Left);
    assert_eq!((left.email, left.name.as_str(), left.phone, left.password_hash), (None, "", None, None));
    // The address is free again.
    shop.member("kim").await;
}
