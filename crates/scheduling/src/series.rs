//! `appointments/{id}/repeat/`: the same appointment again and again, and `cancel_following/`, which ends that.

use jiff::ToSpan;
use jiff::civil::Date;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use kernel::Code;
use platform::access::Access;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Blank;
use platform::record::{Body, Record};
use platform::resource::{change_by, store_new};
use platform::seal::Sealed;
use platform::serde_json::{Map, json};
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use sea_query::{Alias, ExprTrait, Order};
use serde::Serialize;

use crate::appointment::{Appointment, not_from};
use crate::slot::hours_and_minutes;
use crate::state::AppointmentStatus;

/// Appointments of one series, the first included.
const MOST: i64 = 52;
/// Days between two of them.
const LONGEST: i64 = 366;
/// Days that a series may reach ahead.
const HORIZON: i64 = 2 * 366;

platform::choice! {
    /// What happens when some of the times are taken.
    pub enum RepeatMode {
        /// Nothing is booked, and the refusal names what is in the way.
        All = "all",
        /// Those that are free are booked, and the answer names what is in the way of the others.
        Free = "free",
    }
}

platform::input! {
    /// How often, and how many days apart.
    pub struct RepeatInput {
        /// How many appointments to book besides the one that is there, 1 to 51.
        times: i64,
        /// Days between two appointments, 1 to 366: 7 is every week. The time of the clock stays the same.
        every_days: i64 = 7,
        /// What happens when some of the times are taken: `all` books all or none, `free` books those that are free.
        mode: RepeatMode = RepeatMode::All,
    }
}

/// An appointment that was booked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Repeated {
    /// The appointment.
    id: i64,
    /// On which day.
    date: String,
    /// At which time.
    time: String,
}

/// A day on which none could be booked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InTheWay {
    /// Day at the hospital on which the appointment would have been.
    date: String,
    /// Time of day at the hospital at which it would have begun.
    time: String,
    /// What is in the way, for programs.
    code: String,
    /// What is in the way, in words.
    detail: String,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AppointmentSeries")]
pub(crate) struct Series {
    /// The `id` of the first appointment, by which `appointments/?series=` lists all.
    series: i64,
    /// What was booked, in the order of time.
    booked: Vec<Repeated>,
    /// What was not.
    conflicts: Vec<InTheWay>,
}

/// `POST appointments/{id}/repeat/`.
pub(crate) struct Repeat;

impl Verb for Repeat {
    type On = Appointment;
    type Input = RepeatInput;
    type Answer = Series;
    const NAME: &'static str = "repeat";
    const SUMMARY: &'static str = "Book the same appointment again, every so many days";
    const DESCRIPTION: &'static str = "With the same patient, doctor, time of the clock, length, reason and notes. With \
        `mode` `all` a single time that is taken refuses everything (409 `appointment_overlap`, with `conflicts`).";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    fn offered(row: &Appointment) -> bool {
        row.status.occupies()
    }

    fn not_offered(row: &Appointment) -> Error {
        not_from(row.status)
    }

    async fn run(cx: &mut Cx, held: Appointment, input: RepeatInput) -> Result<Series, Error> {
        let days = days(held.date, &input)?;
        let first = held.series.unwrap_or(held.meta.id);
        // Before the others, so that two who repeat the same one take turns.
        let held = change_by(cx, held, |row| row.series = Some(first)).await?;
        let (mut booked, mut conflicts) = (Vec::new(), Vec::new());
        for date in days {
            let mut row = again(&held, date)?;
            let said = Body(Map::from_iter([("duration_minutes".to_owned(), json!(0))]));
            let time = hours_and_minutes(held.time);
            match store_new(cx, &mut row, &said).await {
                Ok(()) => booked.push(Repeated {
                    id: row.meta.id,
                    date: date.to_string(),
                    time,
                }),
                Err(error) => conflicts.push(in_the_way(cx, error, date, time)?),
            }
        }
        if input.mode == RepeatMode::All && !conflicts.is_empty() {
            let text = Text::new("scheduling-series-taken").with("count", conflicts.len());
            return Err(Error::refuse(Code::AppointmentOverlap, text)
                .with("conflicts", platform::serde_json::to_value(conflicts)?));
        }
        Ok(Series {
            series: first,
            booked,
            conflicts,
        })
    }
}

