//! `slot-offers/`: a time that became free, offered to the first on the waiting list whom it fits.
//!
//! The offer holds for a limited time, in which nobody else is booked there; then it goes to the next. The database
//! allows one open offer for a doctor's time, and one for each who waits.

use std::collections::HashMap;

use contracts::SlotOffered;
use futures_util::future::BoxFuture;
use identity::user::User;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole, Receptionist};
use kernel::Code;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Ref;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::{Column, Meta, Record};
use platform::resource::{Resource, Said};
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::AnswerChannel;
use crate::appointment::Appointment;
use crate::booking::BookingChange;
use crate::earlier::{earlier, first, is_free};
use crate::slot::{Span, hours_and_minutes};
use crate::waiting_entry::{WaitingEntry, WaitingStatus};

platform::choice! {
    /// Where an offer stands.
    pub enum OfferStatus {
        /// It waits for an answer.
        Open = "open",
        /// The patient took the time.
        Accepted = "accepted",
        /// The patient cannot come then.
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// The desk took it back.
        Withdrawn = "withdrawn",
    }
}

platform::record! {
    /// A time that became free, offered to somebody on the waiting list. While it is open, nobody else is booked there.
    pub struct SlotOffer in "slot_offer" for patient {
        client {}
        server {
            /// The entry of the waiting list.
            entry: Ref<WaitingEntry> = Ref::new(0),
            /// The patient to whom it is offered.
            patient: Ref<Patient> = Ref::new(0),
            /// The doctor whose time it is.
            doctor: Ref<User> = Ref::new(0),
            /// When it begins, in UTC.
            starts_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it ends, in UTC.
            ends_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Until when it can be answered, in UTC.
            expires_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Where it stands.
            status: OfferStatus = OfferStatus::Open,
            /// When that was settled, in UTC; null while it is open.
            settled_at: Option<Timestamp> = None,
            /// Where the patient answered; null where they did not.
            channel: Option<AnswerChannel> = None,
            /// The appointment that came of it.
            appointment: Option<Ref<Appointment>> = None,
        }
        hidden {}
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct OfferNames {
    /// The patient's given and family name.
    pub patient_name: String,
    /// The doctor's name.
    pub doctor_name: String,
}

impl Resource for SlotOffer {
    const PATH: &'static str = "slot-offers";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        SlotOffer::entry,
        SlotOffer::patient,
        SlotOffer::doctor,
        SlotOffer::status,
        SlotOffer::starts_at,
    ];
    const FOLLOWS: &'static [Column<Self>] =
        &[SlotOffer::entry, SlotOffer::patient, SlotOffer::appointment];
    const LIST: &'static [Column<Self>] = &[
        SlotOffer::starts_at,
        SlotOffer::patient,
        SlotOffer::doctor,
        SlotOffer::status,
        SlotOffer::expires_at,
    ];
    type Extra = OfferNames;

    fn access() -> Access {
        Access::nobody().roles(&[Admin, Receptionist, Doctor, Nurse, PatientRole], "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.starts_at)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("slot_offer", "patient", grant)
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<OfferNames>, Error> {
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let doctors = identity::names(cx, rows.iter().map(|row| row.doctor.get())).await?;
        let of = |names: &HashMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let names = rows.iter().map(|row| OfferNames {
            patient_name: of(&patients, row.patient.get()),
            doctor_name: of(&doctors, row.doctor.get()),
        });
        Ok(names.collect())
    }
}

const WHY: &str = "the program offers what became free, whoever may see whose it was";

/// Looks for the next who waits for a time.
pub(crate) const NEXT: JobInfo = JobInfo {
    kind: "scheduling:offer",
    run: Run::Inside(next),
    attempts: 8,
    every: None,
};

/// Ends an offer that nobody answered.
pub(crate) const END: JobInfo = JobInfo {
    kind: "scheduling:offer-ends",
    run: Run::Inside(expire),
    attempts: 8,
    every: None,
};

/// Patients are written to between these hours.
const DAY: std::ops::Range<i8> = 8..20;
/// Whoever accepts still has to come.
const WAY: SignedDuration = SignedDuration::from_mins(30);
/// An offer that holds for less reaches nobody.
const SHORTEST: SignedDuration = SignedDuration::from_mins(5);

/// After an appointment was stored: the time that it no longer takes up is offered.
pub(crate) fn freed(cx: &mut Cx, change: &BookingChange<'_>) -> Result<(), Error> {
    let Some(before) = change.before.filter(|before| before.status.occupies()) else {
        return Ok(());
    };
    let row = change.row;
    let gone = !row.status.occupies() || row.doctor != before.doctor || row.span() != before.span();
    if gone { free(cx, before) } else { Ok(()) }
}

/// Has the time of an appointment offered.
pub(crate) fn free(cx: &mut Cx, row: &Appointment) -> Result<(), Error> {
    if row.overbooked || row.starts_at <= cx.now() {
        return Ok(());
    }
    let (doctor, patient) = (row.doctor.get(), Some(row.patient.get()));
    look(cx, doctor, row.span(), patient)
}

/// Queues the look for the next who waits, in the morning where it is night.
fn look(cx: &mut Cx, doctor: i64, span: Span, but: Option<i64>) -> Result<(), Error> {
    let payload = json!({
        "doctor": doctor, "from": span.from.to_string(), "to": span.to.to_string(), "but": but,
    });
    let at = by_day(cx, cx.now());
    enqueue(cx, vec![Job::at(NEXT.kind, payload, at)])
}

/// Where it is night: when times that become free are offered again.
pub(crate) fn rests_until(cx: &Cx) -> Option<Timestamp> {
    let at = by_day(cx, cx.now());
    (at > cx.now()).then_some(at)
}

/// The moment, or the next morning.
fn by_day(cx: &Cx, at: Timestamp) -> Timestamp {
    let zone = &cx.app.zone;
    let local = zone.to_local(at);
    let day = match local.hour() {
        hour if DAY.contains(&hour) => return at,
        hour if hour < DAY.start => local.date(),
        _ => local.date().checked_add(1.day()).unwrap_or(local.date()),
    };
    zone.to_utc(day, Time::constant(DAY.start, 0, 0, 0))
        .unwrap_or(at)
}

fn moment(payload: &Json, name: &str) -> Result<Timestamp, Error> {
    let text = payload[name].as_str().unwrap_or_default();
    text.parse().map_err(Error::internal)
}

fn next<'a>(cx: &'a mut Cx, payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let doctor = payload["doctor"].as_i64().unwrap_or_default();
        let span = Span {
            from: moment(payload, "from")?,
            to: moment(payload, "to")?,
        };
        let soonest = cx.now() + SHORTEST + WAY;
        if span.from < soonest {
            return Ok(());
        }
        cx.take_turn(&[("doctor", doctor)]).await?;
        if !is_free(cx, doctor, span).await? {
            return Ok(());
        }
        let but = payload["but"].as_i64().unwrap_or_default();
        let Some(entry) = first(cx, doctor, span, but).await? else {
            return Ok(());
        };
        match earlier(cx, &entry, doctor, (soonest, span.from)).await? {
            None => offer(cx, entry, doctor, span.from).await,
            Some(from) => {
                offer(cx, entry, doctor, from).await?;
                // The time that became free goes to the next.
                look(cx, doctor, span, Some(but))
            }
        }
    })
}

