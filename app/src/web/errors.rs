//! What can go wrong, as pages in the visitor's language (or JSON), each with the right status.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use sea_orm::DbErr;
use serde_json::json;

use crate::app::AppState;
use crate::web::page::{Html, Page, query_value};
use crate::web::visitor::Visitor;

pub type Outcome<T = Response> = Result<T, Failure>;

#[derive(Clone, Debug)]
pub enum Failure {
    NotFound,
    /// It is somebody else's, and looks as if it were not there.
    NotTheirs,
    MethodNotAllowed,
    Forbidden,
    TooLarge,
    /// Leads to log-in and back.
    LogIn,
    /// Leads to the page that asks for the password again, and back.
    Reauthenticate,
    SecondFactorMissing,
    SellersOnly,
    TooMany {
        retry_after: u64,
    },
    /// The request cannot be what our pages send. Mistakes in a form are not failures: see `forms`.
    Invalid(&'static str),
    /// Somebody was faster, or it is too late for this; the key says why.
    Conflict(&'static str),
    Internal(Arc<anyhow::Error>),
}

impl Failure {
    pub fn internal(what: &'static str) -> Self {
        Self::Internal(Arc::new(anyhow::anyhow!(what)))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::NotTheirs => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Forbidden | Self::SecondFactorMissing | Self::SellersOnly => StatusCode::FORBIDDEN,
            Self::LogIn | Self::Reauthenticate => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Why somebody may not, for the log. None: that is not what it is about.
    fn refusal(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotTheirs => "not theirs",
            Self::Forbidden => "forbidden",
            Self::SellersOnly => "not a seller",
            Self::SecondFactorMissing => "no second factor",
            Self::LogIn => "not logged in",
            Self::Reauthenticate => "password not given lately",
            _ => return None,
        })
    }

    /// Where a page leads instead of telling.
    fn redirect(&self, visitor: &Visitor) -> Option<String> {
        let back = query_value(if visitor.get { &visitor.path } else { "/my" });
        match self {
            Self::LogIn => Some(format!("/login?next={back}")),
            Self::Reauthenticate => Some(format!("/reauthenticate?next={back}")),
            Self::SecondFactorMissing => Some("/my/second-factor".to_owned()),
            Self::SellersOnly => Some("/my/selling".to_owned()),
            _ => None,
        }
    }

    fn message(&self) -> Option<&'static str> {
        match self {
            Self::Invalid(key) | Self::Conflict(key) => Some(key),
            Self::LogIn | Self::Reauthenticate => Some("error-401-text"),
            _ => None,
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Internal(Arc::new(error.into()))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(Arc::new(error))
    }
}

impl IntoResponse for Failure {
    /// Only a mark: `render` makes the page, for it knows the language.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::TooMany { retry_after } = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        if let Self::Internal(error) = &self {
            tracing::error!(error = format!("{error:#}"), "a request failed");
        }
        response.extensions_mut().insert(self);
        response
    }
}

pub async fn not_found() -> Failure {
    Failure::NotFound
}

pub async fn method_not_allowed() -> Failure {
    Failure::MethodNotAllowed
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    title: String,
    text: String,
}

/// Middleware: failures, and what axum itself refuses (bad forms, large bodies, forged origins), become pages.
pub async fn render(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Arc<Visitor>>().cloned() else {
        return next.run(request).await;
    };
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let failure = response.extensions_mut().remove::<Failure>();
    let finished = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if let Some(why) = failure.as_ref().and_then(Failure::refusal) {
        let member = visitor.member.as_ref().map(|member| member.id);
        // The request's span says of what.
        tracing::info!(member, ip = %visitor.ip, why, "access was refused");
        metrics::counter!("shop_access_refused_total", "why" => why).increment(1);
    }
    if failure.is_none() && finished.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return response;
    }
    if !visitor.wants_json
        && let Some(to) = failure.as_ref().and_then(|failure| failure.redirect(&visitor))
    {
        return Redirect::to(&to).into_response();
    }
    let (title, text) = describe(&visitor, status, failure.as_ref());
    let page = if visitor.wants_json {
        let body =
            json!({ "status": status.as_u16(), "title": title, "detail": text, "request_id": visitor.request_id });
        (status, Json(body)).into_response()
    } else {
        let page = Page::plain(&app, &visitor);
        (status, Html(ErrorPage { page, status: status.as_u16(), title, text })).into_response()
    };
    let (mut parts, _) = response.into_parts();
    let (page_parts, body) = page.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(page_parts.headers);
    Response::from_parts(parts, body)
}

fn describe(visitor: &Visitor, status: StatusCode, failure: Option<&Failure>) -> (String, String) {
    let code = match status.as_u16() {
        code @ (400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 429 | 500 | 503) => code,
        code if code < 500 => 400,
        _ => 500,
    };
    let title = visitor.lang.text(&format!("error-{code}-title"));
    let text = match failure.and_then(Failure::message) {
        Some(key) => visitor.lang.text(key),
        None => visitor.lang.text(&format!("error-{code}-text")),
    };
    (title, text)
}
