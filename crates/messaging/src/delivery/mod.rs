//! Messages to patients: planned as rows, sent by workers, each once.
//!
//! - [`plan`]: what should be sent for an appointment, and when; `schedule` makes the rows so when the
//!   appointment changed, `wishes` when the patient did.
//! - `round`: claims what is due, hands it over, writes down what came of it. [`outcome`] is the rule.
//! - [`sms`] and the platform's mailer: how a message leaves.
//! - [`word`]: what is sent by a job and leaves no row.
//! - `callback`, [`opt_out`], [`answer`], `visit_link`: what comes back.
//! - [`desk`]: what people do about a message.

pub mod answer;
pub mod appointment_notification;
mod audience;
mod callback;
pub mod desk;
mod inbound;
pub mod manual;
mod migrations;
mod offer_link;
pub mod opt_out;
pub mod outcome;
pub mod plan;
mod round;
mod schedule;
pub mod signature;
mod slot_offer;
pub mod sms;
mod visit_link;
mod wishes;
pub mod word;
mod wording;

use contracts::{
    AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved,
    PatientContactChanged, PatientsMerged, PatientsUnmerged, SlotOffered,
};
use platform::jobs::Round;
use platform::module::Module;
use scheduling::appointment::Appointment;

use appointment_notification::AppointmentNotification;
pub use audience::{Address, whereabouts};
use desk::{Cancel, Resend};
use opt_out::OptOut;

pub(crate) use migrations::{decisions, opt_outs, tables, waiting_by_patient};
pub(crate) use wording::when;

/// The name under which appointments' and patients' events are heard.
const REMINDERS: &str = "reminders";

/// Adds all of it to the module's table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .resource::<AppointmentNotification>()
        .table::<OptOut>()
        .nested::<Appointment, AppointmentNotification>("notifications", "l")
        .route(desk::status())
        .verb::<Resend>()
        .verb::<Cancel>()
        .route(callback::route())
        .route(inbound::route())
        .route(visit_link::page())
        .route(visit_link::button())
        .route(offer_link::page())
        .route(offer_link::button())
        .on::<SlotOffered>("offers", |cx, event| {
            Box::pin(slot_offer::offered(cx, event))
        })
        .job(slot_offer::JOB)
        .on::<AppointmentBooked>(REMINDERS, |cx, event| Box::pin(schedule::booked(cx, event)))
        .on::<AppointmentMoved>(REMINDERS, |cx, event| Box::pin(schedule::moved(cx, event)))
        .on::<AppointmentCancelled>(REMINDERS, |cx, event| {
            Box::pin(schedule::cancelled(cx, event))
        })
        .on::<AppointmentCompleted>(REMINDERS, |cx, event| {
            Box::pin(schedule::completed(cx, event))
        })
        .on::<PatientContactChanged>(REMINDERS, |cx, event| Box::pin(wishes::changed(cx, event)))
        .on::<PatientsMerged>(REMINDERS, |cx, event| Box::pin(wishes::merged(cx, event)))
        .on::<PatientsUnmerged>(REMINDERS, |cx, event| Box::pin(wishes::unmerged(cx, event)))
        .job(wishes::OF_PATIENT)
        .job(wishes::OF_NUMBER)
        .round(Round {
            name: "messages to patients",
            run: |app| Box::pin(async move { round::round(&app).await }),
        })
        .reindex(|cx, after| Box::pin(opt_out::reindex(cx, after)))
        .texts(platform::texts!(
            "messaging/delivery",
            "../../texts/delivery"
        ))
}
