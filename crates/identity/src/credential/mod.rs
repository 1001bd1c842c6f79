//! Pure credential pieces: no database, no HTTP, no clock.
//!
//! | module | proves or guards |
//! |---|---|
//! | [`password`] | hashing and verifying, bounded and with equal cost for unknown users |
//! | [`password_policy`] | which passwords may be chosen |
//! | [`django`] | password hashes imported from a Django service |
//! | [`totp`] | time-based one-time codes (RFC 6238) |
//! | [`recovery`] | single-use codes for a lost phone |
//! | [`token`] | signed tokens: access, refresh, challenge, and links sent by mail |
//! | [`lockout`] | growing delays after failures |
//! | [`api_key`] | long-lived keys for programs |
//! | [`secret_text`] | a text that wipes itself and does not print |

pub mod api_key;
pub mod django;
pub mod lockout;
pub mod password;
pub mod password_policy;
pub mod recovery;
pub mod secret_text;
pub mod token;
pub mod totp;

mod random;

pub use random::RandomError;
