//! What buyers and sellers are told about their orders: in the shop, and by mail where it matters. About one's own
//! contract, so no advertising; both are rows of the transaction that they tell of.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use serde_json::{Value, json};

use crate::app::App;
use crate::db::now;
use crate::entities::{members, orders, refunds};
use crate::i18n::Lang;
use crate::jobs::queue;
use crate::services::mail::Mail;
use crate::social::notifications::{Notice, notify};

/// Told once, however often this is called with the same key.
async fn tell(
    db: &impl ConnectionTrait,
    member_id: i64,
    message: &'static str,
    order: &orders::Model,
    link: String,
    key: &str,
) -> Result<(), DbErr> {
    let notice = Notice {
        message,
        arguments: &[("number", order.number.clone())],
        link,
        unique_key: Some(format!("{message}:{key}:{member_id}")),
    };
    notify(db, member_id, &notice).await.map(drop)
}

async fn buyer(
    db: &impl ConnectionTrait,
    order: &orders::Model,
    message: &'static str,
    key: &str,
) -> Result<(), DbErr> {
    tell(db, order.buyer_id, message, order, format!("/orders/{}", order.id), key).await
}

async fn seller(
    db: &impl ConnectionTrait,
    order: &orders::Model,
    message: &'static str,
    key: &str,
) -> Result<(), DbErr> {
    tell(db, order.seller_id, message, order, format!("/sell/orders/{}", order.id), key).await
}

async fn mail(db: &impl ConnectionTrait, order: &orders::Model, text: &'static str, key: &str) -> Result<(), DbErr> {
    queue::enqueue(db, "order.mail", json!({ "id": order.id, "text": text }), &format!("{text}:{key}")).await
}

pub async fn paid(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let key = order.id.to_string();
    buyer(db, order, "notice-order-paid", &key).await?;
    seller(db, order, "notice-order-new", &key).await?;
    mail(db, order, "mail-order-paid", &key).await
}

pub async fn awaits_deposit(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    buyer(db, order, "notice-order-awaits-deposit", &order.id.to_string()).await
}

pub async fn deposit_reversed(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let key = format!("{}:{}", order.id, now().timestamp());
    buyer(db, order, "notice-deposit-reversed", &key).await?;
    seller(db, order, "notice-deposit-reversed", &key).await
}

pub async fn shipped(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let key = order.id.to_string();
    buyer(db, order, "notice-order-shipped", &key).await?;
    mail(db, order, "mail-order-shipped", &key).await
}

pub async fn delivered(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    buyer(db, order, "notice-order-delivered", &order.id.to_string()).await
}

pub async fn confirmed(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    seller(db, order, "notice-order-confirmed", &order.id.to_string()).await
}

pub async fn cancelled(db: &impl ConnectionTrait, order: &orders::Model, by_seller: bool) -> Result<(), DbErr> {
    let key = order.id.to_string();
    if by_seller {
        buyer(db, order, "notice-order-cancelled", &key).await?;
        mail(db, order, "mail-order-cancelled", &key).await
    } else {
        seller(db, order, "notice-order-cancelled", &key).await
    }
}

/// Three business days have passed, and nothing was sent.
pub async fn late(db: &impl ConnectionTrait, order: &orders::Model) -> Result<(), DbErr> {
    let key = order.id.to_string();
    buyer(db, order, "notice-order-late", &key).await?;
    seller(db, order, "notice-order-late", &key).await
}

pub async fn refund_requested(db: &impl ConnectionTrait, order: &orders::Model, refund: i64) -> Result<(), DbErr> {
    seller(db, order, "notice-refund-requested", &refund.to_string()).await
}

pub async fn refund_rejected(db: &impl ConnectionTrait, order: &orders::Model, refund: i64) -> Result<(), DbErr> {
    buyer(db, order, "notice-refund-rejected", &refund.to_string()).await
}

pub async fn refunded(db: &impl ConnectionTrait, order: &orders::Model, refund: &refunds::Model) -> Result<(), DbErr> {
    let key = refund.id.to_string();
    buyer(db, order, "notice-refunded", &key).await?;
    mail(db, order, "mail-refunded", &key).await
}

/// A job. A second run sends a second mail; nothing worse.
pub async fn send_mail(app: &App, order_id: i64, payload: Value) -> anyhow::Result<()> {
    let Some(order) = orders::Entity::find_by_id(order_id).one(&app.db).await? else { return Ok(()) };
    let buyer = members::Entity::find_by_id(order.buyer_id).one(&app.db).await?;
    // Who has left has no address any more.
    let Some((to, buyer)) = buyer.and_then(|buyer| Some((buyer.email.clone()?, buyer))) else { return Ok(()) };
    let text = payload["text"].as_str().ok_or_else(|| anyhow::anyhow!("a mail without a text"))?;
    let lang = Lang::from_code(&buyer.language).unwrap_or_default();
    let arguments = [
        ("number", order.number.clone()),
        ("total", lang.won(order.total)),
        ("refunded", lang.won(order.refunded)),
        ("link", format!("{}/orders/{}", app.config.public_url, order.id)),
    ];
    let subject = lang.text_with(&format!("{text}-subject"), &arguments);
    let body = lang.text_with(&format!("{text}-body"), &arguments);
    app.mail.send(Mail { to, subject, body }).await
}
