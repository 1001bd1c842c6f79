//! The double-entry ledger of money.

mod account;

pub(crate) use account::{Account, Transfer};
