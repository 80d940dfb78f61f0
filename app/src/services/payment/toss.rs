//! Toss Payments by its public API (docs.tosspayments.com, version 2022-11-16): Basic authentication with the secret
//! key, `Idempotency-Key` on what moves money, amounts as whole won. The browser's part is its SDK, version 2.
//! Its webhooks are not signed, so they are believed only as far as asking back confirms them.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderMap, Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Cancel, Cancelled, Capabilities, Deposit, NextStep, PaymentError, PaymentProvider, Prepare, ProviderPayment,
    WebhookEvent,
};
use crate::crypto;
use crate::entities::enums::{PaymentMethod, PaymentStatus};
use crate::services::Origins;

pub const API: &str = "https://api.tosspayments.com";
const SCRIPT: &str = "https://js.tosspayments.com/v2/standard";
/// As the documentation advises.
const TIMEOUT: Duration = Duration::from_secs(20);
const LARGEST_ANSWER: usize = 256 * 1024;

pub struct Toss {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    api: String,
    client_key: String,
    authorization: String,
}

impl std::fmt::Debug for Toss {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Toss({})", self.api)
    }
}

impl Toss {
    /// `api` is another address only in tests.
    pub fn new(api: String, client_key: String, secret_key: &str) -> anyhow::Result<Self> {
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            api,
            client_key,
            // The secret key is the user; the password is empty.
            authorization: format!("Basic {}", STANDARD.encode(format!("{secret_key}:"))),
        })
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        idempotency_key: Option<&str>,
    ) -> Result<Value, PaymentError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.api))
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = request.body(Full::from(body)).map_err(|error| PaymentError::Refused(error.to_string()))?;
        let answer = async {
            let response = self.client.request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
            let body = body.map_err(|error| anyhow::anyhow!("{error}"))?.to_bytes();
            anyhow::Ok((status, body))
        };
        let answer = tokio::time::timeout(TIMEOUT, answer).await;
        let (status, body) = answer.map_err(|_| unknown("no answer in time"))?.map_err(PaymentError::Unknown)?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| PaymentError::Unknown(error.into()));
        }
        let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_server_error() || status.as_u16() == 429 || problem.is_undecided() {
            return Err(unknown(&format!("{status} {}", problem.code)));
        }
        Err(problem.into())
    }
}

