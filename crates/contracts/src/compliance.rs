//! Events about the protection of patients' data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Somebody opened a record in an emergency that they do not reach otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlassBroken {
    /// What is on record about it.
    pub break_glass: i64,
    /// Who did.
    pub user: i64,
    /// Whose record.
    pub patient: i64,
    /// Until when it stays open.
    pub expires_at: Timestamp,
}

impl Event for GlassBroken {
    const TOPIC: &'static str = "GlassBroken";
}

/// The authority must be told of a breach soon, or should have been told already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachNoticeDue {
    /// The breach.
    pub breach: i64,
    /// Until when the authority must know.
    pub due_at: Timestamp,
    /// It is too late.
    pub overdue: bool,
}

impl Event for BreachNoticeDue {
    const TOPIC: &'static str = "BreachNoticeDue";
}

/// Somebody looked at records for no reason that the program knows: a person must judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessQuestioned {
    /// How many accesses wait for a verdict now.
    pub open: i64,
}

impl Event for AccessQuestioned {
    const TOPIC: &'static str = "AccessQuestioned";
}
