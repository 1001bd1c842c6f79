//! The audit trail: who saw or changed what.
//!
//! Writes leave their rows inside their own transaction. Readings of patient data leave one row for
//! each request, durable before the answer leaves. Every row carries a MAC from the moment it is
//! inserted; within a second the [`sealer`] numbers it and links it into the hash chain that
//! [`verify`](verify::verify) walks. Rows are only ever inserted, in whatever order requests end; the
//! chain (`links`) and the index of whom they are about (`subjects`) follow beside them.

pub mod anchor;
mod batch;
mod indexed;
mod links;
pub(crate) mod owed;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod plans;
pub mod reads;
mod row;
pub mod sealer;
mod subjects;
pub mod tables;
mod verdict;
pub mod verify;

pub use row::{Action, AuditLog};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::cx::Cx;
use crate::unit::Opening;
use db::Db;
use records::error::Error;
use seal::KeyRing;

/// What refused access is called on record.
pub const REFUSAL: &str = "Refusal";

/// A row of its own.
pub(crate) fn alone(cx: &Cx, entry: AuditEntry) -> AuditLog {
    row::row(cx, entry)
}

/// What an audit row says, before who and when are added.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// What was done.
    pub action: Action,
    /// To what kind of record.
    pub object_type: &'static str,
    /// To which record.
    pub object_id: Option<i64>,
    /// Whose data it is.
    pub patient: Option<i64>,
    /// Whose data it is, where it is that of several.
    pub patients: Vec<i64>,
    /// A sentence without personal data.
    pub description: String,
    /// The particulars; sealed.
    pub details: Json,
}

impl AuditEntry {
    /// An entry that concerns no record of a patient.
    pub fn new(action: Action, object_type: &'static str, object_id: Option<i64>) -> AuditEntry {
        AuditEntry {
            action,
            object_type,
            object_id,
            patient: None,
            patients: Vec::new(),
            description: String::new(),
            details: json!({}),
        }
    }

    /// Says more in a sentence without personal data.
    #[must_use]
    pub fn saying(mut self, description: impl Into<String>) -> AuditEntry {
        self.description = description.into();
        self
    }

    /// Adds particulars.
    #[must_use]
    pub fn detailed(mut self, details: Json) -> AuditEntry {
        self.details = details;
        self
    }

    /// Names the patient.
    #[must_use]
    pub fn of_patient(mut self, patient: Option<i64>) -> AuditEntry {
        self.patient = patient;
        self
    }

    /// Names several patients.
    #[must_use]
    pub fn of_patients(mut self, patients: impl IntoIterator<Item = i64>) -> AuditEntry {
        self.patients = patients.into_iter().collect();
        self
    }
}

/// The rows of a writing unit: what it changed, and what it showed besides.
pub(crate) fn written(cx: &mut Cx) -> Result<Vec<AuditLog>, Error> {
    cx.owed.settled(&cx.audit)?;
    let entries = std::mem::take(&mut cx.audit);
    let mut rows: Vec<AuditLog> = entries
        .into_iter()
        .map(|entry| row::row(cx, entry))
        .collect();
    // The rows of the changes already say whose records they were.
    let changed: Vec<(String, Option<i64>)> = rows
        .iter()
        .map(|row| (row.object_type.to_string(), row.object_id))
        .collect();
    for (kind, ids) in &mut cx.seen.objects {
        ids.retain(|id| {
            !changed
                .iter()
                .any(|(name, changed)| name == kind && *changed == Some(*id))
        });
    }
    cx.seen.objects.retain(|_, ids| !ids.is_empty());
    rows.extend(seen(cx));
    Ok(rows)
}

/// The row that says what a request showed, if it showed anything.
pub(crate) fn seen(cx: &mut Cx) -> Option<AuditLog> {
    let seen = std::mem::take(&mut cx.seen);
    if seen.objects.is_empty() && seen.action.is_none() {
        return None;
    }
    let only = |ids: &BTreeSet<i64>| ids.first().copied().filter(|_| ids.len() == 1);
    let mut objects = seen.objects.into_iter();
    let (kind, ids) = objects.next().unwrap_or_default();
    let entry = if objects.len() == 0 {
        let entry = AuditEntry::new(Action::View, kind, only(&ids));
        // Of one object, and of the patients themselves, everything is said already.
        if ids.len() < 2 || ids == seen.patients {
            entry
        } else {
            entry.detailed(json!({ "seen": { kind: ids } }))
        }
    } else {
        let mut all: BTreeMap<_, _> = objects.collect();
        all.insert(kind, ids);
        AuditEntry::new(Action::View, "", None).detailed(json!({ "seen": all }))
    };
    let entry = AuditEntry {
        action: seen.action.unwrap_or(Action::View),
        ..entry
    };
    let entry = match only(&seen.patients) {
        None => entry.of_patients(seen.patients),
        one => entry.of_patient(one),
    };
    let entry = entry.saying(match seen.description {
        none if none.is_empty() => cx.origin.route.to_string(),
        description => description,
    });
    Some(row::row(cx, entry))
}

/// Stores the one row of a program that works on a database before anything runs on it. The next sealer
/// links it.
pub async fn note(
    db: &Db,
    ring: &KeyRing,
    now: Timestamp,
    program: &'static str,
    entry: AuditEntry,
) -> Result<(), Error> {
    let by = Opening::program(program);
    let row = row::complete(ring, now, &by.actor, &by.origin, entry);
    for statement in row::inserts(db.dialect(), vec![row.stored(ring)?]) {
        db.execute(statement).await?;
    }
    Ok(())
}

/// Stores rows at the end of the unit's transaction.
pub(crate) fn store(cx: &mut Cx, rows: Vec<AuditLog>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let ring = cx.app.ring();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| row.stored(&ring))
        .collect::<Result<_, _>>()?;
    let statements = row::inserts(cx.dialect(), rows);
    cx.last.extend(statements);
    Ok(())
}
