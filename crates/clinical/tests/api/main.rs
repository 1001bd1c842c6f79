//! Clinical work through the public API, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod alerts;
mod encounters;
mod roles;
mod support;
mod tasks;
mod vitals;
