//! `appointments/availability/`: the slots of a doctor's day that can still be booked.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Field;
use platform::http::call::{Call, Reply};
use platform::serde_json::Value as Json;
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::booking::check_doctor;
use crate::hours::{self, Hours, Open, USUAL_SLOT};
use crate::migrations::occupies;
use crate::offer;
use crate::slot::{LONGEST, Span};

/// What of a doctor's day is free.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Availability {
    /// The doctor whose slots they are.
    doctor: i64,
    /// Another name of `doctor`.
    doctor_id: i64,
    /// The doctor's name.
    doctor_name: String,
    /// The day, where the hospital is.
    date: String,
    /// Hours are written down for that day; else the doctor can be booked at any time.
    has_schedule: bool,
    /// Free slots in the order of time, from now on.
    slots: Vec<Slot>,
}

/// A free slot.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Slot {
    /// When it begins, where the hospital is: `HH:MM:SS`.
    time: String,
    /// When it ends, where the hospital is.
    end_time: String,
    /// How long it is, in minutes.
    duration_minutes: i64,
    /// When it begins.
    starts_at: String,
    /// When it ends.
    ends_at: String,
}

/// A parameter, if the query has it.
pub(crate) fn parameter<T: Field>(
    call: &Call,
    name: &'static str,
    faults: &mut Faults,
) -> Option<T> {
    let text = call.query(name).map(str::trim).filter(|t| !t.is_empty())?;
    faults.note(name, T::parse(&Json::from(text)))
}

/// Answers it.
pub(crate) async fn availability(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let mut faults = Faults::new();
    let doctor = parameter::<i64>(call, "doctor", &mut faults)
        .or_else(|| parameter(call, "doctor_id", &mut faults));
    let date = parameter::<Date>(call, "date", &mut faults);
    let minutes = parameter::<i64>(call, "duration_minutes", &mut faults);
    if minutes.is_some_and(|minutes| !(1..=LONGEST).contains(&minutes)) {
        let text = Text::new("scheduling-duration").with("max", LONGEST);
        faults.say("duration_minutes", text);
    }
    let doctor = match doctor {
        Some(doctor) => doctor,
        None => {
            if !faults.has("doctor") {
                faults.say("doctor", Text::new("required"));
            }
            return Err(faults.into());
        }
    };
    faults.into_result()?;
    check_doctor(cx, doctor).await?;
    let date = date.unwrap_or(cx.today());
    let day = cx
        .app
        .zone
        .day_bounds(date)
        .map_err(|_| Error::field("date", Text::new("scheduling-date-range")))?;
    let day = Span {
        from: day.0,
        to: day.1,
    };
    let planned = hours::around(cx, doctor, date).await?;
    let has_schedule = planned.is_some();
    let open = planned.unwrap_or_else(|| {
        let whole = vec![Hours {
            span: day,
            slot_minutes: minutes.unwrap_or(USUAL_SLOT),
        }];
        Open {
            date,
            day: whole.clone(),
            all: whole,
        }
    });
    let mut taken = taken(cx, doctor, day).await?;
    taken.extend(offer::offered(cx, doctor, day).await?);
    let zone = cx.app.zone.clone();
    let slots = hours::free(&zone, &open, &taken, minutes, cx.now());
    let doctor_name = identity::names(cx, [doctor]).await?.remove(&doctor);
    Reply::ok(&Availability {
        doctor,
        doctor_id: doctor,
        doctor_name: doctor_name.unwrap_or_default(),
        date: date.to_string(),
        has_schedule,
        slots: slots
            .into_iter()
            .map(|slot| Slot {
                time: zone.to_local(slot.from).time().to_string(),
                end_time: zone.to_local(slot.to).time().to_string(),
                duration_minutes: slot.to.duration_since(slot.from).as_mins(),
                starts_at: slot.from.to_string(),
                ends_at: slot.to.to_string(),
            })
            .collect(),
    })
}

/// What the doctor does on a day. An appointment that reaches into it began less than a day before, so a
/// short stretch of the index is read, however many appointments there are.
async fn taken(cx: &mut Cx, doctor: i64, day: Span) -> Result<Vec<Span>, Error> {
    const SQL: &str = concat!(
        "SELECT starts_at, ends_at FROM appointment \
         WHERE doctor = $1 AND starts_at > $2 AND starts_at < $4 AND ends_at > $3 AND NOT overbooked AND ",
        occupies!(),
        " ORDER BY starts_at"
    );
    let earliest = day.from - SignedDuration::from_mins(LONGEST);
    // One that begins in the evening may go on into the next day.
    let latest = day.to + SignedDuration::from_mins(LONGEST);
    let rows: Vec<(Timestamp, Timestamp)> = cx
        .unscoped("that a doctor is taken says nothing about whom they see")
        .all(Statement::raw(
            SQL,
            values([&doctor, &earliest, &day.from, &latest]),
        ))
        .await?;
    Ok(rows
        .into_iter()
        .map(|(from, to)| Span { from, to })
        .collect())
}
