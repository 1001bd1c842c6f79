//! What scheduling contributes to dashboards and reports.

use std::collections::HashMap;

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient, Receptionist};
use kernel::Reach;
use platform::access::Access;
use platform::cx::{Cx, column};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::figure::{self, Amount, Figure};
use platform::module::Module;
use platform::report::{DefaultPeriod, Period, Report, ReportRequest};
use platform::resource::Resource;
use platform::totals;
use schemars::JsonSchema;
use sea_query::{Alias, Asterisk, Condition, Expr, ExprTrait, Func, Query, SelectStatement};
use serde::Serialize;

use crate::appointment::{Appointment, upcoming};
use crate::state::AppointmentStatus::{self, Cancelled, CheckedIn, Completed, NoShow};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .figure(
            Figure::new("today_appointments", Appointment::READ, |cx, grant| {
                Box::pin(async move {
                    let mine = today(cx).add(Appointment::doctor.eq(grant.user));
                    let count = figure::count::<Appointment>(cx, &grant, Some(mine)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Doctor]),
        )
        .figure(
            Figure::new("today_schedule", Appointment::READ, |cx, grant| {
                Box::pin(async move {
                    let all = today(cx);
                    let count = figure::count::<Appointment>(cx, &grant, Some(all)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Receptionist]),
        )
        .figure(
            Figure::new("patient_queue", Appointment::READ, |cx, grant| {
                Box::pin(async move {
                    let waiting = today(cx).add(is(&[CheckedIn]));
                    let count = figure::count::<Appointment>(cx, &grant, Some(waiting)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Receptionist, Nurse]),
        )
        .figure(
            Figure::new("upcoming_appointments", Appointment::READ, |cx, grant| {
                Box::pin(async move {
                    let coming = upcoming(cx);
                    let count = figure::count::<Appointment>(cx, &grant, Some(coming)).await?;
                    Ok(Amount::Count(count))
                })
            })
            .on_dashboards(&[Patient]),
        )
        .report(
            Report::one(
                "report/appointments_today/",
                DefaultPeriod::Today,
                |cx, asked| Box::pin(appointments(cx, asked)),
            )
            .may(Access::may(&[Admin]))
            .summary("How many appointments there are today, or in a period"),
        )
        .report(
            Report::table(
                "report/appointments_by_doctor/",
                Some("appointments_by_doctor"),
                DefaultPeriod::Year,
                |cx, asked| Box::pin(by_doctor(cx, asked)),
            )
            .may(Access::may(&[Admin]).reach(Doctor, "x", Reach::Own))
            .summary("How many appointments each doctor has; a doctor sees their own"),
        )
        .report(
            Report::one(
                "operational-reports/no_show_rate/",
                DefaultPeriod::Year,
                |cx, asked| Box::pin(no_show_rate(cx, asked)),
            )
            .may(Access::may(&[Admin]))
            .summary("How many patients did not come, of those who were seen or did not come"),
        )
        .report(
            Report::table(
                "operational-reports/waiting_time/",
                None,
                DefaultPeriod::Year,
                |cx, asked| Box::pin(waiting_time(cx, asked)),
            )
            .may(Access::may(&[Admin]))
            .summary("How long patients wait for each doctor, from coming to being seen"),
        )
}

/// Those that take place today, where the hospital is.
fn today(cx: &Cx) -> Condition {
    Condition::all()
        .add(Appointment::date.eq(cx.today().to_value()))
        .add(takes_place())
}

fn takes_place() -> Expr {
    Appointment::status.is_not_in([Cancelled.as_str(), NoShow.as_str()])
}

fn is(statuses: &[AppointmentStatus]) -> Condition {
    let texts = statuses.iter().map(|status| status.as_str());
    Condition::all().add(Appointment::status.is_in(texts))
}

/// Appointments of a period that were not voided.
fn of(period: &Period) -> SelectStatement {
    let mut query = Query::select();
    query
        .from(Alias::new("appointment"))
        .and_where(column("appointment", "voided_at").is_null())
        .cond_where(period.days(Appointment::date));
    query
}

/// A number of appointments.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Appointments {
    /// So many take place: all but those cancelled or missed.
    appointments: i64,
}

async fn appointments(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Appointments, Error> {
    let mut query = of(&asked.period);
    query.and_where(takes_place());
    Ok(Appointments {
        appointments: totals::total(cx, &query).await?,
    })
}

/// A doctor's appointments.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct DoctorsAppointments {
    /// Who.
    doctor_id: i64,
    /// The doctor's name.
    doctor_name: String,
    /// So many take place: all but those cancelled or missed.
    appointment_count: i64,
}

async fn by_doctor(
    cx: &mut Cx,
    asked: ReportRequest<'_>,
) -> Result<Vec<DoctorsAppointments>, Error> {
    let mut query = of(&asked.period);
    query
        .expr(Appointment::doctor)
        .expr(Func::count(Expr::col(Asterisk)))
        .and_where(takes_place())
        .group_by_col((Alias::new("appointment"), Alias::new("doctor")));
    let grant = cx.grant();
    if grant.reach != Reach::All {
        query.and_where(Appointment::doctor.eq(grant.user));
    }
    let statement = Statement::build(cx.dialect(), &query);
    let mut found: Vec<(i64, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(statement)
        .await?;
    found.sort_by_key(|(doctor, count)| (std::cmp::Reverse(*count), *doctor));
    let mut names = identity::names(cx, found.iter().map(|(doctor, _)| *doctor)).await?;
    let rows = found
        .into_iter()
        .map(|(doctor, count)| DoctorsAppointments {
            doctor_id: doctor,
            doctor_name: names.remove(&doctor).unwrap_or_default(),
            appointment_count: count,
        });
    Ok(rows.collect())
}

/// How reliable appointments are.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct NoShowRate {
    /// Appointments that are over: the patient was seen, or did not come.
    appointments: i64,
    /// Of those, the patient did not come.
    no_shows: i64,
    /// The share of those, from 0 to 1 with four decimals; 0 when there were none.
    no_show_rate: f64,
}

async fn no_show_rate(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<NoShowRate, Error> {
    // Every status of the period: to be found by their status most rows of the table would be read.
    let mut query = of(&asked.period);
    query
        .expr(Appointment::status)
        .expr(Func::count(Expr::col(Asterisk)))
        .group_by_col((Alias::new("appointment"), Alias::new("status")));
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(String, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(statement)
        .await?;
    let found: HashMap<&str, i64> = found.iter().map(|(s, n)| (s.as_str(), *n)).collect();
    let of = |status: AppointmentStatus| found.get(status.as_str()).copied().unwrap_or_default();
    let no_shows = of(NoShow);
    let appointments = of(Completed) + no_shows;
    Ok(NoShowRate {
        appointments,
        no_shows,
        no_show_rate: rounded(no_shows as f64 / (appointments as f64).max(1.0), 4),
    })
}

/// How long patients wait for a doctor.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct WaitingTime {
    /// Who.
    doctor_id: i64,
    /// The doctor's name.
    doctor_name: String,
    /// So many patients came and were seen.
    patients: i64,
    /// Minutes from coming to being seen, on average; one decimal.
    average_waiting_minutes: f64,
    /// The longest of them.
    longest_waiting_minutes: f64,
}

/// Who was completed without anybody having pressed start waited until then at most: that counts, rather than not at all.
async fn waiting_time(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<WaitingTime>, Error> {
    let seconds = match cx.dialect() {
        Dialect::Sqlite => "(coalesce(started_at, completed_at) - checked_in_at) / 1000000",
        Dialect::Postgres => {
            "cast(extract(epoch from coalesce(started_at, completed_at) - checked_in_at) as bigint)"
        }
    };
    let mut query = of(&asked.period);
    query
        .expr(Appointment::doctor)
        .expr(Func::count(Expr::col(Asterisk)))
        .expr(Func::sum(Expr::cust(seconds)))
        .expr(Func::max(Expr::cust(seconds)))
        .and_where(Appointment::checked_in_at.is_not_null())
        .and_where(
            Appointment::started_at
                .is_not_null()
                .or(Appointment::completed_at.is_not_null()),
        )
        .group_by_col((Alias::new("appointment"), Alias::new("doctor")));
    let statement = Statement::build(cx.dialect(), &query);
    let mut found: Vec<(i64, i64, i64, i64)> = cx
        .unscoped("numbers of a report that the caller may ask for")
        .all(statement)
        .await?;
    found.sort_by_key(|(doctor, ..)| *doctor);
    let mut names = identity::names(cx, found.iter().map(|(doctor, ..)| *doctor)).await?;
    let rows = found
        .into_iter()
        .map(|(doctor, patients, sum, longest)| WaitingTime {
            doctor_id: doctor,
            doctor_name: names.remove(&doctor).unwrap_or_default(),
            patients,
            average_waiting_minutes: rounded(sum as f64 / Ord::max(patients, 1) as f64 / 60.0, 1),
            longest_waiting_minutes: rounded(longest as f64 / 60.0, 1),
        });
    Ok(rows.collect())
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
