//! Financial reports. What they tell comes from the ledger's sums by day, and from the debts that are open: their cost
//! does not grow with the number of settled bills.

use std::collections::HashMap;

use kernel::BuiltinRole::{Admin, Cashier, Doctor};
use kernel::{Money, Reach};
use platform::access::{Access, Permission};
use platform::cx::{Cx, column, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use platform::route::Route;
use schemars::JsonSchema;
use sea_query::{Alias, ExprTrait, Func, Query};
use serde::Serialize;

use crate::ageing;
use crate::bill_item::SourceKind;
use crate::ledger::turnover::{self, By};
use crate::ledger::verify;
use crate::lines;
use crate::split;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .route(
            Route::get("reports", "financial-reports/", |_, call| {
                Box::pin(index(call))
            })
            .may(
                Permission::new("financial-reports", "index"),
                Access::may(&[Admin, Cashier, Doctor]),
            )
            .answers::<Vec<Entry>>(200)
            .summary("The financial reports there are")
            .done(),
        )
        .report(
            Report::one("financial-reports/receivables_aging/", DefaultPeriod::All, |cx, asked| {
                Box::pin(receivables_aging(cx, asked))
            })
            .may(Access::may(&[Admin]))
            .summary("What patients and insurers owe, by the days since it was due"),
        )
        .report(
            Report::table("financial-reports/revenue_by_doctor/", None, DefaultPeriod::Year, |cx, asked| {
                Box::pin(revenue_by_doctor(cx, asked))
            })
            .may(Access::may(&[Admin]).reach(Doctor, "x", Reach::Own))
            .summary("Payments less refunds, by the doctor of the bill's encounter; a doctor sees their own"),
        )
        .report(
            Report::table("financial-reports/revenue_by_service/", None, DefaultPeriod::Year, |cx, asked| {
                Box::pin(revenue_by_service(cx, asked))
            })
            .may(Access::may(&[Admin]))
            .summary("Payments less refunds, by what was paid for"),
        )
        .report(
            Report::table("financial-reports/payer_mix/", None, DefaultPeriod::Year, |cx, asked| {
                Box::pin(payer_mix(cx, asked))
            })
            .may(Access::may(&[Admin]))
            .summary("Payments less refunds, by who paid"),
        )
        .report(
            Report::table("financial-reports/daily_cash/", None, DefaultPeriod::Today, |cx, asked| {
                Box::pin(daily_cash(cx, asked))
            })
            .may(Access::may(&[Admin, Cashier]))
            .summary("What was received and given back on each day, by method"),
        )
        .report(
            Report::table("financial-reports/insurer_balances/", None, DefaultPeriod::All, |cx, asked| {
                Box::pin(insurer_balances(cx, asked))
            })
            .may(Access::may(&[Admin]))
            .summary("What each insurer owes"),
        )
        .report(
            Report::table("financial-reports/trial_balance/", None, DefaultPeriod::All, |cx, asked| {
                Box::pin(trial_balance(cx, asked))
            })
            .may(Access::may(&[Admin]))
            .summary("Debits and credits of each account of the ledger"),
        )
        .report(
            Report::table("financial-reports/reconciliation/", None, DefaultPeriod::All, |cx, _| {
                Box::pin(reconciliation(cx))
            })
            .may(Access::may(&[Admin]))
            .summary("Whether the ledger and the bills say the same, whatever the period"),
        )
}

/// A report of the index.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// Its name as shown to people.
    name: &'static str,
    /// Address of the report below the API, to be fetched with `start` and `end`.
    url: String,
}

/// The reports by name.
const NAMES: [&str; 8] = [
    "receivables_aging",
    "revenue_by_doctor",
    "revenue_by_service",
    "payer_mix",
    "daily_cash",
    "insurer_balances",
    "trial_balance",
    "reconciliation",
];

async fn index(call: &Call) -> Result<Reply, Error> {
    let root = call.head.root();
    let entries: Vec<Entry> = NAMES
        .into_iter()
        .map(|name| Entry {
            name,
            url: format!("{root}financial-reports/{name}/"),
        })
        .collect();
    Reply::ok(&entries)
}

/// What is owed, by its age in days since it was due, or since the bill was issued where it names no day.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ReceivablesAging {
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

async fn receivables_aging(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<ReceivablesAging, Error> {
    let [first, second, third] = ageing::limits(cx.today());
    let mut query = Query::select();
    query
        .from("bill")
        .and_where(column("bill", "outstanding").gt(0))
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

/// A doctor's revenue.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct DoctorRevenue {
    /// The doctor; null for bills without an encounter.
    doctor_id: Option<i64>,
    /// The doctor's name; empty for bills without an encounter.
    doctor_name: String,
    /// Payments less refunds.
    total: Money,
}

async fn revenue_by_doctor(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<DoctorRevenue>, Error> {
    let grant = cx.grant();
    let own = (grant.reach != Reach::All).then(|| grant.user.to_string());
    let found = turnover::of(cx, By::Doctor, &asked.period, own.as_deref()).await?;
    let doctors: Vec<i64> = found
        .iter()
        .filter_map(|(key, _)| key.parse().ok())
        .collect();
    let names = identity::names(cx, doctors.iter().copied().filter(|id| *id > 0)).await?;
    let mut rows: Vec<DoctorRevenue> = found
        .into_iter()
        .map(|(key, turnover)| {
            let doctor = key.parse().ok().filter(|id| *id > 0);
            DoctorRevenue {
                doctor_id: doctor,
                doctor_name: doctor
                    .and_then(|id| names.get(&id).cloned())
                    .unwrap_or_default(),
                total: turnover.net(),
            }
        })
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.total), row.doctor_id));
    Ok(rows)
}

