//! How anything in Chelal is declared, guarded, stored, audited, sent and documented.

pub mod hub;
pub mod mail;
pub mod settings;
pub mod texts;
