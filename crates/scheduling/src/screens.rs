//! What people see of appointments: the desk, the calendar, booking, the queue, and one visit.

mod affected;
mod book;
mod calendar;
mod desk;
mod parts;
mod queue;
mod show;
mod visits;
mod waiting;

use kernel::BuiltinRole;
use maud::html;
use platform::access::Permission;
use platform::record::Record;
use platform::resource::Resource;
use web::{Panel, Place, Screen, Screens};

use crate::appointment::Appointment;
use crate::schedule_exception::ScheduleException;
use crate::waiting_entry::WaitingEntry;

/// Working at the desk: whoever checks patients in.
const CHECK_IN: Permission = Permission::new("appointments", "check_in");
const CREATE: Permission = Permission::new("appointments", "create");
/// Having to do with visits all day: to others the queue is no workplace.
const UPDATE: Permission = Permission::new("appointments", "update");
/// The tables that these screens show.
const SHOWN: &[&str] = &["appointment", "doctor_schedule", "schedule_exception"];

/// The module's screens, places and panels.
pub fn screens() -> Screens {
    let screens = Screens::new("scheduling")
        .screen(
            Screen::new("/desk", CHECK_IN, |cx, ask| Box::pin(desk::show(cx, ask)))
                .patient_data()
                .watches(&["appointment", "patient"]),
        )
        .screen(
            Screen::new("/calendar/", Appointment::READ, |cx, ask| {
                Box::pin(calendar::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/calendar/book", CREATE, |cx, ask| {
                Box::pin(book::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/queue/", UPDATE, |cx, ask| Box::pin(queue::show(cx, ask)))
                .patient_data()
                .watches(&["appointment"]),
        )
        .screen(
            Screen::new("/queue/screen", UPDATE, |cx, ask| {
                Box::pin(queue::wall(cx, ask))
            })
            .patient_data()
            .watches(&["appointment"]),
        )
        .screen(
            Screen::new("/appointments/{id}/", Appointment::READ, |cx, ask| {
                Box::pin(show::show(cx, ask))
            })
            .patient_data()
            .watches(&["appointment"]),
        )
        .screen(
            Screen::new("/patients/{id}/visits", Appointment::READ, |cx, ask| {
                Box::pin(visits::show(cx, ask))
            })
            .patient_data()
            .watches(&["appointment"]),
        );
    panels(screens)
        .place(Place::new("nav-desk", "/desk", 'd', CHECK_IN, 10))
        .place(Place::new("nav-queue", "/queue/", 'q', UPDATE, 30))
        .place(Place::new("nav-calendar", "/calendar/", 'c', UPDATE, 40))
        .workplace(BuiltinRole::Receptionist, "/desk")
}

fn panels(screens: Screens) -> Screens {
    screens
        .panel(Panel::new(
            "patient-tabs",
            Appointment::READ,
            10,
            |_, ask, id| {
                Box::pin(
                    async move { Ok(Some(patients::tab(ask, id, "visits", "scheduling-visits"))) },
                )
            },
        ))
        .panel(Panel::new("patient-actions", CREATE, 10, |_, ask, id| {
            Box::pin(async move {
                let address = ["/calendar/book?patient=", &id.to_string()].concat();
                let words = ask.t("scheduling-book-visit");
                // Whoever sees patients begins a visit first of all.
                let second = ask.may_do("patients_begin_visit");
                Ok(Some(html! {
                    a.button.primary[!second] href=(address) data-key="n" { (words) kbd aria-hidden="true" { "n" } }
                }))
            })
        }))
        .panel(
            Panel::new("desk", WaitingEntry::READ, 20, |cx, ask, _| {
                Box::pin(waiting::panel(cx, ask))
            })
            .watches(&["waiting_entry", "slot_offer"]),
        )
        .panel(Panel::new(
            "list waiting-list",
            WaitingEntry::READ,
            10,
            |cx, ask, _| Box::pin(async move { Ok(waiting::rest(cx, ask)) }),
        ))
        .panel(
            Panel::new("desk", UPDATE, 10, |cx, ask, _| {
                Box::pin(affected::desk(cx, ask))
            })
            .watches(SHOWN),
        )
        .panel(
            Panel::new(
                ScheduleException::NAME,
                ScheduleException::READ,
                10,
                |cx, ask, id| Box::pin(affected::of_day(cx, ask, id)),
            )
            .watches(SHOWN),
        )
        .panel(
            Panel::new("patient", Appointment::READ, 10, |cx, ask, id| {
                Box::pin(visits::panel(cx, ask, id))
            })
            .watches(&["appointment"]),
        )
}
