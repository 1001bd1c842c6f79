//! A transaction, on either database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::DbError;
use super::postgres::PgTx;
use super::row::{FromRow, Rows};
use super::sqlite::WriteTx;
use super::statement::{Dialect, Statement};

/// An open transaction. It begins with its first statement and ends with [`commit`](Self::commit)
/// or [`rollback`](Self::rollback); dropped before that, it rolls back, wherever its future stood.
///
/// After a failed statement only a rollback is possible, as PostgreSQL has it; `commit` then rolls
/// back and is an error. Reads in a transaction see its own writes. On SQLite a transaction is
/// alone (`BEGIN IMMEDIATE`); on PostgreSQL it is `READ COMMITTED`, and a row to decide upon must
/// be read `FOR UPDATE`.
pub struct Tx {
    inner: Inner,
    failed: bool,
    statements: Arc<AtomicU64>,
}

enum Inner {
    Sqlite(WriteTx),
    Postgres(Box<PgTx>),
}

impl Tx {
    pub(super) fn sqlite(tx: WriteTx, statements: Arc<AtomicU64>) -> Self {
        Self {
            inner: Inner::Sqlite(tx),
            failed: false,
            statements,
        }
    }

    pub(super) fn postgres(tx: Box<PgTx>, statements: Arc<AtomicU64>) -> Self {
        Self {
            inner: Inner::Postgres(tx),
            failed: false,
            statements,
        }
    }

    /// Which SQL is spoken here.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// From here on statements may take as long as they take: for migrations.
    pub(super) fn be_patient(&mut self) {
        if let Inner::Postgres(tx) = &mut self.inner {
            tx.be_patient();
        }
    }

    fn usable(&self) -> Result<(), DbError> {
        if self.failed {
            return Err(DbError::aborted());
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn note<R>(&mut self, result: Result<R, DbError>) -> Result<R, DbError> {
        self.failed |= matches!(&result, Err(e) if e.aborts());
        result
    }

    /// All rows.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn all<T: FromRow>(&mut self, statement: Statement) -> Result<Vec<T>, DbError> {
        self.found(statement).await
    }

    async fn found<R: Rows + Default + 'static>(
        &mut self,
        statement: Statement,
    ) -> Result<R, DbError> {
        self.usable()?;
        let result = match &mut self.inner {
            Inner::Sqlite(tx) => tx.found(statement).await,
            Inner::Postgres(tx) => {
                let mut found = R::default();
                let visited = tx.visit(&statement, &mut found).await;
                visited.map(|_| found)
            }
        };
        self.note(result)
    }

    /// All rows of a short list; the same as [`all`](Self::all) within a transaction.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn few<T: FromRow>(&mut self, statement: Statement) -> Result<Vec<T>, DbError> {
        self.all(statement).await
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// [`DbError::Decode`] when there are several; any other [`DbError`].
    pub async fn optional<T: FromRow>(
        &mut self,
        statement: Statement,
    ) -> Result<Option<T>, DbError> {
        self.found(statement).await
    }

    /// The one row, as of an aggregate or an `INSERT … RETURNING`.
    ///
    /// # Errors
    /// [`DbError::Decode`] when there is none or several; any other [`DbError`].
    pub async fn one<T: FromRow>(&mut self, statement: Statement) -> Result<T, DbError> {
        self.optional(statement).await?.ok_or_else(super::no_row)
    }

    /// Runs a statement and returns the number of rows changed.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn execute(&mut self, statement: Statement) -> Result<u64, DbError> {
        self.usable()?;
        let result = match &mut self.inner {
            Inner::Sqlite(tx) => tx.execute(statement).await,
            Inner::Postgres(tx) => tx.visit(&statement, &mut ()).await,
        };
        self.note(result)
    }

    /// Runs any number of statements without values, separated by semicolons; for the schema.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn batch(&mut self, sql: String) -> Result<(), DbError> {
        self.usable()?;
        let result = match &mut self.inner {
            Inner::Sqlite(tx) => tx.batch(sql).await,
            Inner::Postgres(tx) => tx.batch(&sql).await,
        };
        self.note(result)
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// When an earlier statement failed, or the commit does. [`DbError::Unavailable`] leaves open
    /// whether it took place.
    pub async fn commit(self) -> Result<(), DbError> {
        self.finish(Vec::new()).await
    }

    /// Runs the last statements, whose answers nobody needs, and makes everything durable, without waiting
    /// for the database in between.
    ///
    /// # Errors
    /// When one of them failed, and as [`commit`](Self::commit).
    pub async fn finish(self, last: Vec<Statement>) -> Result<(), DbError> {
        if self.failed {
            self.rollback().await?;
            return Err(DbError::aborted());
        }
        self.statements
            .fetch_add(last.len() as u64, Ordering::Relaxed);
        match self.inner {
            Inner::Sqlite(tx) => tx.finish(last).await,
            Inner::Postgres(tx) => tx.finish(last).await,
        }
        .map(drop)
    }

    /// Undoes everything.
    ///
    /// # Errors
    /// When the database cannot be reached, which undoes everything as well.
    pub async fn rollback(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }
    }
}
