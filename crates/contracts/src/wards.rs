//! Events about wards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// A patient was admitted to a bed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientAdmitted {
    /// The admission.
    pub admission: i64,
    /// Who was admitted.
    pub patient: i64,
    /// The bed.
    pub bed: i64,
    /// When.
    pub at: Timestamp,
}

impl Event for PatientAdmitted {
    const TOPIC: &'static str = "PatientAdmitted";
}

/// An admission ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientDischarged {
    /// The admission.
    pub admission: i64,
    /// Who was discharged.
    pub patient: i64,
    /// Bed days to charge, at least 1.
    pub bed_days: i64,
    /// When.
    pub at: Timestamp,
}

impl Event for PatientDischarged {
    const TOPIC: &'static str = "PatientDischarged";
}
