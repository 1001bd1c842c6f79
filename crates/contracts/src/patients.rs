//! Events about patients.

use serde::{Deserialize, Serialize};

/// Where, how, in which language or whether a patient may be written to is another than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientContactChanged {
    /// The patient.
    pub patient: i64,
}

impl PatientContactChanged {
    /// Under which it is emitted and heard.
    pub const TOPIC: &'static str = "PatientContactChanged";
}

/// Two records turned out to be one person: everything of one record belongs to the other now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientsMerged {
    /// The record that was given up.
    pub merged: i64,
    /// The record that stays.
    pub survivor: i64,
}

impl PatientsMerged {
    /// Under which it is emitted and heard.
    pub const TOPIC: &'static str = "PatientsMerged";
}

/// A merging was undone: what had been moved is back at the record it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientsUnmerged {
    /// The record that stands by itself again.
    pub restored: i64,
    /// The record that it had been merged into.
    pub survivor: i64,
}

impl PatientsUnmerged {
    /// Under which it is emitted and heard.
    pub const TOPIC: &'static str = "PatientsUnmerged";
}
