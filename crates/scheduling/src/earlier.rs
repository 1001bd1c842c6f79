//! Whom a time fits that became free, and which time fits somebody who waits.
//!
//! A time that is free already comes before one that becomes free later: whoever waits is offered the earliest that
//! fits them. Only where hours are written down is it known which times are free.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

use crate::agenda::{self, Open};
use crate::booking::check_doctor;
use crate::hours;
use crate::migrations::occupies;
use crate::slot::Span;
use crate::waiting_entry::{WaitingEntry, WaitingStatus};

/// So many days are looked through.
const DAYS: i32 = 42;
const WHY: &str = "the program offers what is free, whoever may see whose it was";

/// Nobody is booked there, nothing is offered there, and the doctor works then.
pub(crate) async fn is_free(cx: &mut Cx, doctor: i64, span: Span) -> Result<bool, Error> {
    match check_doctor(cx, doctor).await {
        Ok(()) => {}
        Err(Error::Invalid(_)) => return Ok(false),
        Err(error) => return Err(error),
    }
    const TAKEN: &str = concat!(
        "SELECT 1 FROM appointment WHERE doctor = $1 AND starts_at < $3 AND ends_at > $2 AND starts_at > $4 \
         AND NOT overbooked AND ",
        occupies!(),
        " UNION ALL SELECT 1 FROM slot_offer WHERE doctor = $1 AND status = 'open' AND starts_at < $3 AND ends_at > $2 LIMIT 1"
    );
    let earliest = span.from - SignedDuration::from_mins(crate::slot::LONGEST);
    let taken: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(
            TAKEN,
            values([&doctor, &span.from, &span.to, &earliest]),
        ))
        .await?;
    if taken.is_some() {
        return Ok(false);
    }
    let date = cx.app.zone.to_local(span.from).date();
    let open = hours::around(cx, doctor, date).await?;
    Ok(open.is_none_or(|open| hours::within(&open.all, &span)))
}

/// The first whom the time fits: not who gave it up, nor whom it was offered to already.
pub(crate) async fn first(
    cx: &mut Cx,
    doctor: i64,
    span: Span,
    but: i64,
) -> Result<Option<WaitingEntry>, Error> {
    const FIT: &str = concat!(
        "SELECT w.id FROM waiting_entry w JOIN patient p ON p.id = w.patient \
         WHERE w.status = 'waiting' AND (w.doctor IS NULL OR w.doctor = $1) AND w.patient <> $4 \
         AND (w.earliest IS NULL OR w.earliest <= $5) AND (w.latest IS NULL OR w.latest >= $5) \
         AND (w.from_time IS NULL OR w.from_time <= $6) AND (w.to_time IS NULL OR w.to_time >= $6) \
         AND w.duration_minutes <= $7 \
         AND p.deceased_at IS NULL AND p.voided_at IS NULL AND p.merged_into IS NULL \
         AND NOT EXISTS (SELECT 1 FROM slot_offer o WHERE o.entry = w.id AND o.doctor = $1 AND o.starts_at = $2) \
         AND NOT EXISTS (SELECT 1 FROM appointment WHERE patient = w.patient AND starts_at < $3 AND ends_at > $2 AND ",
        occupies!(),
        ") ORDER BY w.urgent DESC, w.id LIMIT 1"
    );
    let local = cx.app.zone.to_local(span.from);
    let (date, time): (Date, Time) = (local.date(), local.time());
    let minutes = span.to.duration_since(span.from).as_mins();
    let bound = values([&doctor, &span.from, &span.to, &but, &date, &time, &minutes]);
    let found: Option<(i64,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(FIT, bound))
        .await?;
    match found {
        None => Ok(None),
        Some((id,)) => {
            let entry: WaitingEntry = cx.hold(id).await?;
            Ok(Some(entry).filter(|entry| entry.status == WaitingStatus::Waiting))
        }
    }
}

/// The first free time of a doctor between two moments that fits somebody who waits and was not offered to them before.
pub(crate) async fn earlier(
    cx: &mut Cx,
    entry: &WaitingEntry,
    doctor: i64,
    (after, before): (Timestamp, Timestamp),
) -> Result<Option<Timestamp>, Error> {
    let zone = cx.app.zone.clone();
    let day = |at: Timestamp| zone.to_local(at).date();
    let first = entry
        .earliest
        .map_or(day(after), |from| from.max(day(after)));
    let horizon = first.checked_add(DAYS.days()).unwrap_or(first);
    let last = entry
        .latest
        .map_or(day(before), |to| to.min(day(before)))
        .min(horizon);
    if last < first {
        return Ok(None);
    }
    let agenda = agenda::read(cx, &[doctor], first, last).await?;
    let barred = barred(cx, entry, doctor, after).await?;
    let fits = |slot: &Span| {
        let time = zone.to_local(slot.from).time();
        slot.from >= after
            && slot.from < before
            && slot.to.duration_since(slot.from)
                >= SignedDuration::from_mins(entry.duration_minutes)
            && entry.from_time.is_none_or(|from| from <= time)
            && entry.to_time.is_none_or(|to| to >= time)
            && !barred
                .iter()
                .any(|span| span.from < slot.to && span.to > slot.from)
    };
    let days = first.series(1.day()).take_while(|day: &Date| *day <= last);
    for day in days {
        if let Open::Slots(slots, true) = agenda.open(&zone, doctor, day, after)
            && let Some(slot) = slots.iter().find(|slot| fits(slot))
        {
            return Ok(Some(slot.from));
        }
    }
    Ok(None)
}

/// When the patient is elsewhere, and what of the doctor's time was offered to them before.
async fn barred(
    cx: &mut Cx,
    entry: &WaitingEntry,
    doctor: i64,
    after: Timestamp,
) -> Result<Vec<Span>, Error> {
    const SQL: &str = concat!(
        "SELECT starts_at, ends_at FROM appointment WHERE patient = $1 AND ends_at > $4 AND ",
        occupies!(),
        " UNION ALL SELECT starts_at, ends_at FROM slot_offer WHERE entry = $2 AND doctor = $3 AND ends_at > $4"
    );
    let bound = values([&entry.patient.get(), &entry.meta.id, &doctor, &after]);
    let rows: Vec<(Timestamp, Timestamp)> =
        cx.unscoped(WHY).all(Statement::raw(SQL, bound)).await?;
    Ok(rows
        .into_iter()
        .map(|(from, to)| Span { from, to })
        .collect())
}
