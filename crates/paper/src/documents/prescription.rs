//! A prescription to take to a pharmacy.

use super::{Form, Patient};
use crate::{Column, Error, Printed, Row, Table};

/// The medicines that a doctor prescribed.
#[derive(Clone, Debug, Default)]
pub struct Prescription {
    /// Its number; may be empty.
    pub number: String,
    /// For whom.
    pub patient: Patient,
    /// Known allergies. Empty text is printed as "none recorded"; `None`, for what was not looked up, prints nothing.
    pub allergies: Option<String>,
    /// Body weight with its unit, where it was measured.
    pub weight: String,
    /// Who prescribed.
    pub prescriber: String,
    /// The medicines.
    pub medicines: Vec<Medicine>,
}

/// A medicine on a prescription.
#[derive(Clone, Debug, Default)]
pub struct Medicine {
    /// Name, strength and form.
    pub name: String,
    /// How much at a time.
    pub dosage: String,
    /// How often.
    pub frequency: String,
    /// For how long.
    pub duration: String,
    /// How many units in all.
    pub quantity: String,
    /// How to take it, and other remarks.
    pub note: String,
}

/// The table of medicines; remarks stand below the name.
pub(super) fn table(form: &Form, medicines: &[Medicine]) -> Table {
    let words = form.words();
    Table {
        columns: vec![
            Column::text(words.medicine, 2.2),
            Column::text(words.dosage, 1.0),
            Column::text(words.frequency, 1.4),
            Column::text(words.duration, 1.0),
            Column::number(words.quantity),
        ],
        rows: medicines
            .iter()
            .map(|medicine| {
                let name = [medicine.name.as_str(), medicine.note.as_str()]
                    .into_iter()
                    .filter(|part| !part.trim().is_empty())
                    .collect::<Vec<_>>()
                    .join("\n");
                Row::of(vec![
                    name,
                    medicine.dosage.clone(),
                    medicine.frequency.clone(),
                    medicine.duration.clone(),
                    medicine.quantity.clone(),
                ])
            })
            .collect(),
    }
}

impl Prescription {
    /// The prescription as PDF.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let mut document = form.start(words.prescription, &self.number);
        let issued = form.moment(form.issued);
        self.patient.pairs(
            form,
            &mut document,
            &[(words.date, &issued), (words.weight, &self.weight)],
        );
        super::allergies(form, &mut document, self.allergies.as_deref());
        document.table(&table(form, &self.medicines));
        document.signature(words.prescriber, &self.prescriber);
        document.verification(form.verification.as_ref());
        document.finish()
    }
}
