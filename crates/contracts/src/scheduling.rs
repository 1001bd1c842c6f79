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

/// Somebody who reaches only their own patients booked one who was not among them with themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedWithOneself {
    /// The appointment.
    pub appointment: i64,
    /// Whose it is.
    pub patient: i64,
    /// Who booked, and sees the patient.
    pub doctor: i64,
    /// When it was booked.
    pub at: Timestamp,
}

impl Event for BookedWithOneself {
    const TOPIC: &'static str = "BookedWithOneself";
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
