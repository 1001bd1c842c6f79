//! Clinical work through the public API, on both databases.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod alerts;
mod chart;
mod encounters;
mod guidelines;
mod history;
mod own_care;
mod phrases;
mod prescriptions;
mod races;
mod roles;
mod scale;
mod support;
mod tasks;
mod visits;
mod vitals;
