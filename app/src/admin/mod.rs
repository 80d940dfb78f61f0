//! The operator's pages: `/admin…`. Only for admins with their second factor; whatever they change is in the audit trail.

use axum::Router;

use crate::app::AppState;

mod audit_trail;
mod categories;
mod coupons;
mod legal;
mod members;
mod orders;
mod overview;
mod reports;
mod settlements;
mod words;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(overview::routes())
        .merge(members::routes())
        .merge(orders::routes())
        .merge(reports::routes())
        .merge(settlements::routes())
        .merge(categories::routes())
        .merge(words::routes())
        .merge(coupons::routes())
        .merge(legal::routes())
        .merge(audit_trail::routes())
}

/// Words to search for, and which kind of rows: what the lists here take.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    status: String,
    page: Option<u64>,
}

impl Wanted {
    fn q(&self) -> &str {
        self.q.trim()
    }

    /// The list's address with what is asked for, for the links between its pages.
    fn base(&self, path: &str) -> String {
        let value = crate::web::page::query_value;
        format!("{path}?q={}&status={}", value(self.q()), value(&self.status))
    }

    fn page(&self) -> crate::web::paging::PageQuery {
        crate::web::paging::PageQuery::new(self.page)
    }
}
