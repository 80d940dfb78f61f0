//! Withdrawal (청약철회) and complaints: `/orders/{id}/return`. The seller decides once the goods are back.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use serde::Deserialize;

use super::buyer::{Rights, own};
use super::refunds::{self, Asked};
use super::view::View;
use crate::app::AppState;
use crate::entities::enums::RefundKind;
use crate::services::payment::RefundAccount;
use crate::settlement::accounts;
use crate::web::flash::flash;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Visitor, audit};

pub fn routes() -> Router<AppState> {
    Router::new().route("/orders/{id}/return", get(show).post(submit))
}

#[derive(Clone, Debug, Default)]
pub struct AccountForm {
    pub bank: String,
    pub number: String,
    pub holder: String,
}

impl AccountForm {
    pub fn banks(&self) -> &'static [(&'static str, &'static str)] {
        accounts::BANKS
    }
}

/// Only where it is needed.
pub fn account(view: &View, form: &AccountForm, errors: &mut Errors) -> Option<RefundAccount> {
    view.needs_account().then(|| accounts::check(&form.bank, &form.number, &form.holder, errors))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ReturnForm {
    item: Vec<i64>,
    /// Beside `item`, in the same order.
    quantity: Vec<String>,
    kind: String,
    reason: String,
    bank: String,
    number: String,
    holder: String,
}

impl ReturnForm {
    fn account(&self) -> AccountForm {
        AccountForm { bank: self.bank.clone(), number: self.number.clone(), holder: self.holder.clone() }
    }

    fn quantity_of(&self, item: &i64) -> &str {
        let index = self.item.iter().position(|id| id == item);
        index.and_then(|index| self.quantity.get(index)).map_or("0", String::as_str)
    }
}

#[derive(Template)]
#[template(path = "orders/return.html")]
struct ReturnPage {
    page: Page,
    view: View,
    rights: Rights,
    form: ReturnForm,
    account: AccountForm,
    errors: Errors,
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Path(id): Path<i64>,
) -> Outcome<Response> {
    let view = own(&app, &current, id).await?;
    let rights = Rights::of(&view);
    if !rights.withdraw && !rights.defect {
        return Err(Failure::Conflict("refund-too-late"));
    }
    let errors = Errors::new(page.lang);
    let kind = if rights.withdraw { "withdrawal" } else { "defect" };
    let form = ReturnForm { kind: kind.to_owned(), ..ReturnForm::default() };
    Ok(Html(ReturnPage { page, view, rights, account: form.account(), form, errors }).into_response())
}

async fn submit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(form): Form<ReturnForm>,
) -> Outcome<Response> {
    let view = own(&app, &current, id).await?;
    let rights = Rights::of(&view);
    let mut errors = Errors::new(page.lang);
    let kind = match form.kind.as_str() {
        "withdrawal" if rights.withdraw => RefundKind::Withdrawal,
        "defect" if rights.defect => RefundKind::Defect,
        _ => return Err(Failure::Conflict("refund-too-late")),
    };
    let items = chosen(&view, &form, kind, &mut errors);
    errors.required("reason", &form.reason, 500);
    let account = account(&view, &form.account(), &mut errors);
    if !errors.is_empty() {
        let again = ReturnPage { page, view, rights, account: form.account(), form, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    }
    let request = refunds::Request {
        order_id: id,
        kind,
        items: &items,
        reason: form.reason.trim(),
        actor_id: current.id(),
        approved: false,
        restock: false,
        account: account.as_ref(),
    };
    match refunds::request(&app, &request).await? {
        Asked::Done(refund) => {
            audit::record(&app.db, &visitor, Some(current.id()), "refund.request", ("refund", refund), "").await?;
            Ok(flash(&format!("/orders/{id}"), "flash-refund-requested"))
        }
        Asked::Open => Err(Failure::Conflict("refund-open-already")),
        Asked::TooLate => Err(Failure::Conflict("refund-too-late")),
    }
}

fn chosen(view: &View, form: &ReturnForm, kind: RefundKind, errors: &mut Errors) -> Vec<(i64, i64)> {
    let mut items = Vec::new();
    for item in &view.items {
        let quantity = form.quantity_of(&item.item.id).trim().parse::<i64>();
        match quantity {
            Ok(0) => {}
            Ok(quantity) if (1..=item.left()).contains(&quantity) => {
                if kind == RefundKind::Withdrawal && item.item.withdrawal_excluded {
                    errors.add("items", "refund-item-excluded");
                }
                items.push((item.item.id, quantity));
            }
            _ => errors.add("items", "refund-quantity-wrong"),
        }
    }
    if items.is_empty() {
        errors.add("items", "refund-choose-items");
    }
    items
}
