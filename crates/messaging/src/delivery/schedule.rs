//! Makes the rows of an appointment's messages what they should be, whenever something happened to it.
//!
//! Events only say that something happened: what is planned follows from the appointment as it is now,
//! so they may come late, twice or in another order.

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
use sea_query::{Alias, ExprTrait, LockType, Order};

use super::appointment_notification::{AppointmentNotification, MessageStatus, MessageType};
use super::audience::{CHANNELS, Not, Reader};
use super::plan::{self, Existing, FOLLOWUP_AFTER, FOLLOWUP_WITHIN, MOVED, Step, Told, Wanted};
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
    match appointment(cx, id, true).await? {
        Some(visit) => follow_all(cx, visit.patient.get(), &[visit]).await,
        None => {
            let rows = messages(cx, &[id]).await?;
            for before in rows.iter().filter(|row| waits(row)) {
                give_up(cx, before, CHANGED).await?;
            }
            Ok(())
        }
    }
}

/// The same for appointments of one patient, all of them locked: only then is it read what the patient
/// wishes, so that whoever comes second does not plan by what was so before.
pub(super) async fn follow_all(
    cx: &mut Cx,
    patient: i64,
    visits: &[Appointment],
) -> Result<(), Error> {
    let ids: Vec<i64> = visits.iter().map(|visit| visit.meta.id).collect();
    let rows = messages(cx, &ids).await?;
    let planned: Vec<_> = visits
        .iter()
        .map(|visit| {
            let of_visit = |row: &&AppointmentNotification| {
                row.appointment.get() == visit.meta.id && row.patient == visit.patient
            };
            let rows: Vec<_> = rows.iter().filter(of_visit).collect();
            (visit, corrected(cx, visit, times(cx, visit), &rows))
        })
        .collect();
    let reader = match planned.iter().any(|(_, times)| !times.is_empty()) {
        true => audience::reader(cx, patient).await?,
        false => None,
    };
    for (visit, times) in planned {
        let of_visit = |row: &&AppointmentNotification| row.appointment.get() == visit.meta.id;
        let rows: Vec<_> = rows.iter().filter(of_visit).collect();
        settle(cx, visit, &times, reader.as_ref(), &rows).await?;
    }
    Ok(())
}

/// Why a row is given up unless there is a better reason. The words are for staff, in the row.
const CHANGED: &str = "the appointment was changed or cancelled";

/// What is to be sent about an appointment, which reminder it is, and when.
type Time = (MessageType, i64, Timestamp);

