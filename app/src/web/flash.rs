//! A message for the next page, kept in a cookie: its key only, so that nobody can make us say anything else.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

const COOKIE: &str = "flash";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    pub key: String,
}

impl Flash {
    pub fn read(jar: &CookieJar) -> Option<Self> {
        let key = jar.get(COOKIE)?.value();
        let sound = key.starts_with("flash-")
            && key.len() <= 60
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        sound.then(|| Self { key: key.to_owned() })
    }

    pub fn removal() -> Cookie<'static> {
        let mut cookie = Cookie::build((COOKIE, "")).path("/").http_only(true).same_site(SameSite::Lax).build();
        cookie.make_removal();
        cookie
    }
}

/// To another page, which says `key` (its name begins with `flash-`).
pub fn flash(to: &str, key: &'static str) -> Response {
    let cookie = Cookie::build((COOKIE, key)).path("/").http_only(true).same_site(SameSite::Lax).build();
    (CookieJar::new().add(cookie), Redirect::to(to)).into_response()
}
