//! The formulary as clients see it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod drug_safety;
mod medications;
mod safety;
