//! Whether the ledger, the bills and the days' sums say the same.

use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;

/// Two sums that should be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// What is compared.
    pub(crate) what: &'static str,
    /// As the ledger has it, in minor units.
    pub(crate) ledger: i64,
    /// As it stands elsewhere.
    pub(crate) elsewhere: i64,
}

impl Comparison {
    /// They are.
    pub(crate) fn agrees(&self) -> bool {
        self.ledger == self.elsewhere
    }
}

/// Each account against what the bills say, and the days' sums against the accounts of money.
const COMPARED: [(&str, &str, &str); 6] = [
    (
        "what patients owe",
        "SELECT CAST(COALESCE(SUM(CASE WHEN debit = 7 THEN amount ELSE -amount END), 0) AS bigint) FROM ledger_line WHERE debit = 7 OR credit = 7",
        "SELECT CAST(COALESCE(SUM(balance_due - credit_due), 0) AS bigint) FROM bill WHERE status NOT IN ('Draft', 'Void')",
    ),
    (
        "what insurers owe",
        "SELECT CAST(COALESCE(SUM(CASE WHEN debit = 8 THEN amount ELSE -amount END), 0) AS bigint) FROM ledger_line WHERE debit = 8 OR credit = 8",
        "SELECT CAST(COALESCE(SUM(insurance_amount - insurance_paid_amount), 0) AS bigint) FROM bill WHERE status NOT IN ('Draft', 'Void')",
    ),
    (
        "what bills come to",
        "SELECT CAST(COALESCE(SUM(CASE WHEN credit = 10 THEN amount ELSE -amount END), 0) AS bigint) FROM ledger_line WHERE debit = 10 OR credit = 10",
        "SELECT CAST(COALESCE(SUM(total_amount), 0) AS bigint) FROM bill WHERE status NOT IN ('Draft', 'Void')",
    ),
    (
        "what was received",
        "SELECT CAST(COALESCE(SUM(CASE WHEN debit <= 6 THEN amount ELSE -amount END), 0) AS bigint) FROM ledger_line WHERE debit <= 6 OR credit <= 6",
        "SELECT CAST(COALESCE(SUM(CASE WHEN refund_of IS NULL THEN amount ELSE -amount END), 0) AS bigint) FROM payment",
    ),
    (
        "what was received by day",
        "SELECT CAST(COALESCE(SUM(CASE WHEN debit <= 6 THEN amount ELSE -amount END), 0) AS bigint) FROM ledger_line WHERE debit <= 6 OR credit <= 6",
        "SELECT CAST(COALESCE(SUM(received - refunded), 0) AS bigint) FROM turnover_day WHERE kind = 'service'",
    ),
    (
        "what was written off",
        "SELECT CAST(COALESCE(SUM(CASE WHEN debit = 11 THEN amount ELSE -amount END), 0) AS bigint) FROM ledger_line WHERE debit = 11 OR credit = 11",
        "SELECT CAST(COALESCE(SUM(written_off_amount), 0) AS bigint) FROM bill WHERE status NOT IN ('Draft', 'Void')",
    ),
];

/// Compares everything. It reads the whole ledger, so it is for the check of an installation and for tests.
pub(crate) async fn compare(cx: &mut Cx) -> Result<Vec<Comparison>, Error> {
    let mut found = Vec::with_capacity(COMPARED.len());
    for (what, ledger, elsewhere) in COMPARED {
        let mut sums = [0; 2];
        for (sum, sql) in sums.iter_mut().zip([ledger, elsewhere]) {
            let row: Option<(i64,)> = cx
                .unscoped("sums of all money, compared by the program")
                .optional(Statement::raw(sql, Vec::new()))
                .await?;
            *sum = row.map_or(0, |(sum,)| sum);
        }
        found.push(Comparison {
            what,
            ledger: sums[0],
            elsewhere: sums[1],
        });
    }
    Ok(found)
}
