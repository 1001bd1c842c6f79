//! Who somebody is, and how they prove it.
//!
//! The crate's lowest layer is [`credential`]: passwords, one-time codes, recovery codes, signed
//! tokens, API keys and the rule that slows guessing down. Nothing in there touches a database,
//! the network or the clock: rows and the current time are arguments, so every rule is tested as
//! a table of cases.
//!
//! # Promises
//!
//! - An unknown user and a wrong password cost the same work and give the same answer.
//! - A secret is never stored in a form that can be used: passwords are Argon2id, API keys and
//!   recovery codes are SHA-256 of high-entropy random values, TOTP secrets are handed to the
//!   caller to seal.
//! - Secrets are wiped from memory when dropped and print as `[redacted]`.
//! - A login storm is bounded in memory and in threads; the excess is told to come back
//!   ([`credential::password::PasswordError::Busy`]).
pub mod credential;
