//! What `chelal doctor` proves about money: each bill against its own entries, so that a contradiction is found at
//! the bill that has it.

use platform::proof::Proof;

/// Sums of a bill's lines on one account beside what the bill says; amounts in minor units.
macro_rules! bill_against_account {
    ($account:literal, $sign:literal, $kept:literal) => {
        concat!(
            "SELECT b.id, CAST(b.kept AS bigint), CAST(COALESCE(l.booked, 0) AS bigint) FROM \
             (SELECT id, CASE WHEN status IN ('Draft', 'Void') THEN 0 ELSE ",
            $kept,
            " END AS kept FROM bill) b LEFT JOIN (SELECT e.bill, SUM(CASE WHEN t.",
            $sign,
            " = ",
            $account,
            " THEN t.amount ELSE -t.amount END) AS booked FROM ledger_line t \
             JOIN ledger_entry e ON e.id = t.entry WHERE t.debit = ",
            $account,
            " OR t.credit = ",
            $account,
            " GROUP BY e.bill) l ON l.bill = b.id \
             WHERE b.kept <> COALESCE(l.booked, 0) ORDER BY b.id LIMIT $1"
        )
    };
}

/// Accounts 1 to 6 are what money is received on.
const RECEIVED: &str = "SELECT b.id, CAST(COALESCE(p.kept, 0) AS bigint), CAST(COALESCE(l.booked, 0) AS bigint) \
    FROM bill b \
    LEFT JOIN (SELECT bill, SUM(CASE WHEN refund_of IS NULL THEN amount ELSE -amount END) AS kept \
               FROM payment GROUP BY bill) p ON p.bill = b.id \
    LEFT JOIN (SELECT e.bill, SUM(CASE WHEN t.debit <= 6 THEN t.amount ELSE -t.amount END) AS booked \
               FROM ledger_line t JOIN ledger_entry e ON e.id = t.entry \
               WHERE t.debit <= 6 OR t.credit <= 6 GROUP BY e.bill) l ON l.bill = b.id \
    WHERE COALESCE(p.kept, 0) <> COALESCE(l.booked, 0) ORDER BY b.id LIMIT $1";

const BY_DAY: &str = "SELECT 0, CAST(d.kept AS bigint), CAST(l.booked AS bigint) FROM \
    (SELECT COALESCE(SUM(received - refunded), 0) AS kept FROM turnover_day WHERE kind = 'service') d, \
    (SELECT COALESCE(SUM(CASE WHEN debit <= 6 THEN amount ELSE -amount END), 0) AS booked \
     FROM ledger_line WHERE debit <= 6 OR credit <= 6) l \
    WHERE d.kept <> l.booked LIMIT $1";

/// What lies in a drawer beside the cash that the ledger says went through it.
const DRAWERS: &str = "SELECT s.id, CAST(s.in_drawer AS bigint), CAST(s.opening_float + COALESCE(l.booked, 0) AS bigint) \
    FROM cash_session s \
    LEFT JOIN (SELECT e.cash_session, SUM(CASE WHEN t.debit = 1 THEN t.amount ELSE -t.amount END) AS booked \
               FROM ledger_entry e JOIN ledger_line t ON t.entry = e.id \
               WHERE e.cash_session IS NOT NULL AND (t.debit = 1 OR t.credit = 1) GROUP BY e.cash_session) l \
      ON l.cash_session = s.id \
    WHERE s.in_drawer <> s.opening_float + COALESCE(l.booked, 0) ORDER BY s.id LIMIT $1";

/// The money ledger, for [`Module::proof`](platform::module::Module::proof).
pub(crate) fn proof() -> Proof {
    Proof {
        check: "money ledger",
        queries: vec![
            (
                "what the patient owes on bill",
                bill_against_account!("7", "debit", "balance_due - credit_due"),
            ),
            (
                "what the insurer owes on bill",
                bill_against_account!("8", "debit", "insurance_amount - insurance_paid_amount"),
            ),
            (
                "the total of bill",
                bill_against_account!("10", "credit", "total_amount"),
            ),
            (
                "what was written off on bill",
                bill_against_account!("11", "debit", "written_off_amount"),
            ),
            ("what was received on bill", RECEIVED),
            ("the turnover of all days, number", BY_DAY),
            ("what lies in the drawer of cash session", DRAWERS),
        ],
    }
}
