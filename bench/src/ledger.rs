//! Doctors, their hours and their appointments, as rows of Chelal's tables.

use std::ops::Range;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use identity::user::{self, User};
use jiff::{SignedDuration, Timestamp};
use kernel::{BuiltinRole, HospitalZone};
use platform::db::Value;
use platform::field::Line;
use platform::record::Record;
use platform::seal::KeyRing;
use scheduling::Appointment;
use scheduling::AppointmentStatus::Completed;
use scheduling::doctor_schedule::DoctorSchedule;
use serde_json::json;

use crate::Outcome;
use crate::calendar::{CLOSES, Calendar, DOCTORS, FIRST_DOCTOR, MINUTES, OPENS, Visit};
use crate::maker::AHEAD;
use crate::rows::{add, stored, written};
use crate::sink::Sink;

/// Tables filled with ids of our own.
pub(crate) const TABLES: [&str; 3] = [User::TABLE, DoctorSchedule::TABLE, Appointment::TABLE];
/// Days whose rows are stored at once.
const RUN: usize = 5;

/// What follows from the appointments: who is in whose care, when somebody comes last, and how far the queues are.
const CONSEQUENCES: [&str; 3] = [
    "INSERT INTO care_relationship (\"user\", patient, source, since) \
     SELECT doctor, patient, 'appointment', min(created_at) FROM appointment \
     WHERE status NOT IN ('cancelled', 'no_show') GROUP BY doctor, patient",
    "UPDATE patient SET last_appointment_at = latest.at FROM (\
     SELECT patient, max(starts_at) AS at FROM appointment \
     WHERE status NOT IN ('cancelled', 'no_show') GROUP BY patient) AS latest WHERE latest.patient = patient.id",
    "INSERT INTO queue_counter (doctor, date, last) \
     SELECT doctor, date, max(queue_number) FROM appointment WHERE queue_number IS NOT NULL GROUP BY doctor, date",
];

/// Appointments that begin before the one before them, of the same doctor or patient, is over.
const OVERLAPS: &str = "SELECT count(*) FROM (\
     SELECT starts_at, lag(ends_at) OVER (PARTITION BY patient ORDER BY starts_at) AS earlier FROM appointment \
     WHERE status NOT IN ('cancelled', 'no_show') \
     UNION ALL \
     SELECT starts_at, lag(ends_at) OVER (PARTITION BY doctor ORDER BY starts_at) FROM appointment \
     WHERE status NOT IN ('cancelled', 'no_show') AND NOT overbooked) AS neighbours WHERE earlier > starts_at";

/// Adds them under the database's own rules against overlaps.
pub(crate) async fn fill(
    sink: &mut Sink,
    ring: &Arc<KeyRing>,
    calendar: &Arc<Calendar>,
) -> Outcome<()> {
    add::<User>(sink, &stored((FIRST_DOCTOR..).zip(doctors()?), ring)?).await?;
    add::<DoctorSchedule>(sink, &stored((1..).zip(hours()?), ring)?).await?;
    let days = calendar.days();
    let mut runs = stream::iter((0..days).step_by(RUN))
        .map(|from| {
            let (calendar, ring) = (calendar.clone(), ring.clone());
            tokio::task::spawn_blocking(move || rows(&calendar, from..days.min(from + RUN), &ring))
        })
        .buffered(AHEAD);
    while let Some(rows) = runs.try_next().await? {
        add::<Appointment>(sink, &rows?).await?;
    }
    for sql in CONSEQUENCES {
        sink.run(sql).await?;
    }
    match sink.number(OVERLAPS).await? {
        0 => Ok(()),
        some => Err(format!("{some} appointments overlap").into()),
    }
}

pub(crate) fn doctors() -> Outcome<Vec<User>> {
    let doctor = |number| {
        let name = format!("doctor{number}");
        let body = json!({
            "username": name, "first_name": "Lamin", "last_name": format!("Ceesay {number}"),
            "role": BuiltinRole::Doctor.id(),
        });
        let mut user: User = written(body, uuid::Uuid::new_v4(), Timestamp::UNIX_EPOCH)?;
        user.username_fold = Line::cut(&user::fold(&name));
        Ok(user)
    };
    (0..DOCTORS).map(doctor).collect()
}

pub(crate) fn hours() -> Outcome<Vec<DoctorSchedule>> {
    let days = (FIRST_DOCTOR..FIRST_DOCTOR + DOCTORS)
        .flat_map(|doctor| (0..5).map(move |day| (doctor, day)));
    let hours = days.map(|(doctor, weekday)| {
        let body = json!({
            "doctor": doctor, "weekday": weekday, "start": OPENS.to_string(), "end": CLOSES.to_string(),
            "slot_minutes": MINUTES,
        });
        written(body, uuid::Uuid::new_v4(), Timestamp::UNIX_EPOCH)
    });
    hours.collect()
}

fn rows(calendar: &Calendar, days: Range<usize>, ring: &KeyRing) -> Outcome<Vec<Vec<Value>>> {
    let zone = HospitalZone::default();
    let first = 1 + calendar.before(days.start);
    let mut appointments = Vec::new();
    for day in days {
        for visit in calendar.day(&zone, day)? {
            appointments.push(appointment(&visit)?);
        }
    }
    stored((first..).zip(appointments), ring)
}

fn appointment(visit: &Visit) -> Outcome<Appointment> {
    let body = json!({
        "patient": visit.patient, "doctor": visit.doctor, "date": visit.date.to_string(),
        "time": visit.time.to_string(), "duration_minutes": MINUTES, "status": visit.status.as_str(),
        "reason": visit.reason, "overbooked": visit.overbooked,
    });
    let mut row: Appointment = written(body, visit.uid, visit.created_at)?;
    (row.starts_at, row.ends_at) = (visit.starts_at, visit.ends_at);
    row.queue_number = visit.queue_number;
    if visit.came() {
        row.checked_in_at = Some(visit.starts_at - SignedDuration::from_mins(20));
        row.started_at =
            (visit.status != scheduling::AppointmentStatus::CheckedIn).then_some(visit.starts_at);
        row.completed_at = (visit.status == Completed).then_some(visit.ends_at);
    }
    Ok(row)
}
