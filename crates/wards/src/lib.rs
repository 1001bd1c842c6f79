//! Wards: beds, who lies in them, and the history of both.
//!
//! # Promises
//!
//! - No two patients are in one bed and no patient is in two, whoever writes and however many at once: the
//!   database itself refuses it.
//! - A bed that a patient has left is not assigned again before a person has said that it is clean.
//! - Every day in every bed is on record, and no stay counts less than a day.
//! - Those who work on a ward have its patients in their care, for as long as they lie there.
//! - What is written about a patient's illness is shown only to those who treat them.

pub mod admission;
mod admit;
pub mod bed;
mod board;
mod days;
mod discharge;
mod figures;
mod make_available;
mod migrations;
mod screens;
mod shown;
pub mod staff;
pub mod stay;
mod summary_pdf;
mod transfer;
pub mod ward;
mod wristband;

pub use admission::Admission;
pub use bed::Bed;
pub use days::bed_days;
pub use screens::screens;
pub use stay::BedStay;
pub use ward::Ward;

use kernel::BuiltinRole::{Admin, Doctor, Nurse};
use patients::Patient;
use platform::access::Access;
use platform::access::Right;
use platform::chart::{dated, newest};
use platform::module::{Module, PatientColumn};
use platform::operation::{Operation, Without};
use platform::route::{Route, Run};
use platform::serde_json::json;

/// Stays in a patient's chart.
const IN_CHART: u64 = 50;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("wards")
        .migrations(migrations::MIGRATIONS)
        .resource::<Ward>()
        .resource::<Bed>()
        .resource::<Admission>()
        .resource::<BedStay>()
        .resource::<staff::WardStaff>()
        .nested::<Ward, staff::WardStaff>("staff", "lc")
        .refreshes_patient(|cx, patient| Box::pin(async move { staff::refresh(cx, patient) }))
        .nested::<Ward, Bed>("beds", "l")
        .nested::<Bed, BedStay>("history", "l")
        .nested::<Admission, BedStay>("stays", "l")
        .nested::<Patient, Admission>("admissions", "l")
        .chart("admissions", |cx, patient| {
            Box::pin(newest::<Admission>(cx, patient, None, IN_CHART))
        })
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Admission::admitted_at)))
        .timeline(|cx, asked| Box::pin(dated(cx, asked, Admission::discharged_at)))
        .verb::<admit::AssignPatient>()
        .verb::<discharge::DischargePatient>()
        .verb::<transfer::Transfer>()
        .verb::<make_available::MakeAvailable>()
        .patient_column(PatientColumn {
            table: "bed",
            column: "assigned_patient",
            unique_with: &[],
            apart: None,
            label: "beds",
        })
        .route(board_route())
        .route(summary_route())
        .route(wristband::declare())
        .texts(platform::texts!("wards"));
    figures::declare(module)
}

fn board_route() -> Operation {
    let run: Run = |cx, call| Box::pin(board::board(cx, call));
    Route::get("beds", "beds/board/", run)
        .with::<Bed>(Right::Read, Without::Nothing)
        .patient_data()
        .query(
            "ward",
            json!({ "type": "integer" }),
            "Only the beds of this ward.",
        )
        .query(
            "ward_id",
            json!({ "type": "integer" }),
            "Another name of `ward`.",
        )
        .answers::<Vec<board::WardBeds>>(200)
        .summary("Every ward with its beds and who lies in them")
        .done()
}

/// Who may read what is written about an illness may print it.
fn summary_route() -> Operation {
    let run: Run = |cx, call| Box::pin(summary_pdf::print(cx, call));
    Route::get("admissions", "print/discharge-summary/{id}/", run)
        .may_or_hidden(
            admission::CLINICAL_TEXT,
            Access::may(&[Admin, Doctor, Nurse]),
        )
        .own_units()
        .patient_data()
        .conflicts()
        .query(
            "paper",
            json!({ "type": "string", "enum": ["a4", "a5"] }),
            "The size of the paper; `a4` when it is left out.",
        )
        .query(
            "language",
            json!({ "type": "string", "enum": ["en", "fr", "sw"] }),
            "The language of the headings; the patient's own when it is left out.",
        )
        .answers_file("application/pdf")
        .summary("The discharge summary as PDF, with a code to check it by")
        .description(
            "The id may end in `.pdf`. 409 `state_conflict` while the patient is in hospital.",
        )
        .done()
}
