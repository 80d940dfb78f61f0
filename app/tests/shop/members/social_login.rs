//! Logging in with other platforms, against an issuer of our own on loopback: discovery, code, signed token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bogosa_shop::entities::{channels, identities, members, oauth_states};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Answer, Browser, TestApp};

/// What the issuer says next, and what it was asked.
#[derive(Default)]
struct Says {
    claims: Value,
    nonce: String,
    challenge: String,
    asked: HashMap<String, String>,
}

struct Issuer {
    url: String,
    key: EcdsaKeyPair,
    says: Mutex<Says>,
}

impl Issuer {
    async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Arc::new(Self { url, key, says: Mutex::default() });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            // Kakao's and Naver's addresses.
            .route("/oauth/token", post(plain_token))
            .route("/oauth2.0/token", post(plain_token))
            .route("/v2/user/me", get(me))
            .route("/v1/nid/me", get(me))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    fn will_say(&self, claims: Value) {
        self.says.lock().unwrap().claims = claims;
    }

    fn token(&self, says: &Says) -> String {
        let now = chrono::Utc::now().timestamp();
        let mut claims = json!({ "iss": self.url, "aud": "shop", "nonce": says.nonce, "iat": now, "exp": now + 300 });
        for (name, value) in says.claims.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": "k" })), part(&claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn discovery(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let url = &issuer.url;
    Json(json!({ "issuer": url, "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"), "jwks_uri": format!("{url}/keys") }))
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let (x, y) = issuer.key.public_key().as_ref()[1..].split_at(32);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    Json(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256", "x": x, "y": y }] }))
}

/// As strict as a real one about who asks and about the verifier.
async fn token(State(issuer): State<Arc<Issuer>>, Form(form): Form<HashMap<String, String>>) -> Json<Value> {
    let mut says = issuer.says.lock().unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    assert_eq!((form["client_secret"].as_str(), form["code"].as_str()), ("secret", "the-code"));
    assert_eq!(challenge, says.challenge);
    says.asked = form;
    Json(json!({ "access_token": "a", "id_token": issuer.token(&says) }))
}

async fn plain_token(State(issuer): State<Arc<Issuer>>, Form(form): Form<HashMap<String, String>>) -> Json<Value> {
    issuer.says.lock().unwrap().asked = form;
    Json(json!({ "access_token": "for-me" }))
}

async fn me(State(issuer): State<Arc<Issuer>>, headers: axum::http::HeaderMap) -> Json<Value> {
    assert_eq!(headers["authorization"], "Bearer for-me");
    Json(issuer.says.lock().unwrap().claims.clone())
}

async fn shop_with(issuer: &Issuer) -> TestApp {
    TestApp::start_with(&[
        ("SHOP_OIDC_TEST_ISSUER", &issuer.url),
        ("SHOP_OIDC_TEST_CLIENT_ID", "shop"),
        ("SHOP_OIDC_TEST_CLIENT_SECRET", "secret"),
        ("SHOP_KAKAO_CLIENT_ID", "shop"),
        ("SHOP_KAKAO_CLIENT_SECRET", "secret"),
        ("SHOP_NAVER_CLIENT_ID", "shop"),
        ("SHOP_NAVER_CLIENT_SECRET", "secret"),
        ("SHOP_TEST_LOGIN_ORIGIN", &issuer.url),
    ])
    .await
}

/// Goes to the provider; gives the state to come back with.
async fn leave(issuer: &Issuer, browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await.is(303);
    let address = answer.header("location").to_owned();
    assert!(address.starts_with(&issuer.url), "{address}");
    let query: HashMap<&str, &str> =
        address.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert_eq!((query["response_type"], query["code_challenge_method"]), ("code", "S256"));
    assert!(query["redirect_uri"].starts_with("http%3A//127.0.0.1%3A8080/login/with/"), "{address}");
    let mut says = issuer.says.lock().unwrap();
    says.nonce = (*query.get("nonce").unwrap_or(&"")).to_owned();
    says.challenge = query["code_challenge"].to_owned();
    query["state"].to_owned()
}

async fn through(issuer: &Issuer, browser: &mut Browser, provider: &str) -> Answer {
    let state = leave(issuer, browser, &format!("/login/with/{provider}?next=/cart")).await;
    browser.get(&format!("/login/with/{provider}/back?code=the-code&state={state}")).await
}

fn sealed(page: &Answer) -> String {
    page.body
        .split("name=\"sealed\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&#43;", "+")
        .replace("&#61;", "=")
}

fn form<'a>(sealed: &'a str, email: &'a str, without: &str) -> Vec<(&'static str, &'a str)> {
    [
        ("sealed", sealed),
        ("next", "/cart"),
        ("kind", "personal"),
        ("email", email),
        ("nickname", "하늘"),
        ("name", "김하늘"),
        ("adult", "yes"),
        ("terms", "yes"),
        ("privacy", "yes"),
        ("transfer", "yes"),
    ]
    .into_iter()
    .filter(|(name, _)| *name != without)
    .collect()
}

