//! Financial reports. What they tell comes from the ledger's sums by day, and from the debts that are open: their cost
//! does not grow with the number of settled bills. The trial balance and the reconciliation, which prove these sums, add up
//! the ledger itself.

mod books;
mod owed;
mod revenue;

use kernel::BuiltinRole::{Admin, Cashier, Doctor};
use kernel::Reach;
use platform::access::{Access, Permission};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::report::{DefaultPeriod, Report};
use platform::route::Route;
use schemars::JsonSchema;
use serde::Serialize;

use crate::unpriced;
use books::{reconciliation, trial_balance};
use owed::{insurer_balances, receivables_aging};
use revenue::{daily_cash, payer_mix, revenue_by_doctor, revenue_by_service};

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
            Report::table("financial-reports/charges_without_price/", None, DefaultPeriod::All, |cx, asked| {
                Box::pin(unpriced::report(cx, asked))
            })
            .may(Access::may(&[Admin, Cashier]))
            .summary("What was charged and has no price yet"),
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
const NAMES: [&str; 9] = [
    "receivables_aging",
    "revenue_by_doctor",
    "revenue_by_service",
    "payer_mix",
    "daily_cash",
    "insurer_balances",
    "charges_without_price",
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