fn unknown(text: &str) -> PaymentError {
    PaymentError::Unknown(anyhow::anyhow!("Toss Payments: {text}"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    message: String,
}

impl Problem {
    /// It may have happened, or may still be happening.
    fn is_undecided(&self) -> bool {
        matches!(
            self.code.as_str(),
            "PROVIDER_ERROR"
                | "FAILED_INTERNAL_SYSTEM_PROCESSING"
                | "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING"
                | "IDEMPOTENT_REQUEST_PROCESSING"
                | "UNKNOWN_PAYMENT_ERROR"
        )
    }
}

impl From<Problem> for PaymentError {
    fn from(problem: Problem) -> Self {
        // What the buyer's bank or card says begins so, or is one of these (docs: 에러 코드, 결제 승인).
        let buyers = problem.code.starts_with("REJECT_")
            || problem.code.starts_with("EXCEED_MAX_")
            || problem.code.starts_with("INVALID_CARD")
            || problem.code.starts_with("NOT_SUPPORTED_")
            || matches!(
                problem.code.as_str(),
                "INVALID_STOPPED_CARD"
                    | "INVALID_REJECT_CARD"
                    | "INVALID_PASSWORD"
                    | "BELOW_MINIMUM_AMOUNT"
                    | "NOT_AVAILABLE_BANK"
                    | "NOT_AVAILABLE_PAYMENT"
                    | "RESTRICTED_TRANSFER_ACCOUNT"
                    | "EXCEED_MONTHLY_PAYMENT_AMOUNT"
            );
        if buyers {
            Self::Declined { code: problem.code, message: problem.message }
        } else {
            Self::Refused(format!("{}: {}", problem.code, problem.message))
        }
    }
}

/// What we read of a Payment object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    payment_key: String,
    order_id: String,
    status: String,
    total_amount: i64,
    balance_amount: i64,
    virtual_account: Option<VirtualAccount>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VirtualAccount {
    account_number: String,
    bank_code: Option<String>,
    due_date: Option<DateTime<Utc>>,
}

fn status(word: &str) -> PaymentStatus {
    match word {
        "READY" => PaymentStatus::Created,
        "IN_PROGRESS" => PaymentStatus::ActionRequired,
        "WAITING_FOR_DEPOSIT" => PaymentStatus::AwaitingDeposit,
        "DONE" => PaymentStatus::Paid,
        "PARTIAL_CANCELED" => PaymentStatus::PartiallyCancelled,
        "CANCELED" => PaymentStatus::Cancelled,
        "ABORTED" => PaymentStatus::Failed,
        "EXPIRED" => PaymentStatus::Expired,
        // One that is new to us decides nothing.
        _ => PaymentStatus::Pending,
    }
}

fn payment(value: Value) -> Result<ProviderPayment, PaymentError> {
    let read: Payment = serde_json::from_value(value).map_err(|error| PaymentError::Unknown(error.into()))?;
    let deposit = read.virtual_account.and_then(|account| {
        Some(Deposit {
            bank: account.bank_code.unwrap_or_default(),
            account: account.account_number,
            due: account.due_date?,
        })
    });
    Ok(ProviderPayment {
        provider_ref: read.payment_key,
        reference: read.order_id,
        status: status(&read.status),
        amount: read.total_amount,
        // Before a deposit arrives the balance is the whole amount.
        cancelled_amount: read.total_amount - read.balance_amount,
        deposit,
    })
}

fn path_part(text: &str) -> String {
    crate::web::page::query_value(text).replace('/', "%2F")
}

#[async_trait::async_trait]
impl PaymentProvider for Toss {
    fn name(&self) -> &'static str {
        "toss"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { partial_cancel: true, virtual_account: true, escrow: true }
    }

    /// Nothing is sent: the browser's script opens Toss's window with these.
    async fn prepare(&self, request: Prepare) -> Result<NextStep, PaymentError> {
        let method = match request.method {
            // Its window offers cards and the easy ways together.
            PaymentMethod::Card | PaymentMethod::EasyPay => "CARD",
            PaymentMethod::VirtualAccount => "VIRTUAL_ACCOUNT",
            PaymentMethod::Transfer => "TRANSFER",
        };
        let parameters = BTreeMap::from(
            [
                ("client-key", self.client_key.clone()),
                ("method", method.to_owned()),
                ("amount", request.amount.to_string()),
                ("order-id", request.reference),
                ("order-name", request.title),
                ("success-url", request.success_url),
                ("fail-url", request.fail_url),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(NextStep::Script { source: SCRIPT.to_owned(), parameters })
    }

    async fn confirm(
        &self,
        provider_ref: &str,
        reference: &str,
        amount: i64,
        idempotency_key: &str,
    ) -> Result<ProviderPayment, PaymentError> {
        let body = json!({ "paymentKey": provider_ref, "orderId": reference, "amount": amount });
        payment(self.call(Method::POST, "/v1/payments/confirm", Some(body), Some(idempotency_key)).await?)
    }

    async fn get(&self, provider_ref: &str) -> Result<ProviderPayment, PaymentError> {
        payment(self.call(Method::GET, &format!("/v1/payments/{}", path_part(provider_ref)), None, None).await?)
    }

    async fn find(&self, reference: &str) -> Result<ProviderPayment, PaymentError> {
        payment(self.call(Method::GET, &format!("/v1/payments/orders/{}", path_part(reference)), None, None).await?)
    }

    async fn cancel(&self, request: Cancel) -> Result<Cancelled, PaymentError> {
        let mut body = json!({ "cancelReason": request.reason.chars().take(200).collect::<String>() });
        if let Some(amount) = request.amount {
            body["cancelAmount"] = json!(amount);
        }
        // Deposits go back to an account; `currentCancellableAmount` is PortOne's, Toss compares by its own balance,
        // so it is compared here before anything moves.
        if let Some(account) = request.refund_account {
            body["refundReceiveAccount"] = json!({
                "bank": account.bank,
                "accountNumber": account.number.chars().filter(char::is_ascii_digit).collect::<String>(),
                "holderName": account.holder,
            });
        }
        let path = format!("/v1/payments/{}/cancel", path_part(&request.provider_ref));
        let known = self.get(&request.provider_ref).await?;
        let left = known.amount - known.cancelled_amount;
        if left != request.expected_balance && known.status != PaymentStatus::AwaitingDeposit {
            // Perhaps by this very key, before we died: then the answer to the key is what counts, and the balance is
            // less by just this amount.
            let by_this = request.amount.unwrap_or(request.expected_balance);
            if left != request.expected_balance - by_this {
                return Err(PaymentError::Refused(format!("{left} is left, not {}", request.expected_balance)));
            }
        }
        self.call(Method::POST, &path, Some(body), Some(&request.idempotency_key)).await?;
        Ok(Cancelled::Done)
    }

    /// `PAYMENT_STATUS_CHANGED` has the payment below `data`; `DEPOSIT_CALLBACK` has our name for it at the top.
    fn verify_webhook(&self, headers: &HeaderMap, body: &Bytes) -> Result<WebhookEvent, PaymentError> {
        let read: Value = serde_json::from_slice(body).map_err(|_| PaymentError::Forged)?;
        let text = |value: &Value| value.as_str().filter(|text| text.len() <= 200).map(str::to_owned);
        let kind =
            text(&read["eventType"]).or_else(|| read["secret"].is_string().then(|| "DEPOSIT_CALLBACK".to_owned()));
        let kind: String = kind.ok_or(PaymentError::Forged)?.chars().take(60).collect();
        let known = matches!(kind.as_str(), "PAYMENT_STATUS_CHANGED" | "DEPOSIT_CALLBACK" | "CANCEL_STATUS_CHANGED");
        // A repetition carries the same transmission id; without one, the same words are the same event.
        let id = headers
            .get("tosspayments-webhook-transmission-id")
            .and_then(|id| id.to_str().ok())
            .filter(|id| id.len() <= 150)
            .map_or_else(|| crypto::hash(&String::from_utf8_lossy(body)), str::to_owned);
        let (provider_ref, reference) =
            if known { (text(&read["data"]["paymentKey"]), text(&read["orderId"])) } else { (None, None) };
        Ok(WebhookEvent { id, kind, provider_ref, reference })
    }

    /// Toss takes escrow deliveries in its dashboard only, so there is nothing to call; the order has the number.
    async fn register_delivery(&self, _: &str, _: &str, _: &str) -> Result<(), PaymentError> {
        Ok(())
    }

    async fn confirm_purchase(&self, _: &str) -> Result<(), PaymentError> {
        Ok(())
    }

    fn origins(&self) -> Origins {
        let of = |names: &[&str]| names.iter().map(|name| format!("https://{name}.tosspayments.com")).collect();
        Origins {
            script: of(&["js"]),
            connect: of(&["api", "event", "log", "apigw-sandbox", "apigw"]),
            frame: of(&["payment-widget", "payment-gateway", "payment-gateway-sandbox", "pay", "js"]),
            media: of(&["static"]),
            form: of(&["payment-gateway", "payment-gateway-sandbox"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toss() -> Toss {
        Toss::new(API.to_owned(), "test_ck_x".to_owned(), "test_sk_x").unwrap()
    }

    #[test]
    fn webhooks_name_the_payment_and_repeat_their_id() {
        let toss = toss();
        let mut headers = HeaderMap::new();
        headers.insert("tosspayments-webhook-transmission-id", "tx-1".parse().unwrap());
        let body = Bytes::from(
            r#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-11-28T00:00:00","data":{"paymentKey":"pk","orderId":"pay_1","status":"DONE"}}"#,
        );
        let event = toss.verify_webhook(&headers, &body).unwrap();
        assert_eq!((event.id.as_str(), event.provider_ref.as_deref()), ("tx-1", Some("pk")));
        let deposit =
            Bytes::from(r#"{"createdAt":"…","secret":"ps_1","status":"DONE","transactionKey":"t","orderId":"pay_2"}"#);
        let event = toss.verify_webhook(&HeaderMap::new(), &deposit).unwrap();
        assert_eq!((event.kind.as_str(), event.reference.as_deref()), ("DEPOSIT_CALLBACK", Some("pay_2")));
        assert_eq!(event.id, toss.verify_webhook(&HeaderMap::new(), &deposit).unwrap().id);
        let other = Bytes::from(r#"{"eventType":"payout.changed","data":{}}"#);
        let event = toss.verify_webhook(&HeaderMap::new(), &other).unwrap();
        assert_eq!((event.provider_ref, event.reference), (None, None));
        for nonsense in ["", "[]", "{}", "null", "{\"eventType\":7}"] {
            assert!(toss.verify_webhook(&HeaderMap::new(), &Bytes::from(nonsense)).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn what_a_bank_says_is_told_to_the_buyer_and_what_is_undecided_is_not_believed() {
        let problem = |code: &str| Problem { code: code.to_owned(), message: String::new() };
        assert!(matches!(problem("REJECT_CARD_PAYMENT").into(), PaymentError::Declined { .. }));
        assert!(matches!(problem("ALREADY_PROCESSED_PAYMENT").into(), PaymentError::Refused(_)));
        assert!(matches!(problem("UNAUTHORIZED_KEY").into(), PaymentError::Refused(_)));
        assert!(problem("PROVIDER_ERROR").is_undecided());
    }
}
