//! What patients and insurers owe.

use kernel::Money;
use platform::cx::{Cx, column};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::report::ReportRequest;
use schemars::JsonSchema;
use sea_query::{Alias, Expr, ExprTrait, Func, Query};
use serde::Serialize;

use crate::ageing;
use crate::bill_status::BillStatus;

/// As the index of what is owed has it: SQLite uses that for these words only, not for a value that is bound.
const OWED: &str = r#""bill"."outstanding" > 0"#;

/// The same of what insurers owe.
const UNPAID: &str = r#""bill"."insurance_amount" > "bill"."insurance_paid_amount""#;

/// What is owed, by its age in days since it was due, or since the bill was issued where it names no day.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct ReceivablesAging {
    /// Up to 30 days, and what is not due yet.
    #[serde(rename = "0-30")]
    to_30: Money,
    /// 31 to 60 days.
    #[serde(rename = "31-60")]
    to_60: Money,
    /// 61 to 90 days.
    #[serde(rename = "61-90")]
    to_90: Money,
    /// More than 90 days.
    #[serde(rename = "90+")]
    older: Money,
}

pub(super) async fn receivables_aging(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<ReceivablesAging, Error> {
    let [first, second, third] = ageing::limits(cx.today());
    let mut query = Query::select();
    query
        .from("bill")
        .and_where(Expr::cust(OWED))
        .cond_where(asked.period.days(column("bill", "date_issued")));
    for (from, until) in [
        (Some(first), None),
        (Some(second), Some(first)),
        (Some(third), Some(second)),
        (None, Some(third)),
    ] {
        let mut within = sea_query::Condition::all();
        if let Some(from) = from {
            within = within.add(column("bill", "age_from").gte(from.to_value()));
        }
        if let Some(until) = until {
            within = within.add(column("bill", "age_from").lt(until.to_value()));
        }
        let part = sea_query::CaseStatement::new()
            .case(within, column("bill", "outstanding"))
            .finally(0);
        query.expr(Func::sum(part).cast_as(Alias::new("bigint")));
    }
    let statement = Statement::build(cx.dialect(), &query);
    // No debts have no sum.
    type Sum = Option<i64>;
    let sums: Option<(Sum, Sum, Sum, Sum)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .optional(statement)
        .await?;
    let (to_30, to_60, to_90, older) = sums.unwrap_or_default();
    let money =
        |minor: Option<i64>| Money::from_minor(minor.unwrap_or_default()).map_err(Error::internal);
    Ok(ReceivablesAging {
        to_30: money(to_30)?,
        to_60: money(to_60)?,
        to_90: money(to_90)?,
        older: money(older)?,
    })
}

/// What an insurer owes.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct InsurerBalance {
    /// Name of the insurer.
    provider: String,
    /// How many bills it owes something on.
    bills: i64,
    /// The insurer's part of the bills, in the hospital's currency.
    insurance_amount: Money,
    /// What it has paid of that.
    paid_amount: Money,
    /// What the insurer still owes, in the hospital's currency.
    balance: Money,
}

pub(super) async fn insurer_balances(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<InsurerBalance>, Error> {
    let sum = |name| Func::sum(column("bill", name)).cast_as(Alias::new("bigint"));
    let mut query = Query::select();
    query
        .from("bill")
        .inner_join(
            "insurance_detail",
            column("insurance_detail", "id").eq(column("bill", "insurance")),
        )
        .expr(column("insurance_detail", "provider"))
        .expr(Func::count(column("bill", "insurance")))
        .expr(sum("insurance_amount"))
        .expr(sum("insurance_paid_amount"))
        .and_where(Expr::cust(UNPAID))
        .and_where(
            column("bill", "status")
                .is_not_in([BillStatus::Draft.as_str(), BillStatus::Void.as_str()]),
        )
        .cond_where(asked.period.days(column("bill", "date_issued")))
        .group_by_col(("insurance_detail", "provider"))
        .order_by(("insurance_detail", "provider"), sea_query::Order::Asc);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(String, i64, i64, i64)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .all(statement)
        .await?;
    let money = |minor| Money::from_minor(minor).map_err(Error::internal);
    let row = |(provider, bills, part, paid): (String, i64, i64, i64)| {
        Ok(InsurerBalance {
            provider,
            bills,
            insurance_amount: money(part)?,
            paid_amount: money(paid)?,
            balance: money(part - paid)?,
        })
    };
    rows.into_iter().map(row).collect()
}
