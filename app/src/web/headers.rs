//! Security headers on every page. What a page may reach comes from the services in use.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::{App, AppState};
use crate::web::flash::Flash;
use crate::web::visitor::Visitor;

/// Middleware.
pub async fn secure(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Arc<Visitor>>().cloned();
    let mut response = next.run(request).await;
    let policy = visitor.as_deref().map(|visitor| policy(&app, &visitor.nonce));
    let html =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    if let Some(policy) = policy.and_then(|policy| HeaderValue::try_from(policy).ok()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "strict-origin-when-cross-origin");
    set("cross-origin-opener-policy", "same-origin-allow-popups");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(self)");
    if app.config.secure() {
        set("strict-transport-security", "max-age=63072000; includeSubDomains");
        secure_cookies(headers);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        let known = visitor.as_ref().is_some_and(|visitor| visitor.session.is_some());
        let value = if known { "no-store" } else { "private, no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    // Shown once: the page that showed it takes it away.
    if html
        && visitor.is_some_and(|visitor| visitor.flash.is_some())
        && let Ok(removal) = HeaderValue::try_from(Flash::removal().to_string())
    {
        response.headers_mut().append(header::SET_COOKIE, removal);
    }
    response
}

/// Whoever sets a cookie may forget it; none goes out without.
fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let text = cookie.to_str().unwrap_or_default();
        let marked = text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure"));
        let secured = if marked { None } else { HeaderValue::try_from(format!("{text}; Secure")).ok() };
        headers.append(header::SET_COOKIE, secured.unwrap_or(cookie));
    }
}

fn policy(app: &App, nonce: &str) -> String {
    let origins = app.origins();
    let list = |more: &[String]| more.iter().fold(String::new(), |out, origin| format!("{out} {origin}"));
    let (media, connect, script, form, frame) = (
        list(&origins.media),
        list(&origins.connect),
        list(&origins.script),
        list(&origins.form),
        list(&origins.frame),
    );
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'{script}; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:{media}; media-src 'self' blob:{media}; \
         connect-src 'self'{connect}; worker-src 'self' blob:; font-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'{form}; frame-src 'self'{frame}; frame-ancestors 'none'"
    )
}
