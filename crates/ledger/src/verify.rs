//! Proving that balances are what the entries say.

use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::proof::Proof;

use crate::book::Book;
use crate::sums::Sums;

/// Differences of one kind that are named; more would not help whoever repairs them.
const SHOWN: i64 = 20;

/// Something that does not agree with the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// An account's balance is not the sum of its entries.
    Account {
        /// The account.
        id: i64,
        /// Its balance.
        balance: i64,
        /// The sum of its entries.
        sum: i64,
    },
    /// A control account's balance is not the sum of its entries.
    Control {
        /// The control account.
        id: i64,
        /// Its balance.
        balance: i64,
        /// The sum of its entries.
        sum: i64,
    },
    /// An entry's `balance_after` does not follow from the entries before it.
    Entry {
        /// The account.
        id: i64,
        /// What the entry records.
        balance: i64,
        /// The sum up to the entry.
        sum: i64,
    },
    /// A sum of weeks, or a span, is not that of the entries.
    Sum {
        /// The account.
        id: i64,
        /// What is kept.
        balance: i64,
        /// What the entries say.
        sum: i64,
    },
    /// The entries of a source record do not add up to zero in a balanced book.
    Posting {
        /// The source record.
        id: i64,
        /// What they add up to.
        sum: i64,
    },
}

/// Compares every balance with the entries, and every entry with those before it. Reads the whole book.
///
/// # Errors
/// When the database fails.
pub async fn differences<B: Book>(cx: &mut Cx) -> Result<Vec<Difference>, Error> {
    let mut found = Vec::new();
    let accounts = rows(cx, B::SQL.differences).await?;
    found.extend(
        accounts
            .into_iter()
            .map(|(id, balance, sum)| Difference::Account { id, balance, sum }),
    );
    if let Some(sql) = B::SQL.control_differences {
        let controls = rows(cx, sql).await?;
        found.extend(
            controls
                .into_iter()
                .map(|(id, balance, sum)| Difference::Control { id, balance, sum }),
        );
    }
    let breaks = rows(cx, B::SQL.breaks).await?;
    found.extend(
        breaks
            .into_iter()
            .map(|(id, balance, sum)| Difference::Entry { id, balance, sum }),
    );
    for (_, sql) in sums::<B>() {
        let differing = rows(cx, sql).await?;
        found.extend(
            differing
                .into_iter()
                .map(|(id, balance, sum)| Difference::Sum { id, balance, sum }),
        );
    }
    if B::BALANCED {
        let unbalanced = rows(cx, B::SQL.unbalanced).await?;
        found.extend(
            unbalanced
                .into_iter()
                .map(|(id, _, sum)| Difference::Posting { id, sum }),
        );
    }
    Ok(found)
}

/// What is looked for in the sums of a book, and the queries.
fn sums<B: Book>() -> Vec<(&'static str, &'static str)> {
    let of = |sums: Sums| {
        [
            ("a week of account", sums.weeks_differ),
            ("the weeks of account", sums.totals_differ),
            ("the span of account", sums.spans_differ),
        ]
    };
    B::SUMS.into_iter().flat_map(of).collect()
}

async fn rows(cx: &mut Cx, sql: &'static str) -> Result<Vec<(i64, i64, i64)>, Error> {
    cx.unscoped("proving the ledger reads the whole book")
        .all(Statement::raw(sql, values([&SHOWN])))
        .await
}

/// The same for `chelal doctor`: `Module::proof(ledger::proof::<Stock>("stock ledger"))`.
#[must_use]
pub fn proof<B: Book>(check: &'static str) -> Proof {
    let mut queries = vec![("account", B::SQL.differences)];
    queries.extend(B::SQL.control_differences.map(|sql| ("total", sql)));
    queries.push(("an entry of account", B::SQL.breaks));
    queries.extend(sums::<B>());
    if B::BALANCED {
        queries.push(("posting", B::SQL.unbalanced));
    }
    Proof { check, queries }
}
