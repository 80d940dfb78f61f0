//! A payment provider without money, for development, tests and staging. The buyer chooses on its page what happens:
//! it succeeds, is declined, takes long, or tells us twice; a deposit can be paid and reversed.
//! Its memory lies in the database, so that it outlives a process as a real provider does.

use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, QueryFilter, Set, TransactionTrait,
};
use serde::{Deserialize, Serialize};

use super::{
    Cancel, Cancelled, Capabilities, Deposit, NextStep, PaymentError, PaymentProvider, Prepare, ProviderPayment,
    WebhookEvent,
};
use crate::crypto::{self, Key};
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{PaymentMethod, PaymentStatus, TestOutcome};
use crate::entities::test_payment_cancels as cancels;
use crate::entities::test_payments::{ActiveModel, Column, Entity, Model};

pub const SIGNATURE: &str = "x-test-signature";
const SLOW: Duration = Duration::from_secs(5);
const DEPOSIT_DAYS: i64 = 3;

#[derive(Debug)]
pub struct TestProvider {
    db: DatabaseConnection,
    key: Key,
}

/// What a webhook of this provider says.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    id: String,
    kind: String,
    provider_ref: Option<String>,
}

impl TestProvider {
    pub fn new(db: DatabaseConnection, key: Key) -> Self {
        Self { db, key }
    }

    pub async fn row_of(&self, provider_ref: &str) -> Result<Option<Model>, PaymentError> {
        Entity::find().filter(Column::ProviderRef.eq(provider_ref)).one(&self.db).await.map_err(unknown)
    }

    /// The buyer's choice on the provider's page. False: it was made before.
    pub async fn choose(&self, provider_ref: &str, outcome: TestOutcome) -> Result<bool, PaymentError> {
        let status =
            if outcome == TestOutcome::Decline { PaymentStatus::Failed } else { PaymentStatus::ActionRequired };
        let chosen = Entity::update_many()
            .col_expr(Column::Outcome, Expr::value(outcome.word()))
            .col_expr(Column::Status, Expr::value(status.word()))
            .filter(Column::ProviderRef.eq(provider_ref))
            .filter(Column::Outcome.is_null())
            .exec(&self.db)
            .await
            .map_err(unknown)?;
        Ok(chosen.rows_affected == 1)
    }

    /// The buyer pays into the account, or the bank takes it back. False: the payment was not in that state.
    pub async fn deposit(&self, provider_ref: &str, arrived: bool) -> Result<bool, PaymentError> {
        let (from, to) = if arrived {
            (PaymentStatus::AwaitingDeposit, PaymentStatus::Paid)
        } else {
            (PaymentStatus::Paid, PaymentStatus::AwaitingDeposit)
        };
        self.turn(provider_ref, from, to).await
    }

    /// A webhook as it would arrive: its headers and its body. The same event twice has the same id.
    pub fn webhook(&self, event_id: &str, kind: &str, provider_ref: &str) -> anyhow::Result<(HeaderMap, Bytes)> {
        let body = Body { id: event_id.to_owned(), kind: kind.to_owned(), provider_ref: Some(provider_ref.to_owned()) };
        let body = serde_json::to_string(&body)?;
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, self.key.encrypt("test webhook", &crypto::hash(&body))?.parse()?);
        Ok((headers, body.into()))
    }

    async fn turn(&self, provider_ref: &str, from: PaymentStatus, to: PaymentStatus) -> Result<bool, PaymentError> {
        let turned = Entity::update_many()
            .col_expr(Column::Status, Expr::value(to.word()))
            .filter(Column::ProviderRef.eq(provider_ref))
            .filter(Column::Status.eq(from))
            .exec(&self.db)
            .await
            .map_err(unknown)?;
        Ok(turned.rows_affected == 1)
    }

    async fn row(&self, provider_ref: &str) -> Result<Model, PaymentError> {
        self.row_of(provider_ref).await?.ok_or_else(|| PaymentError::Refused("there is no such payment".to_owned()))
    }
}

fn unknown(error: sea_orm::DbErr) -> PaymentError {
    PaymentError::Unknown(error.into())
}

fn answer(row: Model) -> ProviderPayment {
    let deposit = (row.method == PaymentMethod::VirtualAccount).then(|| Deposit {
        bank: "시험은행".to_owned(),
        account: format!("000-{:08}", row.id),
        due: row.created_at + chrono::Duration::days(DEPOSIT_DAYS),
    });
    ProviderPayment {
        provider_ref: row.provider_ref,
        reference: row.reference,
        status: row.status,
        amount: row.amount,
        cancelled_amount: row.cancelled_amount,
        deposit,
    }
}

