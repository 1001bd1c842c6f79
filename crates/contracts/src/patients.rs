//! Events about patients.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Where, how, in which language or whether a patient may be written to is another than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientContactChanged {
    /// The patient.
    pub patient: i64,
}

impl Event for PatientContactChanged {
    const TOPIC: &'static str = "PatientContactChanged";
}

/// A patient's allergies are others than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllergiesChanged {
    /// The patient.
    pub patient: i64,
}

impl Event for AllergiesChanged {
    const TOPIC: &'static str = "AllergiesChanged";
}

/// Two records turned out to be one person: everything of one record belongs to the other now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientsMerged {
    /// The record that was given up.
    pub merged: i64,
    /// The record that stays.
    pub survivor: i64,
}

impl Event for PatientsMerged {
    const TOPIC: &'static str = "PatientsMerged";
}

/// A merging was undone: what had been moved is back at the record it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientsUnmerged {
    /// The record that stands by itself again.
    pub restored: i64,
    /// The record that it had been merged into.
    pub survivor: i64,
}

impl Event for PatientsUnmerged {
    const TOPIC: &'static str = "PatientsUnmerged";
}

/// Somebody who reaches only patients in their care took one who was not into it, by something that they recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TookIntoOwnCare {
    /// What was recorded, such as `Encounter`.
    pub object_type: String,
    /// Its id.
    pub object_id: i64,
    /// Whose it is.
    pub patient: i64,
    /// Who recorded it, and reaches the patient by it.
    pub user: i64,
    /// When.
    pub at: Timestamp,
}

impl Event for TookIntoOwnCare {
    const TOPIC: &'static str = "TookIntoOwnCare";
}
