//! What patients contribute to dashboards, statistics and reports.

use identity::user::User;
use kernel::BuiltinRole::{self, Admin, Receptionist};
use platform::access::{Access, Grant};
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::record::Record;
use platform::report::{DefaultPeriod, Report, ReportRequest};
use platform::resource::Resource;
use platform::totals;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use serde::Serialize;

use crate::patient::Patient;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("total_patients", Patient::READ, |cx, grant| {
                Box::pin(async move { Ok(Amount::Count(registered(cx, grant, None).await?)) })
            })
            .also("totalPatients")
            .on_dashboards(&[Admin])
            .in_statistics(),
        )
        .figure(
            Figure::new("newPatientsThisMonth", Patient::READ, |cx, grant| {
                Box::pin(async move { Ok(Amount::Count(new_this_month(cx, grant).await?)) })
            })
            .in_statistics(),
        )
        .figure(
            Figure::new("pending_registrations", Patient::CREATE, |cx, _| {
                Box::pin(async move { Ok(Amount::Count(without_record(cx).await?)) })
            })
            .on_dashboards(&[Receptionist]),
        )
        .report(
            Report::one("report/patient_count/", DefaultPeriod::All, |cx, asked| {
                Box::pin(patient_count(cx, asked))
            })
            .may(Access::may(&[Admin]))
            .summary("How many patients are registered, or were registered in a period"),
        )
}

/// Patients in reach, merged records aside.
async fn registered(cx: &mut Cx, grant: Grant, only: Option<Condition>) -> Result<i64, Error> {
    figure::count::<Patient>(cx, &grant, only).await
}

async fn new_this_month(cx: &mut Cx, grant: Grant) -> Result<i64, Error> {
    let first = cx.today().first_of_month();
    let (from, _) = cx.app.zone.day_bounds(first).map_err(Error::internal)?;
    let since = Patient::created_at.gte(from.to_value());
    registered(cx, grant, Some(Condition::all().add(since))).await
}

/// Accounts that somebody opened as a patient and that no record belongs to yet.
async fn without_record(cx: &mut Cx) -> Result<i64, Error> {
    let account = Query::select()
        .expr(Expr::cust("1"))
        .from_as(Alias::new(Patient::TABLE), Alias::new("own"))
        .and_where(
            Expr::col((Alias::new("own"), Alias::new("user")))
                .equals((Alias::new(User::TABLE), Alias::new("id"))),
        )
        .and_where(Expr::col((Alias::new("own"), Alias::new("voided_at"))).is_null())
        .to_owned();
    let mut query = Query::select();
    query
        .from(Alias::new(User::TABLE))
        .and_where(User::role.eq(BuiltinRole::Patient.id()))
        .and_where(User::is_active.eq(true))
        .and_where(Expr::exists(account).not());
    totals::total(cx, &query).await
}

/// The number of patients.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct PatientCount {
    /// Number of patients.
    patient_count: i64,
}

async fn patient_count(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<PatientCount, Error> {
    let within = asked.period.moments(cx, Patient::created_at);
    let grant = cx.grant();
    let patient_count = registered(cx, grant, Some(within)).await?;
    Ok(PatientCount { patient_count })
}
