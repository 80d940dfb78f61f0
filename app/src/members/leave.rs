//! Leaving: personal data goes at once; orders stay, for the law has them kept, and so does who took part in them,
//! in `retained_records`, apart from everything that the shop still reads.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::{CookieJar, Form};
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Set, TransactionTrait,
};
use serde::Deserialize;
use serde_json::json;

use super::{channel, selling};
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, MemberStatus, OrderStatus, ProductStatus, Retention, TrailerStatus};
use crate::entities::{
    addresses, broadcasts, cart_items, carts, channels, chat_messages, follows, identities, member_tokens, members,
    notifications, oauth_states, orders, products, recovery_codes, retained_records, seller_profiles, trailer_comments,
    trailer_reminders, trailers, wishes,
};
use crate::jobs::queue;
use crate::reviews;
use crate::web::flash::flash;
use crate::web::{Errors, Html, Outcome, Page, Recent, Visitor, audit, sessions};

/// Contracts and payments: five years.
const KEEP: Duration = Duration::days(5 * 365 + 2);

pub fn routes() -> Router<AppState> {
    Router::new().route("/my/leave", get(show).post(leave))
}

#[derive(Template)]
#[template(path = "members/leave.html")]
struct LeavePage {
    page: Page,
    open: bool,
    errors: Errors,
}

async fn show(State(app): State<AppState>, Recent(current): Recent, page: Page) -> Outcome<impl IntoResponse> {
    let open = has_open_business(&app.db, current.id()).await?;
    let errors = Errors::new(page.lang);
    Ok(Html(LeavePage { page, open, errors }))
}

#[derive(Deserialize)]
struct LeaveForm {
    sure: Option<String>,
}

async fn leave(
    State(app): State<AppState>,
    Recent(current): Recent,
    page: Page,
    visitor: Visitor,
    Form(form): Form<LeaveForm>,
) -> Outcome<Response> {
    let open = has_open_business(&app.db, current.id()).await?;
    if open || form.sure.is_none() {
        let mut errors = Errors::new(page.lang);
        errors.add("sure", if open { "leave-open-orders" } else { "form-required" });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(LeavePage { page, open, errors })).into_response());
    }
    erase(&app, &visitor, (*current.member).clone()).await?;
    let jar = CookieJar::new().add(sessions::removal(&app.config));
    Ok((jar, flash("/", "flash-left")).into_response())
}

/// Orders that are neither finished nor cancelled, on either side, and broadcasts that run.
async fn has_open_business(db: &impl ConnectionTrait, member_id: i64) -> Result<bool, DbErr> {
    let finished = [OrderStatus::Confirmed, OrderStatus::Cancelled, OrderStatus::Expired, OrderStatus::Refunded];
    let orders = orders::Entity::find()
        .filter(Condition::any().add(orders::Column::BuyerId.eq(member_id)).add(orders::Column::SellerId.eq(member_id)))
        .filter(orders::Column::Status.is_not_in(finished))
        .count(db)
        .await?;
    let live = broadcasts::Entity::find()
        .filter(broadcasts::Column::SellerId.eq(member_id))
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .count(db)
        .await?;
    Ok(orders + live > 0)
}

async fn erase(app: &App, visitor: &Visitor, member: members::Model) -> Result<(), DbErr> {
    let id = member.id;
    let transaction = app.db.begin().await?;
    let db = &transaction;
    retain(db, &member).await?;

    sessions::close_all(db, id, None).await?;
    delete_personal_rows(db, id).await?;
    reviews::erase_all_of(db, id).await?;
    withdraw_offers(db, id).await?;
    chat_messages::Entity::update_many()
        .col_expr(chat_messages::Column::Nickname, Expr::value(left_name(id)))
        .filter(chat_messages::Column::MemberId.eq(id))
        .exec(db)
        .await?;
    trailer_comments::Entity::update_many()
        .col_expr(trailer_comments::Column::Body, Expr::value(""))
        .col_expr(trailer_comments::Column::DeletedAt, Expr::value(now()))
        .filter(trailer_comments::Column::MemberId.eq(id))
        .exec(db)
        .await?;
    if let Some(channel) = channels::Entity::find().filter(channels::Column::MemberId.eq(id)).one(db).await? {
        // Afterwards: a service that does not answer must not keep anybody from leaving.
        let unique = format!("{}:{}", channel::DELETE, channel.id);
        queue::enqueue(db, channel::DELETE, json!({ "id": channel.id }), &unique).await?;
    }
    channels::Entity::update_many()
        .col_expr(channels::Column::StreamKeyEncrypted, Expr::value(""))
        .filter(channels::Column::MemberId.eq(id))
        .exec(db)
        .await?;

    let mut row = member.into_active_model();
    row.email = Set(None);
    row.password_hash = Set(None);
    row.nickname = Set(left_name(id));
    row.name = Set(String::new());
    row.phone = Set(None);
    row.company_name = Set(None);
    row.totp_secret_encrypted = Set(None);
    row.totp_enabled_at = Set(None);
    row.status = Set(MemberStatus::Left);
    row.left_at = Set(Some(now()));
    row.updated_at = Set(now());
    row.update(db).await?;
    audit::record(db, visitor, Some(id), "member.leave", ("member", id), "").await?;
    transaction.commit().await
}

