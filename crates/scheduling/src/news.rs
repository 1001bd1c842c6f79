//! What others learn of an appointment, and what of it is kept elsewhere, in the same transaction.

use contracts::{AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved};
use jiff::Timestamp;
use patients::CareSource;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::appointment::Appointment;
use crate::booking::BookingChange;
use crate::migrations::occupies;
use crate::state::AppointmentStatus;
use crate::{offer, own_patients};

/// After an appointment was stored.
pub(crate) async fn spread(cx: &mut Cx, change: &BookingChange<'_>) -> Result<(), Error> {
    let row = change.row;
    let (patient, doctor) = (row.patient.get(), row.doctor.get());
    if row.status.occupies()
        && change.differs(|b, r| b.doctor != r.doctor || b.patient != r.patient)
    {
        own_patients::care(cx, row).await?;
    }
    if row.own_booking && !row.status.occupies() {
        own_patients::end(cx, patient, doctor).await?;
    }
    offer::freed(cx, change)?;
    match change.before {
        None if row.status.occupies() => {
            patients::note_appointment(cx, patient, row.starts_at).await?;
        }
        None => {}
        Some(before) if before.patient != row.patient => {
            note_latest(cx, before.patient.get()).await?;
            note_latest(cx, patient).await?;
        }
        Some(before)
            if before.starts_at != row.starts_at
                || before.status.occupies() != row.status.occupies() =>
        {
            note_latest(cx, patient).await?;
        }
        Some(_) => {}
    }
    for news in events(change) {
        news.emit(cx)?;
    }
    Ok(())
}

/// Before an appointment is voided.
pub(crate) async fn removed(cx: &mut Cx, row: &Appointment) -> Result<(), Error> {
    if row.status.occupies() {
        cancelled(row).emit(cx)?;
        offer::free(cx, row)?;
    }
    let (patient, doctor) = (row.patient.get(), row.doctor.get());
    cx.unscoped("a booking that was none gives nobody a patient")
        .at_end(Statement::raw(UNBOOKED, values([&patient, &doctor])))?;
    latest_without(cx, patient, row.meta.id).await
}

/// What a booking by mistake, or by somebody who wanted to look, brought: the doctor's care of a patient with whom they
/// have no other.
const UNBOOKED: &str = r#"DELETE FROM care_relationship WHERE patient = $1 AND "user" = $2 AND source = 'appointment'
    AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.patient = $1 AND a.doctor = $2 AND a.voided_at IS NULL)"#;

/// What others learn of an appointment.
enum News {
    Booked(AppointmentBooked),
    Moved(AppointmentMoved),
    Cancelled(AppointmentCancelled),
    Completed(AppointmentCompleted),
}

impl News {
    fn emit(&self, cx: &mut Cx) -> Result<(), Error> {
        match self {
            News::Booked(event) => cx.emit(event),
            News::Moved(event) => cx.emit(event),
            News::Cancelled(event) => cx.emit(event),
            News::Completed(event) => cx.emit(event),
        }
    }
}

/// What happened, in the words of the contracts.
fn events(change: &BookingChange<'_>) -> Vec<News> {
    let row = change.row;
    let mut events = Vec::new();
    let stood = change.before.filter(|before| before.status.occupies());
    match stood {
        // New, or another patient's now; one that stands again is news for those who knew it.
        Some(before) if before.patient != row.patient => {
            events.push(cancelled(before));
            events.extend(row.status.occupies().then(|| booked(row)));
        }
        Some(before) if !row.status.occupies() => events.push(cancelled(before)),
        Some(before) if before.starts_at != row.starts_at || before.doctor != row.doctor => {
            events.push(moved(row));
        }
        Some(_) => {}
        None if !row.status.occupies() => {}
        None if change
            .before
            .is_some_and(|before| before.patient == row.patient) =>
        {
            events.push(moved(row));
        }
        None => events.push(booked(row)),
    }
    let done = AppointmentStatus::Completed;
    if row.status == done && change.differs(|before, _| before.status != done) {
        events.push(News::Completed(AppointmentCompleted {
            appointment: row.meta.id,
            patient: row.patient.get(),
            doctor: row.doctor.get(),
            completed_at: row.completed_at.unwrap_or(row.ends_at),
        }));
    }
    events
}

fn booked(row: &Appointment) -> News {
    News::Booked(AppointmentBooked {
        appointment: row.meta.id,
        patient: row.patient.get(),
        doctor: row.doctor.get(),
        starts_at: row.starts_at,
    })
}

fn moved(row: &Appointment) -> News {
    News::Moved(AppointmentMoved {
        appointment: row.meta.id,
        patient: row.patient.get(),
        doctor: row.doctor.get(),
        starts_at: row.starts_at,
    })
}

fn cancelled(row: &Appointment) -> News {
    News::Cancelled(AppointmentCancelled {
        appointment: row.meta.id,
        patient: row.patient.get(),
    })
}

