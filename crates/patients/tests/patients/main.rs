//! The register of patients: records, search, merging, and many at once.
#![expect(clippy::unwrap_used, reason = "tests")]

mod merge;
mod races;
mod records;
mod search;
