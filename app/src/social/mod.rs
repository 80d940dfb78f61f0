//! Sellers' pages, following, wishes, reminders, notifications, reports:
//! `/sellers/{id}`, `/following`, `/wishes`, `/notifications`, `/reports`.

use axum::Router;

use crate::app::AppState;

pub mod following;
pub mod live_notices;
pub mod notifications;
pub mod reminders;
pub mod reports;
pub mod sellers;
pub mod unsubscribe;
pub mod wishes;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(sellers::routes())
        .merge(following::routes())
        .merge(wishes::routes())
        .merge(reminders::routes())
        .merge(notifications::routes())
        .merge(unsubscribe::routes())
        .merge(reports::routes())
}

/// Where a button on some page leads back to.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Back {
    next: String,
}

impl Back {
    pub fn to(&self, default: &str) -> String {
        crate::web::page::safe_next(Some(&self.next), default)
    }
}