/// What is kept elsewhere of a patient's appointments, worked out anew after some came from another record or
/// went back there.
pub(crate) async fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    const SQL: &str = concat!(
        "SELECT doctor, min(created_at) FROM appointment WHERE patient = $1 AND ",
        occupies!(),
        " AND NOT own_booking GROUP BY doctor"
    );
    let doctors: Vec<(i64, Timestamp)> = cx
        .unscoped("a by-product of the appointments")
        .all(Statement::raw(SQL, values([&patient])))
        .await?;
    patients::take_into_care(cx, patient, &doctors, CareSource::Appointment).await?;
    own_patients::refresh(cx, patient).await?;
    note_latest(cx, patient).await
}

/// A patient's latest appointment, found anew.
async fn note_latest(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    latest_without(cx, patient, 0).await
}

async fn latest_without(cx: &mut Cx, patient: i64, removed: i64) -> Result<(), Error> {
    const SQL: &str = concat!(
        "SELECT starts_at FROM appointment WHERE patient = $1 AND id <> $2 AND ",
        occupies!(),
        " ORDER BY starts_at DESC LIMIT 1"
    );
    let latest: Option<(Timestamp,)> = cx
        .unscoped("a by-product of the appointments")
        .optional(Statement::raw(SQL, values([&patient, &removed])))
        .await?;
    patients::set_latest_appointment(cx, patient, latest.map(|(at,)| at)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use AppointmentStatus::{Cancelled, CheckedIn, Completed, NoShow, Scheduled};
    use platform::record::{Body, Record};
    use platform::serde_json::json;

    fn appointment(status: AppointmentStatus, patient: i64, doctor: i64, hour: i64) -> Appointment {
        let body = json!({
            "patient": patient, "doctor": doctor, "date": "2027-05-27", "time": "10:00", "status": status.as_str(),
        });
        let mut row = Appointment::create(&Body(body.as_object().unwrap().clone())).unwrap();
        row.starts_at = Timestamp::from_second(hour * 3600).unwrap();
        row.ends_at = Timestamp::from_second(hour * 3600 + 900).unwrap();
        row
    }

    #[test]
    fn each_change_is_told_once_and_by_its_name() {
        let (b, m, c, d) = (
            "AppointmentBooked",
            "AppointmentMoved",
            "AppointmentCancelled",
            "AppointmentCompleted",
        );
        let of = appointment;
        let cases: Vec<(Option<Appointment>, Appointment, Vec<&str>)> = vec![
            (None, of(Scheduled, 1, 2, 9), vec![b]),
            (None, of(Completed, 1, 2, 9), vec![b, d]),
            (None, of(Cancelled, 1, 2, 9), vec![]),
            (Some(of(Scheduled, 1, 2, 9)), of(Scheduled, 1, 2, 9), vec![]),
            (Some(of(Scheduled, 1, 2, 9)), of(CheckedIn, 1, 2, 9), vec![]),
            (
                Some(of(Scheduled, 1, 2, 9)),
                of(Scheduled, 1, 2, 10),
                vec![m],
            ),
            (
                Some(of(Scheduled, 1, 2, 9)),
                of(Scheduled, 1, 3, 9),
                vec![m],
            ),
            (
                Some(of(Scheduled, 1, 2, 9)),
                of(Scheduled, 5, 2, 9),
                vec![c, b],
            ),
            (
                Some(of(Scheduled, 1, 2, 9)),
                of(Cancelled, 1, 2, 9),
                vec![c],
            ),
            (Some(of(Scheduled, 1, 2, 9)), of(NoShow, 1, 2, 9), vec![c]),
            (
                Some(of(CheckedIn, 1, 2, 9)),
                of(Completed, 1, 2, 9),
                vec![d],
            ),
            (Some(of(Completed, 1, 2, 9)), of(Completed, 1, 2, 9), vec![]),
            (
                Some(of(Cancelled, 1, 2, 9)),
                of(Scheduled, 1, 2, 9),
                vec![m],
            ),
            (
                Some(of(Cancelled, 1, 2, 9)),
                of(Scheduled, 5, 2, 9),
                vec![b],
            ),
            (
                Some(of(Cancelled, 1, 2, 9)),
                of(Cancelled, 1, 2, 10),
                vec![],
            ),
            (Some(of(NoShow, 1, 2, 9)), of(CheckedIn, 1, 2, 9), vec![m]),
        ];
        for (before, row, expected) in cases {
            let change = BookingChange {
                before: before.as_ref(),
                row: &row,
            };
            let topic = |news| match news {
                News::Booked(_) => b,
                News::Moved(_) => m,
                News::Cancelled(_) => c,
                News::Completed(_) => d,
            };
            let told: Vec<&str> = events(&change).into_iter().map(topic).collect();
            assert_eq!(
                told,
                expected,
                "{:?} to {:?}",
                before.map(|b| b.status),
                row.status
            );
        }
    }
}
