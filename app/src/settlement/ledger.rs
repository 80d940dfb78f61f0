//! Double entry: every transaction's debits equal its credits, and its reference makes a second booking impossible.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect,
    RelationTrait, Set,
};

use crate::db::{is_unique_violation, now};
use crate::entities::enums::AccountKind;
use crate::entities::{ledger_accounts, ledger_entries, ledger_transactions};

/// The books' accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Money of the operator's, at the payment provider and in the bank.
    Cash,
    /// Paid for and not the seller's yet: until the buyer confirms, or the deadline has passed.
    Held(i64),
    /// Earned by a seller and not settled yet.
    Seller(i64),
    /// Settled and not transferred yet.
    Payouts,
    /// Paid without an order; it goes back.
    Unmatched,
    Commission,
    /// Earned with adverts.
    Advertising,
    /// What the operator's coupons cost it.
    Coupons,
}

impl Account {
    fn code(self) -> String {
        match self {
            Self::Cash => "cash".to_owned(),
            Self::Held(seller) => format!("held:{seller}"),
            Self::Seller(seller) => format!("seller:{seller}"),
            Self::Payouts => "payouts".to_owned(),
            Self::Unmatched => "unmatched".to_owned(),
            Self::Commission => "commission".to_owned(),
            Self::Advertising => "advertising".to_owned(),
            Self::Coupons => "coupons".to_owned(),
        }
    }

    fn kind(self) -> AccountKind {
        match self {
            Self::Cash => AccountKind::Asset,
            Self::Held(_) | Self::Seller(_) | Self::Payouts | Self::Unmatched => AccountKind::Liability,
            Self::Commission | Self::Advertising => AccountKind::Income,
            Self::Coupons => AccountKind::Expense,
        }
    }

    fn member_id(self) -> Option<i64> {
        match self {
            Self::Held(seller) | Self::Seller(seller) => Some(seller),
            _ => None,
        }
    }

    /// Made when first needed.
    pub async fn id(self, db: &impl ConnectionTrait) -> Result<i64, DbErr> {
        if let Some(id) = self.find(db).await? {
            return Ok(id);
        }
        let row = ledger_accounts::ActiveModel {
            code: Set(self.code()),
            kind: Set(self.kind()),
            member_id: Set(self.member_id()),
            ..Default::default()
        };
        match row.insert(db).await {
            Err(error) if is_unique_violation(&error) => {
                self.find(db).await?.ok_or_else(|| DbErr::RecordNotFound(self.code()))
            }
            other => other.map(|row| row.id),
        }
    }

    async fn find(self, db: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
        let row = ledger_accounts::Entity::find().filter(ledger_accounts::Column::Code.eq(self.code())).one(db).await?;
        Ok(row.map(|row| row.id))
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Entry {
    Debit(Account, i64),
    Credit(Account, i64),
}

/// Writes a transaction. None: its reference was booked before. A negative amount counts on the other side.
pub async fn book(
    db: &impl ConnectionTrait,
    reference: String,
    order_id: Option<i64>,
    entries: &[Entry],
) -> Result<Option<i64>, DbErr> {
    let mut sides = Vec::new();
    for entry in entries {
        let (account, debit) = match *entry {
            Entry::Debit(account, amount) => (account, amount),
            Entry::Credit(account, amount) => (account, -amount),
        };
        if debit != 0 {
            sides.push((account.id(db).await?, debit.max(0), (-debit).max(0)));
        }
    }
    let (debits, credits) =
        sides.iter().fold((0_i64, 0_i64), |(debits, credits), (_, debit, credit)| (debits + debit, credits + credit));
    if debits != credits {
        return Err(DbErr::Custom(format!("{reference}: {debits} debited, {credits} credited")));
    }
    let row = ledger_transactions::ActiveModel {
        reference: Set(reference),
        order_id: Set(order_id),
        created_at: Set(now()),
        ..Default::default()
    };
    let transaction = match row.insert(db).await {
        Err(error) if is_unique_violation(&error) => return Ok(None),
        other => other?.id,
    };
    for (account_id, debit, credit) in sides {
        let row = ledger_entries::ActiveModel {
            transaction_id: Set(transaction),
            account_id: Set(account_id),
            debit: Set(debit),
            credit: Set(credit),
            ..Default::default()
        };
        row.insert(db).await?;
    }
    Ok(Some(transaction))
}

/// Sums are decimals in MySQL; whole won fit into 64 bits.
fn sum(column: &str) -> sea_orm::sea_query::SimpleExpr {
    Expr::cust(format!("CAST(COALESCE(SUM({column}), 0) AS SIGNED)"))
}

/// Credits less debits; with an order only what was booked for it.
pub async fn balance(db: &impl ConnectionTrait, account: Account, order_id: Option<i64>) -> Result<i64, DbErr> {
    let mut find = ledger_entries::Entity::find()
        .select_only()
        .column_as(sum("credit"), "credit")
        .column_as(sum("debit"), "debit")
        .join(JoinType::InnerJoin, ledger_entries::Relation::Transaction.def())
        .filter(ledger_entries::Column::AccountId.eq(account.id(db).await?));
    if let Some(order) = order_id {
        find = find.filter(ledger_transactions::Column::OrderId.eq(order));
    }
    let row: Option<(i64, i64)> = find.into_tuple().one(db).await?;
    Ok(row.map_or(0, |(credit, debit)| credit - debit))
}

/// Transactions whose sides differ: there is none, ever. For the tests and the operator.
pub async fn unbalanced(db: &impl ConnectionTrait) -> Result<Vec<i64>, DbErr> {
    let rows: Vec<(i64, i64, i64)> = ledger_entries::Entity::find()
        .select_only()
        .column(ledger_entries::Column::TransactionId)
        .column_as(sum("debit"), "debit")
        .column_as(sum("credit"), "credit")
        .group_by(ledger_entries::Column::TransactionId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter(|(_, debit, credit)| debit != credit).map(|(id, _, _)| id).collect())
}
