//! What every template gets as `page`: language, visitor, nonce, and the formats of the language.

use std::fmt::Display;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect, RelationTrait};

use crate::app::{App, AppState};
use crate::config::Operator;
use crate::entities::enums::Role;
use crate::entities::{cart_items, carts, members, notifications};
use crate::i18n::Lang;
use crate::web::assets;
use crate::web::errors::Failure;
use crate::web::flash::Flash;
use crate::web::visitor::Visitor;

#[derive(Clone, Debug)]
pub struct Page {
    pub lang: Lang,
    pub nonce: String,
    pub member: Option<Arc<members::Model>>,
    pub flash: Option<Flash>,
    pub path: String,
    pub operator: Operator,
    pub public_url: String,
    pub development: bool,
    /// Other platforms to log in with: name and label.
    pub login_providers: Vec<(String, String)>,
    pub cart_count: u64,
    pub unread: u64,
}

impl Page {
    /// Without the counts in the header, which cost queries.
    pub fn plain(app: &App, visitor: &Visitor) -> Self {
        Self {
            lang: visitor.lang,
            nonce: visitor.nonce.clone(),
            member: visitor.member.clone(),
            flash: visitor.flash.clone(),
            path: visitor.path.clone(),
            operator: app.config.operator.clone(),
            public_url: app.config.public_url.clone(),
            development: app.config.is_development(),
            login_providers: app
                .config
                .login_providers
                .iter()
                .map(|provider| (provider.name.clone(), provider.label.clone()))
                .collect(),
            cart_count: 0,
            unread: 0,
        }
    }

    pub fn t(&self, key: &str) -> String {
        self.lang.text(key)
    }

    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        self.lang.text_with(key, &[(name, value.to_string())])
    }

    pub fn t2(&self, key: &str, name: &str, value: impl Display, name2: &str, value2: impl Display) -> String {
        self.lang.text_with(key, &[(name, value.to_string()), (name2, value2.to_string())])
    }

    /// The word for an enum's value: `word("order-status", order.status.word())` is `order-status-paid`.
    pub fn word(&self, prefix: &str, word: &str) -> String {
        self.lang.text(&format!("{prefix}-{}", word.replace('_', "-")))
    }

    pub fn won(&self, amount: &i64) -> String {
        self.lang.won(*amount)
    }

    pub fn date(&self, time: &DateTime<Utc>) -> String {
        self.lang.date(*time)
    }

    pub fn date_time(&self, time: &DateTime<Utc>) -> String {
        self.lang.date_time(*time)
    }

    /// The address of a file below `static/`, with what makes browsers fetch a changed one.
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }

    /// This page in the other language.
    pub fn switch(&self) -> String {
        let other = if self.lang == Lang::Ko { Lang::En } else { Lang::Ko };
        format!("/lang/{}?next={}", other.code(), query_value(&self.path))
    }

    pub fn is_at(&self, path: &str) -> bool {
        self.path.split('?').next() == Some(path)
    }

    pub fn is_seller(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.role != Role::Member)
    }

    pub fn is_admin(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.role == Role::Admin)
    }
}

impl FromRequestParts<AppState> for Page {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let mut page = Self::plain(app, &visitor);
        page.cart_count = u64::try_from(visitor.guest_cart.len()).unwrap_or(0);
        if let Some(member) = &visitor.member {
            page.cart_count = cart_items::Entity::find()
                .join(JoinType::InnerJoin, cart_items::Relation::Cart.def())
                .filter(carts::Column::MemberId.eq(member.id))
                .count(&app.db)
                .await?;
            page.unread = notifications::Entity::find()
                .filter(notifications::Column::MemberId.eq(member.id))
                .filter(notifications::Column::ReadAt.is_null())
                .count(&app.db)
                .await?;
        }
        Ok(page)
    }
}

/// A template as a response.
#[derive(Debug)]
pub struct Html<T>(pub T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => axum::response::Html(text).into_response(),
            Err(error) => Failure::from(anyhow::Error::new(error).context("a template")).into_response(),
        }
    }
}

/// Made safe for a query's value.
pub fn query_value(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// `next` as a path of ours, or the default: never another site.
pub fn safe_next(next: Option<&str>, default: &str) -> String {
    let next = next.unwrap_or(default);
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 300
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next.is_ascii();
    if ours { next } else { default }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_followed() {
        assert_eq!(safe_next(Some("/orders?page=2"), "/my"), "/orders?page=2");
        for evil in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx"] {
            assert_eq!(safe_next(Some(evil), "/my"), "/my", "{evil}");
        }
        assert_eq!(query_value("/a?b=c&d=é"), "/a%3Fb%3Dc%26d%3D%C3%A9");
    }
}
