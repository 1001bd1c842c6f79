//! Makes the rows of an appointment's messages what they should be, whenever something happened to it.
//!
//! Events only say that something happened: what is planned follows from the appointment as it is now,
//! so they may come late, twice or in another order.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved};
use jiff::{SignedDuration, Timestamp};
use patients::Patient;
use platform::cx::{Cx, column, select};
use platform::db::Dialect;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::{Meta, Record};
use platform::seal::Sealed;
use scheduling::appointment::Appointment;
use scheduling::state::AppointmentStatus;
use sea_query::{Alias, ExprTrait, LockType, Order, SelectStatement};

use super::appointment_notification::{AppointmentNotification, MessageStatus, MessageType};
use super::audience::{CHANNELS, Not, Reader};
use super::plan::{
    self, Existing, FOLLOWUP_AFTER, FOLLOWUP_WITHIN, MOVED, Stand, Step, Told, Wanted,
};
use super::wording::About;
use super::{audience, wording};

pub(super) const WHY: &str = "messages follow the appointment, whoever changed it";

pub(super) async fn booked(cx: &mut Cx, event: AppointmentBooked) -> Result<(), Error> {
    follow(cx, event.appointment).await
}

pub(super) async fn moved(cx: &mut Cx, event: AppointmentMoved) -> Result<(), Error> {
    follow(cx, event.appointment).await
}

pub(super) async fn cancelled(cx: &mut Cx, event: AppointmentCancelled) -> Result<(), Error> {
    follow(cx, event.appointment).await
}

pub(super) async fn completed(cx: &mut Cx, event: AppointmentCompleted) -> Result<(), Error> {
    follow(cx, event.appointment).await
}

/// The appointment as it is now; none when it was removed.
pub(super) async fn appointment(
    cx: &mut Cx,
    id: i64,
    lock: bool,
) -> Result<Option<Appointment>, Error> {
    let mut query = select::<Appointment>();
    query
        .and_where(Appointment::id.eq(id))
        .and_where(column(Appointment::TABLE, "voided_at").is_null());
    if lock && cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped(WHY).record(query).await
}

/// Where an appointment stands while the patient is expected.
pub(super) const EXPECTED: [AppointmentStatus; 2] =
    [AppointmentStatus::Scheduled, AppointmentStatus::Pending];

/// Whether the patient is still expected.
pub(super) fn is_expected(status: AppointmentStatus) -> bool {
    EXPECTED.contains(&status)
}

/// Makes the rows of an appointment what they should be. The appointment is locked, so that two who
/// plan for it do so one after the other.
pub(super) async fn follow(cx: &mut Cx, id: i64) -> Result<(), Error> {
    let visit = appointment(cx, id, true).await?;
    let rows = messages(cx, &[id]).await?;
    make_so(cx, visit.as_slice(), &rows).await
}

/// The same for several appointments, all of them locked: only then is it read what their patient
/// wishes, so that whoever comes second does not plan by what was so before.
pub(super) async fn follow_all(cx: &mut Cx, visits: &[Appointment]) -> Result<(), Error> {
    let ids: Vec<i64> = visits.iter().map(|visit| visit.meta.id).collect();
    let rows = messages(cx, &ids).await?;
    make_so(cx, visits, &rows).await
}

/// What one patient is told of one appointment.
struct Part<'r> {
    appointment: i64,
    patient: i64,
    times: Vec<Time>,
    rows: Vec<&'r AppointmentNotification>,
}

/// What is to be sent about an appointment, which reminder it is, of which start it speaks, and when it is sent.
struct Time {
    kind: MessageType,
    lead_hours: i64,
    starts_at: Timestamp,
    at: Timestamp,
}

/// Makes the rows of appointments, and of some that were removed, what they should be.
async fn make_so(
    cx: &mut Cx,
    visits: &[Appointment],
    rows: &[AppointmentNotification],
) -> Result<(), Error> {
    let parts = parts(cx, visits, rows);
    let concerned = parts.iter().filter(|part| !part.times.is_empty());
    let concerned: BTreeSet<i64> = concerned.map(|part| part.patient).collect();
    let mut readers = BTreeMap::new();
    // The patient whose appointments these are, and whoever lost one of them after they were told of it.
    for patient in concerned {
        if let Some(reader) = audience::reader(cx, patient).await? {
            readers.insert(patient, reader);
        }
    }
    for part in &parts {
        settle(cx, part, readers.get(&part.patient)).await?;
    }
    Ok(())
}