#[tokio::test]
async fn signing_up_and_in_with_an_issuer() {
    let issuer = Issuer::start().await;
    let shop = shop_with(&issuer).await;
    let mut browser = shop.browser();
    browser.get("/login").await.is(200).says("Continue with TEST").says("Continue with 카카오");
    issuer.will_say(json!({ "sub": "kim-1", "email": "Kim@Example.com", "email_verified": true, "name": "Kim" }));
    let page = through(&issuer, &mut browser, "test").await.is(200).says("Kim@Example.com").says_not(" checked");
    let sealed = sealed(&page);
    // Nothing is stored before the consents and the age are given.
    let members = || members::Entity::find().count(&shop.app.db);
    browser.post("/signup/with", &form(&sealed, "", "adult")).await.is(422).says("guardian");
    browser.post("/signup/with", &form(&sealed, "", "terms")).await.is(422).says("need to agree");
    browser.post("/signup/with", &form("forged", "", "")).await.is(400);
    assert_eq!((members().await.unwrap(), identities::Entity::find().count(&shop.app.db).await.unwrap()), (0, 0));
    // The address is the provider's, whatever the form says.
    browser.post("/signup/with", &form(&sealed, "victim@example.com", "")).await.leads_to("/cart");
    let kim = members::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(kim.email.as_deref(), Some("kim@example.com"));
    assert!(kim.email_verified_at.is_some() && kim.password_hash.is_none() && kim.age_confirmed_at.is_some());
    assert_eq!(channels::Entity::find().count(&shop.app.db).await.unwrap(), 1);
    browser.get("/my/logins").await.is(200).says("TEST").says("no password yet");

    // By subject from now on, also with another address.
    issuer.will_say(json!({ "sub": "kim-1", "email": "new@example.com" }));
    let mut later = shop.browser();
    through(&issuer, &mut later, "test").await.leads_to("/cart");
    later.get("/my").await.is(200).says("kim@example.com");
    assert_eq!((members().await.unwrap(), oauth_states::Entity::find().count(&shop.app.db).await.unwrap()), (1, 0));
    // The last way in stays.
    let id = identities::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    later.post(&format!("/my/logins/{id}/unlink"), &[]).await.is(409).says("last way");
    shop.set_password(&kim).await;
    later.post(&format!("/my/logins/{id}/unlink"), &[]).await.leads_to("/my/logins");
}

#[tokio::test]
async fn an_address_links_nothing() {
    let issuer = Issuer::start().await;
    let shop = shop_with(&issuer).await;
    let lee = shop.member("lee").await;
    let mut thief = shop.browser();
    // Not verified by the provider: as any sign-up with a known address, and the owner is told.
    issuer.will_say(json!({ "sub": "thief", "email": "lee@example.com", "email_verified": false }));
    let page = through(&issuer, &mut thief, "test").await.is(200).says_not("signed up with this address");
    thief.post("/signup/with", &form(&sealed(&page), "lee@example.com", "")).await.is(200).says("lee@example.com");
    assert!(shop.mail_to("lee@example.com").await.subject.contains("already"));
    thief.get("/my").await.is(303);
    // Verified: told to log in first, still not linked.
    issuer.will_say(json!({ "sub": "thief", "email": "lee@example.com", "email_verified": true }));
    let page = through(&issuer, &mut thief, "test").await.is(200).says("signed up with this address");
    thief.post("/signup/with", &form(&sealed(&page), "", "")).await.is(422).says("signed up with this address");
    assert_eq!(identities::Entity::find().count(&shop.app.db).await.unwrap(), 0);
    // An address that nobody has is verified by mail first.
    issuer.will_say(json!({ "sub": "new", "email": "fresh@example.com" }));
    let mut fresh = shop.browser();
    let page = through(&issuer, &mut fresh, "test").await.is(200);
    fresh.post("/signup/with", &form(&sealed(&page), "fresh@example.com", "")).await.is(200);
    through(&issuer, &mut fresh, "test").await.is(200).says("We have sent a mail");
    fresh.get("/my").await.is(303);

    // Whoever owns both links them, logged in.
    issuer.will_say(json!({ "sub": "lee-there" }));
    let mut browser = shop.logged_in(&lee).await;
    let state = leave(&issuer, &mut browser, "/my/logins/test/link").await;
    let back = format!("/login/with/test/back?code=the-code&state={state}");
    browser.get(&back).await.leads_to("/my/logins");
    browser.get(&back).await.is(400);
    let state = leave(&issuer, &mut browser, "/my/logins/test/link").await;
    browser.get(&format!("/login/with/test/back?code=the-code&state={state}")).await.is(409).says("already linked");
    through(&issuer, &mut shop.browser(), "test").await.leads_to("/cart");
}

