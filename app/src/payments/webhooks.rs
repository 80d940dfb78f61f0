//! What the provider tells us by itself: stored as it came, once; then the provider is asked what holds.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::attempts;
use super::settle::settle;
use crate::app::{App, AppState};
use crate::db::{is_unique_violation, now};
use crate::entities::payment_events as events;
use crate::services::payment::{PaymentError, ProviderPayment, WebhookEvent};
use crate::web::Outcome;
use crate::web::hooks::refuse;

pub fn routes() -> Router<AppState> {
    Router::new().route("/payments/hooks/{provider}", post(hook))
}

/// 200: stored and done with. Everything else makes the provider send it again.
async fn hook(State(app): State<AppState>, Path(provider): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let status = receive(&app, &provider, &headers, &body).await;
    metrics::counter!("shop_payment_webhooks_total", "status" => status.as_str().to_owned()).increment(1);
    match status {
        StatusCode::NOT_FOUND => refuse(status, "no payments are taken by this provider here"),
        StatusCode::BAD_REQUEST => refuse(status, "not an event of this provider, or not signed by it"),
        StatusCode::SERVICE_UNAVAILABLE => refuse(status, "not now: please send it again"),
        _ => status.into_response(),
    }
}

pub async fn receive(app: &App, name: &str, headers: &HeaderMap, body: &Bytes) -> StatusCode {
    let Some(provider) = app.payments.as_ref().filter(|provider| provider.name() == name) else {
        return StatusCode::NOT_FOUND;
    };
    let Ok(event) = provider.verify_webhook(headers, body) else {
        tracing::warn!(provider = name, "a forged or senseless payment webhook");
        return StatusCode::BAD_REQUEST;
    };
    match note(app, name, &event, body).await {
        Ok(row) if row.processed_at.is_some() => StatusCode::OK,
        Ok(row) => match process(app, &row, &event).await {
            Ok(()) => StatusCode::OK,
            Err(error) => {
                tracing::error!(event = row.id, error = format!("{error:#}"), "a payment webhook waits");
                StatusCode::SERVICE_UNAVAILABLE
            }
        },
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "a payment webhook cannot be stored");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// The row of this event, whoever stored it first.
async fn note(app: &App, provider: &str, event: &WebhookEvent, body: &Bytes) -> anyhow::Result<events::Model> {
    let row = events::ActiveModel {
        provider: Set(provider.to_owned()),
        event_id: Set(event.id.clone()),
        kind: Set(event.kind.clone()),
        payload: Set(String::from_utf8_lossy(body).chars().take(16_000).collect()),
        received_at: Set(now()),
        ..Default::default()
    };
    match row.insert(&app.db).await {
        Err(error) if is_unique_violation(&error) => {}
        other => return Ok(other?),
    }
    let old = events::Entity::find()
        .filter(events::Column::Provider.eq(provider))
        .filter(events::Column::EventId.eq(&event.id))
        .one(&app.db)
        .await?;
    old.ok_or_else(|| anyhow::anyhow!("event {} was there and is gone", event.id))
}

async fn process(app: &App, row: &events::Model, event: &WebhookEvent) -> anyhow::Result<()> {
    let provider = app.payments.as_ref().ok_or_else(|| anyhow::anyhow!("payments are off"))?;
    let told = match (&event.provider_ref, &event.reference) {
        (Some(provider_ref), _) => provider.get(provider_ref).await,
        (None, Some(reference)) => provider.find(reference).await,
        (None, None) => return done(app, row, None, Some("unknown kind")).await,
    };
    match told {
        Ok(told) => {
            let payment = apply(app, &told).await?;
            done(app, row, payment, payment.is_none().then_some("not ours")).await
        }
        Err(PaymentError::Refused(why)) => done(app, row, None, Some(&why)).await,
        Err(error) => Err(error.into()),
    }
}

/// None: a payment that is not ours.
async fn apply(app: &App, told: &ProviderPayment) -> anyhow::Result<Option<i64>> {
    let Some(payment) = attempts::by_reference(&app.db, &told.reference).await? else { return Ok(None) };
    let settled: Outcome<_> = settle(app, payment.id, told).await;
    settled.map_err(|failure| anyhow::anyhow!("payment {}: {failure:?}", payment.id))?;
    Ok(Some(payment.id))
}

async fn done(app: &App, row: &events::Model, payment_id: Option<i64>, error: Option<&str>) -> anyhow::Result<()> {
    events::Entity::update_many()
        .col_expr(events::Column::ProcessedAt, Expr::value(now()))
        .col_expr(events::Column::PaymentId, Expr::value(payment_id))
        .col_expr(events::Column::Error, Expr::value(error.map(|text| text.chars().take(300).collect::<String>())))
        .filter(events::Column::Id.eq(row.id))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Stored by an instance that died before it was done: the body is taken up again by whom it names.
pub(super) async fn unprocessed(app: &App, older_than: chrono::Duration) -> anyhow::Result<u64> {
    let left = Condition::all()
        .add(events::Column::ProcessedAt.is_null())
        .add(events::Column::ReceivedAt.lt(now() - older_than));
    let rows = events::Entity::find().filter(left).order_by_asc(events::Column::Id).limit(50).all(&app.db).await?;
    let mut count = 0;
    for row in rows {
        let read: serde_json::Value = serde_json::from_str(&row.payload).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let event = WebhookEvent {
            id: row.event_id.clone(),
            kind: row.kind.clone(),
            provider_ref: text(&read["provider_ref"]).or_else(|| text(&read["data"]["paymentKey"])),
            reference: text(&read["orderId"]),
        };
        process(app, &row, &event).await?;
        count += 1;
    }
    Ok(count)
}
