//! The queue of the day: who is inside, who waits; and the same as numbers only, for the wall.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use web::{Ask, Page, ui};

use super::desk::{DUE, Today, today};
use super::parts::{BEGIN, clock, complete, number, start, waited};
use crate::appointment::Appointment;
use crate::state::AppointmentStatus::{CheckedIn, Completed, InProgress};

/// Numbers on the wall of those who are next.
const NEXT: usize = 8;

/// The rows of one state, in the order in which they came.
fn of(today: &Today, status: crate::state::AppointmentStatus) -> Vec<&Appointment> {
    let mut rows: Vec<&Appointment> = today
        .rows
        .iter()
        .filter(|row| row.status == status)
        .collect();
    rows.sort_by_key(|row| (row.checked_in_at, row.meta.id));
    rows
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let today = today(cx, number(ask, "doctor")).await?;
    let (inside, waiting) = (of(&today, InProgress), of(&today, CheckedIn));
    let soon = cx.now() + DUE;
    let expected = |row: &&Appointment| row.status.is_open() && row.starts_at <= soon;
    let due: Vec<&Appointment> = today.rows.iter().filter(expected).collect();
    // Who sees patients calls their own, unless they chose whose queue they look at.
    let me = ask.actor().user().map(|user| user.id);
    let mine = |row: &&&Appointment| {
        number(ask, "doctor").is_some() || !ask.may_do(BEGIN) || Some(row.doctor.get()) == me
    };
    let next = waiting.iter().find(mine).copied();
    let done = of(&today, Completed).len();
    let body = html! {
        div.actions {
            @if let Some(first) = next {
                @if ask.may_do("appointments_start") {
                    (start(ask, first, "scheduling-call", Some("n")))
                }
            }
            a.button href="/queue/screen" { (ask.t("scheduling-queue-screen")) }
        }
        (doctors(ask, &today))
        div.grid {
            section.panel {
                h2 { (ask.t("scheduling-inside")) " " span.count { (inside.len()) } }
                @if inside.is_empty() { p.hint { (ask.t("scheduling-inside-none")) } }
                (cards(cx, ask, &today, &inside))
            }
            section.panel {
                h2 { (ask.t("scheduling-waiting")) " " span.count { (waiting.len()) } }
                @if waiting.is_empty() { p.hint { (ask.t("scheduling-waiting-none")) } }
                (cards(cx, ask, &today, &waiting))
            }
            section.panel {
                h2 { (ask.t("scheduling-due")) " " span.count { (due.len()) } }
                @if due.is_empty() { p.hint { (ask.t("scheduling-due-none")) } }
                ul.entries { @for row in due.iter().take(NEXT) { li data-row {
                    b { (clock(ask, row.starts_at)) } " "
                    span { a href={ "/appointments/" (row.meta.id) "/" } { (today.patient(row)) } " · " (today.doctor(row)) }
                } } }
                p.hint { (ask.t("scheduling-done")) (ask.colon()) (done) }
            }
        }
    };
    Ok(Page::new(ask.t("nav-queue"), body).wide())
}

/// Whose queue is shown; nothing to choose where there is one doctor.
fn doctors(ask: &Ask, today: &Today) -> Markup {
    let chosen = number(ask, "doctor");
    let mut all: Vec<(&i64, &String)> = today.doctors.iter().collect();
    all.sort_by_key(|(_, name)| *name);
    html! {
        @if all.len() > 1 || chosen.is_some() {
            nav.tabs aria-label=(ask.t("scheduling-doctors")) {
                a href=(ask.here(&[("doctor", "")])) aria-current=[chosen.is_none().then_some("true")] { (ask.t("scheduling-all-doctors")) }
                @for (id, name) in all {
                    a href=(ask.here(&[("doctor", &id.to_string())])) aria-current=[(chosen == Some(*id)).then_some("true")] { (name) }
                }
            }
        }
    }
}

/// Number large, then name, doctor and minutes; and the next step.
fn cards(cx: &Cx, ask: &Ask, today: &Today, rows: &[&Appointment]) -> Markup {
    html! {
        ul.entries {
            @for row in rows {
                li data-row {
                    b.ticket { (row.queue_number.map(|number| number.to_string()).unwrap_or_default()) }
                    span {
                        a href={ "/appointments/" (row.meta.id) "/" } { (today.patient(row)) }
                        " · " (today.doctor(row)) " · "
                        (ask.say(&Text::new("scheduling-waited").with("minutes", waited(row, cx.now()))))
                    }
                    @if ask.may_do("patients_record_vitals") {
                        a.button href={ "/patients/" (row.patient.get()) "/vitals?from=queue" } { (ask.t("scheduling-vitals")) }
                    }
                    @if row.status == CheckedIn && ask.may_do("appointments_start") {
                        (start(ask, row, "scheduling-start", None))
                    }
                    @if row.status == InProgress && ask.may_do("appointments_complete") {
                        (complete(ask, row))
                    }
                }
            }
        }
    }
}

/// For the wall: numbers and doctors, nobody's name.
pub(super) async fn wall(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let today = today(cx, number(ask, "doctor")).await?;
    let mut doctors: Vec<(&i64, &String)> = today.doctors.iter().collect();
    doctors.sort_by_key(|(_, name)| *name);
    let numbers = |doctor: i64, status| {
        let rows = of(&today, status).into_iter();
        let own = rows.filter(|row| row.doctor.get() == doctor);
        own.filter_map(|row| row.queue_number).collect::<Vec<_>>()
    };
    let body = html! {
        @if of(&today, CheckedIn).is_empty() && of(&today, InProgress).is_empty() {
            (ui::empty(&ask.t("scheduling-arrived-none"), None))
        }
        div.grid.wall {
            @for (id, name) in doctors {
                @let (now, next) = (numbers(*id, InProgress), numbers(*id, CheckedIn));
                @if !now.is_empty() || !next.is_empty() {
                    section.panel {
                        h2 { (name) }
                        p { (ask.t("scheduling-now")) (ask.colon()) @for number in &now { b.ticket { (number) } " " } @if now.is_empty() { "–" } }
                        p { (ask.t("scheduling-next")) (ask.colon()) @for number in next.iter().take(NEXT) { span.next { (number) } " " } @if next.is_empty() { "–" } }
                    }
                }
            }
        }
    };
    Ok(Page::new(ask.t("nav-queue"), body).wide().bare())
}
