//! Tables without a row scope: what modules ask for beyond their resources, each time with a reason.

use sea_query::SelectStatement;

use super::Cx;
use crate::audit::owed::{Debt, OnRecord};
use db::{FromRow, Statement};
use records::error::Error;
use records::record::Record;

/// Tables without a row scope. See [`Cx::unscoped`].
///
/// A unit that changes an audited record here is committed only if an entry about that record is written
/// with [`Cx::audit`] as well, unless it says what else puts the change on record.
pub struct Unscoped<'a> {
    pub(super) cx: &'a mut Cx,
    pub(super) on_record: OnRecord,
}

impl Unscoped<'_> {
    /// What is changed is a part of a record of another kind, and on record with that.
    #[must_use]
    pub fn part_of<R: Record>(mut self) -> Self {
        self.on_record = OnRecord::With(R::NAME);
        self
    }

    /// The change is no person's act and is not audited, such as the removal of what has expired.
    #[must_use]
    pub fn untraced(mut self) -> Self {
        self.on_record = OnRecord::Nowhere;
        self
    }

    /// Rows of a query that may run long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all<T: FromRow>(self, statement: Statement) -> Result<Vec<T>, Error> {
        let debt = Debt::of(self.cx, &statement, self.on_record)?;
        let rows = match &mut self.cx.tx {
            Some(tx) => tx.all(statement).await?,
            None => self.cx.app.db.all(statement).await?,
        };
        self.cx.owed.answered(&debt, rows.len());
        Ok(rows)
    }

    /// Rows of a short list found by an index; on SQLite they are read in place.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn few<T: FromRow>(self, statement: Statement) -> Result<Vec<T>, Error> {
        let debt = Debt::of(self.cx, &statement, self.on_record)?;
        let rows = match &mut self.cx.tx {
            Some(tx) => tx.few(statement).await?,
            None => self.cx.app.db.few(statement).await?,
        };
        self.cx.owed.answered(&debt, rows.len());
        Ok(rows)
    }

    /// The row of a keyed query.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn optional<T: FromRow>(self, statement: Statement) -> Result<Option<T>, Error> {
        let debt = Debt::of(self.cx, &statement, self.on_record)?;
        let row = match &mut self.cx.tx {
            Some(tx) => tx.optional(statement).await?,
            None => self.cx.app.db.optional(statement).await?,
        };
        self.cx.owed.answered(&debt, usize::from(row.is_some()));
        Ok(row)
    }

    /// Changes rows, and answers how many.
    ///
    /// # Errors
    /// What the database's constraints refuse.
    pub async fn execute(self, statement: Statement) -> Result<u64, Error> {
        let debt = Debt::of(self.cx, &statement, self.on_record)?;
        let changed = self.cx.tx()?.execute(statement).await?;
        self.cx.owed.changed(&debt, changed);
        Ok(changed)
    }

    /// Changes rows at the end of the unit, together with its commit. Nobody learns how many, and nothing
    /// in the unit sees it.
    ///
    /// # Errors
    /// When there is no transaction.
    pub fn at_end(self, statement: Statement) -> Result<(), Error> {
        let debt = Debt::of(self.cx, &statement, self.on_record)?;
        self.cx.tx()?;
        self.cx.last.push(statement);
        self.cx.owed.changed(&debt, 1);
        Ok(())
    }

    /// Stores a row whose making the caller puts on record in other words, such as a login's session.
    ///
    /// # Errors
    /// What the database's constraints refuse.
    pub async fn insert<R: Record>(self, row: &mut R) -> Result<(), Error> {
        if let Some(name) = self.cx.app.registry.audited(R::TABLE) {
            self.cx.owed.owe(name, self.on_record);
        }
        self.cx.store(std::slice::from_mut(row)).await
    }

    /// Records by a query that starts with [`select`](super::select).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records<R: Record>(self, query: SelectStatement) -> Result<Vec<R>, Error> {
        self.cx.records(query).await
    }

    /// The records of such a query that can be read, for work on many of which one that is damaged must not hold up
    /// the others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn readable<R: Record>(self, query: SelectStatement) -> Result<Vec<R>, Error> {
        self.cx.readable(query, false).await
    }

    /// The first record of a query that starts with [`select`](super::select).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record<R: Record>(self, query: SelectStatement) -> Result<Option<R>, Error> {
        self.cx.record(query).await
    }
}