/// After somebody declined a time: an earlier one that became free while they had that offer.
async fn instead(cx: &mut Cx, entry: WaitingEntry, declined: &SlotOffer) -> Result<(), Error> {
    let (doctor, soonest) = (declined.doctor.get(), cx.now() + SHORTEST + WAY);
    cx.take_turn(&[("doctor", doctor)]).await?;
    match earlier(cx, &entry, doctor, (soonest, declined.starts_at)).await? {
        None => Ok(()),
        Some(from) => offer(cx, entry, doctor, from).await,
    }
}

async fn offer(
    cx: &mut Cx,
    entry: WaitingEntry,
    doctor: i64,
    starts_at: Timestamp,
) -> Result<(), Error> {
    let hold = SignedDuration::from_mins(i64::from(cx.app.settings.offer_minutes));
    let expires_at = Ord::min(cx.now() + hold, starts_at - WAY);
    let mut row = SlotOffer {
        meta: Meta::unstored(),
        entry: entry.reference(),
        patient: entry.patient,
        doctor: Ref::new(doctor),
        starts_at,
        ends_at: starts_at + SignedDuration::from_mins(entry.duration_minutes),
        expires_at,
        status: OfferStatus::Open,
        settled_at: None,
        channel: None,
        appointment: None,
    };
    cx.insert(&mut row).await?;
    let mut waits = entry.clone();
    waits.status = WaitingStatus::Offered;
    cx.update(&mut waits, &entry).await?;
    cx.emit(&SlotOffered { offer: row.meta.id })?;
    let ends = json!({ "offer": row.meta.id });
    enqueue(cx, vec![Job::at(END.kind, ends, expires_at)])
}

