//! What was received and given back on each day of the hospital, by payer, method, doctor and service.
//!
//! These are sums of the ledger's lines, kept with them in the same transaction: a report over a year reads some
//! thousand rows, not a million payments. [`super::verify`] proves that they say what the ledger says.

use std::collections::BTreeMap;

use kernel::Money;
use platform::cx::{Cx, column};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::report::Period;
use sea_query::{Expr, ExprTrait, Func, Order, Query};

use crate::bill::Bill;
use crate::payment::Payment;
use crate::payment_method::PaymentMethod;
use crate::split::Share;

platform::choice! {
    /// By what money is told apart.
    pub enum By {
        /// Who paid: `Insurance` or `Self-Pay`.
        Payer = "payer",
        /// How it was paid.
        Method = "method",
        /// The doctor of the bill's encounter, by id; 0 for none.
        Doctor = "doctor",
        /// What was paid for: a service by its id, or a kind of charge.
        Service = "service",
    }
}

/// The payer of a payment.
pub(crate) const INSURANCE: &str = "Insurance";
/// The payer of a payment.
pub(crate) const SELF_PAY: &str = "Self-Pay";

/// Adds a payment or a refund to its day.
pub(crate) async fn add(
    cx: &mut Cx,
    bill: &Bill,
    payment: &Payment,
    shares: &[Share],
) -> Result<(), Error> {
    let day = cx.today();
    let refund = payment.refund_of.is_some();
    let payer = match payment.method {
        PaymentMethod::Insurance => INSURANCE,
        _ => SELF_PAY,
    };
    let doctor = bill.doctor.map_or(0, |doctor| doctor.get());
    let mut sums: BTreeMap<(&'static str, String), (i64, i64)> = BTreeMap::from([
        (
            (By::Payer.as_str(), payer.to_owned()),
            (payment.amount.minor(), 1),
        ),
        (
            (By::Method.as_str(), payment.method.as_str().to_owned()),
            (payment.amount.minor(), 1),
        ),
        (
            (By::Doctor.as_str(), doctor.to_string()),
            (payment.amount.minor(), 1),
        ),
    ]);
    for share in shares {
        let sum = sums
            .entry((By::Service.as_str(), share.key.clone()))
            .or_default();
        *sum = (sum.0 + share.amount.minor(), 1);
    }
    let mut insert = Query::insert();
    insert.into_table("turnover_day").columns([
        "kind", "day", "item_key", "received", "refunded", "receipts", "refunds",
    ]);
    for ((kind, key), (amount, count)) in sums {
        let (received, receipts) = if refund { (0, 0) } else { (amount, count) };
        let (refunded, refunds) = if refund { (amount, count) } else { (0, 0) };
        insert
            .values([
                Expr::val(kind),
                Expr::val(day.to_value()),
                Expr::val(key),
                Expr::val(received),
                Expr::val(refunded),
                Expr::val(receipts),
                Expr::val(refunds),
            ])
            .map_err(Error::internal)?;
    }
    let mut conflict = sea_query::OnConflict::columns(["kind", "day", "item_key"]);
    for name in ["received", "refunded", "receipts", "refunds"] {
        let more = column("turnover_day", name).add(Expr::cust(excluded(name)));
        conflict.value(name, more);
    }
    insert.on_conflict(conflict);
    let statement = Statement::build(cx.dialect(), &insert);
    cx.unscoped("sums of a ledger that records what was allowed")
        .execute(statement)
        .await?;
    Ok(())
}

fn excluded(name: &str) -> &'static str {
    match name {
        "received" => "excluded.received",
        "refunded" => "excluded.refunded",
        "receipts" => "excluded.receipts",
        _ => "excluded.refunds",
    }
}

/// What was received and given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Turnover {
    /// What came in.
    pub(crate) received: Money,
    /// What was given back.
    pub(crate) refunded: Money,
}

impl Turnover {
    /// What came in less what was given back.
    pub(crate) fn net(&self) -> Money {
        self.received.checked_sub(self.refunded).unwrap_or_default()
    }
}

/// The turnover of a period by key, in the order of the keys.
pub(crate) async fn of(
    cx: &mut Cx,
    by: By,
    period: &Period,
    only: Option<&str>,
) -> Result<Vec<(String, Turnover)>, Error> {
    let sum = |name| Func::sum(column("turnover_day", name)).cast_as("bigint");
    let mut query = Query::select();
    query
        .from("turnover_day")
        .expr(column("turnover_day", "item_key"))
        .expr(sum("received"))
        .expr(sum("refunded"))
        .and_where(column("turnover_day", "kind").eq(by.as_str()))
        .cond_where(period.days(column("turnover_day", "day")))
        .group_by_col(("turnover_day", "item_key"))
        .order_by(("turnover_day", "item_key"), Order::Asc);
    if let Some(key) = only {
        query.and_where(column("turnover_day", "item_key").eq(key));
    }
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(String, i64, i64)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .all(statement)
        .await?;
    let turnover = |(key, received, refunded)| {
        let money = |minor| Money::from_minor(minor).map_err(Error::internal);
        Ok((
            key,
            Turnover {
                received: money(received)?,
                refunded: money(refunded)?,
            },
        ))
    };
    rows.into_iter().map(turnover).collect()
}
