//! Choosing what a broadcast sells, in which order, and at which live price.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait};

use super::goods;
use super::plan::own;
use crate::app::{App, AppState};
use crate::entities::enums::{BroadcastStatus, ProductStatus};
use crate::entities::{broadcast_products, broadcasts, products};
use crate::web::flash::flash;
use crate::web::{Failure, Html, Outcome, Page, Seller, Visitor, audit};

const MOST: usize = 30;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sell/broadcasts/{id}/products", get(show).post(save))
}

/// A product of the seller's, with what was typed beside it.
#[derive(Clone, Debug)]
struct Row {
    product: products::Model,
    chosen: bool,
    position: String,
    live_price: String,
    /// A message's key.
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "live/pick.html")]
struct Pick {
    page: Page,
    broadcast: broadcasts::Model,
    rows: Vec<Row>,
    problem: Option<&'static str>,
    most: usize,
}

async fn offered(app: &App, seller_id: i64) -> Result<Vec<products::Model>, DbErr> {
    products::Entity::find()
        .filter(products::Column::SellerId.eq(seller_id))
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .order_by_desc(products::Column::Id)
        .all(&app.db)
        .await
}

async fn show(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    page: Page,
) -> Outcome<impl IntoResponse> {
    let broadcast = own(&app, &seller, id).await?;
    let chosen = goods::entries(&app.db, id).await?;
    let chosen: HashMap<i64, broadcast_products::Model> =
        chosen.into_iter().map(|entry| (entry.product_id, entry)).collect();
    let row = |product: products::Model| {
        let entry = chosen.get(&product.id);
        Row {
            chosen: entry.is_some(),
            position: entry.map(|entry| (entry.position + 1).to_string()).unwrap_or_default(),
            live_price: entry.and_then(|entry| entry.live_price).map(|price| price.to_string()).unwrap_or_default(),
            product,
            problem: None,
        }
    };
    let rows = offered(&app, seller.id()).await?.into_iter().map(row).collect();
    Ok(Html(Pick { page, broadcast, rows, problem: None, most: MOST }))
}

async fn save(
    State(app): State<AppState>,
    seller: Seller,
    Path(id): Path<i64>,
    page: Page,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Outcome<Response> {
    let broadcast = own(&app, &seller, id).await?;
    if !matches!(broadcast.status, BroadcastStatus::Preparing | BroadcastStatus::Live) {
        return Err(Failure::Conflict("live-error-over"));
    }
    let value = |name: String| {
        fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    // Only what is theirs and on sale is looked for: other numbers in the form mean nothing.
    let read = |product: products::Model| {
        let chosen = fields.iter().any(|(name, value)| name == "product" && *value == product.id.to_string());
        let mut row = Row {
            chosen,
            position: value(format!("position-{}", product.id)),
            live_price: value(format!("live-price-{}", product.id)),
            product,
            problem: None,
        };
        row.problem = row.chosen.then(|| problem(&row)).flatten();
        row
    };
    let rows: Vec<Row> = offered(&app, seller.id()).await?.into_iter().map(read).collect();
    let chosen: Vec<&Row> = rows.iter().filter(|row| row.chosen).collect();
    let problem = if chosen.len() > MOST {
        Some("live-error-too-many")
    } else if rows.iter().any(|row| row.problem.is_some()) {
        Some("form-please-check")
    } else {
        None
    };
    if problem.is_some() {
        let again = Pick { page, broadcast, rows, problem, most: MOST };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    write(&app, id, chosen).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "broadcast.products", ("broadcast", id), "").await?;
    Ok(flash(&format!("/sell/broadcasts/{id}"), "flash-saved"))
}

fn problem(row: &Row) -> Option<&'static str> {
    if !row.position.is_empty() && row.position.parse::<u16>().is_err() {
        return Some("live-error-position");
    }
    let price = price(&row.live_price);
    match price {
        Ok(None) => None,
        Ok(Some(price)) if (1..row.product.price).contains(&price) => None,
        _ => Some("live-error-live-price"),
    }
}

fn price(text: &str) -> Result<Option<i64>, std::num::ParseIntError> {
    if text.is_empty() { Ok(None) } else { text.replace(',', "").parse().map(Some) }
}

async fn write(app: &App, id: i64, mut chosen: Vec<&Row>) -> Result<(), DbErr> {
    // Without a number: behind those with one, newest first as they stand.
    chosen.sort_by_key(|row| row.position.parse::<u16>().unwrap_or(u16::MAX));
    let transaction = app.db.begin().await?;
    broadcast_products::Entity::delete_many()
        .filter(broadcast_products::Column::BroadcastId.eq(id))
        .exec(&transaction)
        .await?;
    for (position, row) in (0..).zip(chosen) {
        let entry = broadcast_products::ActiveModel {
            broadcast_id: Set(id),
            product_id: Set(row.product.id),
            position: Set(position),
            live_price: Set(price(&row.live_price).ok().flatten()),
            ..Default::default()
        };
        entry.insert(&transaction).await?;
    }
    transaction.commit().await
}
