//! The patient's side: an account by invitation, messages with those who treat them, feedback, and who looked at the
//! record.
//!
//! # Promises
//!
//! - A link to an account goes to the contact data on record and nowhere else, and works once.
//! - A message is shown to the two sides of it and to those who treat the patient; whoever is told of one is told that
//!   it is there, not what it says.
//! - That a message waits is told by e-mail or text message where the patient agrees to be written to, without what it
//!   says and who wrote it.
//! - A patient reads who looked at their record, in words.
//!
//! Whose record a patient reaches, and who stands in, is [`patients::reach`]'s to say: nothing in here decides it
//! again.

mod access_log;
pub mod feedback;
mod hear;
mod invite;
pub mod message;
mod migrations;
mod people;
mod route_message;
mod screens;
mod waiting;

pub use feedback::Feedback;
pub use message::SecureMessage;
pub use screens::screens;

use clinical::vaccination::Vaccination;
use contracts::{
    FeedbackAnswered, FeedbackGiven, PatientContactChanged, SecureMessageSent, VideoCallChanged,
};
use documents::PatientDocument;
use kernel::BuiltinRole::{Admin, Patient as PatientRole};
use patients::Patient;
use platform::access::{Access, Permission};
use platform::module::Module;
use platform::operation::Operation;
use platform::resource::{Resource, list};
use platform::route::{Route, Run};
use platform::serde_json::json;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("portal")
        .migrations(migrations::MIGRATIONS)
        .resource::<SecureMessage>()
        .verb::<message::MarkRead>()
        .nested::<Patient, SecureMessage>("messages", "lc")
        .resource::<Feedback>()
        .verb::<feedback::Respond>()
        .verb::<invite::Invite>()
        .job(invite::JOB)
        .job(waiting::JOB)
        .route(access_log_route())
        .route(own::<SecureMessage>(
            "messages",
            "The caller's own messages",
            |cx, call| Box::pin(list::<SecureMessage>(cx, call)),
        ))
        .route(own::<PatientDocument>(
            "documents",
            "The caller's own documents",
            |cx, call| Box::pin(list::<PatientDocument>(cx, call)),
        ))
        .route(own::<Vaccination>(
            "vaccinations",
            "The caller's own vaccinations",
            |cx, call| Box::pin(list::<Vaccination>(cx, call)),
        ))
        .on::<PatientContactChanged>("portal-invitations", |cx, event| {
            invite::contact_changed(cx, event)
        })
        .on::<SecureMessageSent>("portal-notices", |cx, event| hear::message(cx, event))
        .on::<VideoCallChanged>("portal-notices", |cx, event| hear::call(cx, event))
        .on::<FeedbackGiven>("portal-notices", |cx, event| hear::feedback(cx, event))
        .on::<FeedbackAnswered>("portal-notices", |cx, event| hear::answered(cx, event))
        .texts(platform::texts!("portal"))
}

/// A list of what is the caller's own, and of those for whom they stand in.
fn own<R: Resource>(name: &'static str, summary: &str, run: Run) -> Operation {
    Route::get("patient-portal", &format!("patient-portal/{name}/"), run)
        .may(Permission::new("patient-portal", name), Access::own("x"))
        .patient_data()
        .answers_list::<R>()
        .summary(summary)
        .done()
}

fn access_log_route() -> Operation {
    let run: Run = |cx, call| Box::pin(access_log::show(cx, call));
    Route::get("patients", "patients/{id}/access_log/", run)
        .may_or_hidden(
            access_log::ACCESS_LOG,
            Access::may(&[Admin, PatientRole]),
        )
        .patient_data()
        .query(
            "before",
            json!({ "type": "integer" }),
            "Entries before this one: `next_before` of the page before.",
        )
        .answers::<access_log::AccessLog>(200)
        .summary("Who looked at the record, in words")
        .description(
            "The newest first, 50 at a time, without what the patient did. Who stands in is named; of staff it is \
             said what they work as, or their name too where the hospital wishes so. An Admin reads the names in any case.",
        )
        .done()
}
