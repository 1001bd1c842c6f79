//! What SQLite's planner knows of how tables are filled; PostgreSQL gathers that by itself.
//!
//! Without it the planner goes by the look of an index: of two that could find some rows it may take the one
//! whose key half the table has. Numbers are gathered once a table has rows, has ten times as many or a tenth
//! of what it had, or has a new index: the rules are those of SQLite's own `PRAGMA optimize`.

//!
//! Numbers also mislead. A table that was nearly empty when they were gathered and has grown since is read from
//! its beginning where a range of its key would do, because a scan of one row is the cheapest plan there is. So
//! two kinds are never kept ([`trust_less`]): those of tables that grow or turn over faster than anybody gathers,
//! which are planned by the look of their indexes, and those that say that a table has almost no rows. Both are
//! removed when a database is opened, wherever they came from, and after gathering.

use super::db::Db;
use super::error::DbError;
use super::statement::{Dialect, Statement};

/// Tables that grow by thousands of rows between two gatherings, or whose rows come and go. Each is only ever
/// asked by one of its keys.
const FAST: &[&str] = &[
    "audit_link",
    "audit_log",
    "audit_posting",
    "audit_segment",
    "idempotent_reply",
    "job",
];

/// What statistics have to claim at least. Of ten rows the planner prefers a key to a scan already, and
/// `PRAGMA optimize` does not take the table for one that has changed.
const LEAST: u32 = 10;

/// Finds out whether numbers are kept that should not be.
pub(super) fn distrusted() -> String {
    let fast = FAST.join("', '");
    format!(
        "SELECT 1 FROM sqlite_stat1 WHERE tbl IN ('{fast}') OR CAST(stat AS INTEGER) < {LEAST} LIMIT 1"
    )
}

/// Removes those of the tables that grow fast, and lets no other table have almost no rows.
pub(super) fn trust_less() -> String {
    let fast = FAST.join("', '");
    format!(
        "DELETE FROM sqlite_stat1 WHERE tbl IN ('{fast}'); \
         UPDATE sqlite_stat1 SET stat = '{LEAST}' || substr(stat, instr(stat || ' ', ' ')) \
         WHERE CAST(stat AS INTEGER) < {LEAST}"
    )
}

/// Gathers what is missing or out of date, and says of how many tables that was.
///
/// A table at a time holds the writer, for a few milliseconds: of each index a limited number of entries is
/// looked at (`analysis_limit`).
///
/// # Errors
/// When the database fails.
pub async fn gather_statistics(db: &Db) -> Result<usize, DbError> {
    if db.dialect() == Dialect::Postgres {
        return Ok(0);
    }
    // With the lowest bit it only says what it would do. It asks for the writer, which readers have not.
    let mut tx = db.begin().await?;
    let due: Vec<(String,)> = tx
        .all(Statement::raw("PRAGMA optimize = 0x10003", Vec::new()))
        .await?;
    tx.commit().await?;
    let fast = |analyze: &str| {
        FAST.iter()
            .any(|table| analyze.contains(&format!("\"{table}\"")))
    };
    let due: Vec<String> = due
        .into_iter()
        .map(|(analyze,)| analyze)
        .filter(|analyze| !fast(analyze))
        .collect();
    let tables = due.len();
    for analyze in due {
        alone(db, analyze).await?;
    }
    if tables > 0 {
        alone(db, trust_less()).await?;
        // Other connections read the numbers with the schema, and that when it has changed.
        let change = "CREATE TABLE statistics_changed (id INTEGER); DROP TABLE statistics_changed";
        alone(db, change.to_owned()).await?;
    }
    Ok(tables)
}

/// In a transaction of its own.
async fn alone(db: &Db, sql: String) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    tx.batch(sql).await?;
    tx.commit().await
}