fn left_name(id: i64) -> String {
    format!("left-{id}")
}

/// Only of whoever took part in an order.
async fn retain(db: &impl ConnectionTrait, member: &members::Model) -> Result<(), DbErr> {
    let took_part = orders::Column::BuyerId.eq(member.id).or(orders::Column::SellerId.eq(member.id));
    if orders::Entity::find().filter(took_part).count(db).await? == 0 {
        return Ok(());
    }
    let profile = selling::profile(db, member.id).await?;
    let payload = json!({
        "name": member.name,
        "email": member.email,
        "phone": member.phone,
        "company": member.company_name,
        "seller": profile.map(|profile| json!({
            "name": profile.display_name,
            "representative": profile.representative,
            "business_number": profile.business_number,
            "address": profile.address,
        })),
    });
    let row = retained_records::ActiveModel {
        retention: Set(Retention::Contract),
        subject_kind: Set("member".to_owned()),
        subject_id: Set(member.id),
        payload: Set(payload.to_string()),
        created_at: Set(now()),
        delete_after: Set(now() + KEEP),
        ..Default::default()
    };
    row.insert(db).await.map(drop)
}

async fn delete_personal_rows(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    member_tokens::Entity::delete_many().filter(member_tokens::Column::MemberId.eq(id)).exec(db).await?;
    recovery_codes::Entity::delete_many().filter(recovery_codes::Column::MemberId.eq(id)).exec(db).await?;
    identities::Entity::delete_many().filter(identities::Column::MemberId.eq(id)).exec(db).await?;
    oauth_states::Entity::delete_many().filter(oauth_states::Column::MemberId.eq(id)).exec(db).await?;
    addresses::Entity::delete_many().filter(addresses::Column::MemberId.eq(id)).exec(db).await?;
    seller_profiles::Entity::delete_many().filter(seller_profiles::Column::MemberId.eq(id)).exec(db).await?;
    wishes::Entity::delete_many().filter(wishes::Column::MemberId.eq(id)).exec(db).await?;
    notifications::Entity::delete_many().filter(notifications::Column::MemberId.eq(id)).exec(db).await?;
    trailer_reminders::Entity::delete_many().filter(trailer_reminders::Column::MemberId.eq(id)).exec(db).await?;
    let either_side = follows::Column::MemberId.eq(id).or(follows::Column::SellerId.eq(id));
    follows::Entity::delete_many().filter(either_side).exec(db).await?;
    if let Some(cart) = carts::Entity::find().filter(carts::Column::MemberId.eq(id)).one(db).await? {
        cart_items::Entity::delete_many().filter(cart_items::Column::CartId.eq(cart.id)).exec(db).await?;
        carts::Entity::delete_by_id(cart.id).exec(db).await?;
    }
    Ok(())
}

/// Nothing of theirs is for sale any more.
async fn withdraw_offers(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    products::Entity::update_many()
        .col_expr(products::Column::Status, Expr::value(ProductStatus::Hidden.word()))
        .filter(products::Column::SellerId.eq(id))
        .exec(db)
        .await?;
    trailers::Entity::update_many()
        .col_expr(trailers::Column::Status, Expr::value(TrailerStatus::Cancelled.word()))
        .filter(trailers::Column::SellerId.eq(id))
        .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
        .exec(db)
        .await?;
    Ok(())
}
