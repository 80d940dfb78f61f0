//! Transactions that many fight over: begun so that both databases lock early, and tried again where one of two
//! has to give way.

use std::time::Duration;

use rand::RngExt;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::web::{Failure, Outcome};

const ATTEMPTS: u32 = 12;

/// SQLite: the write lock at once, for a reader that becomes a writer is refused, not made to wait. MySQL: read
/// committed, for conditional updates need no gap locks, and those are what deadlocks are made of.
pub async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let sqlite = db.get_database_backend() == DbBackend::Sqlite;
    db.begin_with_options(TransactionOptions {
        isolation_level: (!sqlite).then_some(IsolationLevel::ReadCommitted),
        access_mode: None,
        sqlite_transaction_mode: sqlite.then_some(SqliteTransactionMode::Immediate),
    })
    .await
}

/// Runs a whole transaction (begin to commit) again when the database chose it as the one to give way.
pub async fn retrying<T, F>(mut work: impl FnMut() -> F) -> Outcome<T>
where
    F: Future<Output = Outcome<T>>,
{
    let mut attempt = 1;
    loop {
        match work().await {
            Err(Failure::Internal(error)) if attempt < ATTEMPTS && gave_way(&error) => {
                metrics::counter!("shop_transactions_retried_total").increment(1);
                let wait = rand::rng().random_range(5..20 * u64::from(attempt));
                tokio::time::sleep(Duration::from_millis(wait)).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn gave_way(error: &anyhow::Error) -> bool {
    // MySQL 1213 and 1205, MariaDB 1020, SQLite's SQLITE_BUSY: sqlx knows them by their texts only, for both at once.
    const SIGNS: [&str; 5] = [
        "Deadlock found",
        "Lock wait timeout",
        "Record has changed since last read",
        "database is locked",
        "database table is locked",
    ];
    let text = error.downcast_ref::<DbErr>().map(ToString::to_string).unwrap_or_default();
    SIGNS.iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(text: &str) -> Failure {
        DbErr::Custom(text.to_owned()).into()
    }

    #[tokio::test]
    async fn only_who_gave_way_tries_again() {
        let mut tries = 0;
        let outcome = retrying(|| {
            tries += 1;
            std::future::ready(if tries < 3 {
                Err(database("1213 (40001): Deadlock found when…"))
            } else {
                Ok(tries)
            })
        });
        assert_eq!(outcome.await.unwrap(), 3);
        let mut tries = 0;
        let outcome: Outcome<()> = retrying(|| {
            tries += 1;
            std::future::ready(Err(database("no such table")))
        })
        .await;
        assert!(outcome.is_err());
        assert_eq!(tries, 1);
    }
}
