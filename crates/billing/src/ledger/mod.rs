//! The double-entry ledger of money.
//!
//! Every line names the account that is debited and the account that is credited, so a posting that is out of
//! balance cannot be written down, let alone stored. Entries are only ever added: the database refuses to change
//! or delete them, and what was wrong is corrected by a further entry. Beside the entries stands a small table of
//! what was received and given back on each day ([`turnover`]), written by the same function, so that reports cost
//! the same however many payments there are.
//!
//! The ledger of stock has running balances that must never fall below nothing. Money has none: what guards it are
//! the sums on the bill, and an account that all bills share would make every cashier wait for every other. So money
//! has a book of its own form.

mod account;
mod post;
mod proof;
mod schema;
pub(crate) mod turnover;
pub(crate) mod verify;

pub(crate) use account::{Account, Transfer};
pub(crate) use post::{EntryKind, Posting, post};
pub(crate) use proof::proof;
pub(crate) use schema::tables;
