//! The queue of the day: numbers given as patients come.

use jiff::Timestamp;
use jiff::civil::Date;
use platform::access::Scope;
use platform::cx::{Cx, column, select, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::fault::Faults;
use platform::http::call::{Call, Reply};
use platform::resource::Resource;
use schemars::JsonSchema;
use sea_query::{ExprTrait, Order};
use serde::Serialize;

use crate::appointment::Appointment;
use crate::availability::parameter;
use crate::state::AppointmentStatus;

/// The next number in a doctor's queue of a day, from 1 on.
///
/// The counter is one row, raised in one statement: simultaneous check-ins wait for each other there, so no
/// two get the same number. A check-in that fails afterwards gives its number back.
pub(crate) async fn next_number(cx: &mut Cx, doctor: i64, date: Date) -> Result<i64, Error> {
    let statement = Statement::raw(
        "INSERT INTO queue_counter (doctor, date, last) VALUES ($1, $2, 1) \
         ON CONFLICT (doctor, date) DO UPDATE SET last = queue_counter.last + 1 RETURNING last",
        values([&doctor, &date]),
    );
    let (number,): (i64,) = cx
        .unscoped("the counter of a queue belongs to nobody")
        .optional(statement)
        .await?
        .ok_or_else(|| Error::internal("the counter of a queue gave no number"))?;
    Ok(number)
}

/// Somebody who has come today.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Waiting {
    /// The appointment.
    id: i64,
    /// The number in the doctor's queue of the day.
    queue_number: Option<i64>,
    /// The patient who waits.
    patient: i64,
    /// Another name of `patient`.
    patient_id: i64,
    /// The patient's given and family name.
    patient_name: String,
    /// The doctor whom the patient waits for.
    doctor: i64,
    /// Another name of `doctor`.
    doctor_id: i64,
    /// The doctor's name.
    doctor_name: String,
    /// The day of the queue, at the hospital.
    date: String,
    /// What time was agreed.
    time: String,
    /// The same under its other name.
    appointment_time: String,
    /// `checked_in`, or `in_progress` with the doctor.
    status: &'static str,
    /// When the patient came.
    checked_in_at: Option<String>,
    /// When the doctor began.
    started_at: Option<String>,
    /// Whole minutes from coming to being seen, or to now.
    waiting_minutes: i64,
}

/// The most that one answer shows.
const MOST: u64 = 1000;

/// `appointments/queue/`: who has come on a day and is not done yet, in the order in which they came.
pub(crate) async fn queue(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let mut faults = Faults::new();
    let date = parameter::<Date>(call, "date", &mut faults).unwrap_or(cx.today());
    let doctor = parameter::<i64>(call, "doctor", &mut faults)
        .or_else(|| parameter(call, "doctor_id", &mut faults));
    faults.into_result()?;
    let mut query = select::<Appointment>();
    query
        .and_where(Appointment::date.eq(date.to_value()))
        .and_where(Appointment::status.is_in([
            AppointmentStatus::CheckedIn.as_str(),
            AppointmentStatus::InProgress.as_str(),
        ]))
        .and_where(column("appointment", "voided_at").is_null())
        .order_by(("appointment", "checked_in_at"), Order::Asc)
        .order_by(("appointment", "id"), Order::Asc)
        .limit(MOST);
    if let Some(doctor) = doctor {
        query.and_where(Appointment::doctor.eq(doctor));
    }
    match Appointment::scope(&cx.grant()) {
        Scope::All => {}
        Scope::Nothing => {
            cx.saw_nothing();
            return Reply::ok(&Vec::<Waiting>::new());
        }
        Scope::Where(reach) => {
            query.cond_where(reach);
        }
    }
    let rows: Vec<Appointment> = cx
        .unscoped("the scope is part of the query")
        .records(query)
        .await?;
    let names = Appointment::extras(cx, &rows).await?;
    if rows.is_empty() {
        cx.saw_nothing();
    }
    for row in &rows {
        cx.saw_record(row);
    }
    let now = cx.now();
    let waiting: Vec<Waiting> = rows
        .iter()
        .zip(names)
        .map(|(row, names)| Waiting {
            id: row.meta.id,
            queue_number: row.queue_number,
            patient: row.patient.get(),
            patient_id: row.patient.get(),
            patient_name: names.patient_name,
            doctor: row.doctor.get(),
            doctor_id: row.doctor.get(),
            doctor_name: names.doctor_name,
            date: row.date.to_string(),
            time: row.time.to_string(),
            appointment_time: row.time.to_string(),
            status: row.status.as_str(),
            checked_in_at: row.checked_in_at.map(|at| at.to_string()),
            started_at: row.started_at.map(|at| at.to_string()),
            waiting_minutes: waited(row.checked_in_at, row.started_at, now),
        })
        .collect();
    Reply::ok(&waiting)
}

/// Whole minutes from coming to being seen, or to now. Who went straight in did not wait.
fn waited(came: Option<Timestamp>, seen: Option<Timestamp>, now: Timestamp) -> i64 {
    came.map_or(0, |came| {
        Ord::max(seen.unwrap_or(now).duration_since(came).as_mins(), 0)
    })
}
