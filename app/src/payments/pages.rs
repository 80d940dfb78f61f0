//! Where the buyer comes back to, and the page of a checkout: pay, try again, wait, leave it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

use super::attempts;
use super::confirm::{Progress, confirm};
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{CheckoutStatus, PaymentMethod, PaymentStatus};
use crate::entities::{checkouts, orders, payments};
use crate::orders::closing::{self, Why};
use crate::services::payment::NextStep;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{CurrentMember, Failure, Html, Outcome, Page, Visitor, audit};

/// Trying cards that are not one's own ends here.
const ATTEMPTS: Limit = Limit::per_minutes("payment-attempt", 20, 10);

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/checkout/{id}", get(show))
        .route("/checkout/{id}/pay", post(pay))
        .route("/checkout/{id}/cancel", post(cancel))
        .route("/payments/{id}/start", get(start))
        .route("/payments/return", get(returned))
        .route("/payments/fail", get(failed))
}

pub async fn checkout_of(app: &App, current: &CurrentMember, id: i64) -> Outcome<checkouts::Model> {
    let checkout = checkouts::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    current.owns(checkout.buyer_id)?;
    Ok(checkout)
}

#[derive(Template)]
#[template(path = "payments/checkout.html")]
struct CheckoutPage {
    page: Page,
    checkout: checkouts::Model,
    orders: Vec<orders::Model>,
    /// The newest attempt.
    payment: Option<payments::Model>,
    methods: Vec<PaymentMethod>,
    minutes_left: i64,
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let checkout = checkout_of(&app, &current, id).await?;
    let orders = orders::Entity::find().filter(orders::Column::CheckoutId.eq(id)).all(&app.db).await?;
    let payment = attempts::of_checkout(&app.db, id).await?.into_iter().next();
    let minutes_left = (checkout.expires_at - now()).num_minutes();
    let waiting = checkout.status == CheckoutStatus::Paying;
    let shown = CheckoutPage { page, checkout, orders, payment, methods: methods(&app), minutes_left };
    let mut response = Html(shown).into_response();
    if waiting {
        response.headers_mut().insert("refresh", axum::http::HeaderValue::from_static("3"));
    }
    Ok(response)
}

/// What the provider can do, in the order in which it is offered.
pub fn methods(app: &App) -> Vec<PaymentMethod> {
    let Some(provider) = &app.payments else { return Vec::new() };
    let mut methods = vec![PaymentMethod::Card, PaymentMethod::EasyPay, PaymentMethod::Transfer];
    if provider.capabilities().virtual_account {
        methods.push(PaymentMethod::VirtualAccount);
    }
    methods
}

pub fn method(app: &App, word: &str) -> Option<PaymentMethod> {
    methods(app).into_iter().find(|method| method.word() == word)
}

#[derive(Deserialize)]
struct PayForm {
    #[serde(default)]
    method: String,
}

async fn pay(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(id): Path<i64>,
    Form(form): Form<PayForm>,
) -> Outcome<Response> {
    let checkout = checkout_of(&app, &current, id).await?;
    let method = method(&app, &form.method).ok_or(Failure::Invalid("payment-choose-method"))?;
    if checkout.status != CheckoutStatus::Open || checkout.expires_at <= now() {
        return Ok(Redirect::to(&format!("/checkout/{id}")).into_response());
    }
    let provider = app.payments.as_ref().ok_or(Failure::Conflict("payment-off"))?.name();
    ATTEMPTS.hit(&app.db, &current.id().to_string()).await?;
    let payment = attempts::insert(&app.db, &checkout, method, provider).await?;
    go_on(&app, &payment).await
}

/// To the provider: by its page, or by its script on a page of ours.
pub async fn go_on(app: &App, payment: &payments::Model) -> Outcome<Response> {
    let to = match attempts::next_step(app, payment).await? {
        NextStep::Redirect(to) => to,
        NextStep::Script { .. } => format!("/payments/{}/start", payment.id),
    };
    Ok(Redirect::to(&to).into_response())
}

#[derive(Template)]
#[template(path = "payments/start.html")]
struct StartPage {
    page: Page,
    payment: payments::Model,
    source: String,
    parameters: BTreeMap<String, String>,
}

async fn start(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let payment = payments::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    let checkout = checkout_of(&app, &current, payment.checkout_id).await?;
    if payment.status != PaymentStatus::Created || checkout.status != CheckoutStatus::Open {
        return Ok(Redirect::to(&format!("/checkout/{}", checkout.id)).into_response());
    }
    match attempts::next_step(&app, &payment).await? {
        NextStep::Redirect(to) => Ok(Redirect::to(&to).into_response()),
        NextStep::Script { source, parameters } => {
            Ok(Html(StartPage { page, payment, source, parameters }).into_response())
        }
    }
}

/// As Toss Payments writes them; the test provider does the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Returned {
    payment_key: String,
    order_id: String,
    amount: String,
}

/// The provider leads the buyer back with a GET: the one that changes something. It is worth nothing without the
/// buyer's session and the provider's key for this payment, and a second time it changes nothing.
async fn returned(
    State(app): State<AppState>,
    current: CurrentMember,
    visitor: Visitor,
    Query(query): Query<Returned>,
) -> Outcome<Response> {
    if query.payment_key.is_empty() || query.payment_key.len() > 200 {
        return Err(Failure::Invalid("error-400-text"));
    }
    let payment = attempts::by_reference(&app.db, &query.order_id).await?.ok_or(Failure::NotFound)?;
    let checkout = checkout_of(&app, &current, payment.checkout_id).await?;
    if query.amount.parse() != Ok(payment.amount) {
        audit::record(&app.db, &visitor, Some(current.id()), "payment.amount-differs", ("payment", payment.id), "")
            .await?;
        return Err(Failure::Invalid("payment-amount-differs"));
    }
    let page = format!("/checkout/{}", checkout.id);
    Ok(match confirm(&app, &payment, &query.payment_key).await? {
        Progress::Paid => {
            audit::record(&app.db, &visitor, Some(current.id()), "payment.paid", ("payment", payment.id), "").await?;
            Redirect::to(&page).into_response()
        }
        Progress::AwaitingDeposit | Progress::Unknown => Redirect::to(&page).into_response(),
        Progress::Declined => flash(&page, "flash-payment-declined"),
        Progress::Over => flash(&page, "flash-checkout-over"),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FailedQuery {
    #[serde(default)]
    order_id: String,
    #[serde(default)]
    code: String,
}

/// What it says is not believed: nothing changes, and the buyer may try again.
async fn failed(
    State(app): State<AppState>,
    current: CurrentMember,
    Query(query): Query<FailedQuery>,
) -> Outcome<Response> {
    let Some(payment) = attempts::by_reference(&app.db, &query.order_id).await? else {
        return Ok(flash("/cart", "flash-payment-cancelled"));
    };
    let checkout = checkout_of(&app, &current, payment.checkout_id).await?;
    // Toss: PAY_PROCESS_CANCELED is the buyer's own doing.
    let by_buyer = query.code.contains("CANCEL");
    let key = if by_buyer { "flash-payment-cancelled" } else { "flash-payment-declined" };
    Ok(flash(&format!("/checkout/{}", checkout.id), key))
}

async fn cancel(State(app): State<AppState>, current: CurrentMember, Path(id): Path<i64>) -> Outcome<Response> {
    let checkout = checkout_of(&app, &current, id).await?;
    if closing::close(&app.db, checkout.id, CheckoutStatus::Open, Why::Cancelled).await? {
        return Ok(flash("/cart", "flash-checkout-cancelled"));
    }
    Err(Failure::Conflict("checkout-too-late"))
}