/// What was paid for a service.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ServiceRevenue {
    /// The service of the catalogue; null for anything else.
    service_id: Option<i64>,
    /// Its name; `Medication`, `Laboratory`, `Consultation`, `Bed days` or `Other` for what is charged without one.
    service: String,
    /// Payments less refunds.
    total: Money,
}

async fn revenue_by_service(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<ServiceRevenue>, Error> {
    let found = turnover::of(cx, By::Service, &asked.period, None).await?;
    let ids: Vec<i64> = found
        .iter()
        .filter_map(|(key, _)| key.parse().ok())
        .collect();
    let names = lines::service_names(cx, ids).await?;
    let mut rows: Vec<ServiceRevenue> = found
        .into_iter()
        .map(|(key, turnover)| {
            let (service_id, service) = named(&key, &names);
            ServiceRevenue {
                service_id,
                service,
                total: turnover.net(),
            }
        })
        .collect();
    rows.sort_by(|a, b| (b.total, &a.service).cmp(&(a.total, &b.service)));
    Ok(rows)
}

/// What a key of [`split`] is called.
fn named(key: &str, names: &HashMap<i64, String>) -> (Option<i64>, String) {
    if let Ok(id) = key.parse() {
        return (Some(id), names.get(&id).cloned().unwrap_or_default());
    }
    let name = match SourceKind::from_text(key) {
        Some(SourceKind::Encounter) => "Consultation",
        Some(SourceKind::LabOrderItem) => "Laboratory",
        Some(SourceKind::Dispense) => "Medication",
        Some(SourceKind::Admission) => "Bed days",
        None if key == split::OTHER => "Other",
        None => key,
    };
    (None, name.to_owned())
}

/// What a kind of payer paid.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Payer {
    /// Who paid: `Insurance` or `Self-Pay`.
    payer: String,
    /// Payments less refunds.
    total: Money,
}

async fn payer_mix(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Payer>, Error> {
    let found = turnover::of(cx, By::Payer, &asked.period, None).await?;
    let rows = found.into_iter().map(|(payer, turnover)| Payer {
        payer,
        total: turnover.net(),
    });
    Ok(rows.collect())
}

/// What was received on a day by a method.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct DailyCash {
    /// The day, where the hospital is.
    date: String,
    /// How it was paid.
    method: String,
    /// Payments received, in the hospital's currency.
    received: Money,
    /// Refunds paid out, in the hospital's currency.
    refunded: Money,
    /// What came in less what was given back.
    total: Money,
    /// How many payments and refunds.
    receipts: i64,
}

async fn daily_cash(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<DailyCash>, Error> {
    let of = |name| column("turnover_day", name);
    let mut query = Query::select();
    query
        .from("turnover_day")
        .exprs(["day", "item_key", "received", "refunded", "receipts"].map(of))
        .and_where(of("kind").eq(By::Method.as_str()))
        .cond_where(asked.period.days(of("day")))
        .order_by(("turnover_day", "day"), sea_query::Order::Asc)
        .order_by(("turnover_day", "item_key"), sea_query::Order::Asc);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(jiff::civil::Date, String, i64, i64, i64)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .all(statement)
        .await?;
    let money = |minor| Money::from_minor(minor).map_err(Error::internal);
    let row = |(day, method, received, refunded, receipts): (jiff::civil::Date, _, i64, i64, _)| {
        Ok(DailyCash {
            date: day.to_string(),
            method,
            received: money(received)?,
            refunded: money(refunded)?,
            total: money(received - refunded)?,
            receipts,
        })
    };
    rows.into_iter().map(row).collect()
}

/// What an insurer owes.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct InsurerBalance {
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

async fn insurer_balances(
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
        .expr(Func::count(column("bill", "id")))
        .expr(sum("insurance_amount"))
        .expr(sum("insurance_paid_amount"))
        .and_where(column("bill", "outstanding").gt(0))
        .and_where(column("bill", "insurance_amount").gt(column("bill", "insurance_paid_amount")))
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

/// An account of the ledger.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct AccountBalance {
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

async fn trial_balance(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<AccountBalance>, Error> {
    let (start, end) = (asked.period.start, asked.period.end);
    let start = start.unwrap_or(jiff::civil::date(1, 1, 1));
    let end = end.unwrap_or(jiff::civil::date(9999, 12, 31));
    let rows: Vec<(String, String, String, i64, i64)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .all(Statement::raw(
            "SELECT a.code, a.name, a.kind, CAST(COALESCE(SUM(CASE WHEN l.debit = a.id THEN l.amount END), 0) AS bigint), \
             CAST(COALESCE(SUM(CASE WHEN l.credit = a.id THEN l.amount END), 0) AS bigint) \
             FROM ledger_account AS a LEFT JOIN (SELECT ll.debit, ll.credit, ll.amount FROM ledger_line AS ll \
             JOIN ledger_entry AS e ON e.id = ll.entry WHERE e.day BETWEEN $1 AND $2) AS l ON l.debit = a.id OR l.credit = a.id \
             GROUP BY a.id, a.code, a.name, a.kind ORDER BY a.code",
            values([&start, &end]),
        ))
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
struct Reconciled {
    /// What is compared, such as the balance of receivables.
    what: &'static str,
    /// The sum in the ledger, in the hospital's currency.
    ledger: Money,
    /// As the bills, payments or daily sums have it.
    elsewhere: Money,
    /// Whether both sums are equal.
    agrees: bool,
}

async fn reconciliation(cx: &mut Cx) -> Result<Vec<Reconciled>, Error> {
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
