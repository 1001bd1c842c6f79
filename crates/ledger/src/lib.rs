//! The ledger: quantities of stock and amounts of money move only by entries that are never changed.
//!
//! # Purpose
//! A [`Book`] is a pair of tables that a module owns: *accounts* with a balance (a batch on a shelf, a
//! patient's receivable) and *entries* that explain every change of a balance. This crate is the only
//! code that changes the balance of a book, so a balance can always be explained, recomputed for any past
//! moment, and proven. Stock and money are two books of the same engine.
//!
//! # Promises
//! - **Append-only.** Entries are inserted, never updated or deleted; [`append_only()`] lets the database
//!   refuse anything else. A mistake is corrected by an entry of the opposite amount (`reverse`).
//! - **Once.** An entry is reversed at most once (a unique index on `reverses`, made by [`append_only()`]).
//! - **Exact balances.** The balance is changed by a guarded update (`UPDATE … WHERE balance + amount` is
//!   allowed) in the transaction that inserts the entry, and the entry records the balance after it. No
//!   concurrency can take an account below its floor.
//! - **Balanced where it matters.** With [`Book::BALANCED`] the lines of a posting must add up to zero:
//!   what one account gains, others lose.
//! - **Time moves forward.** Within an account (and its control account) the moments of entries never
//!   decrease in the order of their ids, so that the balance as of any moment is one index lookup
//!   ([`balance_at`]) at any length of history.
//! - **Sums of weeks.** A book with [`Book::SUMS`] has what each account gained and lost in each week kept by the
//!   database with the entries, so that questions about years do not read them.
//! - **Provable.** [`differences`] compares balances with the sums of entries; `chelal doctor` reports
//!   what it finds.
//!
//! # Accounts and control accounts
//! A book may have *control accounts*: totals over several accounts, kept in the same transaction, such as
//! the quantity of a medication over all of its batches. Entries then carry the control account and its
//! balance after them as well.
//!
//! # How to keep a book
//! 1. Declare the tables with `record!`, and call [`append_only()`] for the entries in the migration. The
//!    accounts have a balance column (`bigint`, ideally with a `CHECK`); clients never write it. The entries have
//!    columns for account and amount (named as the module likes), and `balance_after`, `at`, `source_type`,
//!    `source_id` and `reverses` (nullable). Index `(account, id)` and `(account, at, id)`; with control
//!    accounts the same for those; and `(source_type, source_id)`.
//! 2. Implement [`Book`]; [`sql!`] writes the statements.
//! 3. In an operation: take turns (`turn`), store the source record with `cx.insert`, then [`post()`] or
//!    `reverse`.
//!
//! ```text
//! /// Money: a journal entry is the source, its lines are the entries.
//! pub struct Money;
//!
//! impl ledger::Book for Money {
//!     type Entry = LedgerLine;
//!     type Kind = LineKind;
//!     const NAME: &'static str = "money";
//!     const BALANCED: bool = true;
//!     const SQL: ledger::Sql = ledger::sql! {
//!         accounts "ledger_account" balance "balance" allowed "1 = 1"
//!         entries "ledger_line" account "account" amount "amount"
//!     };
//!     fn entry(posted: ledger::Posted<LineKind>) -> LedgerLine { … }
//! }
//!
//! // A payment of 50.00 in cash for a bill:
//! let turn = ledger::turn::<Money>(cx, &[cash, receivable]).await?;
//! cx.insert(&mut payment).await?;
//! let posting = Posting {
//!     kind: LineKind::Payment,
//!     source: Source::of::<Payment>(payment.meta.id),
//!     lines: &[Line::new(cash, 5_000), Line::new(receivable, -5_000)],
//! };
//! ledger::post::<Money, Payment>(cx, &turn, &posting).await?;
//! ```
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod append_only;
mod book;
mod error;
mod lines;
mod past;
mod post;
mod sums;
mod verify;

pub use append_only::append_only;
pub use book::{Book, Posted, Source, Sql};
pub use error::{PostError, Refused};
pub use lines::{Line, check, opposite, sum};
pub use past::{balance_at, control_balance_at};
pub use post::{Posting, Receipt, Turn, post, reverse, turn};
pub use sums::{Sums, Weeks, sums};
pub use verify::{Difference, differences, proof};
