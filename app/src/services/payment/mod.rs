//! Paying, in a shape that Toss Payments and PortOne both fit: prepare, let the buyer act, confirm, listen to webhooks.
//! Amounts are whole won and always ours: what the provider or the browser says is compared, never taken over.

pub mod test_provider;
pub mod toss;

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::Origins;
use crate::entities::enums::{PaymentMethod, PaymentStatus};

#[derive(Clone, Debug)]
pub struct Prepare {
    /// Our name for the payment; unique, 6 to 64 characters.
    pub reference: String,
    pub title: String,
    pub amount: i64,
    pub method: PaymentMethod,
    pub success_url: String,
    pub fail_url: String,
    pub idempotency_key: String,
}

/// How the buyer goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    Redirect(String),
    /// The provider's script in the browser, with these parameters (no secrets).
    Script {
        source: String,
        parameters: BTreeMap<String, String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    pub bank: String,
    pub account: String,
    pub due: DateTime<Utc>,
}

/// What the provider knows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderPayment {
    /// The provider's name for it.
    pub provider_ref: String,
    pub reference: String,
    pub status: PaymentStatus,
    pub amount: i64,
    pub cancelled_amount: i64,
    pub deposit: Option<Deposit>,
}

#[derive(Clone, Debug)]
pub struct Cancel {
    pub provider_ref: String,
    /// None: all that is left.
    pub amount: Option<i64>,
    /// What we believe is left; a provider that sees another amount refuses.
    pub expected_balance: i64,
    pub reason: String,
    /// Bank, number and holder: needed to give back a deposit.
    pub refund_account: Option<RefundAccount>,
    pub idempotency_key: String,
}

/// The bank by the provider's code for it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct RefundAccount {
    pub bank: String,
    pub number: String,
    pub holder: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    Done,
    Pending,
}

/// A webhook, proven to come from the provider. It only says that something changed: `get` says what holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Unique at the provider: the same id twice is the same event.
    pub id: String,
    pub kind: String,
    /// Neither this nor `reference`: a kind of event that we do not know, to be stored and ignored.
    pub provider_ref: Option<String>,
    /// Our name for the payment, where the event has only that.
    pub reference: Option<String>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Capabilities {
    pub partial_cancel: bool,
    pub virtual_account: bool,
    pub escrow: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// The buyer's card, account or limit: told to the buyer, who may try again.
    #[error("declined ({code})")]
    Declined { code: String, message: String },
    /// The amounts, states or keys do not fit together.
    #[error("refused: {0}")]
    Refused(String),
    /// Nobody knows whether it happened: ask `get` before trying again, with the same idempotency key.
    #[error("no answer from the payment provider")]
    Unknown(#[source] anyhow::Error),
    #[error("the webhook is not from the payment provider")]
    Forged,
}

/// Called outside of database transactions: it may take seconds.
#[async_trait::async_trait]
pub trait PaymentProvider: Send + Sync + std::fmt::Debug {
    /// As stored in `payments.provider`.
    fn name(&self) -> &'static str;
    fn capabilities(&self) -> Capabilities;
    async fn prepare(&self, request: Prepare) -> Result<NextStep, PaymentError>;
    async fn confirm(
        &self,
        provider_ref: &str,
        reference: &str,
        amount: i64,
        idempotency_key: &str,
    ) -> Result<ProviderPayment, PaymentError>;
    async fn get(&self, provider_ref: &str) -> Result<ProviderPayment, PaymentError>;
    /// By our own name for it: when we do not know the provider's (yet).
    async fn find(&self, reference: &str) -> Result<ProviderPayment, PaymentError>;
    async fn cancel(&self, request: Cancel) -> Result<Cancelled, PaymentError>;
    fn verify_webhook(&self, headers: &HeaderMap, body: &Bytes) -> Result<WebhookEvent, PaymentError>;
    async fn register_delivery(&self, provider_ref: &str, carrier: &str, number: &str) -> Result<(), PaymentError>;
    async fn confirm_purchase(&self, provider_ref: &str) -> Result<(), PaymentError>;
    fn origins(&self) -> Origins {
        Origins::default()
    }
    fn test(&self) -> Option<&test_provider::TestProvider> {
        None
    }
}