#[tokio::test]
async fn states_and_tokens_are_bound_to_the_browser_and_the_question() {
    let issuer = Issuer::start().await;
    let shop = shop_with(&issuer).await;
    issuer.will_say(json!({ "sub": "kim-1" }));
    let (mut browser, mut victim) = (shop.browser(), shop.browser());
    let state = leave(&issuer, &mut browser, "/login/with/test").await;
    let back = |state: &str| format!("/login/with/test/back?code=the-code&state={state}");
    // Begun in another browser, forged, or of another provider.
    victim.get(&back(&state)).await.is(400).says("not begun in this browser");
    browser.get(&back("forged")).await.is(400);
    let other = leave(&issuer, &mut browser, "/login/with/test").await;
    browser.get(&format!("/login/with/kakao/back?code=the-code&state={other}")).await.is(400);
    // The visitor said no there.
    let state = leave(&issuer, &mut browser, "/login/with/test").await;
    browser.get(&format!("/login/with/test/back?error=access_denied&state={state}")).await.leads_to("/login");
    // A token that answers another question, is for somebody else, or is over.
    for wrong in [
        json!({ "sub": "kim-1", "nonce": "other" }),
        json!({ "sub": "kim-1", "aud": "them" }),
        json!({ "sub": "kim-1", "exp": 1 }),
    ] {
        issuer.will_say(wrong);
        through(&issuer, &mut browser, "test").await.leads_to("/login");
        browser.get("/login").await.says("could not confirm who you are");
    }
    browser.get("/login/with/nobody").await.is(404);
}

#[tokio::test]
async fn kakao_and_naver() {
    let issuer = Issuer::start().await;
    let shop = shop_with(&issuer).await;
    issuer.will_say(json!({ "id": 42, "kakao_account": { "email": "kim@example.com", "is_email_valid": true,
        "is_email_verified": true, "profile": { "nickname": "카카오친구" } } }));
    let mut browser = shop.browser();
    let page = through(&issuer, &mut browser, "kakao").await.is(200).says("카카오친구");
    browser.post("/signup/with", &form(&sealed(&page), "", "")).await.leads_to("/cart");
    through(&issuer, &mut shop.browser(), "kakao").await.leads_to("/cart");
    // Naver does not say that an address is the member's own.
    issuer.will_say(json!({ "response": { "id": "naver-id", "email": "kim@example.com" } }));
    let mut browser = shop.browser();
    let page = through(&issuer, &mut browser, "naver").await.is(200).says("name=\"email\"");
    let sealed = sealed(&page);
    let mut fields = form(&sealed, "kim@example.com", "nickname");
    fields.push(("nickname", "다른이름"));
    browser.post("/signup/with", &fields).await.is(200);
    assert_eq!(members::Entity::find().count(&shop.app.db).await.unwrap(), 1);
    assert_eq!(issuer.says.lock().unwrap().asked["grant_type"], "authorization_code");
}

#[tokio::test]
async fn the_second_factor_is_asked_for_here_too() {
    let issuer = Issuer::start().await;
    let shop = shop_with(&issuer).await;
    issuer.will_say(json!({ "sub": "kim-there" }));
    let kim = shop.seller("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    let state = leave(&issuer, &mut browser, "/my/logins/test/link").await;
    browser.get(&format!("/login/with/test/back?code=the-code&state={state}")).await.leads_to("/my/logins");
    let mut fresh = shop.browser();
    through(&issuer, &mut fresh, "test").await.leads_to("/login/second-factor?next=/cart");
    fresh.get("/my").await.is(303);
}
