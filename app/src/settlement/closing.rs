//! Every week (Monday to Sunday, in Seoul) what a seller has earned is closed into a settlement; a minus is carried on.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait, JoinType,
    QueryFilter, QueryOrder, QuerySelect, RelationTrait, Set,
};

use super::bookings::ADVERT;
use super::ledger::{Account, Entry, book};
use crate::app::App;
use crate::db::{is_unique_violation, now};
use crate::entities::enums::{AccountKind, SettlementStatus};
use crate::entities::{ledger_accounts, ledger_entries, ledger_transactions, settlements};
use crate::i18n::seoul;
use crate::transactions;
use crate::web::{Failure, Outcome};

const SEOUL: i64 = 9;

/// The Monday that begins the week of a moment, in Seoul.
fn monday(time: DateTime<Utc>) -> NaiveDate {
    let day = seoul(time).date_naive();
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - Duration::hours(SEOUL)
}

/// The periodic task: everything up to last Sunday. Twice, or late by weeks, is the same.
pub async fn run(app: &App) -> anyhow::Result<u64> {
    close_until(&app.db, monday(now())).await
}

pub async fn close_until(db: &DatabaseConnection, end: NaiveDate) -> anyhow::Result<u64> {
    let sellers: Vec<Option<i64>> = ledger_accounts::Entity::find()
        .select_only()
        .column(ledger_accounts::Column::MemberId)
        .filter(ledger_accounts::Column::Kind.eq(AccountKind::Liability))
        .filter(ledger_accounts::Column::Code.starts_with("seller:"))
        .into_tuple()
        .all(db)
        .await?;
    let mut closed = 0;
    for seller in sellers.into_iter().flatten() {
        let done = transactions::retrying(|| close(db, seller, end)).await;
        closed += u64::from(done.map_err(|failure| anyhow::anyhow!("seller {seller}: {failure:?}"))?);
    }
    Ok(closed)
}

/// False: nothing to close (again).
async fn close(db: &DatabaseConnection, seller_id: i64, end: NaiveDate) -> Outcome<bool> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let last = settlements::Entity::find()
        .filter(settlements::Column::SellerId.eq(seller_id))
        .order_by_desc(settlements::Column::PeriodEnd)
        .one(db)
        .await?;
    let after = last.map(|row| row.period_end + Days::new(1));
    if after.is_some_and(|start| start >= end) {
        return Ok(false);
    }
    let week = week(db, seller_id, after.map(midnight), midnight(end)).await?;
    let Some(first) = week.first.filter(|_| week.payout() > 0) else { return Ok(false) };
    let row = settlements::ActiveModel {
        seller_id: Set(seller_id),
        period_start: Set(after.unwrap_or_else(|| seoul(first).date_naive())),
        // Both days belong to it.
        period_end: Set(end - Days::new(1)),
        sales: Set(week.sales),
        refunds: Set(week.refunds),
        commission: Set(week.commission),
        advertising: Set(week.advertising),
        payout: Set(week.payout()),
        status: Set(SettlementStatus::Closed),
        created_at: Set(now()),
        ..Default::default()
    };
    let settlement = match row.insert(db).await {
        // Another instance was faster.
        Err(error) if is_unique_violation(&error) => return Ok(false),
        other => other?,
    };
    let entries = [
        Entry::Debit(Account::Seller(seller_id), settlement.payout),
        Entry::Credit(Account::Payouts, settlement.payout),
    ];
    let booked = book(db, format!("settlement:{}", settlement.id), None, &entries).await?;
    settlements::Entity::update_many()
        .col_expr(settlements::Column::TransactionId, Expr::value(booked))
        .filter(settlements::Column::Id.eq(settlement.id))
        .exec(db)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

#[derive(Debug, Default)]
struct Week {
    first: Option<DateTime<Utc>>,
    sales: i64,
    refunds: i64,
    commission: i64,
    advertising: i64,
}

impl Week {
    fn payout(&self) -> i64 {
        self.sales - self.refunds - self.commission - self.advertising
    }
}

/// From the books: what was confirmed, what came back after that, the commission on both, and what adverts cost.
async fn week(
    db: &impl ConnectionTrait,
    seller_id: i64,
    from: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
) -> Result<Week, DbErr> {
    let account = Account::Seller(seller_id).id(db).await?;
    let mut find = ledger_transactions::Entity::find()
        .join_rev(JoinType::InnerJoin, ledger_entries::Relation::Transaction.def())
        .filter(ledger_entries::Column::AccountId.eq(account))
        .filter(ledger_transactions::Column::CreatedAt.lt(until))
        .filter(
            ledger_transactions::Column::OrderId
                .is_not_null()
                .or(ledger_transactions::Column::Reference.starts_with(ADVERT)),
        )
        .order_by_asc(ledger_transactions::Column::Id);
    if let Some(from) = from {
        find = find.filter(ledger_transactions::Column::CreatedAt.gte(from));
    }
    let transactions = find.all(db).await?;
    let commission = Account::Commission.id(db).await?;
    let mut week = Week::default();
    for transaction in transactions {
        let entries = ledger_entries::Entity::find()
            .filter(ledger_entries::Column::TransactionId.eq(transaction.id))
            .filter(ledger_entries::Column::AccountId.is_in([account, commission]))
            .all(db)
            .await?;
        let of = |id| {
            let own = entries.iter().filter(|entry| entry.account_id == id);
            own.map(|entry| entry.credit - entry.debit).sum::<i64>()
        };
        let (net, fee) = (of(account), of(commission));
        week.first.get_or_insert(transaction.created_at);
        week.commission += fee;
        if transaction.reference.starts_with(ADVERT) {
            week.advertising -= net;
        } else if transaction.reference.starts_with("refund:") {
            week.refunds -= net + fee;
        } else {
            week.sales += net + fee;
        }
    }
    Ok(week)
}

/// The operator has transferred it. False: it was before.
pub async fn mark_paid(db: &DatabaseConnection, settlement_id: i64) -> Outcome<bool> {
    transactions::retrying(|| mark_paid_once(db, settlement_id)).await
}

async fn mark_paid_once(db: &DatabaseConnection, settlement_id: i64) -> Outcome<bool> {
    let transaction = transactions::begin(db).await?;
    let db = &transaction;
    let paid = settlements::Entity::update_many()
        .col_expr(settlements::Column::Status, Expr::value(SettlementStatus::Paid.word()))
        .col_expr(settlements::Column::PaidAt, Expr::value(now()))
        .filter(settlements::Column::Id.eq(settlement_id))
        .filter(settlements::Column::Status.eq(SettlementStatus::Closed))
        .exec(db)
        .await?;
    if paid.rows_affected != 1 {
        return Ok(false);
    }
    let row = settlements::Entity::find_by_id(settlement_id).one(db).await?.ok_or(Failure::NotFound)?;
    let entries = [Entry::Debit(Account::Payouts, row.payout), Entry::Credit(Account::Cash, row.payout)];
    book(db, format!("payout:{}", row.id), None, &entries).await?;
    transaction.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday_in_seoul() {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(monday(time("2026-11-29T14:59:59Z")), day("2026-11-23"));
        assert_eq!(monday(time("2026-11-29T15:00:00Z")), day("2026-11-30"));
        assert_eq!(midnight(day("2026-11-30")), time("2026-11-29T15:00:00Z"));
    }
}
