//! The data layer: one `Db` and one `Tx` over SQLite and PostgreSQL.
//!
//! It adds only what the drivers lack: one [`Row`], one universe of bound [`Value`]s, errors named
//! by constraint, transactions that roll back when dropped and are retried when they lose a race,
//! group commit on SQLite, and migrations. It promises:
//!
//! - what is acknowledged is durable (`synchronous=FULL`, `synchronous_commit=on`);
//! - a dropped future leaves no transaction open and no connection dirty;
//! - a statement with `$1` placeholders and the values of [`value`] means the same on both.
//!
//! ```
//! # async fn example() -> Result<(), db::DbError> {
//! use db::{Db, DbConfig, DbError, Statement, ToValue};
//! let dir = tempfile::tempdir().map_err(|e| DbError::Other(e.to_string()))?;
//! let db = Db::connect(&DbConfig::parse("sqlite://ward.db", dir.path())?).await?;
//! db.execute(Statement::raw("CREATE TABLE bed (id INTEGER PRIMARY KEY, ward TEXT)", vec![])).await?;
//! let id = db
//!     .transaction(|tx| Box::pin(async move {
//!         let insert = "INSERT INTO bed (ward) VALUES ($1) RETURNING id";
//!         let (id,) = tx.one::<(i64,)>(Statement::raw(insert, vec!["A".to_value()])).await?;
//!         Ok::<_, DbError>(id)
//!     }))
//!     .await?;
//! let select = Statement::raw("SELECT ward FROM bed WHERE id = $1", vec![id.to_value()]);
//! assert_eq!(db.optional::<(String,)>(select).await?, Some(("A".to_owned(),)));
//! # Ok(()) }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

pub mod config;
mod copy_text;
mod db;
mod ddl;
mod dump;
pub mod error;
mod migrate;
pub mod postgres;
mod row;
mod sqlite;
mod statement;
mod statistics;
mod target;
mod tx;
pub mod value;

pub use config::{DbConfig, DbUrl};
pub use copy_text::Kind;
pub use db::{Db, Stats};
pub use ddl::{ColumnDdl, Ddl, NoOverlap, TableDdl};
pub use dump::schema_dump;
pub use error::{Damage, DbError, Retryable};
pub use migrate::checksums;
pub use migrate::{Applied, Migration, migrate, migrations_text};
pub use row::{Cell, Decode, FromRow, Row};
/// A value bound to a placeholder; see [`value`] for what goes where.
pub use sea_query::Value;
pub use sqlite::across::{Carried, Source as SqliteSource, Target as SqliteTarget};
pub use statement::{Dialect, Statement};
pub use statistics::gather_statistics;
pub use target::written;
pub use tx::Tx;
pub use value::ToValue;

fn no_row() -> DbError {
    DbError::Decode("no row where one is expected".to_owned())
}
