//! Merges the domains' routes and wraps them: the one place where a request's way is laid out.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::AppState;
use crate::web::{assets, errors, headers, telemetry, visitor};
use crate::{
    admin, ads, cart, catalog, chat, dev, home, legal, live, media, members, ops, orders, payments, reviews, search,
    settlement, social, trailers,
};

/// Forms are small; a route that takes more lays its own limit over its handler.
const BODY: usize = 256 * 1024;

pub fn router(app: AppState) -> anyhow::Result<Router> {
    // Each may have routes of its own anywhere; ARCHITECTURE.md says which paths are whose.
    let mut pages = Router::new()
        .merge(admin::routes())
        .merge(ads::routes())
        .merge(cart::routes())
        .merge(catalog::routes())
        .merge(chat::routes())
        .merge(home::routes())
        .merge(legal::routes())
        .merge(live::routes())
        .merge(media::routes())
        .merge(members::routes())
        .merge(orders::routes())
        .merge(payments::routes())
        .merge(reviews::routes())
        .merge(search::routes())
        .merge(settlement::routes())
        .merge(social::routes())
        .merge(trailers::routes());
    if app.config.is_development() {
        pages = pages.merge(dev::routes());
    }

    // Other sites' forms are refused by what every browser says of a request's origin; it needs no token.
    let csrf = CsrfLayer::new().add_trusted_origin(&app.config.public_url)?;
    let pages = pages
        .fallback(errors::not_found)
        .method_not_allowed_fallback(errors::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(csrf)
        .layer(from_fn_with_state(app.clone(), errors::render))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn_with_state(app.clone(), visitor::attach));

    // What providers call: no cookies, no CSRF, each proves itself by its signature.
    let hooks = Router::new().merge(payments::hooks()).merge(live::hooks()).layer(DefaultBodyLimit::max(BODY));

    let compression =
        CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("video/")));
    Ok(Router::new()
        .merge(pages)
        .merge(hooks)
        .merge(assets::routes())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30)))
        .layer(compression)
        .merge(ops::routes())
        .layer(from_fn(telemetry::observe))
        .with_state(app))
}
