//! Identity through HTTP, on both databases: one file for each group of paths.
#![expect(clippy::unwrap_used, reason = "tests")]

mod account;
mod auth;
mod delegates;
mod idempotency;
mod keys_and_sessions;
mod lockout;
mod organizations;
mod passwords;
mod role_requests;
mod roles;
mod setup;
mod support;
mod takeover;
mod two_factor;
mod users;
