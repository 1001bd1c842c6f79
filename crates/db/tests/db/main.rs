//! The data layer on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
mod migrations;
mod statistics;
mod transactions;
mod values;
