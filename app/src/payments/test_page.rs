//! The test provider's own page, as a real provider would have it: what happens is chosen here.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::{attempts, webhooks};
use crate::app::{App, AppState};
use crate::crypto;
use crate::entities::enums::{PaymentMethod, PaymentStatus, TestOutcome};
use crate::entities::test_payments;
use crate::services::payment::PaymentError;
use crate::services::payment::test_provider::TestProvider;
use crate::web::page::query_value;
use crate::web::{CurrentMember, Failure, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/payments/test/{reference}", get(show).post(choose))
        .route("/payments/test/{reference}/deposit", post(deposit))
}

#[derive(Template)]
#[template(path = "payments/test.html")]
struct TestPage {
    page: Page,
    payment: test_payments::Model,
    outcomes: [TestOutcome; 4],
}

/// Where money is real there is no such page.
fn provider(app: &App) -> Outcome<&TestProvider> {
    app.payments.as_ref().and_then(|payments| payments.test()).ok_or(Failure::NotFound)
}

fn internal(error: PaymentError) -> Failure {
    anyhow::Error::new(error).into()
}

/// The buyer's alone, though a real provider could not tell.
async fn payment_of(app: &App, current: &CurrentMember, reference: &str) -> Outcome<test_payments::Model> {
    let row = provider(app)?.row_of(reference).await.map_err(internal)?.ok_or(Failure::NotFound)?;
    let ours = attempts::by_reference(&app.db, &row.reference).await?.ok_or(Failure::NotFound)?;
    super::pages::checkout_of(app, current, ours.checkout_id).await?;
    Ok(row)
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(reference): Path<String>,
) -> Outcome<Response> {
    let payment = payment_of(&app, &current, &reference).await?;
    let outcomes = [TestOutcome::Succeed, TestOutcome::Decline, TestOutcome::Slow, TestOutcome::Twice];
    Ok(Html(TestPage { page, payment, outcomes }).into_response())
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    outcome: String,
}

async fn choose(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(reference): Path<String>,
    Form(choice): Form<Choice>,
) -> Outcome<Response> {
    let payment = payment_of(&app, &current, &reference).await?;
    if choice.outcome == "leave" {
        let fail = format!("/payments/fail?code=PAY_PROCESS_CANCELED&orderId={}", query_value(&payment.reference));
        return Ok(Redirect::to(&fail).into_response());
    }
    let all = [TestOutcome::Succeed, TestOutcome::Decline, TestOutcome::Slow, TestOutcome::Twice];
    let outcome = all.into_iter().find(|outcome| outcome.word() == choice.outcome);
    let outcome = outcome.ok_or(Failure::Invalid("payment-choose-method"))?;
    provider(&app)?.choose(&reference, outcome).await.map_err(internal)?;
    if outcome == TestOutcome::Twice {
        tell(&app, &reference);
    }
    let to = format!(
        "/payments/return?paymentKey={}&orderId={}&amount={}",
        query_value(&reference),
        query_value(&payment.reference),
        payment.amount
    );
    Ok(Redirect::to(&to).into_response())
}

#[derive(Deserialize)]
struct DepositForm {
    #[serde(default)]
    arrived: String,
}

/// The buyer pays into the account, or the bank takes it back.
async fn deposit(
    State(app): State<AppState>,
    current: CurrentMember,
    Path(reference): Path<String>,
    Form(form): Form<DepositForm>,
) -> Outcome<Response> {
    let payment = payment_of(&app, &current, &reference).await?;
    if payment.method != PaymentMethod::VirtualAccount
        || !matches!(payment.status, PaymentStatus::AwaitingDeposit | PaymentStatus::Paid)
    {
        return Err(Failure::Conflict("error-409-text"));
    }
    provider(&app)?.deposit(&reference, form.arrived == "yes").await.map_err(internal)?;
    twice(&app, &reference).await?;
    let ours = attempts::by_reference(&app.db, &payment.reference).await?.ok_or(Failure::NotFound)?;
    Ok(Redirect::to(&format!("/checkout/{}", ours.checkout_id)).into_response())
}

/// While the buyer is on the way back, so that the two meet.
fn tell(app: &AppState, reference: &str) {
    let (app, reference) = (app.clone(), reference.to_owned());
    tokio::spawn(async move {
        if let Err(failure) = twice(&app, &reference).await {
            tracing::error!(?failure, "the test provider's webhook");
        }
    });
}

/// Every webhook comes twice.
async fn twice(app: &App, reference: &str) -> Outcome<()> {
    let event = format!("evt_{}", crypto::token());
    let (headers, body) = provider(app)?.webhook(&event, "PAYMENT_STATUS_CHANGED", reference)?;
    for _ in 0..2 {
        webhooks::receive(app, "test", &headers, &body).await;
    }
    Ok(())
}
