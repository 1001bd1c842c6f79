//! Appointments, hours, waiting lists and what follows from them, on both databases.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod answers;
mod appointments;
mod care;
mod common;
mod hours;
mod overlaps;
mod races;
mod resources;
mod scale;
mod series;
mod waiting;
