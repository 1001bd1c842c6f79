//! The words of the domain: what a hospital says on every page, each as a type of its own.
//!
//! # Purpose
//! Every other crate speaks in these words. A value is parsed once, at the edge (a request body, a
//! database row, a setting), and trusted afterwards: a function that takes a [`Money`] or a
//! [`Phone`] does not check it again.
//!
//! # Promises
//! - **No I/O and no async.** The one exception is [`Clock::system`], which reads the time; every
//!   other function depends on its arguments alone.
//! - **No panic on input.** Parsers return an error enum whose text can be shown to a person;
//!   property tests feed them arbitrary text.
//! - **Exact.** Money is an integer of minor units and timestamps are whole microseconds, which is
//!   what both databases hold.
//! - **Stable.** Error codes ([`Code`]), role ids ([`BuiltinRole`]) and check digits ([`Mrn`]) are
//!   stored by clients and in databases, so they are only ever added to.
//!
//! # Adding a word
//! One file named after the word: the type with its rule and the rule's source, `parse`, `Display`,
//! serde (and a JSON schema if it occurs in the API), then table and property tests. Re-export it
//! here. An error code is one line in `code.rs`.
//!
//! ```
//! use kernel::{Clock, HospitalZone, Money, Mrn, Phone, DEFAULT_COUNTRY_CODE};
//!
//! // A local number is completed with the hospital's country code.
//! let phone = Phone::parse("783 4351", DEFAULT_COUNTRY_CODE)?;
//! assert_eq!(phone.to_string(), "+2207834351");
//!
//! // Three boxes at 12.50, of which the insurance covers 80 %.
//! let total = "12.50".parse::<Money>()?.checked_mul(3)?;
//! assert_eq!(total.percent(80)?.to_string(), "30.00");
//!
//! // The 42nd patient of 2026; a mistyped digit is noticed.
//! let mrn = Mrn::generate(2026, 42)?;
//! assert!(Mrn::check(mrn.as_str()));
//!
//! // Time is an argument, so a test can stop it and move it.
//! let clock = Clock::fixed("2026-03-01T08:00:00Z".parse()?);
//! assert_eq!(HospitalZone::default().today(clock.now()).to_string(), "2026-03-01");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod access;
mod clock;
mod code;
pub mod currency;
pub mod dates;
mod decimal;
mod email;
mod hex;
mod language;
pub mod lookalike;
mod money;
mod mrn;
pub mod names;
mod pace;
mod phone;
pub mod written;

pub use access::{BuiltinRole, Reach};
pub use clock::Clock;
pub use code::{Code, UnknownCode};
pub use dates::{HospitalZone, ZoneError};
pub use decimal::{Decimal, DecimalError};
pub use email::{Email, EmailError};
pub use hex::hex;
pub use language::{Language, UnknownLanguage};
pub use money::{Money, MoneyError};
pub use mrn::{Mrn, MrnError};
pub use pace::{Backoff, Bucket, Full, seconds_until};
pub use phone::{DEFAULT_COUNTRY_CODE, Phone, PhoneError, looks_like_phone};
