//! The card that a patient carries.

use super::{Form, Patient};
use crate::{Document, Error, Figure, Printed};

/// Name and number, to read and to scan. Nothing about health: cards get lost.
#[derive(Clone, Debug, Default)]
pub struct PatientCard {
    /// Whose card.
    pub patient: Patient,
}

impl PatientCard {
    /// The card as PDF; its title does not carry the name.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let patient = &self.patient;
        let mut document = Document::new(form.sheet, form.language, words.patient_card);
        if !form.hospital.name.is_empty() {
            document.note(&form.hospital.name);
        }
        if let Some(code) = Figure::qr(&patient.number) {
            document.beside(&code, words.patient_code, 22.0);
        }
        document.fitted(&patient.name, 14.0, 8.0);
        document.space(1.0);
        let born = patient.birth(form);
        document.strong(&patient.number);
        document.text(&born);
        document.text(&patient.sex);
        document.below();
        // A scanner needs the quiet zone around each code.
        document.space(3.0);
        if let Some(bars) = Figure::code128(&patient.number) {
            document.figure(&bars, words.patient_code, 60.0);
        }
        document.finish()
    }
}
