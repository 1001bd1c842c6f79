//! Scheduling: appointments that never overlap, doctors' hours, the queue of the day, rooms and equipment.
//!
//! # Promises
//!
//! - No doctor and no patient has two appointments at a time, and no room two bookings, whoever writes and
//!   however many at once: the database itself refuses it (`docs/decisions/0007-no-overlaps.md`).
//! - A refusal says who is taken and when, never by whom.
//! - Numbers in a queue are given once.
//! - A list costs the same with a thousand appointments and with millions, names included.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

pub mod appointment;
mod booking;
mod migrations;
mod news;
mod queue;
pub mod slot;
pub mod state;
mod verbs;

pub use appointment::Appointment;
pub use state::AppointmentStatus;

use kernel::BuiltinRole::{Admin, Receptionist};
use kernel::Code;
use patients::Patient;
use platform::access::Access;
use platform::module::Module;
use platform::resource::list;
use platform::route::Route;
use platform::texts::TextSource;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("scheduling")
        .migrations(migrations::MIGRATIONS)
        .excludes(
            migrations::ONE_PATIENT_AT_A_TIME.name,
            Code::AppointmentOverlap,
            "scheduling-doctor-just-taken",
        )
        .excludes(
            migrations::ONE_PLACE_AT_A_TIME.name,
            Code::AppointmentOverlap,
            "scheduling-patient-just-taken",
        )
        .permission(booking::OVERBOOK, Access::may(&[Admin, Receptionist]))
        .resource::<Appointment>()
        .nested::<Patient, Appointment>("appointments", "l")
        .route(
            Route::get(
                "patient-portal",
                "patient-portal/appointments/",
                |cx, call| Box::pin(list::<Appointment>(cx, call)),
            )
            .may("patient-portal:appointments", Access::own("x"))
            .patient_data()
            .answers_list::<Appointment>()
            .summary("The caller's own appointments")
            .done(),
        )
        .texts([
            TextSource {
                language: "en",
                name: "scheduling/en",
                source: include_str!("../texts/en.ftl"),
            },
            TextSource {
                language: "fr",
                name: "scheduling/fr",
                source: include_str!("../texts/fr.ftl"),
            },
            TextSource {
                language: "sw",
                name: "scheduling/sw",
                source: include_str!("../texts/sw.ftl"),
            },
        ]);
    verbs::operations().into_iter().fold(module, Module::route)
}