#[async_trait::async_trait]
impl PaymentProvider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { partial_cancel: true, virtual_account: true, escrow: true }
    }

    /// The same reference again leads to the same payment.
    async fn prepare(&self, request: Prepare) -> Result<NextStep, PaymentError> {
        let row = ActiveModel {
            provider_ref: Set(format!("test_{}", crypto::token())),
            reference: Set(request.reference.clone()),
            method: Set(request.method),
            amount: Set(request.amount),
            cancelled_amount: Set(0),
            status: Set(PaymentStatus::Created),
            success_url: Set(request.success_url),
            fail_url: Set(request.fail_url),
            created_at: Set(now()),
            ..Default::default()
        };
        let row = match row.insert(&self.db).await {
            Err(error) if is_unique_violation(&error) => {
                let old = Entity::find().filter(Column::Reference.eq(&request.reference)).one(&self.db).await;
                old.map_err(unknown)?.ok_or_else(|| unknown(error))?
            }
            other => other.map_err(unknown)?,
        };
        if row.amount != request.amount {
            return Err(PaymentError::Refused("this reference was prepared with another amount".to_owned()));
        }
        Ok(NextStep::Redirect(format!("/payments/test/{}", row.provider_ref)))
    }

    async fn confirm(
        &self,
        provider_ref: &str,
        reference: &str,
        amount: i64,
        _idempotency_key: &str,
    ) -> Result<ProviderPayment, PaymentError> {
        let row = self.row(provider_ref).await?;
        if row.reference != reference || row.amount != amount {
            return Err(PaymentError::Refused("reference or amount differ from what was prepared".to_owned()));
        }
        match row.outcome {
            None => return Err(PaymentError::Refused("the buyer has not paid yet".to_owned())),
            Some(TestOutcome::Decline) => {
                return Err(PaymentError::Declined {
                    code: "REJECT_CARD_PAYMENT".to_owned(),
                    message: "한도초과 혹은 잔액부족으로 결제에 실패했습니다.".to_owned(),
                });
            }
            Some(TestOutcome::Slow) => tokio::time::sleep(SLOW).await,
            Some(TestOutcome::Succeed | TestOutcome::Twice) => {}
        }
        let deposit = row.method == PaymentMethod::VirtualAccount;
        let to = if deposit { PaymentStatus::AwaitingDeposit } else { PaymentStatus::Paid };
        // Confirmed before: the same answer again.
        self.turn(provider_ref, PaymentStatus::ActionRequired, to).await?;
        self.get(provider_ref).await
    }

    async fn get(&self, provider_ref: &str) -> Result<ProviderPayment, PaymentError> {
        self.row(provider_ref).await.map(answer)
    }

    async fn find(&self, reference: &str) -> Result<ProviderPayment, PaymentError> {
        let row = Entity::find().filter(Column::Reference.eq(reference)).one(&self.db).await.map_err(unknown)?;
        row.map(answer).ok_or_else(|| PaymentError::Refused("there is no such payment".to_owned()))
    }

    async fn cancel(&self, request: Cancel) -> Result<Cancelled, PaymentError> {
        let row = self.row(&request.provider_ref).await?;
        let known = cancels::Entity::find()
            .filter(cancels::Column::ProviderRef.eq(&request.provider_ref))
            .filter(cancels::Column::IdempotencyKey.eq(&request.idempotency_key))
            .one(&self.db)
            .await
            .map_err(unknown)?;
        if known.is_some() {
            return Ok(Cancelled::Done);
        }
        // Nobody has paid into it: the account is closed, and nothing is given back.
        if row.status == PaymentStatus::AwaitingDeposit {
            self.turn(&request.provider_ref, PaymentStatus::AwaitingDeposit, PaymentStatus::Cancelled).await?;
            return Ok(Cancelled::Done);
        }
        let left = row.amount - row.cancelled_amount;
        let amount = request.amount.unwrap_or(left);
        let cancellable = matches!(row.status, PaymentStatus::Paid | PaymentStatus::PartiallyCancelled);
        if !cancellable || left != request.expected_balance || amount <= 0 || amount > left {
            return Err(PaymentError::Refused(format!("{amount} of {left} cannot be given back")));
        }
        let deposit = row.method == PaymentMethod::VirtualAccount;
        if deposit && request.refund_account.is_none() {
            return Err(PaymentError::Refused("a deposit is given back to an account".to_owned()));
        }
        let status = if amount == left { PaymentStatus::Cancelled } else { PaymentStatus::PartiallyCancelled };
        let transaction = self.db.begin().await.map_err(unknown)?;
        let key = cancels::ActiveModel {
            provider_ref: Set(request.provider_ref.clone()),
            idempotency_key: Set(request.idempotency_key),
            amount: Set(amount),
            ..Default::default()
        };
        match key.insert(&transaction).await {
            Err(error) if is_unique_violation(&error) => return Ok(Cancelled::Done),
            other => other.map_err(unknown)?,
        };
        let given_back = Entity::update_many()
            .col_expr(Column::CancelledAmount, Expr::col(Column::CancelledAmount).add(amount))
            .col_expr(Column::Status, Expr::value(status.word()))
            .filter(Column::ProviderRef.eq(&request.provider_ref))
            .filter(Column::CancelledAmount.eq(row.cancelled_amount))
            .exec(&transaction)
            .await
            .map_err(unknown)?;
        if given_back.rows_affected != 1 {
            return Err(PaymentError::Refused("another refund was faster".to_owned()));
        }
        transaction.commit().await.map_err(unknown)?;
        Ok(Cancelled::Done)
    }

    fn verify_webhook(&self, headers: &HeaderMap, body: &Bytes) -> Result<WebhookEvent, PaymentError> {
        let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).ok_or(PaymentError::Forged)?;
        let text = std::str::from_utf8(body).map_err(|_| PaymentError::Forged)?;
        let signed = self.key.decrypt("test webhook", signature).map_err(|_| PaymentError::Forged)?;
        if signed != crypto::hash(text) {
            return Err(PaymentError::Forged);
        }
        let body: Body = serde_json::from_str(text).map_err(|_| PaymentError::Forged)?;
        Ok(WebhookEvent { id: body.id, kind: body.kind, provider_ref: body.provider_ref, reference: None })
    }

    async fn register_delivery(&self, provider_ref: &str, _carrier: &str, _number: &str) -> Result<(), PaymentError> {
        self.row(provider_ref).await.map(drop)
    }

    async fn confirm_purchase(&self, provider_ref: &str) -> Result<(), PaymentError> {
        self.row(provider_ref).await.map(drop)
    }

    fn test(&self) -> Option<&TestProvider> {
        Some(self)
    }
}
