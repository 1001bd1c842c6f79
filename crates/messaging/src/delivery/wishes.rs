//! Makes the messages of a patient's appointments what they should be when it is the patient who changed:
//! contact data, preference, language, consent, STOP and START, merged records.
//!
//! Events only say that something changed, see `schedule`: hearing one twice changes nothing more. A patient's
//! appointments are dealt with some at a time, and so are the patients who share a number.

use contracts::{PatientContactChanged, PatientsMerged, PatientsUnmerged};
use kernel::Phone;
use platform::cx::{Cx, column, select};
use platform::db::{Dialect, ToValue};
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::Record;
use scheduling::appointment::Appointment;
use scheduling::state::AppointmentStatus;
use sea_query::{Alias, Condition, ExprTrait, LockType, Order};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::plan::{FOLLOWUP_AFTER, FOLLOWUP_WITHIN};
use super::schedule::{EXPECTED, WHY, follow_all};

/// So many appointments, or patients, in one transaction.
const AT_ONCE: u64 = 50;

/// Goes on with a patient's appointments.
pub(super) const OF_PATIENT: JobInfo = JobInfo {
    kind: "messaging:of-patient",
    run: Run::Inside(|cx, payload| Box::pin(of_patient(cx, payload))),
    attempts: 12,
    every: None,
};

/// Finds the patients of a number.
pub(super) const OF_NUMBER: JobInfo = JobInfo {
    kind: "messaging:of-number",
    run: Run::Inside(|cx, payload| Box::pin(of_number(cx, payload))),
    attempts: 12,
    every: None,
};

/// The patient, and the last appointment that was dealt with.
#[derive(Serialize, Deserialize)]
struct OfPatient {
    patient: i64,
    after: i64,
}

/// The number, and the last of its patients that was dealt with.
#[derive(Serialize, Deserialize)]
struct OfNumber {
    phone: Phone,
    after: i64,
}

pub(super) async fn changed(cx: &mut Cx, event: PatientContactChanged) -> Result<(), Error> {
    follow_patient(cx, event.patient, 0).await
}

/// The visits of both are the survivor's, who may have other wishes.
pub(super) async fn merged(cx: &mut Cx, event: PatientsMerged) -> Result<(), Error> {
    follow_patient(cx, event.survivor, 0).await
}

pub(super) async fn unmerged(cx: &mut Cx, event: PatientsUnmerged) -> Result<(), Error> {
    follow_patient(cx, event.survivor, 0).await?;
    follow_patient(cx, event.restored, 0).await
}

/// Whoever can be reached at a number is looked at again.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_number_again(cx: &mut Cx, phone: &Phone) -> Result<(), Error> {
    enqueue(cx, vec![number(phone.clone(), 0)?])
}

fn number(phone: Phone, after: i64) -> Result<Job, Error> {
    let payload = serde_json::to_value(OfNumber { phone, after })?;
    Ok(Job::now(OF_NUMBER.kind, payload))
}

async fn of_number(cx: &mut Cx, payload: &Json) -> Result<(), Error> {
    let OfNumber { phone, after } = OfNumber::deserialize(payload)?;
    let patients = patients::by_phone(cx, &phone, after, AT_ONCE).await?;
    let mut jobs = Vec::new();
    for patient in &patients {
        jobs.push(patient_from(*patient, 0)?);
    }
    if let Some(last) = full(&patients) {
        jobs.push(number(phone, *last)?);
    }
    enqueue(cx, jobs)
}

fn patient_from(patient: i64, after: i64) -> Result<Job, Error> {
    let payload = serde_json::to_value(OfPatient { patient, after })?;
    Ok(Job::now(OF_PATIENT.kind, payload))
}

async fn of_patient(cx: &mut Cx, payload: &Json) -> Result<(), Error> {
    let OfPatient { patient, after } = OfPatient::deserialize(payload)?;
    follow_patient(cx, patient, after).await
}

/// Makes the messages of a patient's next appointments what they should be; another job goes on.
async fn follow_patient(cx: &mut Cx, patient: i64, after: i64) -> Result<(), Error> {
    let visits = written_about(cx, patient, after).await?;
    if visits.is_empty() {
        return Ok(());
    }
    follow_all(cx, &visits).await?;
    match full(&visits) {
        Some(last) => enqueue(cx, vec![patient_from(patient, last.meta.id)?]),
        None => Ok(()),
    }
}

/// The last of as many as are dealt with at once: there may be more.
fn full<T>(found: &[T]) -> Option<&T> {
    found.last().filter(|_| found.len() as u64 >= AT_ONCE)
}

/// Appointments about which something may still be sent, locked in the order of their ids.
async fn written_about(cx: &mut Cx, patient: i64, after: i64) -> Result<Vec<Appointment>, Error> {
    let of = |name| column(Appointment::TABLE, name);
    let seen_after = cx.now() - FOLLOWUP_AFTER - FOLLOWUP_WITHIN;
    let to_come = Condition::all()
        .add(of("status").is_in(EXPECTED.map(AppointmentStatus::as_str)))
        .add(of("starts_at").gt(cx.now().to_value()));
    let just_seen = Condition::all()
        .add(of("status").eq(AppointmentStatus::Completed.as_str()))
        .add(of("completed_at").gt(seen_after.to_value()));
    let mut query = select::<Appointment>();
    query
        .and_where(of("patient").eq(patient))
        .and_where(of("id").gt(after))
        .and_where(of("voided_at").is_null())
        .cond_where(Condition::any().add(to_come).add(just_seen))
        .order_by(
            (Alias::new(Appointment::TABLE), Alias::new("id")),
            Order::Asc,
        )
        .limit(AT_ONCE);
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped(WHY).records(query).await
}
