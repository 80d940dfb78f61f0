//! The ledger's accounts and whether they balance, and what was settled with sellers.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryOrder, QuerySelect};

use crate::app::AppState;
use crate::entities::enums::AccountKind;
use crate::entities::{ledger_accounts, ledger_entries, settlements};
use crate::social::sellers::{Face, faces};
use crate::web::paging::{PageQuery, Paged, paginate};
use crate::web::{Admin, Html, Outcome, Page};

pub fn routes() -> Router<AppState> {
    Router::new().route("/admin/settlements", get(show))
}

#[derive(Clone, Debug)]
struct Account {
    code: String,
    kind: AccountKind,
    /// On the side where such an account has its money.
    balance: i64,
}

fn balance(kind: AccountKind, (debit, credit): (i64, i64)) -> i64 {
    match kind {
        AccountKind::Asset | AccountKind::Expense => debit - credit,
        AccountKind::Liability | AccountKind::Income => credit - debit,
    }
}

#[derive(Template)]
#[template(path = "admin/settlements.html")]
struct SettlementsPage {
    page: Page,
    /// Of the operator; sellers' accounts are one line together.
    accounts: Vec<Account>,
    owed: i64,
    balanced: bool,
    settlements: Paged<(settlements::Model, Face)>,
}

async fn show(
    State(app): State<AppState>,
    _: Admin,
    page: Page,
    Query(wanted): Query<PageQuery>,
) -> Outcome<impl IntoResponse> {
    let sums = sums(&app.db).await?;
    let total = sums.values().fold((0, 0), |(debit, credit), (more, less)| (debit + more, credit + less));
    let all = ledger_accounts::Entity::find().order_by_asc(ledger_accounts::Column::Code).all(&app.db).await?;
    let mut accounts = Vec::new();
    let mut owed = 0;
    for row in all {
        let balance = balance(row.kind, sums.get(&row.id).copied().unwrap_or_default());
        if row.member_id.is_some() {
            owed += balance;
        } else {
            accounts.push(Account { code: row.code, kind: row.kind, balance });
        }
    }
    let rows =
        paginate(&app.db, settlements::Entity::find().order_by_desc(settlements::Column::Id), wanted, 30).await?;
    let sellers: Vec<i64> = rows.items.iter().map(|row| row.seller_id).collect();
    let names = faces(&app.db, &sellers).await?;
    let settlements = rows.map(|row| {
        let face = names.get(&row.seller_id).cloned().unwrap_or(Face { id: row.seller_id, ..Face::default() });
        (row, face)
    });
    Ok(Html(SettlementsPage { page, accounts, owed, balanced: total.0 == total.1, settlements }))
}

/// Debits and credits of each account.
async fn sums(db: &impl ConnectionTrait) -> Result<HashMap<i64, (i64, i64)>, DbErr> {
    // MySQL's sums are decimals; SQLite takes the cast for what it has anyway.
    let sum = |column: ledger_entries::Column| Expr::col(column).sum().cast_as("SIGNED");
    let rows: Vec<(i64, i64, i64)> = ledger_entries::Entity::find()
        .select_only()
        .column(ledger_entries::Column::AccountId)
        .column_as(sum(ledger_entries::Column::Debit), "debits")
        .column_as(sum(ledger_entries::Column::Credit), "credits")
        .group_by(ledger_entries::Column::AccountId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(account, debit, credit)| (account, (debit, credit))).collect())
}
