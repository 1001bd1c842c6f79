//! The desk: who is due, who has come, who comes later.

use std::collections::HashMap;

use jiff::SignedDuration;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::{Ask, Page, ui};

use super::parts::{clock, state, step, waited};
use crate::appointment::Appointment;
use crate::state::AppointmentStatus;

/// Appointments of the day that are shown.
const MOST: u64 = 400;
/// Whoever is expected within so many minutes is due, at the desk as in the queue.
pub(super) const DUE: SignedDuration = SignedDuration::from_mins(60);
/// Rows of what comes later.
const LATER: usize = 20;

pub(super) struct Today {
    pub(super) rows: Vec<Appointment>,
    pub(super) patients: HashMap<i64, String>,
    pub(super) doctors: HashMap<i64, String>,
}

/// The appointments of today with the names of everybody, in the order of time.
pub(super) async fn today(cx: &mut Cx, doctor: Option<i64>) -> Result<Today, Error> {
    cx.saw_nothing();
    let day = cx.today();
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Appointment::date.eq(day.to_value()))
            .order_by(("appointment", "starts_at"), Order::Asc)
            .order_by(("appointment", "id"), Order::Asc);
        if let Some(doctor) = doctor {
            query.and_where(Appointment::doctor.eq(doctor));
        }
    })
    .await?;
    let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
    let doctors = identity::names(cx, rows.iter().map(|row| row.doctor.get())).await?;
    Ok(Today {
        rows,
        patients,
        doctors,
    })
}

impl Today {
    pub(super) fn patient(&self, row: &Appointment) -> &str {
        self.patients
            .get(&row.patient.get())
            .map_or("", String::as_str)
    }

    pub(super) fn doctor(&self, row: &Appointment) -> &str {
        self.doctors
            .get(&row.doctor.get())
            .map_or("", String::as_str)
    }
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let today = today(cx, None).await?;
    let title = ask.t("nav-desk");
    if today.rows.is_empty() && nobody_yet(cx).await? {
        let register = html! {
            a.button.primary href="/patients/new" data-key="n" autofocus {
                (ask.t("scheduling-register")) kbd aria-hidden="true" { "n" }
            }
        };
        let body = ui::empty(&ask.t("scheduling-no-patients"), Some(register));
        return Ok(Page::new(title, body));
    }
    let more = ask.slot(cx, "desk", 0).await?;
    let soon = cx.now() + DUE;
    let of = |wanted: &dyn Fn(&Appointment) -> bool| {
        let rows = today.rows.iter().filter(|row| wanted(row));
        rows.collect::<Vec<_>>()
    };
    let due = of(&|row| row.status.is_open() && row.starts_at <= soon);
    let later = of(&|row| row.status.is_open() && row.starts_at > soon);
    let mut arrived = of(&|row| row.status == AppointmentStatus::CheckedIn);
    arrived.sort_by_key(|row| row.checked_in_at);
    let body = html! {
        div.actions {
            @if ask.may_do("patients_create") { (ui::primary("/patients/new", &ask.t("scheduling-register-another"), "n")) }
            @if ask.may_do("appointments_create") { a.button href="/calendar/book" data-key="b" { (ask.t("scheduling-book")) kbd aria-hidden="true" { "b" } } }
        }
        div.grid {
            section.panel {
                h2 { (ask.t("scheduling-due")) " " span.count { (due.len()) } }
                @if due.is_empty() {
                    p.hint { (ask.t(if today.rows.is_empty() { "scheduling-today-none" } else { "scheduling-due-none" })) }
                }
                (rows(ask, &today, &due, true))
            }
            section.panel {
                h2 { (ask.t("scheduling-arrived")) " " span.count { (arrived.len()) } }
                @if arrived.is_empty() { p.hint { (ask.t("scheduling-arrived-none")) } }
                ul.entries { @for row in &arrived { li data-row {
                    b.ticket { (row.queue_number.unwrap_or_default()) } " "
                    span {
                        a href=(address(row)) { (today.patient(row)) } " · " (today.doctor(row)) " · "
                        (ask.say(&Text::new("scheduling-waited").with("minutes", waited(row, cx.now()))))
                    }
                } } }
            }
            (more)
        }
        @if ask.may_do("appointments_check_in") { (ui::remembered("slips", false, &ask.t("scheduling-print-slips"))) }
        @if !later.is_empty() {
            h2 { (ask.t("scheduling-later")) " " span.count { (later.len()) } }
            (rows(ask, &today, later.get(..LATER).unwrap_or(&later), false))
        }
    };
    Ok(Page::new(title, body))
}

/// Whether nobody was ever registered.
async fn nobody_yet(cx: &mut Cx) -> Result<bool, Error> {
    let first: Vec<Patient> = resource::rows(cx, 1, |query| {
        query.order_by(("patient", "id"), Order::Desc);
    })
    .await?;
    Ok(first.is_empty())
}

fn address(row: &Appointment) -> String {
    ["/appointments/", &row.meta.id.to_string(), "/"].concat()
}

/// Who is expected, each with the button that checks them in; the first has the key.
fn rows(ask: &Ask, today: &Today, rows: &[&Appointment], key: bool) -> Markup {
    html! {
        ul.entries {
            @for (at, row) in rows.iter().enumerate() {
                li data-row {
                    span { b { (clock(ask, row.starts_at)) } " " a href=(address(row)) { (today.patient(row)) } " · " (today.doctor(row)) }
                    @if row.status == AppointmentStatus::Pending { " " (state(ask, row.status)) }
                    @if ask.may_do("appointments_check_in") {
                        @let first = (key && at == 0).then_some("i");
                        @let form = ask.form("appointments_check_in").on(row.meta.id).done("done-checked-in").prints("/print/appointment-slip/{id}.pdf", "slips");
                        (step(&form, ask, "scheduling-check-in", first))
                    }
                }
            }
        }
    }
}
