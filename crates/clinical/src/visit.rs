//! The visit that a patient is at: the encounter that is being written now, and how one begins.

use jiff::SignedDuration;
use kernel::{BuiltinRole, Code};
use platform::cx::{Cx, column, select, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::record::{Body, Record};
use platform::resource::{Change, Resource, change_by};
use platform::texts::Text;
use scheduling::{Appointment, AppointmentStatus};
use sea_query::{Expr, ExprTrait, Order, Query};
use serde_json::json;

use crate::encounter::{Encounter, EncounterStatus};

/// What was begun so many hours ago and is still open is the same visit.
const SAME_VISIT: i64 = 24;
/// More than anybody has at once.
const MOST: u64 = 20;
const WHY: &str = "a visit is one, whoever of those who treat the patient began it";

/// What is being written of a patient now, the newest first. Visits of one patient begin one after the other, so
/// that two people, or one who presses twice, begin the same.
pub(crate) async fn open(cx: &mut Cx, patient: i64) -> Result<Vec<Encounter>, Error> {
    cx.take_turn(&[("visit", patient)]).await?;
    let since = cx.now() - SignedDuration::from_hours(SAME_VISIT);
    let mut query = select::<Encounter>();
    query
        .and_where(Encounter::patient.eq(patient))
        .and_where(Encounter::status.eq(EncounterStatus::Open.as_str()))
        .and_where(Encounter::encounter_date.gte(since.to_value()))
        .and_where(column(Encounter::TABLE, "voided_at").is_null())
        .order_by(Encounter::id, Order::Desc)
        .limit(MOST);
    cx.unscoped(WHY).records(query).await
}

/// The appointment of today for which a patient is here or may come, with one doctor or any.
pub(crate) async fn booked(
    cx: &mut Cx,
    patient: i64,
    doctor: Option<i64>,
) -> Result<Option<Appointment>, Error> {
    let mut query = select::<Appointment>();
    query
        .and_where(Appointment::patient.eq(patient))
        .and_where(Appointment::date.eq(cx.today().to_value()))
        .and_where(column(Appointment::TABLE, "voided_at").is_null())
        .order_by(Appointment::starts_at, Order::Asc)
        .limit(MOST);
    if let Some(doctor) = doctor {
        query.and_where(Appointment::doctor.eq(doctor));
    }
    let rows: Vec<Appointment> = cx.unscoped(WHY).records(query).await?;
    let here = rows
        .into_iter()
        .filter(|row| row.status.next().contains(&AppointmentStatus::Completed));
    Ok(here.min_by_key(|row| match row.status {
        AppointmentStatus::InProgress => 0,
        AppointmentStatus::CheckedIn => 1,
        _ => 2,
    }))
}

/// Whether an encounter has a doctor. One without an appointment may be assigned to the nurse who recorded its vital signs.
pub(crate) async fn has_doctor(cx: &mut Cx, encounter: i64) -> Result<bool, Error> {
    let statement = Statement::raw(
        "SELECT e.id FROM encounter e JOIN app_user u ON u.id = e.doctor \
         WHERE e.id = $1 AND (e.appointment IS NOT NULL OR u.role = $2)",
        values([&encounter, &BuiltinRole::Doctor.id()]),
    );
    let found: Option<(i64,)> = cx.unscoped(WHY).optional(statement).await?;
    Ok(found.is_some())
}

/// Who saw the patient last, of those who still work here as doctors.
pub(crate) async fn last_doctor(cx: &mut Cx, patient: i64) -> Result<Option<i64>, Error> {
    let mut doctors = Query::select();
    doctors
        .column("id")
        .from("app_user")
        .and_where(column("app_user", "is_active").eq(true))
        .and_where(column("app_user", "role").eq(BuiltinRole::Doctor.id()));
    let mut query = select::<Encounter>();
    query
        .and_where(Encounter::patient.eq(patient))
        .and_where(column(Encounter::TABLE, "voided_at").is_null())
        .and_where(Expr::col(Encounter::doctor).in_subquery(doctors))
        .order_by(Encounter::id, Order::Desc)
        .limit(1);
    let last: Option<Encounter> = cx.unscoped(WHY).record(query).await?;
    Ok(last.and_then(|row| row.doctor).map(|doctor| doctor.get()))
}

/// Begins a visit of which nothing is known yet but why the patient comes.
pub(crate) async fn begin(
    cx: &mut Cx,
    patient: i64,
    doctor: Option<i64>,
    booked: Option<&Appointment>,
) -> Result<Encounter, Error> {
    let reason = booked.map(|row| row.reason.open().to_string());
    let body = json!({
        "patient": patient,
        "appointment": booked.map(|row| row.meta.id),
        "doctor": doctor,
        "chief_complaint": reason.unwrap_or_default(),
    });
    let body = Body(body.as_object().cloned().unwrap_or_default());
    let mut row = Encounter::create(&body)?;
    // The body is the program's own.
    let mut change = Change {
        row: &mut row,
        before: None,
        body: &Body::default(),
    };
    Encounter::prepare(cx, &mut change).await?;
    cx.insert(change.row).await?;
    Encounter::stored(cx, &change).await?;
    Ok(row)
}

/// The patient is with the doctor now: the appointment says so, unless it said so before.
pub(crate) async fn start(cx: &mut Cx, appointment: &Appointment) -> Result<(), Error> {
    if !appointment.status.occupies() {
        let text = Text::new("state-conflict").with("state", appointment.status.as_str());
        return Err(
            Error::refuse(Code::StateConflict, text).with("status", appointment.status.as_str())
        );
    }
    let next = AppointmentStatus::InProgress;
    if appointment.status.next().contains(&next) {
        let held: Appointment = cx.hold(appointment.meta.id).await?;
        if held.status.next().contains(&next) {
            change_by(cx, held, |row| row.status = next).await?;
        }
    }
    Ok(())
}
