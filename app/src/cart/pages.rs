//! The pages and forms of the cart.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_extra::extract::{CookieJar, Form};
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;

use super::coupons::{self, Claim, Held};
use super::guest;
use super::lines::{self, Line, MAX_QUANTITY};
use super::pricing::{self, Group};
use crate::app::{App, AppState};
use crate::entities::{broadcast_products, variants};
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::page::safe_next;
use crate::web::{CurrentMember, Failure, Html, Outcome, Page, Visitor};

const CLAIMS: Limit = Limit::per_minutes("coupon-claim", 20, 10);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/cart", get(show).post(add))
        .route("/cart/items/{variant}", post(change))
        .route("/cart/coupons", post(claim))
}

#[derive(Template)]
#[template(path = "cart/cart.html")]
struct CartPage {
    page: Page,
    groups: Vec<Group>,
    coupons: Vec<Held>,
    total: i64,
    buyable: bool,
}

/// What lies in the visitor's cart, a guest's too.
pub async fn of_visitor(app: &App, visitor: &Visitor) -> Outcome<Vec<Line>> {
    Ok(match &visitor.member {
        Some(member) => lines::of_member(&app.db, member.id).await?,
        None => visitor.guest_cart.clone(),
    })
}

async fn show(State(app): State<AppState>, page: Page, visitor: Visitor) -> Outcome<Response> {
    let lines = of_visitor(&app, &visitor).await?;
    let buyer = visitor.member.as_ref().map(|member| member.id);
    let groups = pricing::group(pricing::price(&app.db, lines, buyer).await?);
    let coupons = match buyer {
        Some(buyer) => coupons::usable(&app.db, buyer).await?,
        None => Vec::new(),
    };
    let total = groups.iter().map(Group::total).sum();
    let buyable = groups.iter().any(|group| group.lines.iter().any(|line| line.problem.is_none()));
    Ok(Html(CartPage { page, groups, coupons, total, buyable }).into_response())
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct AddForm {
    variant: String,
    quantity: String,
    broadcast: String,
    /// `checkout`: buy this alone, now.
    then: String,
    /// Back to where it was found.
    next: String,
}

async fn add(State(app): State<AppState>, visitor: Visitor, Form(form): Form<AddForm>) -> Outcome<Response> {
    let line = wanted(&app, &form).await?;
    let variant = line.variant_id;
    let mut jar = CookieJar::new();
    let fits = match &visitor.member {
        Some(member) => lines::add(&app.db, member.id, &line).await?,
        None => {
            let mut lines = visitor.guest_cart.clone();
            let fits = guest::add(&mut lines, line);
            jar = jar.add(guest::cookie(&app.config, &lines));
            fits
        }
    };
    if !fits {
        return Err(Failure::Conflict("cart-full"));
    }
    metrics::counter!("shop_cart_added_total").increment(1);
    if visitor.wants_json {
        let count = of_visitor_after(&app, &visitor, &jar).await?;
        return Ok((jar, Json(json!({ "count": count, "cart": "/cart" }))).into_response());
    }
    if form.then == "checkout" {
        return Ok((jar, Redirect::to(&format!("/checkout?item={variant}"))).into_response());
    }
    Ok((jar, flash(&safe_next(Some(form.next.as_str()).filter(|next| !next.is_empty()), "/cart"), "flash-cart-added"))
        .into_response())
}

async fn of_visitor_after(app: &App, visitor: &Visitor, jar: &CookieJar) -> Outcome<usize> {
    Ok(match &visitor.member {
        Some(member) => lines::of_member(&app.db, member.id).await?.len(),
        None => guest::read(jar).len(),
    })
}

/// Only what exists, and a broadcast only if it shows this product.
async fn wanted(app: &App, form: &AddForm) -> Outcome<Line> {
    let id: i64 = form.variant.trim().parse().map_err(|_| Failure::Invalid("cart-choose-option"))?;
    let quantity = if form.quantity.trim().is_empty() { "1" } else { form.quantity.trim() };
    let quantity: i64 = quantity.parse().map_err(|_| Failure::Invalid("cart-quantity-wrong"))?;
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        return Err(Failure::Invalid("cart-quantity-wrong"));
    }
    let variant = variants::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let broadcast_id = match form.broadcast.trim().parse::<i64>() {
        Ok(broadcast) => shows(app, broadcast, variant.product_id).await?.then_some(broadcast),
        Err(_) => None,
    };
    Ok(Line { variant_id: variant.id, broadcast_id, quantity })
}

async fn shows(app: &App, broadcast: i64, product: i64) -> Outcome<bool> {
    use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
    let rows = broadcast_products::Entity::find()
        .filter(broadcast_products::Column::BroadcastId.eq(broadcast))
        .filter(broadcast_products::Column::ProductId.eq(product))
        .count(&app.db)
        .await?;
    Ok(rows > 0)
}

#[derive(Deserialize)]
struct ChangeForm {
    #[serde(default)]
    quantity: String,
    remove: Option<String>,
}

async fn change(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(variant): Path<i64>,
    Form(form): Form<ChangeForm>,
) -> Outcome<Response> {
    let quantity = match form.remove {
        Some(_) => 0,
        None => form.quantity.trim().parse().map_err(|_| Failure::Invalid("cart-quantity-wrong"))?,
    };
    if !(0..=MAX_QUANTITY).contains(&quantity) {
        return Err(Failure::Invalid("cart-quantity-wrong"));
    }
    let done = flash("/cart", if quantity == 0 { "flash-cart-removed" } else { "flash-cart-changed" });
    let Some(member) = &visitor.member else {
        let mut lines = visitor.guest_cart.clone();
        lines.retain(|line| quantity > 0 || line.variant_id != variant);
        lines.iter_mut().filter(|line| line.variant_id == variant).for_each(|line| line.quantity = quantity);
        return Ok((CookieJar::new().add(guest::cookie(&app.config, &lines)), done).into_response());
    };
    lines::set(&app.db, member.id, variant, quantity).await?;
    Ok(done)
}

#[derive(Deserialize)]
struct ClaimForm {
    #[serde(default)]
    code: String,
    next: Option<String>,
}

async fn claim(
    State(app): State<AppState>,
    current: CurrentMember,
    visitor: Visitor,
    Form(form): Form<ClaimForm>,
) -> Outcome<Response> {
    CLAIMS.hit(&app.db, &current.id().to_string()).await?;
    let claim = coupons::claim(&app.db, current.id(), &form.code).await?;
    let key = match claim {
        Claim::Done => "flash-coupon-claimed",
        Claim::Already => "flash-coupon-already",
        Claim::Refused => "flash-coupon-refused",
    };
    if visitor.wants_json {
        return Ok(Json(json!({ "claimed": claim == Claim::Done, "message": visitor.lang.text(key) })).into_response());
    }
    Ok(flash(&safe_next(form.next.as_deref(), "/cart"), key))
}
