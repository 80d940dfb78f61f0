//! Logging in and signing up with other platforms' accounts: any OpenID Connect issuer, Kakao and Naver by OAuth.
//! Whoever comes is known by issuer and subject, never by an e-mail address: an address links nothing.

use axum::Router;

use crate::app::AppState;

mod claims;
pub mod flow;
mod linked;
mod provider;
mod sign_up;

pub use provider::{LoginProvider, Protocol};

pub fn routes() -> Router<AppState> {
    Router::new().merge(flow::routes()).merge(sign_up::routes()).merge(linked::routes())
}
