//! The ledger's accounts, and whether it agrees with the bills.

use kernel::Money;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::report::ReportRequest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ledger::verify;

/// An account of the ledger.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct AccountBalance {
    /// Number of the account in the chart of accounts.
    code: String,
    /// Its name as shown to people.
    name: String,
    /// `asset`, `liability`, `income` or `expense`.
    kind: String,
    /// Sum of the debits, in the hospital's currency.
    debit: Money,
    /// Sum of the credits, in the hospital's currency.
    credit: Money,
    /// Debits less credits, in the hospital's currency; below 0 when more was credited.
    balance: Money,
}

/// Sums of the accounts, told from the lines that are added up first by both of their accounts: those sums are few, whereas
/// each account would go through all lines.
macro_rules! balances {
    ($from:literal) => {
        concat!(
            "SELECT a.code, a.name, a.kind, CAST(COALESCE(SUM(CASE WHEN m.debit = a.id THEN m.amount END), 0) AS bigint), \
             CAST(COALESCE(SUM(CASE WHEN m.credit = a.id THEN m.amount END), 0) AS bigint) \
             FROM ledger_account AS a LEFT JOIN (SELECT l.debit, l.credit, CAST(SUM(l.amount) AS bigint) AS amount FROM ",
            $from,
            " GROUP BY l.debit, l.credit) AS m ON m.debit = a.id OR m.credit = a.id \
             GROUP BY a.id, a.code, a.name, a.kind ORDER BY a.code"
        )
    };
}

pub(super) async fn trial_balance(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<AccountBalance>, Error> {
    let statement = match (asked.period.start, asked.period.end) {
        (None, None) => Statement::raw(balances!("ledger_line AS l"), Vec::new()),
        (start, end) => {
            let start = start.unwrap_or(jiff::civil::date(1, 1, 1));
            let end = end.unwrap_or(jiff::civil::date(9999, 12, 31));
            Statement::raw(
                balances!(
                    "ledger_line AS l JOIN ledger_entry AS e ON e.id = l.entry WHERE e.day BETWEEN $1 AND $2"
                ),
                values([&start, &end]),
            )
        }
    };
    let rows: Vec<(String, String, String, i64, i64)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .all(statement)
        .await?;
    let money = |minor| Money::from_minor(minor).map_err(Error::internal);
    let row = |(code, name, kind, debit, credit): (_, _, _, i64, i64)| {
        Ok(AccountBalance {
            code,
            name,
            kind,
            debit: money(debit)?,
            credit: money(credit)?,
            balance: money(debit - credit)?,
        })
    };
    rows.into_iter().map(row).collect()
}

/// Two sums that must be equal.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Reconciled {
    /// What is compared, such as the balance of receivables.
    what: &'static str,
    /// The sum in the ledger, in the hospital's currency.
    ledger: Money,
    /// As the bills, payments or daily sums have it.
    elsewhere: Money,
    /// Whether both sums are equal.
    agrees: bool,
}

pub(super) async fn reconciliation(cx: &mut Cx) -> Result<Vec<Reconciled>, Error> {
    let money = |minor| Money::from_minor(minor).map_err(Error::internal);
    let row = |found: verify::Comparison| {
        Ok(Reconciled {
            what: found.what,
            ledger: money(found.ledger)?,
            elsewhere: money(found.elsewhere)?,
            agrees: found.agrees(),
        })
    };
    verify::compare(cx).await?.into_iter().map(row).collect()
}
