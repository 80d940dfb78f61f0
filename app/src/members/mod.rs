//! Members: signing up, logging in and out, recovery, one's own data, second factor, live channel, leaving.

use axum::Router;

use crate::app::AppState;

pub mod accounts;
pub mod channel;
pub mod consents;
mod devices;
mod leave;
mod login;
mod mails;
mod my;
mod newcomer;
pub mod passwords;
mod reauthenticate;
mod recover;
mod second_factor;
pub mod selling;
mod signup;
pub mod social_login;
pub mod tokens;
mod verify;

pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(signup::routes())
        .merge(verify::routes())
        .merge(login::routes())
        .merge(social_login::routes())
        .merge(recover::routes())
        .merge(reauthenticate::routes())
        .merge(my::routes())
        .merge(second_factor::routes())
        .merge(devices::routes())
        .merge(consents::routes())
        .merge(channel::routes())
        .merge(selling::routes())
        .merge(leave::routes())
}