/// Everybody's part in the appointments: whose they are, and who was written to about them before. What was meant for
/// somebody else says nothing about what a patient was told.
fn parts<'r>(
    cx: &Cx,
    visits: &[Appointment],
    rows: &'r [AppointmentNotification],
) -> Vec<Part<'r>> {
    let of_visit = |visit: &Appointment| (visit.meta.id, visit.patient.get());
    let mut found: BTreeMap<(i64, i64), Vec<&AppointmentNotification>> = visits
        .iter()
        .map(|visit| (of_visit(visit), Vec::new()))
        .collect();
    for row in rows {
        let part = (row.appointment.get(), row.patient.get());
        found.entry(part).or_default().push(row);
    }
    let part = |(key, rows): ((i64, i64), Vec<&'r AppointmentNotification>)| {
        let visit = visits.iter().find(|visit| of_visit(visit) == key);
        Part {
            appointment: key.0,
            patient: key.1,
            times: corrected(cx, visit, &rows),
            rows,
        }
    };
    found.into_iter().map(part).collect()
}

/// Why a row is given up unless there is a better reason. The words are for staff, in the row.
const CHANGED: &str = "the appointment was changed or cancelled";

/// Makes the rows of one part what they should be.
async fn settle(cx: &mut Cx, part: &Part<'_>, reader: Option<&Reader>) -> Result<(), Error> {
    let existing: Vec<Existing> = part.rows.iter().map(|row| existing(row)).collect();
    let wanted = reader.map(|reader| wanted(&part.times, reader));
    for step in plan::steps(&wanted.unwrap_or_default(), &existing) {
        let of = |id: i64| part.rows.iter().find(|row| row.meta.id == id).copied();
        match (step, reader) {
            (Step::Add(want), Some(reader)) => {
                add(cx, part.appointment, &reader.patient, want).await?;
            }
            (Step::Keep(id), Some(reader)) => {
                if let Some(before) = of(id) {
                    let mut row = before.clone();
                    row.message = text(cx, &reader.patient, &row);
                    cx.update(&mut row, before).await?;
                }
            }
            (Step::Move(id, want), Some(reader)) => {
                if let Some(before) = of(id) {
                    let mut row = before.clone();
                    row.scheduled_for = want.at;
                    row.next_attempt_at = Some(want.at);
                    row.starts_at = want.starts_at;
                    row.attempts = 0;
                    row.message = text(cx, &reader.patient, &row);
                    row.error_message = Sealed::new(Blank::default());
                    cx.update(&mut row, before).await?;
                }
            }
            (Step::Cancel(id), reader) => {
                if let Some(before) = of(id) {
                    // Where the visit still stands, it is the patient who is not to be written to.
                    let not = reader.and_then(|reader| reader.refuses(before.channel));
                    give_up(cx, before, not.map_or(CHANGED, Not::words)).await?;
                }
            }
            // Nothing is wanted where nobody reads it.
            (Step::Add(_) | Step::Keep(_) | Step::Move(..), None) => {}
        }
    }
    Ok(())
}

async fn give_up(cx: &mut Cx, before: &AppointmentNotification, why: &str) -> Result<(), Error> {
    let mut row = before.clone();
    cancel(&mut row, why);
    cx.update(&mut row, before).await
}

/// Marks a row as not to be sent.
pub(super) fn cancel(row: &mut AppointmentNotification, why: &str) {
    row.status = MessageStatus::Cancelled;
    row.next_attempt_at = None;
    row.lease_until = None;
    row.error_message = Sealed::new(Blank::cut(why));
}

