//! What crosses the borders between modules: events in the past tense and payloads of jobs, as plain
//! data without logic. Each has its `TOPIC` beside it.

mod clinical;
mod patients;
mod scheduling;

pub use clinical::TaskAssigned;
pub use patients::{PatientContactChanged, PatientsMerged, PatientsUnmerged};
pub use scheduling::{
    AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved,
};
