//! What a book is made of, and the statements that keep it.

use jiff::Timestamp;
use platform::record::Record;

use crate::sums::Sums;

/// Accounts and the entries that explain their balances; see the [crate].
pub trait Book: Send + Sync + 'static {
    /// A row of the entries.
    type Entry: Record;
    /// What an entry is for, such as a receipt or a payment.
    type Kind: Copy + Send + Sync + 'static;
    /// The name under which operations on its accounts take turns.
    const NAME: &'static str;
    /// The lines of a posting must add up to zero.
    const BALANCED: bool;
    /// Its statements, written by [`sql!`](crate::sql!).
    const SQL: Sql;
    /// Its sums, written by [`sums!`](crate::sums!) and made by [`sums()`](crate::sums()).
    const SUMS: Option<Sums> = None;

    /// The row that is stored for a line.
    fn entry(posted: Posted<Self::Kind>) -> Self::Entry;
}

/// A line as it was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted<K> {
    /// The account.
    pub account: i64,
    /// What was added to its balance.
    pub amount: i64,
    /// The account's balance after it.
    pub balance_after: i64,
    /// The control account and its balance after it, where the book has control accounts.
    pub control: Option<(i64, i64)>,
    /// What it is for.
    pub kind: K,
    /// The record that caused it.
    pub source: Source,
    /// The user who did it; none for the program itself.
    pub user: Option<i64>,
    /// When it took effect: never before an earlier entry of the same account.
    pub at: Timestamp,
    /// The entry that it reverses.
    pub reverses: Option<i64>,
}

/// The record that caused a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// What a record of its kind is called, such as `DispensingLog`.
    pub name: &'static str,
    /// The `id` of the role.
    pub id: i64,
}

impl Source {
    /// A record by its type and id.
    #[must_use]
    pub const fn of<R: Record>(id: i64) -> Source {
        Source { name: R::NAME, id }
    }
}

/// The statements of a book.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// Adds `$2` to the balance of account `$1` where that is allowed; answers balance and control account.
    pub move_account: &'static str,
    /// Adds `$2` to the balance of control account `$1`; answers the balance.
    pub move_control: Option<&'static str>,
    /// The moment of the last entry of account (or control account) `$1`.
    pub last_at: &'static str,
    /// Entries of source `$1`, `$2` that are no reversals: id, account, amount, whether they are reversed.
    pub of_source: &'static str,
    /// The balance of account `$1` before moment `$2`.
    pub balance_at: &'static str,
    /// The balance of control account `$1` before moment `$2`.
    pub control_at: Option<&'static str>,
    /// Accounts whose balance is not the sum of their entries: id, balance, sum; at most `$1` rows.
    pub differences: &'static str,
    /// The same for control accounts.
    pub control_differences: Option<&'static str>,
    /// Entries whose `balance_after` does not follow from those before: account, recorded, sum.
    pub breaks: &'static str,
    /// Sources whose entries do not add up to zero: id, 0, sum. Asked of balanced books only.
    pub unbalanced: &'static str,
}

