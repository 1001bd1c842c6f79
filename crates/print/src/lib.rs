//! Printing: documents for people are issued, put on record, and can be checked by anybody who holds one.
//!
//! The layout is in `paper`, the data in the module that owns them. A module prints in three steps, in a route
//! that opens its own units of work (`Route::own_units`), so that nothing is locked while a page is laid out:
//!
//! 1. it loads the record through its own scope and permission;
//! 2. [`form`] issues the document: hospital, language, paper, and a code to check it by;
//! 3. [`answer`] lays it out beside the async workers and answers the file.
//!
//! ```ignore
//! let issue = print::Issue { kind: PrintedKind::Receipt, object: row.meta.id, patient };
//! let form = print::form(cx, call, issue, &[Sheet::A4, Sheet::A5, Sheet::Roll80], reader).await?;
//! print::answer(cx, "receipt", row.meta.id, move || receipt.print(&form)).await
//! ```
//!
//! `GET verify/{code}/` needs no account and says only that a document was issued, by whom and when. Codes are
//! kept as hashes: a stolen database does not forge a document.

mod code;
mod issue;
mod migrations;
mod patient_card;
mod route;
mod verify;

pub use issue::{Issue, about, allergies, answer, form, id_of, patient, plain_form, sex};
pub use route::{DESCRIPTION, route};

use platform::module::Module;
use platform::operation::Operation;
use platform::route::{Route, Run};

platform::choice! {
    /// What was printed.
    pub enum PrintedKind {
        /// What a patient takes home from a stay in hospital.
        DischargeSummary = "discharge_summary",
        /// An invoice.
        Invoice = "invoice",
        /// A receipt of a payment.
        Receipt = "receipt",
        /// A prescription.
        Prescription = "prescription",
        /// Results of the laboratory.
        LabReport = "lab_report",
        /// A referral letter.
        ReferralLetter = "referral_letter",
        /// An appointment slip.
        AppointmentSlip = "appointment_slip",
    }
}

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("print")
        .migrations(migrations::MIGRATIONS)
        .table::<issue::PrintedDocument>()
        .patient_column(platform::module::PatientColumn {
            table: "printed_document",
            column: "patient",
            unique_with: &[],
            apart: None,
            label: "printed documents",
        })
        .route(verify_route())
        .route(patient_card::declare())
}

fn verify_route() -> Operation {
    let run: Run = |cx, call| Box::pin(verify::verify(cx, call));
    Route::get("verify", "verify/{code}/", run)
        .open()
        .answers::<verify::Verified>(200)
        .summary("Check whether a printed document was issued here")
        .description(
            "The code stands on the document. The answer says by whom and when it was issued and nothing else; 404 for a code that was never given out.",
        )
        .done()
}