/// Makes the rows of one appointment what they should be.
async fn settle(
    cx: &mut Cx,
    visit: &Appointment,
    times: &[Time],
    reader: Option<&Reader>,
    rows: &[&AppointmentNotification],
) -> Result<(), Error> {
    // What was meant for somebody else says nothing about what this patient was told.
    let (rows, others): (Vec<_>, Vec<_>) = rows
        .iter()
        .copied()
        .partition(|row| row.patient.get() == visit.patient.get());
    for before in others.into_iter().filter(|row| waits(row)) {
        give_up(cx, before, CHANGED).await?;
    }
    let existing: Vec<Existing> = rows.iter().map(|row| existing(row)).collect();
    let wanted = reader.map(|reader| wanted(times, reader));
    for step in plan::steps(visit.starts_at, &wanted.unwrap_or_default(), &existing) {
        let of = |id: i64| rows.iter().find(|row| row.meta.id == id).copied();
        match (step, reader) {
            (Step::Add(want), Some(reader)) => add(cx, visit, &reader.patient, want).await?,
            (Step::Keep(id), Some(reader)) => {
                if let Some(before) = of(id) {
                    let mut row = before.clone();
                    row.message = text(cx, &reader.patient, &row);
                    cx.update(&mut row, before).await?;
                }
            }
            (Step::Move(id, at), Some(reader)) => {
                if let Some(before) = of(id) {
                    let mut row = before.clone();
                    row.scheduled_for = at;
                    row.next_attempt_at = Some(at);
                    row.starts_at = visit.starts_at;
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

fn waits(row: &AppointmentNotification) -> bool {
    row.status == MessageStatus::Pending
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
    match visit.status {
        status if is_expected(status) => {
            let hours = &cx.app.settings.reminder_hours;
            plan::reminders(&cx.app.zone, visit.starts_at, hours, now)
                .into_iter()
                .map(|(hours, at)| (MessageType::Reminder, i64::from(hours), at))
                .collect()
        }
        AppointmentStatus::Completed => visit
            .completed_at
            .map(|completed_at| completed_at + FOLLOWUP_AFTER)
            .filter(|at| now < *at + FOLLOWUP_WITHIN)
            .map(|at| (MessageType::Followup, 0, at))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// A reminder that comes so soon after word of a move would only repeat it.
const REPEATED: SignedDuration = SignedDuration::from_hours(24);

/// The same with the word that is owed to a patient who was told of another time. A reminder that goes out at once
/// is that word.
fn corrected(
    cx: &Cx,
    visit: &Appointment,
    mut times: Vec<Time>,
    rows: &[&AppointmentNotification],
) -> Vec<Time> {
    let now = cx.now();
    let told = rows.iter().rev().find(|row| {
        row.notification_type == MessageType::Reminder
            && matches!(row.status, MessageStatus::Sent | MessageStatus::Sending)
    });
    let last = told.map(|row| Told {
        lead_hours: row.lead_hours,
        starts_at: row.starts_at,
    });
    let stands = match visit.status {
        AppointmentStatus::Cancelled => Some(false),
        status => is_expected(status).then_some(true),
    };
    let at_once = times.iter().any(|(_, _, at)| *at <= now);
    let owed = plan::correction(last, visit.starts_at, stands, now).filter(|_| !at_once);
    let informed = match (owed, told) {
        (Some(_), _) => Some(now),
        (None, Some(row)) if row.lead_hours == MOVED && row.starts_at == visit.starts_at => {
            row.sent_at.or(Some(now))
        }
        _ => None,
    };
    if let Some(informed) = informed {
        times.retain(|(_, _, at)| *at > informed + REPEATED);
    }
    times.extend(owed.map(|owed| (MessageType::Reminder, owed, now)));
    times
}

/// What the patient should be sent: each of it by every channel that reaches them.
fn wanted(times: &[Time], reader: &Reader) -> Vec<Wanted> {
    let reached = CHANNELS
        .into_iter()
        .filter(|channel| reader.refuses(*channel).is_none());
    reached
        .flat_map(|channel| {
            times.iter().map(move |(kind, lead_hours, at)| Wanted {
                kind: *kind,
                channel,
                lead_hours: *lead_hours,
                at: *at,
            })
        })
        .collect()
}

/// The messages of appointments, oldest first.
pub(super) async fn messages(
    cx: &mut Cx,
    appointments: &[i64],
) -> Result<Vec<AppointmentNotification>, Error> {
    let table = AppointmentNotification::TABLE;
    let mut query = select::<AppointmentNotification>();
    query
        .and_where(column(table, "appointment").is_in(appointments.iter().copied()))
        .order_by((Alias::new(table), Alias::new("id")), Order::Asc);
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped(WHY).records(query).await
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

async fn add(
    cx: &mut Cx,
    visit: &Appointment,
    patient: &Patient,
    want: Wanted,
) -> Result<(), Error> {
    let mut row = AppointmentNotification {
        meta: Meta::unstored(),
        appointment: visit.reference(),
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
        starts_at: visit.starts_at,
        claim: Blank::default(),
        lease_until: None,
        withdrawn: false,
        resends: 0,
        resent_at: None,
    };
    row.message = text(cx, patient, &row);
    cx.insert(&mut row).await
}