/// The days of the appointments to book.
fn days(from: Date, input: &RepeatInput) -> Result<Vec<Date>, Error> {
    let mut faults = Faults::new();
    for (name, value, most) in [
        ("times", input.times, MOST - 1),
        ("every_days", input.every_days, LONGEST),
    ] {
        if !(1..=most).contains(&value) {
            let text = Text::new("scheduling-between").with("low", 1);
            faults.say(name, text.with("high", most));
        }
    }
    faults.into_result()?;
    // Nobody plans further ahead; and each is a booking with all its looks.
    let most = HORIZON / input.every_days;
    if input.times > most {
        let text = Text::new("scheduling-between").with("low", 1);
        return Err(Error::field("times", text.with("high", most)));
    }
    (1..=input.times)
        .map(|number| {
            let later = from.checked_add((number * input.every_days).days());
            later.map_err(|_| Error::field("times", Text::new("scheduling-date-range")))
        })
        .collect()
}

/// The same on another day.
fn again(held: &Appointment, date: Date) -> Result<Appointment, Error> {
    let body = json!({
        "patient": held.patient.get(),
        "doctor": held.doctor.get(),
        "date": date.to_string(),
        "time": held.time.to_string(),
        "duration_minutes": held.duration_minutes,
    });
    let mut row = Appointment::create(&Body(body.as_object().cloned().unwrap_or_default()))?;
    row.reason = held.reason.clone();
    row.notes = held.notes.clone();
    row.series = held.series;
    Ok(row)
}

/// What is in the way of one; everything else ends the whole.
fn in_the_way(cx: &Cx, error: Error, date: Date, time: String) -> Result<InTheWay, Error> {
    let language = cx.origin.language;
    let (code, detail) = match error {
        Error::Refused(refusal)
            if matches!(
                refusal.code,
                Code::AppointmentOverlap | Code::OutsideSchedule
            ) =>
        {
            let said = cx.app.texts.render(language, &refusal.text);
            (refusal.code.as_str().to_owned(), said)
        }
        // A time that does not exist on that day, because clocks change.
        Error::Invalid(faults) if faults.has("time") => {
            let said = faults.render(&cx.app.texts, language);
            let said = said.get("time").and_then(|said| said.get(0)?.as_str());
            (
                Code::Invalid.as_str().to_owned(),
                said.unwrap_or_default().to_owned(),
            )
        }
        other => return Err(other),
    };
    Ok(InTheWay {
        date: date.to_string(),
        time,
        code,
        detail,
    })
}

platform::input! {
    /// Why.
    pub struct EndSeriesInput {
        /// Why they are cancelled; kept as `cancel_reason`.
        reason: Blank<500>,
    }
}

/// What was cancelled.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CancelledAppointments")]
pub(crate) struct Ended {
    /// The appointments that were cancelled, in the order of time.
    cancelled: Vec<i64>,
}

/// `POST appointments/{id}/cancel_following/`.
pub(crate) struct CancelFollowing;

impl Verb for CancelFollowing {
    type On = Appointment;
    type Input = EndSeriesInput;
    type Answer = Ended;
    const NAME: &'static str = "cancel_following";
    const SUMMARY: &'static str =
        "Cancel this appointment and those of its series that come after it";
    const DESCRIPTION: &'static str =
        "Those for which the patient has come, and those that are over, stay.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    fn offered(row: &Appointment) -> bool {
        row.series.is_some()
    }

    async fn run(cx: &mut Cx, held: Appointment, input: EndSeriesInput) -> Result<Ended, Error> {
        let mut query = select::<Appointment>();
        query
            .and_where(Appointment::series.eq(held.series))
            .and_where(column(Appointment::TABLE, "voided_at").is_null())
            .and_where(Appointment::date.gte(platform::db::ToValue::to_value(&held.date)))
            .order_by(
                (Alias::new("appointment"), Alias::new("starts_at")),
                Order::Asc,
            )
            .limit(u64::try_from(MOST * 4).unwrap_or_default());
        // All of a series are of the patient whom the caller reaches.
        let rows: Vec<Appointment> = cx
            .unscoped("a series is one patient's, unless one of it was given away")
            .records(query)
            .await?;
        let mut cancelled = Vec::new();
        for row in rows.into_iter().filter(|row| row.patient == held.patient) {
            let row: Appointment = cx.hold(row.meta.id).await?;
            if row.status.is_open() && row.starts_at > cx.now() {
                let reason = input.reason.clone();
                let row = change_by(cx, row, |row| {
                    row.status = AppointmentStatus::Cancelled;
                    row.cancel_reason = Sealed::new(reason);
                })
                .await?;
                cancelled.push(row.meta.id);
            }
        }
        Ok(Ended { cancelled })
    }
}
