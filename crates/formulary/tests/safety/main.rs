//! The drug-safety engine and its knowledge pack.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod additions;
mod cases;
mod doses;
mod routes;
