//! The audit trail: who saw or changed what.
//!
//! Writes leave their rows inside their own transaction. Readings of patient data leave one row for
//! each request, durable before the answer leaves. Every row carries a MAC from the moment it is
//! inserted; within a second the [`sealer`] numbers it and links it into the hash chain that
//! [`verify`](verify::verify) walks.

pub mod anchor;
mod batch;
pub mod reads;
mod row;
pub mod sealer;
mod verdict;
pub mod verify;

pub use row::{Action, AuditLog};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::cx::Cx;
use crate::db::Db;
use crate::error::Error;
use crate::seal::KeyRing;
use crate::unit::Opening;

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
}

/// The rows of a writing unit: what it changed, and what it showed besides.
pub(crate) fn written(cx: &mut Cx) -> Vec<AuditLog> {
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
    if !cx.seen.objects.is_empty() {
        rows.extend(seen(cx));
    }
    rows
}

/// The row that says what a request showed, if it showed anything.
pub(crate) fn seen(cx: &mut Cx) -> Option<AuditLog> {
    let seen = std::mem::take(&mut cx.seen);
    if seen.objects.is_empty() && seen.action.is_none() {
        return None;
    }
    let one_kind = if seen.objects.len() == 1 {
        seen.objects.iter().next()
    } else {
        None
    };
    let one = one_kind.and_then(|(_, ids)| {
        if ids.len() == 1 {
            ids.first().copied()
        } else {
            None
        }
    });
    let entry = AuditEntry {
        action: seen.action.unwrap_or(Action::View),
        object_type: one_kind.map_or("", |(kind, _)| kind),
        object_id: one,
        patient: if seen.patients.len() == 1 {
            seen.patients.first().copied()
        } else {
            None
        },
        description: if seen.description.is_empty() {
            cx.origin.route.clone()
        } else {
            seen.description
        },
        details: json!({ "seen": seen.objects, "patients": seen.patients }),
    };
    Some(row::row(cx, entry))
}

/// Stores the one row of a program that works on a database before anything runs on it. The next sealer
/// links it.
pub(crate) async fn note(
    db: &Db,
    ring: &KeyRing,
    now: Timestamp,
    program: &'static str,
    entry: AuditEntry,
) -> Result<(), Error> {
    let by = Opening::program(program);
    let row = row::complete(ring, now, &by.actor, &by.origin, entry);
    for statement in row::inserts(db.dialect(), ring, &[row])? {
        db.execute(statement).await?;
    }
    Ok(())
}

/// Stores rows inside the unit's transaction.
pub(crate) async fn store(cx: &mut Cx, rows: Vec<AuditLog>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    for statement in row::inserts(cx.dialect(), &cx.app.ring(), &rows)? {
        cx.tx()?.execute(statement).await?;
    }
    Ok(())
}
