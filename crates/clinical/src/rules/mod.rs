//! Rules of medicine and their data: pure functions and tables that are compiled in. Nothing here reads
//! the database or the clock, so that each rule is tested as a table of cases.
//!
//! Values measured on a patient are exact thousandths ([`Milli`]); ages are days since birth.

pub mod bmi;
pub mod bounds;
pub mod danger;
mod data;
pub mod growth;
pub mod guideline;
pub mod icd10;
pub mod immunisation;
pub mod news2;
pub mod note_seed;
pub mod person;

pub use data::Milli;
pub use person::{Person, Sex};
