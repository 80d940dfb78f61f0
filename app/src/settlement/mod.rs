//! What the operator owes its sellers: the ledger, weekly settlements, `/sell/settlements`.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use serde::Deserialize;

use self::ledger::Account;
use crate::app::{App, AppState};
use crate::db::now;
use crate::entities::{seller_profiles, settlements};
use crate::services::payment::RefundAccount;
use crate::web::flash::flash;
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Errors, Failure, Html, Outcome, Page, Recent, Seller, Visitor, audit};

pub mod accounts;
pub mod bookings;
pub mod closing;
pub mod ledger;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/sell/settlements", get(show))
        .route("/sell/settlements/account", get(show_account).post(save_account))
}

#[derive(Template)]
#[template(path = "settlement/settlements.html")]
struct SettlementsPage {
    page: Page,
    rows: Paged<settlements::Model>,
    /// Paid, and the buyer's still.
    held: i64,
    /// Earned since the last settlement.
    earned: i64,
    profile: Option<seller_profiles::Model>,
    basis_points: i32,
}

impl SettlementsPage {
    /// "5", "3.25".
    fn rate(&self) -> String {
        let (whole, rest) = (self.basis_points / 100, self.basis_points % 100);
        if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}").trim_end_matches('0').to_owned() }
    }
}

async fn profile(app: &App, seller_id: i64) -> Outcome<Option<seller_profiles::Model>> {
    let find = seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.eq(seller_id));
    Ok(find.one(&app.db).await?)
}

async fn show(
    State(app): State<AppState>,
    seller: Seller,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let find = settlements::Entity::find()
        .filter(settlements::Column::SellerId.eq(seller.id()))
        .order_by_desc(settlements::Column::PeriodEnd);
    let rows = paginate(&app.db, find, wanted, 20).await?;
    let profile = profile(&app, seller.id()).await?;
    let own = profile.as_ref().and_then(|profile| profile.commission_basis_points);
    Ok(Html(SettlementsPage {
        page,
        rows,
        held: ledger::balance(&app.db, Account::Held(seller.id()), None).await?,
        earned: ledger::balance(&app.db, Account::Seller(seller.id()), None).await?,
        basis_points: own.unwrap_or(app.config.commission_basis_points),
        profile,
    }))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AccountForm {
    bank: String,
    number: String,
    holder: String,
}

#[derive(Template)]
#[template(path = "settlement/account.html")]
struct AccountPage {
    page: Page,
    form: AccountForm,
    banks: &'static [(&'static str, &'static str)],
    errors: Errors,
}

/// Where money goes to is changed only by who has just given the password.
async fn show_account(seller: Seller, Recent(_): Recent, page: Page, State(app): State<AppState>) -> Outcome<Response> {
    let known = profile(&app, seller.id()).await?;
    let form = AccountForm {
        bank: known.as_ref().and_then(|profile| profile.bank_name.clone()).unwrap_or_default(),
        holder: known.and_then(|profile| profile.bank_holder).unwrap_or_default(),
        ..AccountForm::default()
    };
    let errors = Errors::new(page.lang);
    Ok(Html(AccountPage { page, form, banks: accounts::BANKS, errors }).into_response())
}

async fn save_account(
    State(app): State<AppState>,
    seller: Seller,
    Recent(_): Recent,
    page: Page,
    visitor: Visitor,
    Form(form): Form<AccountForm>,
) -> Outcome<Response> {
    let mut errors = Errors::new(page.lang);
    let account = accounts::check(&form.bank, &form.number, &form.holder, &mut errors);
    if !errors.is_empty() {
        let again = AccountPage { page, form, banks: accounts::BANKS, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let mut row = profile(&app, seller.id()).await?.ok_or(Failure::SellersOnly)?.into_active_model();
    let RefundAccount { bank, number, holder } = account;
    row.bank_name = Set(Some(bank));
    row.bank_account_encrypted = Set(Some(app.config.secret_key.encrypt("bank account", &number)?));
    row.bank_holder = Set(Some(holder));
    row.updated_at = Set(now());
    row.update(&app.db).await?;
    audit::record(&app.db, &visitor, Some(seller.id()), "seller.save-account", ("member", seller.id()), "").await?;
    Ok(flash("/sell/settlements", "flash-saved"))
}
