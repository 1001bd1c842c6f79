//! What a unit of work still has to say on record.
//!
//! [`Cx::insert`], [`Cx::update`] and [`Cx::remove`] leave an audit row with every change. Statements
//! written for the question leave none by themselves: where one changed an audited record, the unit owes
//! the audit trail an entry, and a unit that owes one is not committed.

use super::AuditEntry;
use crate::cx::Cx;
use db::{Statement, written};
use records::error::Error;

/// Where a statement that changes an audited record is put on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnRecord {
    /// In an entry of its own about the record; see [`Cx::audit`].
    Itself,
    /// With the record of this name that it is a part of.
    With(&'static str),
    /// Nowhere: no person did it.
    Nowhere,
}

/// What a unit owes, and what it said in its own words.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    entries: Vec<(&'static str, OnRecord)>,
    said: Vec<&'static str>,
}

/// What one statement will owe once it has changed something.
pub(crate) struct Debt {
    names: Vec<&'static str>,
    on_record: OnRecord,
    alone: bool,
    answers: bool,
}

impl Debt {
    /// Of a statement about to run.
    ///
    /// # Errors
    /// When it writes although the unit only reads, or does what cannot be told.
    pub(crate) fn of(cx: &Cx, statement: &Statement, on_record: OnRecord) -> Result<Debt, Error> {
        let Some(found) = written(&statement.sql) else {
            return Err(Error::internal("a statement that may write anything"));
        };
        if !found.tables.is_empty() && cx.tx.is_none() {
            return Err(Error::internal("a write in a request that only reads"));
        }
        let audited = |table: &&str| cx.app.registry.audited(table);
        Ok(Debt {
            names: found.tables.iter().filter_map(audited).collect(),
            on_record,
            alone: found.alone,
            answers: found.answers,
        })
    }
}

impl Owed {
    /// Notes a record of this name that was changed.
    pub(crate) fn owe(&mut self, name: &'static str, on_record: OnRecord) {
        if on_record != OnRecord::Nowhere && !self.entries.contains(&(name, on_record)) {
            self.entries.push((name, on_record));
        }
    }

    /// After a statement that answered so many rows.
    pub(crate) fn answered(&mut self, debt: &Debt, rows: usize) {
        self.incur(debt, rows > 0 || !debt.answers);
    }

    /// After a statement that changed so many rows.
    pub(crate) fn changed(&mut self, debt: &Debt, rows: u64) {
        self.incur(debt, rows > 0);
    }

    fn incur(&mut self, debt: &Debt, wrote: bool) {
        if wrote || !debt.alone {
            for name in &debt.names {
                self.owe(name, debt.on_record);
            }
        }
    }

    /// An entry was written in the unit's own words.
    pub(crate) fn said(&mut self, name: &'static str) {
        self.said.push(name);
    }

    /// Whether everything is on record.
    ///
    /// # Errors
    /// Names the record of which nothing is said.
    pub(crate) fn settled(&self, entries: &[AuditEntry]) -> Result<(), Error> {
        let missing = self
            .entries
            .iter()
            .find(|(name, on_record)| match on_record {
                OnRecord::Itself => !self.said.contains(name),
                OnRecord::With(other) => !entries.iter().any(|entry| entry.object_type == *other),
                OnRecord::Nowhere => false,
            });
        missing.map_or(Ok(()), |(name, _)| {
            Err(Error::internal(format!(
                "{name} was changed, and the audit trail was not told"
            )))
        })
    }
}
