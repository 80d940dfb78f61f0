//! Addresses that a member keeps: `/checkout/addresses`.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::Deserialize;

use super::place::Delivery;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::addresses::{ActiveModel, Column, Entity, Model};
use crate::transactions;
use crate::web::flash::flash;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page};

const MOST: usize = 10;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/checkout/addresses", get(show).post(add))
        .route("/checkout/addresses/{id}/delete", post(delete))
        .route("/checkout/addresses/{id}/default", post(make_default))
}

/// The default first.
pub async fn of_member(db: &impl ConnectionTrait, member_id: i64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::MemberId.eq(member_id))
        .order_by_desc(Column::IsDefault)
        .order_by_desc(Column::Id)
        .all(db)
        .await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub label: String,
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub address1: String,
    pub address2: String,
}

impl AddressForm {
    pub fn check(&self, errors: &mut Errors) {
        errors.optional("label", &self.label, 40);
        errors.required("recipient", &self.recipient, 60);
        errors.phone("phone", self.phone.trim());
        let postcode = self.postcode.trim();
        if postcode.len() != 5 || !postcode.bytes().all(|byte| byte.is_ascii_digit()) {
            errors.add("postcode", "address-postcode-wrong");
        }
        errors.required("address1", &self.address1, 150);
        errors.optional("address2", &self.address2, 150);
    }

    pub fn delivery(&self, memo: &str) -> Delivery {
        let trimmed = |text: &str| text.trim().to_owned();
        Delivery {
            recipient: trimmed(&self.recipient),
            phone: trimmed(&self.phone),
            postcode: trimmed(&self.postcode),
            address1: trimmed(&self.address1),
            address2: trimmed(&self.address2),
            memo: trimmed(memo),
        }
    }
}

impl From<Model> for AddressForm {
    fn from(row: Model) -> Self {
        Self {
            label: row.label,
            recipient: row.recipient,
            phone: row.phone,
            postcode: row.postcode,
            address1: row.line1,
            address2: row.line2,
        }
    }
}

/// False: there is no room for more.
pub async fn keep(app: &App, member_id: i64, form: &AddressForm) -> Result<bool, DbErr> {
    let known = of_member(&app.db, member_id).await?;
    if known.len() >= MOST {
        return Ok(false);
    }
    let label = if form.label.trim().is_empty() { form.recipient.trim() } else { form.label.trim() };
    let row = ActiveModel {
        member_id: Set(member_id),
        label: Set(label.chars().take(40).collect()),
        recipient: Set(form.recipient.trim().to_owned()),
        phone: Set(form.phone.trim().to_owned()),
        postcode: Set(form.postcode.trim().to_owned()),
        line1: Set(form.address1.trim().to_owned()),
        line2: Set(form.address2.trim().to_owned()),
        is_default: Set(known.is_empty()),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(&app.db).await.map(|_| true)
}

#[derive(Template)]
#[template(path = "orders/addresses.html")]
struct AddressesPage {
    page: Page,
    addresses: Vec<Model>,
    form: AddressForm,
    errors: Errors,
}

async fn show(State(app): State<AppState>, current: CurrentMember, page: Page) -> Outcome<impl IntoResponse> {
    let addresses = of_member(&app.db, current.id()).await?;
    let errors = Errors::new(page.lang);
    Ok(Html(AddressesPage { page, addresses, form: AddressForm::default(), errors }))
}

async fn add(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Form(form): Form<AddressForm>,
) -> Outcome<Response> {
    let mut errors = Errors::new(page.lang);
    form.check(&mut errors);
    if errors.is_empty() {
        if keep(&app, current.id(), &form).await? {
            return Ok(flash("/checkout/addresses", "flash-saved"));
        }
        errors.add("form", "address-too-many");
    }
    let addresses = of_member(&app.db, current.id()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(AddressesPage { page, addresses, form, errors })).into_response())
}

async fn own(app: &App, current: &CurrentMember, id: i64) -> Outcome<Model> {
    let row = Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)?;
    current.owns(row.member_id)?;
    Ok(row)
}

async fn delete(State(app): State<AppState>, current: CurrentMember, Path(id): Path<i64>) -> Outcome<Response> {
    let row = own(&app, &current, id).await?;
    Entity::delete_by_id(row.id).exec(&app.db).await?;
    Ok(flash("/checkout/addresses", "flash-address-deleted"))
}

async fn make_default(State(app): State<AppState>, current: CurrentMember, Path(id): Path<i64>) -> Outcome<Response> {
    let row = own(&app, &current, id).await?;
    let transaction = transactions::begin(&app.db).await?;
    Entity::update_many()
        .col_expr(Column::IsDefault, Expr::value(false))
        .filter(Column::MemberId.eq(row.member_id))
        .exec(&transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::IsDefault, Expr::value(true))
        .filter(Column::Id.eq(row.id))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(flash("/checkout/addresses", "flash-saved"))
}
