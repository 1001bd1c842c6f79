//! Documents of patients: scans, letters, pictures and recordings that came as files.
//!
//! # Promises
//!
//! - A file is what its content says, not its name: only PDF, PNG, JPEG, WebP, DICOM, DOCX and plain UTF-8
//!   text are taken, and none of them is ever served as something a browser runs.
//! - A committed row always has its file; a file without a row is removed.
//! - Content, name and description are sealed; a file of any size needs the memory of a few chunks.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod docx;
mod download;
mod kind;
mod migrations;
pub mod patient_document;
mod screens;
mod sweep;
mod upload;

pub use patient_document::PatientDocument;
pub use screens::screens;
pub use sweep::sweep;

use patients::Patient;
use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("documents")
        .migrations(migrations::MIGRATIONS)
        .resource::<PatientDocument>()
        .nested::<Patient, PatientDocument>("documents", "l")
        .files(PatientDocument::file, PatientDocument::size)
        .route(upload::route("documents/", "documents"))
        .route(upload::route("patients/{id}/documents/", "patients"))
        .route(download::route())
        .job(sweep::JOB)
        .texts(platform::texts!("documents"))
}
