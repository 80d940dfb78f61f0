//! Signing up and verifying the address.

use bogosa_shop::entities::{channels, consents, mails, members};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::harness::{PASSWORD, TestApp};

const FORM: &[(&str, &str)] = &[
    ("kind", "personal"),
    ("email", "Kim@Example.com"),
    ("password", PASSWORD),
    ("nickname", "하늘🍊"),
    ("name", "김하늘"),
    ("adult", "yes"),
    ("terms", "yes"),
    ("privacy", "yes"),
    ("transfer", "yes"),
];

fn without(field: &str) -> Vec<(&'static str, &'static str)> {
    FORM.iter().filter(|(name, _)| *name != field).copied().collect()
}

fn with(field: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut form = without(field);
    form.push((field, value));
    form
}

#[tokio::test]
async fn with_the_code_from_the_mail() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser.post("/signup", FORM).await.is(200).says("kim@example.com");
    let mail = shop.mail_to("kim@example.com").await;
    let code = mail.body.lines().find_map(|line| line.strip_prefix("Your code: ")).unwrap().to_owned();
    assert_eq!(code.len(), 6, "leading zeros stay: {code}");

    let wrong = if code == "123456" { "654321" } else { "123456" };
    let email = ("email", "kim@example.com");
    browser.post("/verify", &[email, ("code", wrong)]).await.is(422).says("wrong or has expired");
    browser.post("/verify", &[email, ("code", &code)]).await.leads_to("/my");
    browser.get("/my").await.is(200).says("Welcome!").says("하늘🍊").says("rtmps://").says_not("sk_local");
    browser.get("/my").await.is(200).says_not("Welcome!");
    assert_eq!(channels::Entity::find().count(&shop.app.db).await.unwrap(), 1);
    assert_eq!(consents::Entity::find().count(&shop.app.db).await.unwrap(), 5);
}

#[tokio::test]
async fn with_the_link_from_the_mail() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser.post("/signup", FORM).await.is(200);
    let mail = shop.mail_to("kim@example.com").await;
    let link = mail.body.lines().find_map(|line| line.strip_prefix("http://127.0.0.1:8080/verify/")).unwrap();
    let link = format!("/verify/{link}");
    // A mail scanner that looks does not use it up.
    shop.browser().get(&link).await.is(200);
    browser.get(&link).await.is(200);
    browser.post(&link, &[]).await.leads_to("/my");
    browser.post(&link, &[]).await.is(410).says("has been used or has expired");
    browser.get("/verify/forged").await.is(410);
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser.post("/signup", FORM).await.is(200);
    let mail = shop.mail_to("kim@example.com").await;
    let code = mail.body.lines().find_map(|line| line.strip_prefix("Your code: ")).unwrap();
    let email = ("email", "kim@example.com");
    for _ in 0..5 {
        browser.post("/verify", &[email, ("code", "nothing")]).await.is(422);
    }
    browser.post("/verify", &[email, ("code", code)]).await.is(422);
}

#[tokio::test]
async fn a_known_address_gets_the_same_answer() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    let mut browser = shop.browser();
    let known = browser.post("/signup", FORM).await.is(200).body;
    let fresh = TestApp::start().await;
    let unknown = fresh.browser().post("/signup", FORM).await.is(200).body;
    let strip = |page: &str| page.split("<main").nth(1).unwrap().to_owned();
    assert_eq!(strip(&known), strip(&unknown));
    assert!(shop.mail_to(kim.email.as_deref().unwrap()).await.subject.contains("already"));
}

#[tokio::test]
async fn nobody_under_14_is_stored() {
    let shop = TestApp::start().await;
    shop.browser().post("/signup", &without("adult")).await.is(422).says("guardian");
    assert_eq!(members::Entity::find().count(&shop.app.db).await.unwrap(), 0);
    assert_eq!(mails::Entity::find().count(&shop.app.db).await.unwrap(), 0);
}

#[tokio::test]
async fn mistakes_are_told_and_what_was_typed_stays() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    browser
        .post("/signup", &with("password", "password1"))
        .await
        .is(422)
        .says("too common")
        .says("value=\"Kim@Example.com\"")
        .says("value=\"하늘🍊\"")
        .says_not("password1");
    browser.post("/signup", &with("email", "nonsense")).await.is(422).says("valid e-mail");
    browser.post("/signup", &with("kind", "company")).await.is(422).says("This is required");
    browser.post("/signup", &with("kind", "robot")).await.is(422);
    browser.post("/signup", &with("nickname", "<script>alert(1)</script>")).await.is(422).says_not("<script>alert");
    browser.post("/signup", &without("transfer")).await.is(422).says("need to agree");
    browser.get("/signup").await.is(200).says_not(" checked");
}
