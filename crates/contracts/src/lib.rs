//! What crosses the borders between modules: events in the past tense and payloads of jobs, as plain
//! data without logic. Each has its `TOPIC` beside it.

mod patients;

pub use patients::{PatientsMerged, PatientsUnmerged};
