//! Clinical work: what was found in a patient, what was decided, and what is to be done.
//!
//! # Promises
//!
//! - A signed encounter is final: neither it nor anything recorded for it changes any more, however many
//!   write at the same moment. Additions are addenda.
//! - A value that no living person can have is refused; an unusual one is flagged by age, sex and pregnancy.
//! - Rules of medicine are pure functions over tables with their sources ([`rules`]).
//!
//! # What other modules use
//!
//! [`encounter::hold_open`] before something is recorded for an encounter; [`alert::raise`] for what someone
//! who treats the patient must look at.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

pub mod alert;
pub mod alert_acknowledge;
mod alert_feed;
pub mod encounter;
pub mod encounter_addendum;
pub mod encounter_sign;
mod figures;
pub mod measured;
mod migrations;
pub mod rules;
pub mod task;
pub mod vitals;
mod vitals_alert;
pub mod vitals_judged;

pub use encounter::Encounter;
pub use measured::Measured;

use alert::ClinicalAlert;
use alert_acknowledge::Acknowledge;
use encounter_addendum::EncounterAddendum;
use encounter_sign::Sign;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient};
use patients::Patient as PatientRecord;
use platform::access::Access;
use platform::module::Module;
use task::Task;
use vitals::Vitals;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("clinical")
        .migrations(migrations::MIGRATIONS)
        .permission(
            encounter::READ_TEXT,
            Access::may(&[Admin, Doctor, Nurse, Patient]),
        )
        .resource::<Task>()
        .resource::<Encounter>()
        .verb::<Sign>()
        .resource::<EncounterAddendum>()
        .nested::<Encounter, EncounterAddendum>("addenda", "lc")
        .resource::<Vitals>()
        .nested::<Encounter, Vitals>("vitals", "l")
        .nested::<Encounter, Vitals>("add_vitals", "c")
        .nested::<PatientRecord, Vitals>("vitals_history", "lc")
        .resource::<ClinicalAlert>()
        .verb::<Acknowledge>()
        .texts(platform::texts!("clinical"));
    figures::declare(alert_feed::declare(module))
}
