//! Events about video calls.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// A video call was arranged, takes place at another time or with another doctor, or will not take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoCallChanged {
    /// The telemedicine session.
    pub telemedicine_session: i64,
    /// Its appointment.
    pub appointment: i64,
    /// Who calls with the doctor.
    pub patient: i64,
    /// What became of it.
    pub change: CallChange,
    /// When it begins now, or was to begin.
    pub starts_at: Timestamp,
}

/// What became of a video call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallChange {
    /// It is new.
    Arranged,
    /// It takes place at another time, with another doctor, or after all.
    Moved,
    /// It will not take place.
    Cancelled,
    /// It took place, and is over.
    Ended,
}

impl Event for VideoCallChanged {
    const TOPIC: &'static str = "VideoCallChanged";
}
