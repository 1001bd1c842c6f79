//! What the code that serves declarations may do with a unit of work, and modules may not: the platform that modules
//! see leaves this out.

use std::future::Future;

use sea_query::SelectStatement;

use db::{Db, Tx};
use records::error::Error;
use records::record::Record;

use crate::access::Grant;
use crate::app::App;
use crate::call::Prepared;
use crate::changes::Changes;
use crate::cx::Cx;
use crate::resource::Resource;

/// Inside of a unit of work.
pub trait InsideUnit {
    /// A query over the rows in reach, or `None` when there are none.
    fn in_reach<R: Resource>(&self, grant: &Grant) -> Option<SelectStatement>;
    /// The rows of a query.
    ///
    /// # Errors
    /// When the database fails.
    fn rows<R: Record>(
        &mut self,
        query: SelectStatement,
    ) -> impl Future<Output = Result<Vec<R>, Error>> + Send;
    /// The same, for rows that are few and found by an index.
    ///
    /// # Errors
    /// When the database fails.
    fn few_rows<R: Record>(
        &mut self,
        query: SelectStatement,
    ) -> impl Future<Output = Result<Vec<R>, Error>> + Send;
    /// The rows of a query that are to be shown: one that cannot be read is left out and noted
    /// ([`Cx::damaged`]) in a unit that only reads.
    ///
    /// # Errors
    /// When the database fails.
    fn rows_to_show<R: Record>(
        &mut self,
        query: SelectStatement,
    ) -> impl Future<Output = Result<Vec<R>, Error>> + Send;
    /// The same, for rows that are few and found by an index.
    ///
    /// # Errors
    /// When the database fails.
    fn few_to_show<R: Record>(
        &mut self,
        query: SelectStatement,
    ) -> impl Future<Output = Result<Vec<R>, Error>> + Send;
    /// The transaction.
    ///
    /// # Errors
    /// In a unit that only reads.
    fn transaction(&mut self) -> Result<&mut Tx, Error>;
    /// Takes along what was worked out before.
    fn carry(&mut self, prepared: Prepared);
    /// Whether the audit trail will be told whose data was shown.
    fn says_whose(&self) -> bool;
    /// Whose data was changed or shown, each once.
    fn whose(&self) -> Vec<i64>;
    /// Shows the data of these patients.
    fn shows(&mut self, patients: &[i64]);
}

impl InsideUnit for Cx {
    fn in_reach<R: Resource>(&self, grant: &Grant) -> Option<SelectStatement> {
        self.scoped::<R>(grant)
    }

    async fn rows<R: Record>(&mut self, query: SelectStatement) -> Result<Vec<R>, Error> {
        self.records(query).await
    }

    async fn few_rows<R: Record>(&mut self, query: SelectStatement) -> Result<Vec<R>, Error> {
        self.few(query).await
    }

    async fn rows_to_show<R: Record>(&mut self, query: SelectStatement) -> Result<Vec<R>, Error> {
        self.readable_to_show(query, false).await
    }

    async fn few_to_show<R: Record>(&mut self, query: SelectStatement) -> Result<Vec<R>, Error> {
        self.readable_to_show(query, true).await
    }

    fn transaction(&mut self) -> Result<&mut Tx, Error> {
        self.tx()
    }

    fn carry(&mut self, prepared: Prepared) {
        self.prepared = prepared;
    }

    fn says_whose(&self) -> bool {
        self.seen.is_said()
    }

    fn whose(&self) -> Vec<i64> {
        let changed = self.audit.iter().flat_map(|entry| {
            let several = entry.patients.iter().copied();
            entry.patient.into_iter().chain(several)
        });
        let seen = self.seen.patients.iter().copied();
        let mut patients: Vec<i64> = changed.chain(seen).collect();
        patients.sort_unstable();
        patients.dedup();
        patients
    }

    fn shows(&mut self, patients: &[i64]) {
        self.seen.patients.extend(patients.iter().copied());
    }
}

/// Inside of the application.
pub trait InsideApp {
    /// The database.
    fn database(&self) -> &Db;
    /// Which tables changed.
    fn changes(&self) -> &Changes;
}

impl InsideApp for App {
    fn database(&self) -> &Db {
        &self.db
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }
}
