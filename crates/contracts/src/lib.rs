//! What crosses the borders between modules: events in the past tense and payloads of jobs, as plain
//! data without logic. Each is an [`Event`].

mod billing;
mod clinical;
mod compliance;
mod laboratory;
mod patients;
mod pharmacy;
mod portal;
mod scheduling;
mod telemedicine;
mod wards;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use billing::RefundDecided;
pub use clinical::{CircumstancesChanged, EncounterSigned, TaskAssigned};
pub use compliance::{AccessQuestioned, BreachNoticeDue, GlassBroken};
pub use laboratory::{
    CriticalResult, CriticalResultUnacknowledged, LabOrderCancelled, LabOrdered, LabOrderedItem,
    ResultsReviewed,
};
pub use patients::{
    AllergiesChanged, PatientContactChanged, PatientsMerged, PatientsUnmerged, TookIntoOwnCare,
};
pub use pharmacy::{DispenseReversed, Dispensed};
pub use portal::{FeedbackAnswered, FeedbackGiven, SecureMessageSent};
pub use scheduling::{
    AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved, SlotOffered,
};
pub use telemedicine::{CallChange, VideoCallChanged};
pub use wards::{PatientAdmitted, PatientDischarged};

/// Something that happened, named in the past tense. It is stored with the transaction that made it true
/// and delivered to each subscriber at least once, in any order.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name under which it is emitted and subscribed to; stable across versions.
    const TOPIC: &'static str;
}
