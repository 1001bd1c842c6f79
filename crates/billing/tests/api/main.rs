//! Billing through the public API, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bills;
mod cash;
mod charges;
mod claims;
mod insurance;
mod payments;
mod refunds;
mod reports;
mod roles;
mod services;
#[path = "../support.rs"]
mod support;
