//! The test provider keeps the promises of the trait: idempotent, compares amounts, signs its webhooks.

use bogosa_shop::entities::enums::{PaymentMethod, PaymentStatus, TestOutcome};
use bogosa_shop::services::payment::{
    Cancel, Cancelled, NextStep, PaymentError, PaymentProvider, Prepare, RefundAccount,
};

use crate::harness::TestApp;

fn prepare(reference: &str, amount: i64, method: PaymentMethod) -> Prepare {
    Prepare {
        reference: reference.to_owned(),
        title: "달항아리".to_owned(),
        amount,
        method,
        success_url: "/payments/done".to_owned(),
        fail_url: "/payments/failed".to_owned(),
        idempotency_key: reference.to_owned(),
    }
}

async fn prepared(provider: &dyn PaymentProvider, request: Prepare) -> String {
    match provider.prepare(request).await.unwrap() {
        NextStep::Redirect(to) => to.strip_prefix("/payments/test/").unwrap().to_owned(),
        NextStep::Script { .. } => panic!("the test provider has a page"),
    }
}

fn cancel(provider_ref: &str, amount: i64, expected_balance: i64, key: &str) -> Cancel {
    Cancel {
        provider_ref: provider_ref.to_owned(),
        amount: Some(amount),
        expected_balance,
        reason: "changed my mind".to_owned(),
        refund_account: None,
        idempotency_key: key.to_owned(),
    }
}

#[tokio::test]
async fn a_card_payment_from_start_to_refund() {
    let shop = TestApp::start().await;
    let provider = shop.app.payments.as_deref().unwrap();
    let test = provider.test().unwrap();
    let id = prepared(provider, prepare("order-1", 68_000, PaymentMethod::Card)).await;
    assert_eq!(prepared(provider, prepare("order-1", 68_000, PaymentMethod::Card)).await, id);
    assert!(matches!(
        provider.prepare(prepare("order-1", 1, PaymentMethod::Card)).await,
        Err(PaymentError::Refused(_))
    ));
    assert!(matches!(provider.confirm(&id, "order-1", 68_000, "k").await, Err(PaymentError::Refused(_))));
    assert!(test.choose(&id, TestOutcome::Succeed).await.unwrap());
    assert!(!test.choose(&id, TestOutcome::Decline).await.unwrap());
    assert!(matches!(provider.confirm(&id, "order-1", 100, "k").await, Err(PaymentError::Refused(_))));
    for _ in 0..2 {
        let paid = provider.confirm(&id, "order-1", 68_000, "k").await.unwrap();
        assert_eq!(paid.status, PaymentStatus::Paid);
    }

    assert!(provider.cancel(cancel(&id, 8_000, 1, "a")).await.is_err(), "another balance than expected");
    for _ in 0..2 {
        assert_eq!(provider.cancel(cancel(&id, 8_000, 68_000, "a")).await.unwrap(), Cancelled::Done);
    }
    assert_eq!(provider.get(&id).await.unwrap().cancelled_amount, 8_000);
    assert!(provider.cancel(cancel(&id, 60_001, 60_000, "b")).await.is_err());
    provider.cancel(cancel(&id, 60_000, 60_000, "c")).await.unwrap();
    let end = provider.get(&id).await.unwrap();
    assert_eq!((end.status, end.cancelled_amount), (PaymentStatus::Cancelled, 68_000));
}

#[tokio::test]
async fn a_declined_card() {
    let shop = TestApp::start().await;
    let provider = shop.app.payments.as_deref().unwrap();
    let id = prepared(provider, prepare("order-2", 1_000, PaymentMethod::Card)).await;
    provider.test().unwrap().choose(&id, TestOutcome::Decline).await.unwrap();
    assert!(matches!(provider.confirm(&id, "order-2", 1_000, "k").await, Err(PaymentError::Declined { .. })));
    assert_eq!(provider.get(&id).await.unwrap().status, PaymentStatus::Failed);
}

#[tokio::test]
async fn a_deposit_arrives_and_is_reversed() {
    let shop = TestApp::start().await;
    let provider = shop.app.payments.as_deref().unwrap();
    let test = provider.test().unwrap();
    let id = prepared(provider, prepare("order-3", 5_000, PaymentMethod::VirtualAccount)).await;
    test.choose(&id, TestOutcome::Succeed).await.unwrap();
    let waiting = provider.confirm(&id, "order-3", 5_000, "k").await.unwrap();
    assert_eq!(waiting.status, PaymentStatus::AwaitingDeposit);
    assert!(waiting.deposit.is_some());
    assert!(!test.deposit(&id, false).await.unwrap());
    assert!(test.deposit(&id, true).await.unwrap());
    assert_eq!(provider.get(&id).await.unwrap().status, PaymentStatus::Paid);
    assert!(provider.cancel(cancel(&id, 5_000, 5_000, "a")).await.is_err(), "nowhere to give it back to");
    assert!(test.deposit(&id, false).await.unwrap());
    assert_eq!(provider.get(&id).await.unwrap().status, PaymentStatus::AwaitingDeposit);
    test.deposit(&id, true).await.unwrap();
    let account = RefundAccount { bank: "시험".into(), number: "1".into(), holder: "김".into() };
    let back = Cancel { refund_account: Some(account), ..cancel(&id, 5_000, 5_000, "b") };
    assert_eq!(provider.cancel(back).await.unwrap(), Cancelled::Done);
}

#[tokio::test]
async fn webhooks_are_signed() {
    let shop = TestApp::start().await;
    let provider = shop.app.payments.as_deref().unwrap();
    let (headers, body) = provider.test().unwrap().webhook("evt_1", "PAYMENT_STATUS_CHANGED", "test_x").unwrap();
    let event = provider.verify_webhook(&headers, &body).unwrap();
    assert_eq!((event.id.as_str(), event.provider_ref.as_deref()), ("evt_1", Some("test_x")));
    let other = String::from_utf8(body.to_vec()).unwrap().replace("test_x", "test_y");
    assert!(matches!(provider.verify_webhook(&headers, &other.into()), Err(PaymentError::Forged)));
    assert!(matches!(provider.verify_webhook(&Default::default(), &body), Err(PaymentError::Forged)));
}