/// When there is something to say about the appointment as it is now.
fn times(cx: &Cx, visit: &Appointment) -> Vec<Time> {
    let now = cx.now();
    let time = |kind, lead_hours, at| Time {
        kind,
        lead_hours,
        starts_at: visit.starts_at,
        at,
    };
    match visit.status {
        status if is_expected(status) => {
            let hours = &cx.app.settings.reminder_hours;
            plan::reminders(&cx.app.zone, visit.starts_at, hours, now)
                .into_iter()
                .map(|(hours, at)| time(MessageType::Reminder, i64::from(hours), at))
                .collect()
        }
        AppointmentStatus::Completed => visit
            .completed_at
            .map(|completed_at| completed_at + FOLLOWUP_AFTER)
            .filter(|at| now < *at + FOLLOWUP_WITHIN)
            .map(|at| time(MessageType::Followup, 0, at))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// A reminder that comes so soon after word of a move would only repeat it.
const REPEATED: SignedDuration = SignedDuration::from_hours(24);

/// What a patient is to be told of their appointment, or of one that is not theirs any more or was removed, with the word
/// that is owed to whoever was told of another time.
fn corrected(cx: &Cx, visit: Option<&Appointment>, rows: &[&AppointmentNotification]) -> Vec<Time> {
    let now = cx.now();
    let mut times = visit.map_or_else(Vec::new, |visit| times(cx, visit));
    let told = last_told(rows.iter().copied());
    let stand = match visit {
        Some(visit) if is_expected(visit.status) => Stand::Expected(visit.starts_at),
        Some(visit) if visit.status != AppointmentStatus::Cancelled => Stand::Over,
        _ => Stand::Off,
    };
    let owed = plan::correction(told.map(told_of), stand, now);
    let informed = match (owed, told) {
        (Some(_), _) => Some(now),
        (None, Some(row)) if row.lead_hours == MOVED && stand == Stand::Expected(row.starts_at) => {
            row.sent_at.or(Some(now))
        }
        _ => None,
    };
    if let Some(informed) = informed {
        times.retain(|time| time.at > informed + REPEATED);
    }
    times.extend(owed.map(|(lead_hours, starts_at)| Time {
        kind: MessageType::Reminder,
        lead_hours,
        starts_at,
        at: now,
    }));
    times
}

/// The last that a patient was told of an appointment before it, or may have been told.
pub(super) fn last_told<'r>(
    rows: impl Iterator<Item = &'r AppointmentNotification>,
) -> Option<&'r AppointmentNotification> {
    use MessageStatus::{Sending, Sent, Unknown};
    let told = rows.filter(|row| {
        row.notification_type == MessageType::Reminder
            && matches!(row.status, Sending | Sent | Unknown)
    });
    told.max_by_key(|row| match row.status {
        Sending => (Timestamp::MAX, row.meta.id),
        _ => (row.sent_at.unwrap_or(row.scheduled_for), row.meta.id),
    })
}

fn told_of(row: &AppointmentNotification) -> Told {
    Told {
        lead_hours: row.lead_hours,
        starts_at: row.starts_at,
    }
}

/// What the patient should be sent: each of it by every channel that reaches them.
fn wanted(times: &[Time], reader: &Reader) -> Vec<Wanted> {
    let reached = CHANNELS
        .into_iter()
        .filter(|channel| reader.refuses(*channel).is_none());
    reached
        .flat_map(|channel| {
            times.iter().map(move |time| Wanted {
                kind: time.kind,
                channel,
                lead_hours: time.lead_hours,
                starts_at: time.starts_at,
                at: time.at,
            })
        })
        .collect()
}

/// The messages of appointments, oldest first, locked.
pub(super) async fn messages(
    cx: &mut Cx,
    appointments: &[i64],
) -> Result<Vec<AppointmentNotification>, Error> {
    let mut query = of_appointments(appointments);
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped(WHY).records(query).await
}

/// The messages of an appointment for who holds one of them: waiting for the others could never end.
pub(super) async fn read_messages(
    cx: &mut Cx,
    appointment: i64,
) -> Result<Vec<AppointmentNotification>, Error> {
    let query = of_appointments(&[appointment]);
    cx.unscoped(WHY).records(query).await
}

fn of_appointments(appointments: &[i64]) -> SelectStatement {
    let table = AppointmentNotification::TABLE;
    let mut query = select::<AppointmentNotification>();
    query
        .and_where(column(table, "appointment").is_in(appointments.iter().copied()))
        .order_by((Alias::new(table), Alias::new("id")), Order::Asc);
    query
}

fn existing(row: &AppointmentNotification) -> Existing {
    Existing {
        id: row.meta.id,
        kind: row.notification_type,
        channel: row.channel,
        lead_hours: row.lead_hours,
        status: row.status,
        starts_at: row.starts_at,
        withdrawn: row.withdrawn,
    }
}

/// The words of a row for a patient.
fn text(cx: &Cx, patient: &Patient, row: &AppointmentNotification) -> Sealed<Blank<2000>> {
    let about = About::of(row);
    let visit = (row.appointment.get(), row.starts_at);
    let words = wording::words(&cx.app, patient, about, row.channel, visit);
    Sealed::new(Blank::cut(&words.shown))
}

async fn add(cx: &mut Cx, appointment: i64, patient: &Patient, want: Wanted) -> Result<(), Error> {
    let mut row = AppointmentNotification {
        meta: Meta::unstored(),
        appointment: Ref::new(appointment),
        patient: Ref::new(patient.meta.id),
        notification_type: want.kind,
        channel: want.channel,
        status: MessageStatus::Pending,
        scheduled_for: want.at,
        sent_at: None,
        message: Sealed::new(Blank::default()),
        error_message: Sealed::new(Blank::default()),
        attempts: 0,
        next_attempt_at: Some(want.at),
        provider_message_id: None,
        lead_hours: want.lead_hours,
        starts_at: want.starts_at,
        claim: Blank::default(),
        lease_until: None,
        withdrawn: false,
        resends: 0,
        resent_at: None,
    };
    row.message = text(cx, patient, &row);
    cx.insert(&mut row).await
}
