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
pub mod care_event;
mod chart;
pub mod drug_check_allergy;
pub mod drug_check_interaction;
pub mod drug_check_safety;
pub mod encounter;
pub mod encounter_addendum;
mod encounter_doctor;
pub mod encounter_sign;
mod figures;
mod guideline;
mod guideline_facts;
pub mod guideline_rule;
pub mod history;
mod icd10;
mod known_since;
pub mod medical_condition;
mod migrations;
pub mod note_template;
pub mod prescription;
pub mod prescription_alert;
mod prescription_change;
mod prescription_counted;
mod prescription_course;
mod prescription_dose;
pub mod prescription_drug;
mod prescription_key;
mod prescription_patient;
mod prescription_quantity;
pub mod prescription_renew;
mod prescription_report;
pub mod prescription_safety;
mod prescription_table;
pub mod referral;
mod referral_paper;
mod reports;
pub mod rules;
mod same;
mod screens;
pub mod site_diagnosis;
pub mod task;
pub mod vaccination;
mod visit;
pub mod visit_begin;
pub mod visit_vitals;
pub mod vitals;
mod vitals_alert;
pub mod vitals_judged;

pub use encounter::Encounter;
pub use prescription::{Prescription, PrescriptionStatus};
pub use prescription_counted::Kept;
pub use screens::{Signs, leave_visit, safety_alert, screens, signs, unchecked};

use alert::ClinicalAlert;
use alert_acknowledge::Acknowledge;
use care_event::CareEvent;
use encounter_addendum::EncounterAddendum;
use encounter_sign::Sign;
use guideline_rule::GuidelineRule;
use history::{FamilyHistory, SurgicalHistory};
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient};
use medical_condition::MedicalCondition;
use note_template::NoteTemplate;
use patients::Patient as PatientRecord;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::module::Module;
use referral::Referral;
use site_diagnosis::SiteDiagnosis;
use task::Task;
use vaccination::Vaccination;
use visit_begin::BeginVisit;
use visit_vitals::RecordVitals;
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
        .verb::<BeginVisit>()
        .verb::<RecordVitals>()
        .resource::<EncounterAddendum>()
        .nested::<Encounter, EncounterAddendum>("addenda", "lc")
        .resource::<Vitals>()
        .nested::<Encounter, Vitals>("vitals", "l")
        .nested::<Encounter, Vitals>("add_vitals", "c")
        .nested::<PatientRecord, Vitals>("vitals_history", "lc")
        .resource::<MedicalCondition>()
        .nested::<PatientRecord, MedicalCondition>("medical_conditions", "lc")
        .resource::<SurgicalHistory>()
        .nested::<PatientRecord, SurgicalHistory>("surgical_history", "lc")
        .resource::<FamilyHistory>()
        .nested::<PatientRecord, FamilyHistory>("family_history", "lc")
        .resource::<Vaccination>()
        .nested::<PatientRecord, Vaccination>("vaccinations", "lc")
        .resource::<NoteTemplate>()
        .seed(|cx| Box::pin(note_template::seed(cx)))
        .resource::<Referral>()
        .route(referral_paper::declare())
        .resource::<GuidelineRule>()
        .seed(|cx| Box::pin(guideline_rule::seed(cx)))
        .resource::<CareEvent>()
        .resource::<SiteDiagnosis>()
        .command::<site_diagnosis::Load>()
        .job(guideline::OF_PATIENT)
        .job(guideline::DAILY)
        .refreshes_patient(|cx, patient| Box::pin(refresh(cx, patient)))
        .resource::<ClinicalAlert>()
        .verb::<Acknowledge>()
        .texts(platform::texts!("clinical"));
    let module = known_since::declare(alert_feed::declare(module));
    let module = prescription::declare(module);
    let module = chart::declare(icd10::declare(module));
    reports::declare(figures::declare(module))
}

/// After two patients were merged, or unmerged.
async fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    encounter::refresh_care(cx, patient).await?;
    guideline::refresh(cx, patient)
}