/// Writes the statements of a book from the names of its tables and columns. `allowed` is the condition
/// under which amount `$2` may be added to an account, besides the table's own checks.
///
/// ```
/// const WITH_CONTROL: ledger::Sql = ledger::sql! {
///     accounts "stock_batch" balance "current_quantity" allowed "current_quantity + $2 >= 0"
///     entries "stock_movement" account "stock_batch" amount "delta"
///     control "medication_item" in "medication_item" total "total_quantity" after "item_balance_after"
/// };
/// assert!(WITH_CONTROL.move_control.is_some());
/// const WITHOUT: ledger::Sql = ledger::sql! {
///     accounts "ledger_account" balance "balance" allowed "1 = 1"
///     entries "ledger_line" account "account" amount "amount"
/// };
/// assert!(WITHOUT.move_control.is_none());
/// ```
#[macro_export]
macro_rules! sql {
    (
        accounts $accounts:literal balance $balance:literal allowed $allowed:literal
        entries $entries:literal account $account:literal amount $amount:literal
        control $control:literal in $controls:literal total $total:literal after $after:literal
    ) => {
        $crate::Sql {
            move_account: concat!(
                "UPDATE ", $accounts, " SET ", $balance, " = ", $balance, " + $2 WHERE id = $1 AND (",
                $allowed, ") RETURNING ", $balance, ", ", $control
            ),
            move_control: Some(concat!(
                "UPDATE ", $controls, " SET ", $total, " = ", $total, " + $2 WHERE id = $1 RETURNING ", $total
            )),
            last_at: concat!(
                "SELECT at FROM ", $entries, " WHERE ", $control, " = $1 ORDER BY id DESC LIMIT 1"
            ),
            control_at: Some(concat!(
                "SELECT ", $after, " FROM ", $entries, " WHERE ", $control,
                " = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT 1"
            )),
            control_differences: Some(concat!(
                "SELECT c.id, c.", $total, ", CAST(COALESCE(SUM(e.", $amount, "), 0) AS bigint) FROM ",
                $controls, " AS c LEFT JOIN ", $entries, " AS e ON e.", $control, " = c.id GROUP BY c.id, c.",
                $total, " HAVING c.", $total, " <> COALESCE(SUM(e.", $amount, "), 0) ORDER BY c.id LIMIT $1"
            )),
            ..$crate::sql! {
                accounts $accounts balance $balance allowed $allowed
                entries $entries account $account amount $amount
            }
        }
    };
    (
        accounts $accounts:literal balance $balance:literal allowed $allowed:literal
        entries $entries:literal account $account:literal amount $amount:literal
    ) => {
        $crate::Sql {
            move_account: concat!(
                "UPDATE ", $accounts, " SET ", $balance, " = ", $balance, " + $2 WHERE id = $1 AND (",
                $allowed, ") RETURNING ", $balance, ", CAST(NULL AS bigint)"
            ),
            move_control: None,
            last_at: concat!(
                "SELECT at FROM ", $entries, " WHERE ", $account, " = $1 ORDER BY id DESC LIMIT 1"
            ),
            of_source: concat!(
                "SELECT e.id, e.", $account, ", e.", $amount,
                ", EXISTS (SELECT 1 FROM ", $entries, " AS r WHERE r.reverses = e.id) FROM ", $entries,
                " AS e WHERE e.source_type = $1 AND e.source_id = $2 AND e.reverses IS NULL ORDER BY e.id"
            ),
            balance_at: concat!(
                "SELECT balance_after FROM ", $entries, " WHERE ", $account,
                " = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT 1"
            ),
            control_at: None,
            differences: concat!(
                "SELECT a.id, a.", $balance, ", CAST(COALESCE(SUM(e.", $amount, "), 0) AS bigint) FROM ",
                $accounts, " AS a LEFT JOIN ", $entries, " AS e ON e.", $account, " = a.id GROUP BY a.id, a.",
                $balance, " HAVING a.", $balance, " <> COALESCE(SUM(e.", $amount, "), 0) ORDER BY a.id LIMIT $1"
            ),
            control_differences: None,
            breaks: concat!(
                "SELECT account, recorded, total FROM (SELECT ", $account,
                " AS account, id, balance_after AS recorded, CAST(SUM(", $amount, ") OVER (PARTITION BY ",
                $account, " ORDER BY id) AS bigint) AS total FROM ", $entries,
                ") AS runs WHERE recorded <> total ORDER BY account, id LIMIT $1"
            ),
            unbalanced: concat!(
                "SELECT source_id, CAST(0 AS bigint), CAST(SUM(", $amount, ") AS bigint) FROM ", $entries,
                " GROUP BY source_type, source_id, reverses IS NULL HAVING SUM(", $amount,
                ") <> 0 ORDER BY source_id LIMIT $1"
            ),
        }
    };
}
