//! The band around a patient's wrist.

use super::{Allergies, Form, Patient};
use crate::{Document, Error, Figure, Printed};

/// Who the patient is, to read and to scan at the bedside.
#[derive(Clone, Debug, Default)]
pub struct Wristband {
    /// Who wears it.
    pub patient: Patient,
    /// Ward and bed; may be empty.
    pub place: String,
    /// Allergies. Who reads a band without the word takes it that there are none, so what nobody asked stands on it too.
    pub allergies: Allergies,
}

impl Wristband {
    /// The band as PDF; its title does not carry the name.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let patient = &self.patient;
        let mut document = Document::new(form.sheet, form.language, words.patient_number);
        if let Some(code) = Figure::qr(&patient.number) {
            document.beside(&code, words.patient_code, 19.0);
        }
        document.fitted(&patient.name, 15.0, 6.0);
        let born = match patient.birth(form) {
            day if day.is_empty() => day,
            day => [words.born, " ", &day].concat(),
        };
        let line = [
            patient.number.as_str(),
            born.as_str(),
            patient.sex.as_str(),
            self.place.as_str(),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("  ·  ");
        document.text(&line);
        let allergies = self.allergies.text(form);
        if !allergies.trim().is_empty() {
            document.fitted(
                &[words.allergies, words.colon(), allergies].concat(),
                9.0,
                5.5,
            );
        }
        document.finish()
    }
}
