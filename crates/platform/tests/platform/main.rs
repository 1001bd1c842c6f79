//! The platform as a whole, with small applications of its own, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod audit_chain;
mod audit_debts;
mod backup;
mod doctor;
mod failover;
mod hospital;
mod jobs;
mod key_rotation;
mod openapi;
mod owed_reads;
mod resource;
