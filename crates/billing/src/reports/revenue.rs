//! What was paid: by doctor, service and payer, and each day.

use std::collections::HashMap;

use kernel::{Money, Reach};
use platform::cx::{Cx, column};
use platform::db::Statement;
use platform::error::Error;
use platform::report::ReportRequest;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Query};
use serde::Serialize;

use crate::bill_item::SourceKind;
use crate::ledger::turnover::{self, By};
use crate::lines;
use crate::split;

/// A doctor's revenue.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct DoctorRevenue {
    /// The doctor; null for bills without an encounter.
    doctor_id: Option<i64>,
    /// The doctor's name; empty for bills without an encounter.
    doctor_name: String,
    /// Payments less refunds.
    total: Money,
}

pub(super) async fn revenue_by_doctor(
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
pub(super) struct ServiceRevenue {
    /// The service of the catalogue; null for anything else.
    service_id: Option<i64>,
    /// Its name; `Medication`, `Laboratory`, `Consultation`, `Bed days` or `Other` for what is charged without one.
    service: String,
    /// Payments less refunds.
    total: Money,
}

pub(super) async fn revenue_by_service(
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
pub(super) struct Payer {
    /// Who paid: `Insurance` or `Self-Pay`.
    payer: String,
    /// Payments less refunds.
    total: Money,
}

pub(super) async fn payer_mix(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<Payer>, Error> {
    let found = turnover::of(cx, By::Payer, &asked.period, None).await?;
    let rows = found.into_iter().map(|(payer, turnover)| Payer {
        payer,
        total: turnover.net(),
    });
    Ok(rows.collect())
}

/// What was received on a day by a method.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct DailyCash {
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
    /// How many payments.
    receipts: i64,
    /// How many refunds.
    refunds: i64,
}

pub(super) async fn daily_cash(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<DailyCash>, Error> {
    let of = |name| column("turnover_day", name);
    let mut query = Query::select();
    query
        .from("turnover_day")
        .exprs(
            [
                "day", "item_key", "received", "refunded", "receipts", "refunds",
            ]
            .map(of),
        )
        .and_where(of("kind").eq(By::Method.as_str()))
        .cond_where(asked.period.days(of("day")))
        .order_by(("turnover_day", "day"), sea_query::Order::Asc)
        .order_by(("turnover_day", "item_key"), sea_query::Order::Asc);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(jiff::civil::Date, String, i64, i64, i64, i64)> = cx
        .unscoped("sums of a report that the caller may ask for")
        .all(statement)
        .await?;
    let money = |minor| Money::from_minor(minor).map_err(Error::internal);
    type Row = (jiff::civil::Date, String, i64, i64, i64, i64);
    let row = |(day, method, received, refunded, receipts, refunds): Row| {
        Ok(DailyCash {
            date: day.to_string(),
            method,
            received: money(received)?,
            refunded: money(refunded)?,
            total: money(received - refunded)?,
            receipts,
            refunds,
        })
    };
    rows.into_iter().map(row).collect()
}
