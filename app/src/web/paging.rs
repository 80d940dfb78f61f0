//! Long lists, page by page: `?page=2`.

use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, Select, SelectModel};
use serde::Deserialize;

use crate::web::page::query_value;

/// As a query: `Query(wanted): Query<PageQuery>`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct PageQuery {
    page: Option<u64>,
}

impl PageQuery {
    /// Where the number comes with other words.
    pub fn new(page: Option<u64>) -> Self {
        Self { page }
    }
}

/// One page of a list, with what its links need. `macros/paging.html` draws them.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    pub items: Vec<T>,
    /// From 1.
    pub number: u64,
    pub pages: u64,
    pub total: u64,
}

impl<T> Paged<T> {
    /// The address of another page of the list; `base` is a path, with or without a query.
    pub fn link(&self, base: &str, number: u64) -> String {
        let join = if base.contains('?') { '&' } else { '?' };
        format!("{base}{join}page={number}")
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        let Self { items, number, pages, total } = self;
        Paged { items: items.into_iter().map(change).collect(), number, pages, total }
    }
}

/// `find` in its order; a page past the end is empty.
pub async fn paginate<'db, E, C>(
    db: &'db C,
    find: Select<E>,
    wanted: PageQuery,
    size: u64,
) -> Result<Paged<E::Model>, DbErr>
where
    C: ConnectionTrait,
    E: sea_orm::EntityTrait,
    Select<E>: PaginatorTrait<'db, C, Selector = SelectModel<E::Model>>,
{
    // Offsets are signed in the databases.
    let number = wanted.page.unwrap_or(1).clamp(1, 1_000_000);
    let paginator = find.paginate(db, size);
    let count = paginator.num_items_and_pages().await?;
    let items = paginator.fetch_page(number - 1).await?;
    Ok(Paged { items, number, pages: count.number_of_pages, total: count.number_of_items })
}

/// A search's address with its words, for `Paged::link`.
pub fn with_query(path: &str, name: &str, value: &str) -> String {
    if value.is_empty() { path.to_owned() } else { format!("{path}?{name}={}", query_value(value)) }
}
