//! The label on the bag or bottle of a medicine.

use jiff::civil::Date;

use super::{Form, Patient};
use crate::{Document, Error, Printed};

/// Whose medicine it is and how it is taken. A label carries no diagnosis and no allergies: others see it.
#[derive(Clone, Debug, Default)]
pub struct MedicineLabel {
    /// Who takes it.
    pub patient: Patient,
    /// Name and strength.
    pub medicine: String,
    /// How many units are in the bag, with their unit.
    pub quantity: String,
    /// How much at a time, how often, for how long; empty parts are left out.
    pub directions: [String; 3],
    /// Further instructions; may be empty.
    pub note: String,
    /// The batch number on the package.
    pub batch: String,
    /// The last day on which it may be used.
    pub expiry: Option<Date>,
    /// When it was handed out.
    pub given: Option<Date>,
}

impl MedicineLabel {
    /// The label as PDF; its title does not carry the name.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let mut document = Document::new(form.sheet, form.language, words.medicine);
        if !form.hospital.name.is_empty() {
            document.note(&form.hospital.name);
        }
        document.fitted(&self.patient.name, 11.0, 7.0);
        document.fitted(&self.medicine, 12.0, 7.0);
        let directions: Vec<&str> = self
            .directions
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        if !directions.is_empty() {
            document.strong(&directions.join(", "));
        }
        if !self.note.is_empty() {
            document.text(&self.note);
        }
        document.space(1.0);
        let date = |day: Option<Date>| day.map(|day| form.date(day)).unwrap_or_default();
        let (expiry, given) = (date(self.expiry), date(self.given));
        let parts = [
            (words.quantity, self.quantity.as_str()),
            (words.batch, self.batch.as_str()),
            (words.expires, &expiry),
            (words.given, &given),
            (words.patient_number, self.patient.number.as_str()),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let colon = words.colon();
        let parts: Vec<String> = parts
            .map(|(word, value)| format!("{word}{colon}{value}"))
            .collect();
        document.note(&parts.join("  ·  "));
        document.finish()
    }
}
