//! A shop of its own for each test, people in it, and browsers that keep cookies.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use bogosa_shop::app::AppState;
use bogosa_shop::entities::enums::{ConsentPurpose, MemberKind, Role, SessionStage};
use bogosa_shop::entities::{mails, members};
use bogosa_shop::i18n::Lang;
use bogosa_shop::members::accounts::{self, NewMember};
use bogosa_shop::web::{Visitor, sessions};
use bogosa_shop::{App, Config, crypto, db, routes};
use http_body_util::BodyExt;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    Set,
};
use tower::ServiceExt;

pub const PASSWORD: &str = "tidy-otter-47-lamp";

pub struct TestApp {
    pub app: AppState,
    router: Router,
    folder: std::path::PathBuf,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further settings, as the environment would have them.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let (app, folder) = Self::empty(settings).await;
        db::migrate(&app.db).await.unwrap();
        Self { router: routes::router(app.clone()).unwrap(), app, folder }
    }

    /// The application on a database without any table, and its folder.
    pub async fn empty(settings: &[(&str, &str)]) -> (AppState, std::path::PathBuf) {
        let folder = std::env::temp_dir().join(format!("bogosa-shop-test-{}", crypto::token()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = match std::env::var("SHOP_TEST_MYSQL_URL") {
            Ok(server) => fresh_mysql(&server).await,
            Err(_) => format!("sqlite://{}/shop.sqlite?mode=rwc", folder.display()),
        };
        let media = folder.join("media").display().to_string();
        let own =
            [("SHOP_DATABASE_URL", url.as_str()), ("SHOP_MEDIA_FOLDER", &media), ("SHOP_DATABASE_CONNECTIONS", "4")];
        let pairs = own.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::from_pairs(pairs).unwrap();
        (App::start(config).await.unwrap(), folder)
    }

    /// On a port of its own, for what needs a connection. Ends with the shop.
    pub async fn serve(&self) -> SocketAddr {
        serve(&self.app).await
    }

    /// Another instance on the same database, and its port.
    pub async fn second(&self) -> (AppState, SocketAddr) {
        let app = App::start(self.app.config.clone()).await.unwrap();
        let address = serve(&app).await;
        (app, address)
    }

    /// A guest with an English browser.
    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), language: "en" }
    }

    /// A verified member who cannot log in by password: hashing one takes time. See `set_password`.
    pub async fn member(&self, nickname: &str) -> members::Model {
        let new = NewMember {
            email: format!("{nickname}@example.com"),
            password_hash: None,
            nickname: nickname.to_owned(),
            name: nickname.to_owned(),
            kind: MemberKind::Personal,
            company_name: None,
            lang: Lang::En,
            consents: vec![(ConsentPurpose::Terms, true), (ConsentPurpose::MarketingEmail, false)],
        };
        let mut row = accounts::create(&self.app.db, new).await.unwrap().into_active_model();
        row.email_verified_at = Set(Some(db::now()));
        row.update(&self.app.db).await.unwrap()
    }

    pub async fn with_role(&self, nickname: &str, role: Role) -> members::Model {
        let mut row = self.member(nickname).await.into_active_model();
        row.role = Set(role);
        row.totp_enabled_at = Set(Some(db::now()));
        row.update(&self.app.db).await.unwrap()
    }

    pub async fn seller(&self, nickname: &str) -> members::Model {
        self.with_role(nickname, Role::Seller).await
    }

    pub async fn admin(&self) -> members::Model {
        self.with_role("admin", Role::Admin).await
    }

    pub async fn set_password(&self, member: &members::Model) {
        let mut row = member.clone().into_active_model();
        row.password_hash = Set(Some(crypto::hash_password(PASSWORD.to_owned()).await.unwrap()));
        row.update(&self.app.db).await.unwrap();
    }

    /// A browser in which the member has just logged in.
    pub async fn logged_in(&self, member: &members::Model) -> Browser {
        let visitor = Visitor {
            member: None,
            session: None,
            lang: Lang::En,
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: "test".to_owned(),
            request_id: String::new(),
            nonce: String::new(),
            path: "/".to_owned(),
            get: true,
            wants_json: false,
            flash: None,
            guest_cart: Vec::new(),
        };
        let token = sessions::open(&self.app.db, &visitor, member.id, SessionStage::Complete).await.unwrap();
        let mut browser = self.browser();
        browser.cookies.insert(sessions::cookie_name(&self.app.config).to_owned(), token);
        browser
    }

    /// The newest mail to an address.
    pub async fn mail_to(&self, address: &str) -> mails::Model {
        let found = mails::Entity::find()
            .filter(mails::Column::Recipient.eq(address))
            .order_by_desc(mails::Column::Id)
            .one(&self.app.db)
            .await;
        found.unwrap().unwrap_or_else(|| panic!("no mail to {address}"))
    }

    pub async fn reload(&self, member: &members::Model) -> members::Model {
        members::Entity::find_by_id(member.id).one(&self.app.db).await.unwrap().unwrap()
    }
}

async fn serve(app: &AppState) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = routes::router(app.clone()).unwrap().into_make_service_with_connect_info::<SocketAddr>();
    let stop = app.stop.clone();
    tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await });
    address
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.stop.cancel();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// `mysql://root@localhost?socket=…`: a database of its own on that server.
async fn fresh_mysql(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("shop_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let (host, query) = server.split_once('?').unwrap_or((server, ""));
    let host = host.trim_end_matches('/');
    let admin = Database::connect(format!("{host}/mysql?{query}")).await.unwrap();
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await.unwrap();
    admin.close().await.unwrap();
    format!("{host}/{name}?{query}")
}

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// As a form on our own page does.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, Body::from(body)).await
    }

    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let response = self.ask(method, path, headers, body).await;
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Without waiting for a body, which may have no end.
    pub async fn head(&mut self, method: Method, path: &str, headers: &[(&str, &str)]) -> StatusCode {
        self.ask(method, path, headers, Body::empty()).await.status()
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Response {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
        request = request.header(header::COOKIE, cookies).header(header::ACCEPT_LANGUAGE, self.language);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn leads_to(self, path: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.header("location")), (303, path), "{}", self.body);
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.body.contains(text), "{text:?} is not in {}", self.body);
        self
    }

    #[track_caller]
    pub fn says_not(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
        self
    }
}

pub fn encode(text: &str) -> String {
    bogosa_shop::web::page::query_value(text)
}
