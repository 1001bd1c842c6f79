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

mod affected;
mod agenda;
pub mod answer;
pub mod appointment;
mod availability;
mod booking;
mod death;
pub mod doctor_schedule;
mod earlier;
mod figures;
pub mod hours;
mod migrations;
mod news;
pub mod offer;
pub mod offer_answer;
mod own_patients;
mod queue;
pub mod resource_booking;
pub mod schedulable_resource;
pub mod schedule_exception;
mod screens;
mod series;
mod slip;
pub mod slot;
pub mod state;
mod verbs;
pub mod waiting_entry;

pub use appointment::Appointment;
pub use offer::SlotOffer;
pub use resource_booking::ResourceBooking;
pub use schedulable_resource::SchedulableResource;
pub use screens::screens;
pub use state::AppointmentStatus;
pub use waiting_entry::WaitingEntry;

use contracts::PatientContactChanged;
use doctor_schedule::DoctorSchedule;
use kernel::BuiltinRole;
use kernel::Code;
use patients::Patient;
use platform::access::{Access, Permission};
use platform::module::{Module, PatientColumn};
use platform::operation::Operation;
use platform::resource::list;
use platform::route::{Route, Run};
use platform::serde_json::json;
use schedule_exception::ScheduleException;

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
        .excludes(
            migrations::ONE_BOOKING_AT_A_TIME.name,
            Code::ResourceOverlap,
            "scheduling-resource-just-taken",
        )
        .excludes(
            migrations::ONE_OFFER_AT_A_TIME.name,
            Code::AppointmentOverlap,
            "scheduling-doctor-just-taken",
        )
        .refreshes_patient(|cx, patient| Box::pin(news::refresh(cx, patient)))
        .on::<PatientContactChanged>("scheduling", |cx, event| Box::pin(death::cancel(cx, event)))
        .permission(
            booking::OVERBOOK,
            Access::may(&[BuiltinRole::Admin, BuiltinRole::Receptionist]),
        )
        .resource::<Appointment>()
        .route(slip::declare())
        .table::<answer::VisitAnswer>()
        .patient_column(PatientColumn {
            table: "visit_answer",
            column: "patient",
            unique_with: &[],
            apart: None,
            label: "appointments",
        })
        .verb::<answer::Confirm>()
        .verb::<answer::Decline>()
        .verb::<series::Repeat>()
        .verb::<series::CancelFollowing>()
        .resource::<WaitingEntry>()
        .verb::<waiting_entry::Remove>()
        .resource::<SlotOffer>()
        .verb::<offer_answer::Accept>()
        .verb::<offer_answer::DeclineOffer>()
        .verb::<offer_answer::Withdraw>()
        .job(offer::NEXT)
        .job(offer::END)
        .resource::<DoctorSchedule>()
        .resource::<ScheduleException>()
        .resource::<SchedulableResource>()
        .resource::<ResourceBooking>()
        .nested::<Patient, Appointment>("appointments", "l")
        .route(
            Route::get(
                "patient-portal",
                "patient-portal/appointments/",
                |cx, call| Box::pin(list::<Appointment>(cx, call)),
            )
            .may(
                Permission::new("patient-portal", "appointments"),
                Access::own("x"),
            )
            .patient_data()
            .answers_list::<Appointment>()
            .summary("The caller's own appointments")
            .done(),
        )
        .route(availability_route())
        .route(queue_route())
        .texts(platform::texts!("scheduling"));
    figures::declare(verbs::declare(module))
}

/// Whoever works here may read the queue and the free times, as they may read appointments.
fn everybody_on_staff() -> Access {
    Access::may(&[BuiltinRole::Admin]).roles(BuiltinRole::STAFF, "x")
}

fn availability_route() -> Operation {
    let run: Run = |cx, call| Box::pin(availability::availability(cx, call));
    Route::get("appointments", "appointments/availability/", run)
        .may(
            Permission::new("appointments", "availability"),
            everybody_on_staff(),
        )
        .needs(
            "doctor",
            json!({ "type": "integer" }),
            "The doctor, by the id of their account, whose free times are asked for.",
        )
        .query(
            "date",
            json!({ "type": "string", "format": "date" }),
            "Which day; today when it is left out.",
        )
        .query(
            "duration_minutes",
            json!({ "type": "integer" }),
            "How long the appointment takes; a slot when it is left out.",
        )
        .answers::<availability::Availability>(200)
        .summary("The slots of a doctor's day that can still be booked")
        .done()
}

fn queue_route() -> Operation {
    let run: Run = |cx, call| Box::pin(queue::queue(cx, call));
    Route::get("appointments", "appointments/queue/", run)
        .may(
            Permission::new("appointments", "queue"),
            everybody_on_staff(),
        )
        .patient_data()
        .query(
            "date",
            json!({ "type": "string", "format": "date" }),
            "Which day; today when it is left out.",
        )
        .query(
            "doctor",
            json!({ "type": "integer" }),
            "Only this doctor's queue.",
        )
        .answers::<Vec<queue::Waiting>>(200)
        .summary("Who has come on a day and is not done yet, in the order in which they came")
        .done()
}
