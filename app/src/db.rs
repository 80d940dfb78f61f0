//! The database: connecting, migrating, and the few things that differ between MySQL and SQLite.

use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::sqlx::{self, Connection, MySqlConnection};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, SqlErr, Statement};
use sea_orm_migration::prelude::*;

use crate::config::Config;

/// Forward only and never edited once released: what changes comes as a new file and a line here.
const MIGRATIONS: &[(&str, &str)] = &[
    ("m0001_members", include_str!("../migrations/0001_members.sql")),
    ("m0002_catalog", include_str!("../migrations/0002_catalog.sql")),
    ("m0003_live", include_str!("../migrations/0003_live.sql")),
    ("m0004_orders", include_str!("../migrations/0004_orders.sql")),
    ("m0005_community", include_str!("../migrations/0005_community.sql")),
    ("m0006_platform", include_str!("../migrations/0006_platform.sql")),
    ("m0007_test_payments", include_str!("../migrations/0007_test_payments.sql")),
    ("m0020_ad_slots", include_str!("../migrations/0020_ad_slots.sql")),
    ("m0020_refund_accounts", include_str!("../migrations/0020_refund_accounts.sql")),
    ("m0021_settled_adverts", include_str!("../migrations/0021_settled_adverts.sql")),
];

/// MySQL keeps microseconds; both databases get the same.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

pub async fn connect(config: &Config) -> anyhow::Result<DatabaseConnection> {
    if let Some(folder) = sqlite_file(&config.database_url).and_then(|file| file.parent()) {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut options = ConnectOptions::new(&config.database_url);
    options
        .max_connections(config.database_connections)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            // Readers go on while one writes, and a second writer waits instead of failing.
            options.pragma("journal_mode", "WAL").pragma("synchronous", "NORMAL").busy_timeout(Duration::from_secs(10))
        });
    Database::connect(options).await.context("cannot connect to SHOP_DATABASE_URL")
}

fn sqlite_file(url: &str) -> Option<&std::path::Path> {
    let file = url.strip_prefix("sqlite:")?.trim_start_matches("//").split('?').next()?;
    (!file.contains(":memory:") && !file.is_empty()).then(|| std::path::Path::new(file))
}

/// Brings the database to this version. Of several processes at once one does it; the others wait for it, and find
/// nothing left to do.
pub async fn migrate(db: &DatabaseConnection) -> anyhow::Result<()> {
    match db.get_database_backend() {
        DbBackend::MySql => migrate_mysql(db).await,
        _ => migrate_sqlite(db).await,
    }
}

/// How many seconds another's migrations are waited for.
const PATIENCE: i64 = 600;

/// MySQL ends a transaction at every change of a table, so none can hold migrations together. A named lock can: it is its
/// connection's, and ends with it. <https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html>
async fn migrate_mysql(db: &DatabaseConnection) -> anyhow::Result<()> {
    let options = db.get_mysql_connection_pool().connect_options();
    let mut holder = MySqlConnection::connect_with(&options).await.context("connecting for the lock")?;
    // Names are the server's, not the schema's.
    let taken: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(LEFT(CONCAT(DATABASE(), ' migrates'), 64), ?)")
        .bind(PATIENCE)
        .fetch_one(&mut holder)
        .await
        .context("taking the lock")?;
    anyhow::ensure!(taken == Some(1), "another process has been migrating for {PATIENCE} s");
    let migrated = Migrator::up(db, None).await;
    holder.close().await.context("giving the lock back")?;
    Ok(migrated?)
}

/// SQLite's own locks last for a transaction; a file beside the database lasts for all of them.
async fn migrate_sqlite(db: &DatabaseConnection) -> anyhow::Result<()> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA database_list")).await?;
    let file: String = row.map(|row| row.try_get("", "file")).transpose()?.unwrap_or_default();
    if file.is_empty() {
        return Ok(Migrator::up(db, None).await?); // in memory, and nobody else's
    }
    let lock = tokio::task::spawn_blocking(move || {
        let lock = std::fs::File::create(format!("{file}-migrates"))?;
        lock.lock()?;
        std::io::Result::Ok(lock)
    });
    let lock = lock.await?.context("taking the lock")?;
    Migrator::up(db, None).await?;
    drop(lock);
    Ok(())
}

/// The names of the migrations that the database lacks.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    Ok(Migrator::get_pending_migrations(db).await?.iter().map(|migration| migration.name().to_owned()).collect())
}

/// Bytes that a TEXT column holds in MySQL, and somewhat less.
pub const LONGEST_TEXT: usize = 60_000;

/// Two wrote the same unique value, or the row that a foreign key names is missing.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        MIGRATIONS.iter().map(|&(name, sql)| Box::new(SqlFile { name, sql }) as Box<dyn MigrationTrait>).collect()
    }
}

struct SqlFile {
    name: &'static str,
    sql: &'static str,
}

impl MigrationName for SqlFile {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlFile {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for statement in statements(self.sql, connection.get_database_backend()) {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}

/// The statements of a file, with `{id}`, `{time}` and `{table}` as this database spells them.
fn statements(sql: &str, backend: DbBackend) -> Vec<String> {
    let (id, time, table) = match backend {
        DbBackend::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT", "DATETIME", ""),
        _ => (
            "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
            "DATETIME(6)",
            " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci",
        ),
    };
    let code: String = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    let code = code.replace("{id}", id).replace("{time}", time).replace("{table}", table);
    code.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_statements() {
        let sql = "-- why; not\nCREATE TABLE a (\n  id {id}, -- enum X: a|b\n  at {time} NULL\n){table};\nCREATE INDEX i ON a (at);";
        let found = statements(sql, DbBackend::Sqlite);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("id INTEGER PRIMARY KEY AUTOINCREMENT") && !found[0].contains("--"));
        assert!(statements(sql, DbBackend::MySql)[0].contains("utf8mb4"));
    }

    #[test]
    fn sqlite_files() {
        assert_eq!(sqlite_file("sqlite://a/b.sqlite?mode=rwc"), Some(std::path::Path::new("a/b.sqlite")));
        assert_eq!(sqlite_file("sqlite::memory:"), None);
        assert_eq!(sqlite_file("mysql://x"), None);
    }
}
