//! What people see of clinical work: the doctor's day, a visit while it is written and afterwards, prescribing, and
//! vital signs.
//!
//! Other modules fill these slots: `encounter`, with an encounter's id, for what was ordered in a visit; `clinic`,
//! with the caller's id, for what waits for a doctor. What is put there stands outside of the form of the note; a form
//! of more than a button belongs to a page of its own, to which [`leave_visit`] leads, so that nothing typed in the one
//! is lost by sending the other.

mod alerts;
mod chart;
mod clinic;
mod encounter;
mod find;
mod measures;
mod medicines;
mod note;
mod prescribe;
mod recorded;
mod signs;
mod start;
mod todo;
mod unchecked;
mod vitals;

pub use alerts::alert as safety_alert;
pub use note::leave_visit;
pub use signs::{Signs, signs};
pub use unchecked::unchecked;

use kernel::BuiltinRole;
use platform::access::Permission;
use platform::resource::Resource;
use platform::verb::Verb;
use web::{Panel, Place, Screen, Screens};

use crate::encounter::Encounter;
use crate::prescription::Prescription;
use crate::task::Task;
use crate::visit_begin::BeginVisit;
use crate::visit_vitals::RecordVitals;
use formulary::MedicationItem;

/// Seeing patients.
const BEGIN: Permission = BeginVisit::PERMISSION;
/// Taking vital signs.
const RECORD: Permission = RecordVitals::PERMISSION;

/// The module's screens, places and panels.
pub fn screens() -> Screens {
    let screens = Screens::new("clinical")
        .screen(
            Screen::new("/clinic", BEGIN, |cx, ask| Box::pin(clinic::show(cx, ask)))
                .patient_data()
                .watches(&[
                    "allergy",
                    "appointment",
                    "clinical_alert",
                    "encounter",
                    "task",
                    "vitals",
                ]),
        )
        .screen(
            Screen::new("/encounters/{id}/", Encounter::READ, |cx, ask| {
                Box::pin(encounter::show(cx, ask))
            })
            .patient_data()
            .watches(&["encounter", "encounter_addendum", "prescription", "vitals"]),
        )
        .screen(
            Screen::new(
                "/encounters/{id}/prescribe",
                Prescription::CREATE,
                |cx, ask| Box::pin(prescribe::show(cx, ask)),
            )
            .patient_data()
            .watches(&["encounter", "prescription"]),
        )
        .screen(
            Screen::new("/patients/{id}/vitals", RECORD, |cx, ask| {
                Box::pin(vitals::show(cx, ask))
            })
            .patient_data()
            .watches(&["vitals"]),
        )
        .screen(
            Screen::new("/vitals", RECORD, |cx, ask| {
                Box::pin(vitals::first(cx, ask))
            })
            .patient_data(),
        );
    chart::add(panels(screens))
        .finds("icd10", Encounter::READ, |cx, _, typed| {
            Box::pin(find::diagnoses(cx, typed))
        })
        .finds("medications", MedicationItem::READ, |cx, _, typed| {
            Box::pin(find::medications(cx, typed))
        })
        .place(Place::new("nav-clinic", "/clinic", 't', BEGIN, 15))
        .workplace(BuiltinRole::Doctor, "/clinic")
}

fn panels(screens: Screens) -> Screens {
    screens
        .panel(
            Panel::new("patient-actions", BEGIN, 5, |cx, ask, id| {
                Box::pin(start::of_patient(cx, ask, id))
            })
            .watches(&["encounter"]),
        )
        .panel(Panel::new("patient-actions", RECORD, 20, |_, ask, id| {
            Box::pin(async move { Ok(Some(start::vitals(ask, id))) })
        }))
        .panel(
            Panel::new("mine", Task::READ, 10, |cx, ask, me| {
                Box::pin(todo::panel(cx, ask, me))
            })
            .watches(&["task"]),
        )
        .panel(
            Panel::new("mine", Task::READ, 11, |cx, ask, me| {
                Box::pin(todo::unassigned(cx, ask, me))
            })
            .watches(&["task"]),
        )
        .panel(Panel::new("ward", RECORD, 10, |_, ask, ward| {
            Box::pin(async move { Ok(Some(start::round(ask, ward))) })
        }))
}
