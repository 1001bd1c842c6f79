//! What there is much of in a database under load.

use serde::{Deserialize, Serialize};

/// What there is much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Subject {
    Patients,
    Appointments,
    /// Of movements of stock and of bills so many, and one patient with a thick chart.
    Hospital,
}

impl Subject {
    /// As in the document and in names of files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Patients => "patients",
            Subject::Appointments => "appointments",
            Subject::Hospital => "hospital",
        }
    }
}

/// How much of it there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stock {
    pub(crate) subject: Subject,
    pub(crate) size: usize,
}

impl Stock {
    /// Patients that appointments are made for: a fixed number, so that only appointments become more.
    pub(crate) const APPOINTMENTS_PATIENTS: usize = 20_000;

    /// Patients of a hospital: a fixed number, too.
    pub(crate) const HOSPITAL_PATIENTS: usize = 100_000;

    /// Patients in the register: their ids are 1 to this.
    pub(crate) fn patients(self) -> usize {
        match self.subject {
            Subject::Patients => self.size,
            Subject::Appointments => Self::APPOINTMENTS_PATIENTS,
            Subject::Hospital => Self::HOSPITAL_PATIENTS,
        }
    }
}
