//! What SQLite's planner knows of how tables are filled; PostgreSQL gathers that by itself.
//!
//! Without it the planner goes by the look of an index: of two that could find some rows it may take the one
//! whose key half the table has. Numbers are gathered once a table has rows, has ten times as many or a tenth
//! of what it had, or has a new index: the rules are those of SQLite's own `PRAGMA optimize`.

use super::db::Db;
use super::error::DbError;
use super::statement::{Dialect, Statement};

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
    let tables = due.len();
    for (analyze,) in due {
        alone(db, analyze).await?;
    }
    if tables > 0 {
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
