//! Laboratory: the catalogue of tests, orders, results with their flags, and critical values that reach a doctor.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

pub mod flag;
pub mod measured;
pub mod reference;
mod starter;
pub mod state;
pub mod turnaround;
pub mod units;
