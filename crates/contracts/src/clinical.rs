//! Events about clinical work.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Somebody was given a task that they did not give themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAssigned {
    /// The task.
    pub task: i64,
    /// Who is to do it.
    pub assignee: i64,
}

impl Event for TaskAssigned {
    const TOPIC: &'static str = "TaskAssigned";
}

/// An encounter was signed: what it says is final, and what it is charged for can be gathered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncounterSigned {
    /// The encounter.
    pub encounter: i64,
    /// Whose it is.
    pub patient: i64,
    /// The user who signed.
    pub doctor: i64,
    /// When it was signed.
    pub signed_at: Timestamp,
}

impl Event for EncounterSigned {
    const TOPIC: &'static str = "EncounterSigned";
}

/// Something is known of a patient by which medicines are judged: a weight, a pregnancy, a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CircumstancesChanged {
    /// The patient.
    pub patient: i64,
}

impl Event for CircumstancesChanged {
    const TOPIC: &'static str = "CircumstancesChanged";
}
