//! `/products`: what is on sale, by category and kind of trade.

use std::collections::HashSet;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};
use serde::Deserialize;

use super::categories::{self, Category};
use super::shelf;
use crate::app::AppState;
use crate::entities::enums::{ProductStatus, TradeMode};
use crate::entities::products::{Column, Entity, Model};
use crate::home::queries::{Tile, tiles};
use crate::web::page::query_value;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Failure, Html, Outcome, Page};

const SIZE: u64 = 24;
const MODES: [TradeMode; 3] = [TradeMode::Ordinary, TradeMode::Used, TradeMode::Direct];
const SORTS: [&str; 3] = ["new", "cheap", "dear"];

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/products", get(show))
}

/// What stands in the address. Words that mean nothing are as if they were not there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    category: String,
    mode: String,
    sort: String,
    page: Option<u64>,
}

impl Wanted {
    fn mode(&self) -> Option<TradeMode> {
        MODES.into_iter().find(|mode| mode.word() == self.mode)
    }

    /// The list's address with one word changed.
    fn address(&self, category: &str, mode: &str, sort: &str) -> String {
        let words = [("category", category), ("mode", mode), ("sort", sort)];
        let words: Vec<String> = words
            .iter()
            .filter(|(_, value)| !value.is_empty() && *value != "new")
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if words.is_empty() { "/products".to_owned() } else { format!("/products?{}", words.join("&")) }
    }
}

#[derive(Template)]
#[template(path = "catalog/list.html")]
struct List {
    page: Page,
    wanted: Wanted,
    categories: Vec<Category>,
    current: Option<Category>,
    list: Paged<Tile<Model>>,
    left: HashSet<i64>,
    base: String,
}

impl List {
    fn modes(&self) -> [TradeMode; 3] {
        MODES
    }

    fn sorts(&self) -> [&'static str; 3] {
        SORTS
    }

    fn of_category(&self, slug: &str) -> String {
        self.wanted.address(slug, &self.wanted.mode, &self.wanted.sort)
    }

    fn of_mode(&self, mode: &str) -> String {
        self.wanted.address(&self.wanted.category, mode, &self.wanted.sort)
    }

    fn sorted(&self, sort: &str) -> String {
        self.wanted.address(&self.wanted.category, &self.wanted.mode, sort)
    }

    fn is_sorted(&self, sort: &str) -> bool {
        if SORTS.contains(&self.wanted.sort.as_str()) { self.wanted.sort == sort } else { sort == "new" }
    }

    fn is_left(&self, id: &i64) -> bool {
        self.left.contains(id)
    }
}

async fn show(State(app): State<AppState>, page: Page, Query(wanted): Query<Wanted>) -> Outcome<impl IntoResponse> {
    let categories = categories::all(&app.db, page.lang).await?;
    let current = categories.iter().find(|category| category.slug == wanted.category).cloned();
    if current.is_none() && !wanted.category.is_empty() {
        return Err(Failure::NotFound);
    }
    let below = current.as_ref().map(|category| categories::with_those_below(&categories, category.id));
    let find = Entity::find()
        .filter(Column::Status.eq(ProductStatus::OnSale))
        .apply_if(below, |find, ids| find.filter(Column::CategoryId.is_in(ids)))
        .apply_if(wanted.mode(), |find, mode| find.filter(Column::TradeMode.eq(mode)));
    let find = match wanted.sort.as_str() {
        "cheap" => find.order_by_asc(Column::Price),
        "dear" => find.order_by_desc(Column::Price),
        _ => find,
    };
    let rows = paginate(&app.db, find.order_by_desc(Column::Id), PageQuery::new(wanted.page), SIZE).await?;
    let left = shelf::in_stock(&app.db, rows.items.iter().map(|product| product.id)).await?;
    let Paged { items, number, pages, total } = rows;
    let items = tiles(&app.db, items, |item| (item.seller_id, item.cover_media_id)).await?;
    let base = wanted.address(&wanted.category, &wanted.mode, &wanted.sort);
    let list = Paged { items, number, pages, total };
    Ok(Html(List { page, wanted, categories, current, list, left, base }))
}