fn expire<'a>(cx: &'a mut Cx, payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let offer: SlotOffer = cx
            .hold(payload["offer"].as_i64().unwrap_or_default())
            .await?;
        if offer.status == OfferStatus::Open && offer.expires_at <= cx.now() {
            pass_on(cx, &offer, OfferStatus::Expired, None).await?;
        }
        Ok(())
    })
}

/// Ends an open offer without an appointment. Whoever had it waits on; unless the desk took it back, it goes to the next.
pub(crate) async fn pass_on(
    cx: &mut Cx,
    before: &SlotOffer,
    status: OfferStatus,
    channel: Option<AnswerChannel>,
) -> Result<SlotOffer, Error> {
    let mut row = before.clone();
    row.status = status;
    row.settled_at = Some(cx.now());
    row.channel = channel;
    cx.update(&mut row, before).await?;
    let entry = entry(cx, before).await?;
    let mut waits = entry.clone();
    waits.status = WaitingStatus::Waiting;
    cx.update(&mut waits, &entry).await?;
    if status != OfferStatus::Withdrawn {
        let span = Span {
            from: row.starts_at,
            to: row.ends_at,
        };
        look(cx, row.doctor.get(), span, None)?;
    }
    if status == OfferStatus::Declined {
        instead(cx, waits, &row).await?;
    }
    Ok(row)
}

/// The entry of an offer, locked.
pub(crate) async fn entry(cx: &mut Cx, offer: &SlotOffer) -> Result<WaitingEntry, Error> {
    use sea_query::{ExprTrait, LockType};
    let mut query = platform::cx::select::<WaitingEntry>();
    query.and_where(WaitingEntry::id.eq(offer.entry.get()));
    if cx.dialect() == platform::db::Dialect::Postgres {
        query.lock(LockType::Update);
    }
    let found: Option<WaitingEntry> = cx.unscoped(WHY).record(query).await?;
    found.ok_or_else(Error::not_found)
}

/// Refuses a booking at a time that is offered to somebody.
pub(crate) async fn check_free(cx: &mut Cx, row: &Appointment) -> Result<(), Error> {
    let bound = values([&row.doctor.get(), &row.starts_at, &row.ends_at, &cx.now()]);
    let found: Option<(i64, Timestamp)> = cx
        .unscoped("time is offered whoever may see to whom")
        .optional(Statement::raw(
            "SELECT id, expires_at FROM slot_offer WHERE doctor = $1 AND status = 'open' AND starts_at < $3 \
             AND ends_at > $2 AND expires_at > $4 LIMIT 1",
            bound,
        ))
        .await?;
    let Some((id, expires_at)) = found else {
        return Ok(());
    };
    let until = hours_and_minutes(cx.app.zone.to_local(expires_at).time());
    let text = Text::new("scheduling-slot-offered").with("until", until);
    Err(Error::refuse(Code::AppointmentOverlap, text)
        .with("conflict", "offer")
        .with("offer", id)
        .with("expires_at", expires_at.to_string()))
}

/// The times of a doctor that are offered, between two moments.
pub(crate) async fn offered(cx: &mut Cx, doctor: i64, within: Span) -> Result<Vec<Span>, Error> {
    let bound = values([&doctor, &within.from, &within.to, &cx.now()]);
    let rows: Vec<(Timestamp, Timestamp)> = cx
        .unscoped("time is offered whoever may see to whom")
        .all(Statement::raw(
            "SELECT starts_at, ends_at FROM slot_offer WHERE doctor = $1 AND status = 'open' AND starts_at < $3 \
             AND ends_at > $2 AND expires_at > $4 ORDER BY starts_at LIMIT 500",
            bound,
        ))
        .await?;
    Ok(rows
        .into_iter()
        .map(|(from, to)| Span { from, to })
        .collect())
}
