//! Makes the rows of an appointment's messages what they should be, whenever something happened to it.
//!
//! Events only say that something happened: what is planned follows from the appointment as it is now,
//! so they may come late, twice or in another order.

use contracts::{AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved};
use jiff::Timestamp;
use patients::Patient;
use platform::cx::{Cx, column, select};
use platform::db::Dialect;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::outbox::Event;
use platform::record::{Meta, Record};
use platform::seal::Sealed;
use scheduling::appointment::Appointment;
use scheduling::state::AppointmentStatus;
use sea_query::{Alias, ExprTrait, LockType, Order};

use super::appointment_notification::{
    AppointmentNotification, Channel, MessageStatus, MessageType,
};
use super::plan::{self, Existing, FOLLOWUP_AFTER, FOLLOWUP_WITHIN, Step, Wanted};
use super::{audience, wording};

const WHY: &str = "messages follow the appointment, whoever changed it";
const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Email];

pub(super) async fn booked(cx: &mut Cx, event: &Event) -> Result<(), Error> {
    let event: AppointmentBooked = event.read()?;
    follow(cx, event.appointment).await
}

pub(super) async fn moved(cx: &mut Cx, event: &Event) -> Result<(), Error> {
    let event: AppointmentMoved = event.read()?;
    follow(cx, event.appointment).await
}

pub(super) async fn cancelled(cx: &mut Cx, event: &Event) -> Result<(), Error> {
    let event: AppointmentCancelled = event.read()?;
    follow(cx, event.appointment).await
}

pub(super) async fn completed(cx: &mut Cx, event: &Event) -> Result<(), Error> {
    let event: AppointmentCompleted = event.read()?;
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
        .and_where(column(Appointment::TABLE, "id").eq(id))
        .and_where(column(Appointment::TABLE, "voided_at").is_null());
    if lock && cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped(WHY).record(query).await
}

/// Whether the patient is still expected.
pub(super) fn is_expected(status: AppointmentStatus) -> bool {
    matches!(
        status,
        AppointmentStatus::Scheduled | AppointmentStatus::Pending
    )
}

/// Makes the rows of an appointment what they should be. The appointment is locked, so that two who
/// plan for it do so one after the other.
pub(super) async fn follow(cx: &mut Cx, id: i64) -> Result<(), Error> {
    let visit = appointment(cx, id, true).await?;
    let rows = messages(cx, id).await?;
    let (wanted, patient, starts_at) = match &visit {
        Some(visit) => {
            let (wanted, patient) = wanted(cx, visit).await?;
            (wanted, patient, visit.starts_at)
        }
        None => (Vec::new(), None, Timestamp::UNIX_EPOCH),
    };
    let existing: Vec<Existing> = rows.iter().map(existing).collect();
    for step in plan::steps(starts_at, &wanted, &existing) {
        let of = |id: i64| rows.iter().find(|row| row.meta.id == id);
        match step {
            Step::Add(want) => {
                if let (Some(visit), Some(patient)) = (&visit, &patient) {
                    add(cx, visit, patient, want).await?;
                }
            }
            Step::Move(id, at) => {
                if let (Some(before), Some(patient)) = (of(id), &patient) {
                    let mut row = before.clone();
                    row.scheduled_for = at;
                    row.next_attempt_at = Some(at);
                    row.starts_at = starts_at;
                    row.attempts = 0;
                    row.message = text(cx, patient, row.notification_type, row.channel, starts_at);
                    row.error_message = Sealed::new(Blank::default());
                    cx.update(&mut row, before).await?;
                }
            }
            Step::Cancel(id) => {
                if let Some(before) = of(id) {
                    let mut row = before.clone();
                    cancel(&mut row, "the appointment was changed or cancelled");
                    cx.update(&mut row, before).await?;
                }
            }
        }
    }
    Ok(())
}

/// Marks a row as not to be sent.
pub(super) fn cancel(row: &mut AppointmentNotification, why: &str) {
    row.status = MessageStatus::Cancelled;
    row.next_attempt_at = None;
    row.lease_until = None;
    row.error_message = Sealed::new(Blank::cut(why));
}

/// What the patient should be sent about the appointment as it is now.
async fn wanted(cx: &mut Cx, visit: &Appointment) -> Result<(Vec<Wanted>, Option<Patient>), Error> {
    let now = cx.now();
    let times: Vec<(MessageType, i64, Timestamp)> = match visit.status {
        status if is_expected(status) => {
            let app = cx.app.clone();
            plan::reminders(
                &app.zone,
                visit.starts_at,
                &app.settings.reminder_hours,
                now,
            )
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
    };
    if times.is_empty() {
        return Ok((Vec::new(), None));
    }
    let Some(patient) = audience::patient(cx, visit.patient.get()).await? else {
        return Ok((Vec::new(), None));
    };
    let mut wanted = Vec::new();
    for channel in CHANNELS {
        if audience::address(cx, &patient, channel).await?.is_ok() {
            wanted.extend(times.iter().map(|(kind, lead_hours, at)| Wanted {
                kind: *kind,
                channel,
                lead_hours: *lead_hours,
                at: *at,
            }));
        }
    }
    Ok((wanted, Some(patient)))
}

/// The messages of an appointment, oldest first.
pub(super) async fn messages(
    cx: &mut Cx,
    appointment: i64,
) -> Result<Vec<AppointmentNotification>, Error> {
    let table = AppointmentNotification::TABLE;
    let mut query = select::<AppointmentNotification>();
    query
        .and_where(column(table, "appointment").eq(appointment))
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
    }
}

fn text(
    cx: &Cx,
    patient: &Patient,
    kind: MessageType,
    channel: Channel,
    starts_at: Timestamp,
) -> Sealed<Blank<2000>> {
    let words = wording::words(&cx.app, patient, kind, channel, starts_at);
    Sealed::new(Blank::cut(&words.body))
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
        message: text(cx, patient, want.kind, want.channel, visit.starts_at),
        error_message: Sealed::new(Blank::default()),
        attempts: 0,
        next_attempt_at: Some(want.at),
        provider_message_id: None,
        lead_hours: want.lead_hours,
        starts_at: visit.starts_at,
        claim: Blank::default(),
        lease_until: None,
    };
    cx.insert(&mut row).await
}
