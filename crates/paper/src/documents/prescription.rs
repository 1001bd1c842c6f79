//! A prescription to take to a pharmacy.

use jiff::civil::{Date, DateTime};

use super::{Allergies, Form, Patient};
use crate::{Column, Error, Printed, Row, Table};

/// The medicines that a doctor prescribed.
#[derive(Clone, Debug, Default)]
pub struct Prescription {
    /// Its number; may be empty.
    pub number: String,
    /// For whom.
    pub patient: Patient,
    /// Allergies, or that nobody asked.
    pub allergies: Allergies,
    /// Body weight with its unit, where it was measured.
    pub weight: String,
    /// When the first of the medicines was prescribed. A paper that is printed later is no younger for it.
    pub prescribed: Option<DateTime>,
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
    /// The day on which it was prescribed, where it is another than the sheet's.
    pub prescribed: Option<Date>,
    /// What was handed out of it.
    pub given: Option<Given>,
    /// Whether it may still be dispensed.
    pub standing: Standing,
}

/// What was handed out of a medicine already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Units.
    pub units: i64,
    /// Units in all, where they are settled.
    pub of: Option<i64>,
    /// The last day on which some were.
    pub on: Option<Date>,
}

/// Whether a medicine on a prescription may still be dispensed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It may, what is left of it.
    #[default]
    Open,
    /// It was handed out, or taken to the end.
    Completed,
    /// It is not to be taken.
    Cancelled,
}

impl Medicine {
    /// The remarks below the name, a line each.
    fn remarks(&self, form: &Form) -> Vec<String> {
        let words = form.words();
        let day = |day: Option<Date>| day.map(|day| form.date(day)).unwrap_or_default();
        let given = self
            .given
            .map(|given| words.given_of(given.units, given.of, &day(given.on)));
        let prescribed = self
            .prescribed
            .map(|day| [words.prescribed, words.colon(), &form.date(day)].concat());
        let standing = words_of(form, self.standing).to_owned();
        let lines = [Some(standing), given, prescribed, Some(self.note.clone())];
        let lines = lines.into_iter().flatten();
        lines.filter(|line| !line.trim().is_empty()).collect()
    }
}

fn words_of(form: &Form, standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "",
        Standing::Completed => form.words().completed,
        Standing::Cancelled => form.words().cancelled,
    }
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
                let name = std::iter::once(medicine.name.clone())
                    .chain(medicine.remarks(form))
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
        let first = self.medicines.first().map(|medicine| medicine.standing);
        let ended = first.filter(|first| self.medicines.iter().all(|one| one.standing == *first));
        // What is not to be dispensed is said before anything else is read.
        if let Some(ended @ (Standing::Completed | Standing::Cancelled)) = ended {
            document.heading(2, words_of(form, ended));
        }
        let prescribed = self
            .prescribed
            .map(|at| form.moment(at))
            .unwrap_or_default();
        self.patient.pairs(
            form,
            &mut document,
            &[
                (words.prescribed, &prescribed),
                (words.weight, &self.weight),
            ],
        );
        self.allergies.show(form, &mut document);
        document.table(&table(form, &self.medicines));
        document.signature(words.prescriber, &self.prescriber);
        let printed = form.moment(form.issued);
        document.note(&[words.printed, words.colon(), &printed].concat());
        document.verification(form.verification.as_ref());
        document.finish()
    }
}
