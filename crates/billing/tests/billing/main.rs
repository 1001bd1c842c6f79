//! Billing through the public API, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bills;
mod books;
mod cash;
mod charges;
mod claims;
mod insurance;
mod payments;
mod races;
mod refunds;
mod reports;
mod roles;
mod scale;
mod services;
mod support;
