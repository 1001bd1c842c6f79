//! A doctor's day: who is here and who comes, what is not signed yet, and what is to be done.

use std::collections::HashMap;

use jiff::SignedDuration;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use scheduling::{Appointment, AppointmentStatus};
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::measures::{self, Seen};
use super::signs::{self, Signs};
use super::start;
use crate::encounter::{Encounter, EncounterStatus};
use crate::vitals::Vitals;

/// Appointments of a day.
const MOST: u64 = 200;
/// Notes that are looked through.
const NOTES: u64 = 100;
/// Measurements of today that are looked through.
const MEASURED: u64 = 1000;

struct Today {
    rows: Vec<Appointment>,
    patients: HashMap<i64, Patient>,
    vitals: HashMap<i64, Vec<Vitals>>,
    allergies: HashMap<i64, Markup>,
    signs: HashMap<i64, Signs>,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    cx.saw_nothing();
    let me = cx.user_id()?;
    let today = today(cx, ask, me).await?;
    let unsigned = unsigned(cx, me).await?;
    let names = patients::names(cx, unsigned.iter().map(|row| row.patient.get())).await?;
    let more = ask.slot(cx, "clinic", me).await?;
    let of = |status: AppointmentStatus| {
        let mut rows: Vec<&Appointment> = today
            .rows
            .iter()
            .filter(|row| row.status == status)
            .collect();
        rows.sort_by_key(|row| (row.checked_in_at, row.starts_at, row.meta.id));
        rows
    };
    let (inside, waiting) = (
        of(AppointmentStatus::InProgress),
        of(AppointmentStatus::CheckedIn),
    );
    let due = today.rows.iter().filter(|row| row.status.is_open());
    let due: Vec<&Appointment> = due.collect();
    let done = of(AppointmentStatus::Completed).len();
    let first = waiting.first();
    let body = html! {
        @if first.is_some() || done > 0 { div.actions {
            @if let Some(first) = first { (start::button(ask, first.patient.get(), Some(first.meta.id), "clinical-start-next", Some("n"))) }
            @if done > 0 { span { (ask.say(&Text::new("clinical-seen").with("count", done))) } }
        } }
        @if today.rows.is_empty() {
            (ui::empty(&ask.t("clinical-today-nobody"), Some(ui::action("/patients/", &ask.t("clinical-find-patient")))))
        } @else {
            (list(cx, ask, &today, ("clinical-inside", "clinical-inside-none"), &inside))
            (list(cx, ask, &today, ("clinical-waiting", "clinical-waiting-none"), &waiting))
            (list(cx, ask, &today, ("clinical-due", "clinical-due-none"), &due))
        }
        div.grid {
            (more)
            (notes(ask, &unsigned, &names))
        }
    };
    Ok(Page::new(ask.t("nav-clinic"), body))
}

async fn today(cx: &mut Cx, ask: &Ask, me: i64) -> Result<Today, Error> {
    let (day, dialect) = (cx.today(), cx.dialect());
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Appointment::date.eq(day.to_value()))
            .and_where(Appointment::doctor.eq(me))
            .order_by(("appointment", "starts_at"), Order::Asc)
            .order_by(("appointment", "id"), Order::Asc);
    })
    .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.patient.get()).collect();
    if ids.is_empty() {
        return Ok(Today {
            rows,
            patients: HashMap::new(),
            vitals: HashMap::new(),
            allergies: HashMap::new(),
            signs: HashMap::new(),
        });
    }
    let known: Vec<Patient> = resource::rows(cx, MOST, |query| {
        query.and_where(among(dialect, column("patient", "id"), &ids));
    })
    .await?;
    let (from, _) = cx.app.zone.day_bounds(day).map_err(Error::internal)?;
    let taken: Vec<Vitals> = resource::rows(cx, MEASURED, |query| {
        query
            .and_where(among(dialect, column("vitals", "patient"), &ids))
            .and_where(Vitals::recorded_at.gte(from.to_value()))
            .order_by(("vitals", "recorded_at"), Order::Desc)
            .order_by(("vitals", "id"), Order::Desc);
    })
    .await?;
    let mut vitals: HashMap<i64, Vec<Vitals>> = HashMap::new();
    for row in taken {
        vitals.entry(row.patient.get()).or_default().push(row);
    }
    Ok(Today {
        rows,
        allergies: patients::allergy_signs(cx, ask, &known).await?,
        signs: signs::signs(cx, &known).await?,
        patients: known.into_iter().map(|row| (row.meta.id, row)).collect(),
        vitals,
    })
}

