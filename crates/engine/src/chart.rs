//! A patient's chart and timeline, put together from what modules declare.
//!
//! A module declares sections of the chart and sources of the timeline; the route that serves them asks each
//! once, so that the number of queries does not grow with the patient's history. `newest` and `dated` show
//! a resource's records exactly as the resource itself would: through the caller's right to read them, their
//! scope, and without the fields that the caller does not see.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::cx::Cx;
use records::error::Error;

/// Loads a section: what the caller may see of it, empty without the right.
pub type LoadSection = for<'a> fn(&'a mut Cx, i64) -> BoxFuture<'a, Result<Json, Error>>;

/// A part of a patient's chart.
#[derive(Clone, Copy)]
pub struct Section {
    /// The key under which it is shown.
    pub name: &'static str,
    /// Loads it for a patient.
    pub load: LoadSection,
}

/// Which part of a timeline is asked for.
#[derive(Debug, Clone)]
pub struct TimelineRequest {
    /// The patient's `id`.
    pub patient: i64,
    /// Only what comes after this entry in the timeline's order; from the newest when none.
    pub after: Option<Position>,
    /// Entries at most.
    pub most: u64,
}

/// Where an entry stands: newest first, then by kind, then the higher id first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it happened.
    pub at: Timestamp,
    /// What kind of record it is.
    pub kind: String,
    /// The `id` of the record.
    pub id: i64,
}

/// Something that happened to a patient.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Entry {
    /// When it happened; for what has only a day, the day's beginning at the hospital.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The kind of record: the path of its resource, such as `vitals`.
    pub kind: &'static str,
    /// The record's id.
    pub id: i64,
    /// The record as its resource shows it.
    pub record: Json,
}

impl Entry {
    /// What the timeline is sorted by, the first entry lowest.
    pub fn order(&self) -> impl Ord + use<> {
        (
            std::cmp::Reverse(self.at),
            self.kind,
            std::cmp::Reverse(self.id),
        )
    }
}

/// Loads a source's entries, at most as many as asked for.
pub type LoadEntries =
    for<'a> fn(&'a mut Cx, &'a TimelineRequest) -> BoxFuture<'a, Result<Vec<Entry>, Error>>;
