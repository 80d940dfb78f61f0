//! The page of what was found.

use std::collections::HashSet;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;

use super::{find, words};
use crate::app::AppState;
use crate::catalog::categories::{self, Category};
use crate::catalog::shelf;
use crate::entities::enums::BroadcastStatus;
use crate::entities::{broadcasts, products, seller_profiles, trailers};
use crate::home::queries::{Tile, tiles};
use crate::web::limits::Limit;
use crate::web::page::query_value;
use crate::web::paging::{PageQuery, Paged, paginate, with_query};
use crate::web::{Failure, Html, Outcome, Page, Visitor};

const SIZE: u64 = 24;
/// A search reads whole tables.
const SEARCHES: Limit = Limit::per_minutes("search", 60, 1);

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/search", get(show))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: String,
    category: String,
    page: Option<u64>,
}

#[derive(Template)]
#[template(path = "search/search.html")]
struct Found {
    page: Page,
    /// As it was typed, within what is looked at.
    query: String,
    searched: bool,
    categories: Vec<Category>,
    category: String,
    products: Paged<Tile<products::Model>>,
    left: HashSet<i64>,
    shows: Vec<Tile<broadcasts::Model>>,
    trailers: Vec<Tile<trailers::Model>>,
    sellers: Vec<seller_profiles::Model>,
    base: String,
}

impl Found {
    fn is_left(&self, id: &i64) -> bool {
        self.left.contains(id)
    }

    fn is_live(&self, broadcast: &broadcasts::Model) -> bool {
        broadcast.status == BroadcastStatus::Live
    }

    fn nothing(&self) -> bool {
        self.products.total == 0 && self.shows.is_empty() && self.trailers.is_empty() && self.sellers.is_empty()
    }

    fn in_category(&self, slug: &str) -> String {
        address(&self.query, slug)
    }
}

fn address(query: &str, category: &str) -> String {
    let base = with_query("/search", "q", query);
    match (category, base.contains('?')) {
        ("", _) => base,
        (category, true) => format!("{base}&category={}", query_value(category)),
        (category, false) => with_query(&base, "category", category),
    }
}

async fn show(
    State(app): State<AppState>,
    page: Page,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Outcome<impl IntoResponse> {
    let query: String = wanted.q.trim().chars().take(words::LENGTH).collect();
    let words = words::of(&query);
    let categories = categories::all(&app.db, page.lang).await?;
    let chosen = categories.iter().find(|category| category.slug == wanted.category);
    if chosen.is_none() && !wanted.category.is_empty() {
        return Err(Failure::NotFound);
    }
    let below = chosen.map(|category| categories::with_those_below(&categories, category.id));
    let mut found = Found {
        base: address(&query, &wanted.category),
        searched: !words.is_empty(),
        category: wanted.category,
        products: Paged { items: Vec::new(), number: 1, pages: 0, total: 0 },
        left: HashSet::new(),
        shows: Vec::new(),
        trailers: Vec::new(),
        sellers: Vec::new(),
        page,
        query,
        categories,
    };
    if !found.searched {
        return Ok(Html(found));
    }
    let db = &app.db;
    SEARCHES.hit(db, &visitor.ip.to_string()).await?;
    metrics::counter!("shop_searches_total").increment(1);
    let rows = paginate(db, find::products(&words, below), PageQuery::new(wanted.page), SIZE).await?;
    found.left = shelf::in_stock(db, rows.items.iter().map(|product| product.id)).await?;
    let Paged { items, number, pages, total } = rows;
    let items = tiles(db, items, |item| (item.seller_id, item.cover_media_id)).await?;
    found.products = Paged { items, number, pages, total };
    // The rest stands on the first page only.
    if number == 1 && found.category.is_empty() {
        let image = |item: &broadcasts::Model| (item.seller_id, item.image_media_id);
        found.shows = tiles(db, find::shows(db, &words).await?, image).await?;
        let image = |item: &trailers::Model| (item.seller_id, item.image_media_id);
        found.trailers = tiles(db, find::announced(db, &words).await?, image).await?;
        found.sellers = find::sellers(db, &words).await?;
    }
    Ok(Html(found))
}
