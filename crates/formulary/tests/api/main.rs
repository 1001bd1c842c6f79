//! The formulary as clients see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod drug_safety;
mod medications;
