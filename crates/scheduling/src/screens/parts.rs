//! Small pieces that these screens share.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use maud::{Markup, html};
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Form};

use crate::appointment::Appointment;
use crate::slot::hours_and_minutes;
use crate::state::AppointmentStatus;

/// The field that says of a visit that it is noted after it took place.
pub(super) const AFTERWARDS: &str = "noted_afterwards";

/// `09:15`, at the hospital.
pub(super) fn clock(ask: &Ask, at: Timestamp) -> String {
    hours_and_minutes(ask.app().zone.to_local(at).time())
}

/// The day that is asked for, else today.
pub(super) fn day(ask: &Ask, today: Date) -> Date {
    let asked = ask.query("day").and_then(|text| text.parse().ok());
    asked
        .filter(|day: &Date| (1900..=2199).contains(&day.year()))
        .unwrap_or(today)
}

/// Says that what is shown is today, where the day that was asked for is none.
pub(super) fn wrong_day(ask: &Ask) -> Option<Markup> {
    let asked = ask.query("day").filter(|text| !text.is_empty())?;
    let read: Option<Date> = asked.parse().ok();
    let known = read.is_some_and(|day| (1900..=2199).contains(&day.year()));
    (!known).then(|| {
        let text = Text::new("scheduling-no-such-day").with("asked", asked);
        html! { p.hint role="status" { (ask.say(&text)) } }
    })
}

/// A number of the query.
pub(super) fn number(ask: &Ask, name: &str) -> Option<i64> {
    ask.query(name).and_then(|text| text.parse().ok())
}

/// How far an appointment has come, as a word with a sign.
pub(super) fn state(ask: &Ask, status: AppointmentStatus) -> Markup {
    let (tone, key) = match status {
        AppointmentStatus::Scheduled => (Tone::Plain, "scheduling-status-scheduled"),
        AppointmentStatus::Pending => (Tone::Warning, "scheduling-status-pending"),
        AppointmentStatus::CheckedIn => (Tone::Warning, "scheduling-status-checked-in"),
        AppointmentStatus::InProgress => (Tone::Good, "scheduling-status-in-progress"),
        AppointmentStatus::Completed => (Tone::Good, "scheduling-status-completed"),
        AppointmentStatus::Cancelled => (Tone::Plain, "scheduling-status-cancelled"),
        AppointmentStatus::NoShow => (Tone::Bad, "scheduling-status-no-show"),
    };
    ui::pill(tone, &ask.t(key))
}

/// Whole minutes since the patient came, until they were seen.
pub(super) fn waited(row: &Appointment, now: Timestamp) -> i64 {
    row.checked_in_at.map_or(0, |came| {
        let until = row.started_at.unwrap_or(now);
        Ord::max(until.duration_since(came).as_mins(), 0)
    })
}

/// One button that asks an operation; the first of a page has a key.
pub(super) fn step(form: &Form<'_>, ask: &Ask, text: &'static str, key: Option<&str>) -> Markup {
    form.show(html! {
        button.primary[key.is_some()] data-key=[key] {
            (ask.t(text)) @if let Some(key) = key { kbd aria-hidden="true" { (key) } }
        }
    })
}

/// The button that begins a visit: for those who see patients it leads to what they write, for others it says that the
/// patient is inside.
pub(super) fn start(ask: &Ask, row: &Appointment, text: &'static str, key: Option<&str>) -> Markup {
    if !ask.may_do(BEGIN) {
        let form = ask.form("appointments_start").on(row.meta.id);
        return step(&form.done("done-started"), ask, text, key);
    }
    let form = ask
        .form(BEGIN)
        .on(row.patient.get())
        .then("/encounters/{id}/");
    form.show(html! {
        (form.hidden("appointment", row.meta.id))
        button.primary[key.is_some()] data-key=[key] {
            (ask.t(text)) @if let Some(key) = key { kbd aria-hidden="true" { (key) } }
        }
    })
}

/// Ends a visit: at the desk, which did not see the patient, it is asked once more.
pub(super) fn complete(ask: &Ask, row: &Appointment) -> Markup {
    let form = ask.form("appointments_complete").on(row.meta.id);
    let form = form.done("done-completed");
    let button = step(&form, ask, "scheduling-complete", None);
    if ask.may_do(BEGIN) {
        return button;
    }
    html! {
        details {
            summary { (ask.t("scheduling-complete")) " …" }
            p { (ask.t("scheduling-complete-sure")) }
            (button)
        }
    }
}

/// The operation by which those who see patients begin a visit.
pub(super) const BEGIN: &str = "patients_begin_visit";

/// The week around a day, as links.
pub(super) fn week(ask: &Ask, day: Date, today: Date) -> Markup {
    let monday = day
        .checked_sub(i32::from(day.weekday().to_monday_zero_offset()).days())
        .unwrap_or(day);
    let at = |ahead: i32| monday.checked_add(ahead.days()).unwrap_or(day);
    let to = |date: Date| ask.here(&[("day", &date.to_string()), ("time", "")]);
    const NAMES: [&str; 7] = [
        "scheduling-weekday-0",
        "scheduling-weekday-1",
        "scheduling-weekday-2",
        "scheduling-weekday-3",
        "scheduling-weekday-4",
        "scheduling-weekday-5",
        "scheduling-weekday-6",
    ];
    html! {
        nav.tabs.week aria-label=(ask.t("scheduling-week")) {
            a href=(to(at(-7))) aria-label=(ask.t("scheduling-before")) { "‹" }
            @for (ahead, name) in (0..7).zip(NAMES) {
                @let date = at(ahead);
                a href=(to(date)) aria-current=[(date == day).then_some("date")] {
                    (ask.t(name)) " " (date.day())
                }
            }
            a href=(to(at(7))) aria-label=(ask.t("scheduling-after")) { "›" }
            @if day != today { a.today href=(to(today)) data-key="t" { (ask.t("scheduling-today")) kbd aria-hidden="true" { "t" } } }
        }
    }
}
