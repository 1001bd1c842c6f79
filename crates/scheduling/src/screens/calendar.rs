//! The calendar: a day of every doctor, or of rooms and equipment, with what is free, taken and not there.

use std::collections::HashMap;

use jiff::civil::Date;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::db::ToValue;
use platform::error::Error;
use platform::resource::{self, Resource};
use sea_query::{ExprTrait, Order};
use web::{Ask, Page, ui};

use super::parts::{clock, day, number, state, week, wrong_day};
use crate::agenda::{self, Agenda, Doctor, Open};
use crate::appointment::Appointment;
use crate::resource_booking::{BookingStatus, ResourceBooking};
use crate::schedulable_resource::SchedulableResource;
use crate::slot::Span;

/// Appointments of one day that are shown.
const MOST: u64 = 600;
/// Free slots that a doctor's column offers; booking shows all of them.
const OFFERED: usize = 24;

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let day = day(ask, cx.today());
    let rooms = ask.query("show") == Some("resources");
    let inner = if rooms {
        resources(cx, ask, day).await?
    } else {
        doctors(cx, ask, day).await?
    };
    let shows = |what: &str| ask.here(&[("show", what)]);
    let book = ask.may_do("appointments_create").then(|| {
        let day = day.to_string();
        let query = [("day", day.as_str())];
        let address = ["/calendar/book?", &encoded(ask, &query)].concat();
        ui::primary(&address, &ask.t("scheduling-book"), "n")
    });
    let body = html! {
        div.actions {
            @if let Some(book) = book { (book) }
            nav.switch aria-label=(ask.t("scheduling-show")) {
                a.button href=(shows("")) aria-current=[(!rooms).then_some("page")] { (ask.t("scheduling-doctors")) }
                @if ask.may(ResourceBooking::READ) {
                    a.button href=(shows("resources")) aria-current=[rooms.then_some("page")] { (ask.t("scheduling-resources-tab")) }
                }
            }
        }
        @if let Some(wrong) = wrong_day(ask) { (wrong) }
        (week(ask, day, cx.today()))
        (inner)
    };
    let title = [
        &ask.t("nav-calendar"),
        ask.colon(),
        &ui::day_words(ask, day),
    ]
    .concat();
    Ok(Page::new(title, body).wide())
}

/// Some values and, if a patient is being booked, who.
fn encoded(ask: &Ask, pairs: &[(&str, &str)]) -> String {
    let mut all: Vec<String> = pairs
        .iter()
        .map(|(name, value)| [name, "=", value].concat())
        .collect();
    if let Some(patient) = number(ask, "patient") {
        all.push(["patient=", &patient.to_string()].concat());
    }
    all.join("&")
}

async fn doctors(cx: &mut Cx, ask: &Ask, day: Date) -> Result<Markup, Error> {
    cx.saw_nothing();
    let mut doctors = agenda::doctors(cx).await?;
    if let Some(only) = number(ask, "doctor") {
        doctors.retain(|doctor| doctor.id == only);
    }
    if doctors.is_empty() {
        return Ok(super::book::no_doctors(cx, ask));
    }
    let ids: Vec<i64> = doctors.iter().map(|doctor| doctor.id).collect();
    let agenda = agenda::read(cx, &ids, day, day).await?;
    let rows: Vec<Appointment> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Appointment::date.eq(day.to_value()))
            .order_by(("appointment", "starts_at"), Order::Asc)
            .order_by(("appointment", "id"), Order::Asc);
    })
    .await?;
    let names = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
    Ok(html! {
        div.grid {
            @for doctor in &doctors { (column(cx, ask, (doctor, day), &agenda, (&rows, &names))) }
        }
    })
}

