//! Events about appointments. Each names the appointment and what a subscriber needs to decide without
//! reading it again; who sends messages still reads it, since it may have changed since.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// An appointment was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentBooked {
    /// The appointment.
    pub appointment: i64,
    /// Whose it is.
    pub patient: i64,
    /// With whom.
    pub doctor: i64,
    /// When it begins.
    pub starts_at: Timestamp,
}

impl Event for AppointmentBooked {
    const TOPIC: &'static str = "AppointmentBooked";
}

/// A time that became free is offered to somebody on the waiting list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotOffered {
    /// The offer.
    pub offer: i64,
}

impl Event for SlotOffered {
    const TOPIC: &'static str = "SlotOffered";
}

/// An appointment was given another time or another doctor, or stands again after it was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentMoved {
    /// The appointment.
    pub appointment: i64,
    /// Whose it is.
    pub patient: i64,
    /// With whom it is now.
    pub doctor: i64,
    /// When it begins now.
    pub starts_at: Timestamp,
}

impl Event for AppointmentMoved {
    const TOPIC: &'static str = "AppointmentMoved";
}

/// An appointment will not take place: it was cancelled or removed, or the patient did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentCancelled {
    /// The appointment.
    pub appointment: i64,
    /// Whose it was.
    pub patient: i64,
}

impl Event for AppointmentCancelled {
    const TOPIC: &'static str = "AppointmentCancelled";
}

/// The patient was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentCompleted {
    /// The appointment.
    pub appointment: i64,
    /// Whose it was.
    pub patient: i64,
    /// Who saw the patient.
    pub doctor: i64,
    /// When it was done.
    pub completed_at: Timestamp,
}

impl Event for AppointmentCompleted {
    const TOPIC: &'static str = "AppointmentCompleted";
}
