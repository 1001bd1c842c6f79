//! What of a payment is for which service.

use std::collections::BTreeMap;

use kernel::Money;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::allocate::allocate;
use crate::bill_item::SourceKind;

/// What is charged without a service and without a source.
pub(crate) const OTHER: &str = "other";

/// A part of an amount and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// A service by its id, or a kind of charge.
    pub(crate) key: String,
    /// How much.
    pub(crate) amount: Money,
}

/// What a line of a bill is for.
pub(crate) fn key(service: Option<i64>, source: Option<&str>) -> String {
    match (service, source.and_then(SourceKind::from_text)) {
        (Some(service), _) => service.to_string(),
        (None, Some(source)) => source.as_str().to_owned(),
        (None, None) => OTHER.to_owned(),
    }
}

/// Splits a payment over what a bill charges for and is not paid yet, or a refund over what was paid for. Parts add up
/// to the amount; what no line explains is for "other".
pub(crate) async fn shares(
    cx: &mut Cx,
    bill: i64,
    amount: Money,
    refund: bool,
) -> Result<Vec<Share>, Error> {
    let charged: Vec<(Option<i64>, Option<String>, i64)> = cx
        .unscoped("the lines of a bill that the caller pays")
        .few(Statement::raw(
            "SELECT service, source_type, CAST(SUM(line_total) AS bigint) FROM bill_item \
             WHERE bill = $1 AND voided_at IS NULL GROUP BY service, source_type",
            values([&bill]),
        ))
        .await?;
    let booked: Vec<(String, i64)> = cx
        .unscoped("what was paid on a bill that the caller pays")
        .few(Statement::raw(
            "SELECT l.item_key, CAST(SUM(CASE WHEN l.debit <= 6 THEN l.amount ELSE -l.amount END) AS bigint) \
             FROM ledger_entry AS e JOIN ledger_line AS l ON l.entry = e.id \
             WHERE e.bill = $1 AND (l.debit <= 6 OR l.credit <= 6) GROUP BY l.item_key",
            values([&bill]),
        ))
        .await?;
    Ok(divide(&charged, &booked, amount, refund))
}

fn divide(
    charged: &[(Option<i64>, Option<String>, i64)],
    booked: &[(String, i64)],
    amount: Money,
    refund: bool,
) -> Vec<Share> {
    let mut open: BTreeMap<String, i64> = BTreeMap::new();
    for (service, source, total) in charged.iter().filter(|_| !refund) {
        *open.entry(key(*service, source.as_deref())).or_default() += total;
    }
    for (key, paid) in booked {
        *open.entry(key.clone()).or_default() += if refund { *paid } else { -*paid };
    }
    open.retain(|_, left| *left > 0);
    if open.is_empty() {
        open.insert(OTHER.to_owned(), 1);
    }
    let weights: Vec<Money> = open
        .values()
        .map(|left| Money::from_minor(*left).unwrap_or(Money::MAX))
        .collect();
    let parts = allocate(amount, &weights);
    let shares = open.into_keys().zip(parts);
    shares
        .map(|(key, amount)| Share { key, amount })
        .filter(|share| share.amount.is_positive())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(minor: i64) -> Money {
        Money::from_minor(minor).unwrap()
    }

    fn divided(
        charged: &[(Option<i64>, Option<&str>, i64)],
        booked: &[(&str, i64)],
        amount: i64,
        refund: bool,
    ) -> Vec<(String, i64)> {
        let charged: Vec<_> = charged
            .iter()
            .map(|(service, source, total)| (*service, source.map(str::to_owned), *total))
            .collect();
        let booked: Vec<_> = booked
            .iter()
            .map(|(key, paid)| ((*key).to_owned(), *paid))
            .collect();
        let shares = divide(&charged, &booked, cents(amount), refund);
        shares
            .into_iter()
            .map(|share| (share.key, share.amount.minor()))
            .collect()
    }

    fn parts(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
        pairs
            .iter()
            .map(|(key, amount)| ((*key).to_owned(), *amount))
            .collect()
    }

    #[test]
    fn a_payment_is_for_what_is_not_paid_yet() {
        let lines = [(Some(1), None, 200), (Some(2), None, 100)];
        assert_eq!(
            divided(&lines, &[], 100, false),
            parts(&[("1", 67), ("2", 33)])
        );
        assert_eq!(
            divided(&lines, &[("1", 67), ("2", 33)], 200, false),
            parts(&[("1", 133), ("2", 67)])
        );
        assert_eq!(
            divided(&lines, &[("1", 200)], 50, false),
            parts(&[("2", 50)])
        );
        // A bill without lines, and one on which more was paid than its lines explain.
        assert_eq!(divided(&[], &[], 500, false), parts(&[("other", 500)]));
        assert_eq!(
            divided(&lines, &[("1", 200), ("2", 100)], 5, false),
            parts(&[("other", 5)])
        );
        // What was credited is not paid for.
        let credited = [(Some(1), None, 0), (None, Some("dispense"), 100)];
        assert_eq!(
            divided(&credited, &[], 100, false),
            parts(&[("dispense", 100)])
        );
    }

    #[test]
    fn a_refund_gives_back_what_was_paid_for() {
        let lines = [(Some(1), None, 200), (Some(2), None, 100)];
        assert_eq!(
            divided(&lines, &[("1", 200), ("2", 100)], 30, true),
            parts(&[("1", 20), ("2", 10)])
        );
        assert_eq!(
            divided(&[], &[("other", 500)], 500, true),
            parts(&[("other", 500)])
        );
    }
}