/// A doctor's day: who comes, in order, and what is free.
fn column(
    cx: &Cx,
    ask: &Ask,
    (doctor, day): (&Doctor, Date),
    agenda: &Agenda,
    (rows, names): (&[Appointment], &HashMap<i64, String>),
) -> Markup {
    let open = agenda.open(&cx.app.zone, doctor.id, day, cx.now());
    let own = || {
        rows.iter()
            .filter(|row| row.doctor.get() == doctor.id && row.status.occupies())
    };
    let squeezed: Vec<&Appointment> = own().filter(|row| row.overbooked).collect();
    let seen: Vec<&Appointment> = own().filter(|row| !row.overbooked).collect();
    html! {
        section.panel {
            h2 { (doctor.name) }
            @match &open {
                Open::Away => { p.slot.away { "✕ " (ask.t("scheduling-away")) } },
                Open::Slots(slots, written) => {
                    @if !written { p.hint { (ask.t("scheduling-any-time")) } }
                    @if slots.is_empty() { p.hint { (ask.t("scheduling-full")) } }
                },
            }
            @if !seen.is_empty() { (entries(ask, &seen, names)) }
            @if !squeezed.is_empty() { h3 { (ask.t("scheduling-squeezed")) } (entries(ask, &squeezed, names)) }
            @if ask.may_do("appointments_create") { (free(ask, doctor.id, day, open.slots())) }
        }
    }
}

fn entries(ask: &Ask, rows: &[&Appointment], names: &HashMap<i64, String>) -> Markup {
    html! {
        ul.entries {
            @for row in rows {
                li.slot.taken data-row {
                    a href={ "/appointments/" (row.meta.id) "/" } {
                        b { (clock(ask, row.starts_at)) "–" (clock(ask, row.ends_at)) } " "
                        (names.get(&row.patient.get()).map_or("", String::as_str))
                    }
                    " " (state(ask, row.status))
                }
            }
        }
    }
}

/// Free slots; each leads to the booking with doctor, day and time filled in.
fn free(ask: &Ask, doctor: i64, day: Date, slots: &[Span]) -> Markup {
    let to = |slot: &Span| {
        let (doctor, day, time) = (doctor.to_string(), day.to_string(), clock(ask, slot.from));
        let pairs = [("doctor", doctor.as_str()), ("day", &day), ("time", &time)];
        ["/calendar/book?", &encoded(ask, &pairs)].concat()
    };
    html! {
        ul.slots aria-label=(ask.t("scheduling-free")) {
            @for slot in slots.iter().take(OFFERED) {
                li { a.slot.free href=(to(slot)) { (clock(ask, slot.from)) " " small { (ask.t("scheduling-free")) } } }
            }
        }
    }
}

async fn resources(cx: &mut Cx, ask: &Ask, day: Date) -> Result<Markup, Error> {
    let rooms: Vec<SchedulableResource> = resource::rows(cx, 100, |query| {
        query
            .and_where(SchedulableResource::is_active.eq(true))
            .order_by(("schedulable_resource", "name"), Order::Asc);
    })
    .await?;
    let (from, to) = agenda::bounds(cx, day, day)?;
    let booked: Vec<ResourceBooking> = resource::rows(cx, MOST, |query| {
        query
            .and_where(ResourceBooking::start_time.lt(to.to_value()))
            .and_where(ResourceBooking::end_time.gt(from.to_value()))
            .and_where(ResourceBooking::status.ne(BookingStatus::Cancelled.as_str()))
            .order_by(("resource_booking", "start_time"), Order::Asc);
    })
    .await?;
    let whom = booked
        .iter()
        .filter_map(|row| row.patient)
        .map(|patient| patient.get());
    let names = patients::names(cx, whom).await?;
    if rooms.is_empty() {
        return Ok(ui::empty(&ask.t("scheduling-resources-none"), None));
    }
    let of = |room: &SchedulableResource| {
        let own = booked
            .iter()
            .filter(|row| row.resource.get() == room.meta.id);
        own.collect::<Vec<_>>()
    };
    Ok(html! {
        div.grid {
            @for room in &rooms {
                @let own = of(room);
                section.panel {
                    h2 { (&*room.name) }
                    @if own.is_empty() { p.hint { (ask.t("scheduling-resource-free")) } }
                    ul.entries { @for row in own {
                        li.slot.taken {
                            b { (clock(ask, row.start_time)) "–" (clock(ask, row.end_time)) } " "
                            @match row.patient {
                                Some(patient) => { (names.get(&patient.get()).map_or("", String::as_str)) },
                                None => { (ask.t("scheduling-taken")) },
                            }
                        }
                    } }
                }
            }
        }
    })
}
