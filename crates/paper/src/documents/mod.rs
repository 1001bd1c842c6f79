//! The hospital's forms. Each takes plain data and gives the file.

mod appointment_slip;
mod discharge_summary;
mod invoice;
mod lab_report;
mod medicine_label;
mod patient_card;
mod prescription;
mod receipt;
mod referral_letter;
mod wristband;

use jiff::civil::{Date, DateTime};
use kernel::Language;

pub use appointment_slip::AppointmentSlip;
pub use discharge_summary::DischargeSummary;
pub use invoice::{Invoice, InvoiceItem, PastPayment, Standing};
pub use lab_report::{LabReport, LabResult, Review};
pub use medicine_label::MedicineLabel;
pub use patient_card::PatientCard;
pub use prescription::{Given, Medicine, Prescription, Standing as MedicineStanding};
pub use receipt::{Receipt, ReceiptLine};
pub use referral_letter::ReferralLetter;
pub use wristband::Wristband;

use crate::words::Words;
use crate::{Document, Hospital, Sheet, Verification, format};

/// What every form has: who issues it, when, on which paper and in which language.
#[derive(Clone, Debug)]
pub struct Form {
    /// Printed at the head.
    pub hospital: Hospital,
    /// The reader's language.
    pub language: Language,
    /// The paper.
    pub sheet: Sheet,
    /// When the document is issued, in the hospital's time.
    pub issued: DateTime,
    /// How to check it; `None` for forms that prove nothing.
    pub verification: Option<Verification>,
}

impl Form {
    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    fn date(&self, date: Date) -> String {
        format::date(date, self.language)
    }

    fn moment(&self, at: DateTime) -> String {
        format::moment(at, self.language)
    }

    fn columns(&self) -> usize {
        match self.sheet {
            Sheet::A4 | Sheet::A5 => 2,
            Sheet::Roll80 | Sheet::Label | Sheet::Wristband => 1,
        }
    }

    /// Letterhead and title.
    fn start(&self, title: &str, number: &str) -> Document {
        let full = if number.is_empty() {
            title.to_owned()
        } else {
            format!("{title} {number}")
        };
        let mut document = Document::new(self.sheet, self.language, full.clone());
        document.letterhead(&self.hospital);
        document.heading(1, &full);
        document
    }
}

/// Whom a document is about.
#[derive(Clone, Debug, Default)]
pub struct Patient {
    /// First and last name.
    pub name: String,
    /// The number on the patient's card.
    pub number: String,
    /// Birth date; `None` prints nothing.
    pub born: Option<Date>,
    /// Whether the birth date is estimated: then it is said to be about that.
    pub born_about: bool,
    /// Sex, in the reader's words.
    pub sex: String,
}

impl Patient {
    /// The birth date as it is known: nothing, the day, or about that day.
    fn birth(&self, form: &Form) -> String {
        let day = self.born.map(|date| form.date(date)).unwrap_or_default();
        match self.born_about && !day.is_empty() {
            true => [form.words().about, " ", &day].concat(),
            false => day,
        }
    }

    fn pairs(&self, form: &Form, document: &mut Document, more: &[(&str, &str)]) {
        let words = form.words();
        let born = self.birth(form);
        let mut pairs = vec![
            (words.patient, self.name.as_str()),
            (words.patient_number, self.number.as_str()),
            (words.birth_date, born.as_str()),
            (words.sex, self.sex.as_str()),
        ];
        pairs.extend(more);
        document.pairs(form.columns(), &pairs);
    }
}

/// What a document says of allergies. That nobody asked, that there are none and which there are must not look alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Allergies {
    /// The caller may not read them: nothing is said.
    #[default]
    Withheld,
    /// Nobody asked yet.
    NotAsked,
    /// There are none, as somebody said it.
    Denied(String),
    /// What the patient is allergic to.
    Known(String),
}

impl Allergies {
    /// As text; nothing where nothing may be said.
    fn text(&self, form: &Form) -> &str {
        match self {
            Allergies::Withheld => "",
            Allergies::NotAsked => form.words().not_asked,
            Allergies::Denied(said) => said,
            Allergies::Known(list) => list,
        }
    }

    fn show(&self, form: &Form, document: &mut Document) {
        let words = form.words();
        document.pairs(form.columns(), &[(words.allergies, self.text(form))]);
    }
}
