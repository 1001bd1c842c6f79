//! Alerts: what somebody must look at. Modules raise them, and `alerts/` shows them together.
//!
//! The platform itself tells those who run the hospital what is wrong with the installation. Its notices
//! are worked out when they are asked for, so they are true, and go away when they no longer are; they
//! have no id and cannot be acknowledged.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::Permission;
use crate::cx::Cx;
use records::error::Error;

/// Who may see the notices about the installation.
pub const SYSTEM: Permission = Permission::new("alerts", "system");

/// How urgent an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// To be known.
    Info,
    /// To be dealt with.
    Warning,
    /// To be dealt with now.
    Critical,
}

/// What somebody must look at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Alert {
    /// Its id, by which it is acknowledged; null for a notice that is there as long as it is true.
    pub id: Option<i64>,
    /// What kind of alert it is: stable, for programs.
    pub kind: String,
    /// Urgency of the alert.
    pub severity: Urgency,
    /// What is the matter, in the reader's language.
    pub message: String,
    /// The patient whom it concerns.
    pub patient: Option<i64>,
    /// Another name of `patient`.
    pub patient_id: Option<i64>,
    /// Somebody acknowledged it.
    pub is_read: bool,
    /// When it was raised, in UTC.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
}

/// Which alerts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that nobody acknowledged.
    pub unread: bool,
    /// At most so many, the newest.
    pub most: u64,
}

/// Raises alerts: those that the caller may see, in any order.
pub type Alerts = for<'a> fn(&'a mut Cx, Wanted) -> BoxFuture<'a, Result<Vec<Alert>, Error>>;
