//! Who sends a request: found out once, then at hand for extractors, pages and errors.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;

use crate::app::{App, AppState};
use crate::cart::guest;
use crate::cart::lines::Line;
use crate::crypto::token;
use crate::entities::enums::SessionStage;
use crate::entities::{members, sessions as rows};
use crate::i18n::Lang;
use crate::web::errors::Failure;
use crate::web::flash::Flash;
use crate::web::sessions;
use crate::web::telemetry::RequestId;

pub const LANGUAGE_COOKIE: &str = "lang";

#[derive(Clone, Debug)]
pub struct Visitor {
    /// Of whom has logged in, second factor included.
    pub member: Option<Arc<members::Model>>,
    /// Also of whom still owes the second factor.
    pub session: Option<Arc<rows::Model>>,
    pub lang: Lang,
    pub ip: IpAddr,
    pub user_agent: String,
    pub request_id: String,
    /// Scripts and styles of this page carry it.
    pub nonce: String,
    /// With the query: where to come back to.
    pub path: String,
    pub get: bool,
    pub wants_json: bool,
    pub flash: Option<Flash>,
    /// What lies in a guest's cart.
    pub guest_cart: Vec<Line>,
}

impl Visitor {
    /// Who gave the password and still owes the code.
    pub fn pending(&self) -> Option<&rows::Model> {
        self.session.as_deref().filter(|session| session.stage == SessionStage::AwaitingSecondFactor)
    }
}

/// Middleware: puts an `Arc<Visitor>` into the request.
pub async fn attach(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = match identify(&app, &parts).await {
        Ok(visitor) => Arc::new(visitor),
        // Without a database nobody can be told apart; the operations pages say why.
        Err(failure) => return failure.into_response(),
    };
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}

async fn identify(app: &App, request: &Parts) -> Result<Visitor, Failure> {
    let headers = &request.headers;
    let jar = CookieJar::from_headers(headers);
    let (session, member) = match jar.get(sessions::cookie_name(&app.config)) {
        Some(cookie) => sessions::find(&app.db, cookie.value()).await?.unzip(),
        None => (None, None),
    };
    let complete = session.as_ref().is_some_and(|session| session.stage == SessionStage::Complete);
    let member = member.filter(|_| complete).map(Arc::new);
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Ok(Visitor {
        lang: language(&jar, member.as_deref(), headers),
        ip: client_ip(request, app.config.trusted_proxies),
        user_agent: text(headers, header::USER_AGENT).chars().take(200).collect(),
        request_id: request.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        nonce: token(),
        get: matches!(request.method.as_str(), "GET" | "HEAD"),
        wants_json: path.starts_with("/api/") || text(headers, header::ACCEPT).starts_with("application/json"),
        flash: Flash::read(&jar),
        guest_cart: guest::read(&jar),
        session: session.map(Arc::new),
        member,
        path,
    })
}

fn language(jar: &CookieJar, member: Option<&members::Model>, headers: &HeaderMap) -> Lang {
    jar.get(LANGUAGE_COOKIE)
        .and_then(|cookie| Lang::from_code(cookie.value()))
        .or_else(|| member.and_then(|member| Lang::from_code(&member.language)))
        .or_else(|| Lang::from_accept(text(headers, header::ACCEPT_LANGUAGE)))
        .unwrap_or_default()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The address that the outermost trusted proxy saw; what a client wrote into the header itself is left of it.
fn client_ip(request: &Parts, trusted_proxies: usize) -> IpAddr {
    let peer = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = request
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect::<Vec<_>>();
    let seen = trusted_proxies
        .checked_sub(1)
        .and_then(|back| forwarded.iter().rev().nth(back))
        .and_then(|address| address.trim().parse().ok());
    seen.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_trusted_proxies_tell_an_address() {
        let request = Request::builder().header("x-forwarded-for", "6.6.6.6, 203.0.113.9").body(Body::empty()).unwrap();
        let (request, _) = request.into_parts();
        assert_eq!(client_ip(&request, 0).to_string(), "0.0.0.0");
        assert_eq!(client_ip(&request, 1).to_string(), "203.0.113.9");
    }
}