/// What the caller wrote and did not sign, and what was begun for them within a day: older visits in which nothing is
/// written hold measurements and nothing to be signed.
async fn unsigned(cx: &mut Cx, me: i64) -> Result<Vec<Encounter>, Error> {
    let since = cx.now() - SignedDuration::from_hours(24);
    let mut rows: Vec<Encounter> = resource::rows(cx, NOTES, |query| {
        query
            .and_where(Encounter::doctor.eq(me))
            .and_where(Encounter::status.eq(EncounterStatus::Open.as_str()))
            .order_by(("encounter", "encounter_date"), Order::Desc)
            .order_by(("encounter", "id"), Order::Desc);
    })
    .await?;
    rows.retain(|row| row.encounter_date >= since || !row.is_blank());
    rows.reverse();
    Ok(rows)
}

/// Some of the day's patients, under a heading with their number.
fn list(
    cx: &Cx,
    ask: &Ask,
    today: &Today,
    (heading, none): (&'static str, &'static str),
    rows: &[&Appointment],
) -> Markup {
    html! {
        section.panel {
            h2 { (ask.t(heading)) " " span.count { (rows.len()) } }
            @if rows.is_empty() { p.hint { (ask.t(none)) } }
            ul.entries { @for row in rows { li data-row { (entry(cx, ask, today, row)) } } }
        }
    }
}

fn entry(cx: &Cx, ask: &Ask, today: &Today, row: &Appointment) -> Markup {
    let id = row.patient.get();
    let patient = today.patients.get(&id);
    let vitals = today.vitals.get(&id).map(Vec::as_slice).unwrap_or_default();
    let seen = patient.map(|patient| measures::seen(&cx.app.zone, vitals, patient));
    let reason = row.reason.open().to_string();
    let at = cx.app.zone.to_local(row.starts_at);
    let begins = row.status.next().contains(&AppointmentStatus::Completed);
    let text = match row.status {
        AppointmentStatus::InProgress => "clinical-visit-go-on",
        _ => "clinical-visit-begin",
    };
    html! {
        b.ticket {
            @match row.queue_number {
                Some(number) => { (number) },
                None => { small { (at.strftime("%H:%M").to_string()) } },
            }
        }
        span {
            a href={ "/patients/" (id) "/" } { (patient.map(Patient::full_name).unwrap_or_default()) }
            @if let Some(patient) = patient {
                " · " (patients::age_of(ask, patient, cx.today()))
                " · " (patients::sex(ask, patient.gender))
            }
            @if !reason.is_empty() { " · " (reason) }
            @if let (Some(came), AppointmentStatus::CheckedIn) = (row.checked_in_at, row.status) {
                " · " (ask.say(&Text::new("clinical-waits").with("minutes", Ord::max(cx.now().duration_since(came).as_mins(), 0))))
            }
            @if let Some(allergies) = today.allergies.get(&id) { " " (allergies) }
            @if let Some(signs) = today.signs.get(&id) { (signs.warnings(ask)) }
            @let seen = seen.as_deref().unwrap_or_default();
            @let measured = today.signs.get(&id).is_some_and(Signs::was_measured);
            @if seen.is_empty() {
                @if measured && !row.status.is_open() { p.hint { (ask.t("clinical-vitals-not-today")) } }
            } @else { (short(ask, seen)) }
            @if let Some(signs) = today.signs.get(&id) {
                @if signs.is_of_today(cx) { (signs.judged(ask)) } @else { (signs.last(ask)) }
            }
        }
        @if begins { (start::button(ask, id, Some(row.meta.id), text, None)) }
    }
}

/// Today's values in brief.
fn short(ask: &Ask, seen: &[Seen]) -> Markup {
    html! {
        p.signs {
            @for seen in seen {
                span {
                    (measures::name(ask, seen.measure)) " " b { (measures::written(ask, seen.value)) } " "
                    (measures::flag(ask, seen.flag.as_ref()))
                }
            }
        }
    }
}

fn notes(ask: &Ask, rows: &[Encounter], names: &HashMap<i64, String>) -> Markup {
    let inner = html! {
        @if rows.is_empty() { p.hint { (ask.t("clinical-unsigned-none")) } }
        ul.entries {
            @for row in rows {
                li data-row {
                    span {
                        a href=(start::address(row.meta.id)) { (names.get(&row.patient.get()).map_or("", String::as_str)) }
                        " · " (ask.moment(row.encounter_date))
                        @if row.is_blank() { " " (ui::pill(Tone::Plain, &ask.t("clinical-note-empty"))) }
                    }
                }
            }
        }
    };
    ui::panel(&ask.t("clinical-unsigned"), inner)
}
