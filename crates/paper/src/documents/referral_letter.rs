//! A letter that sends a patient to another doctor or hospital.

use super::{Allergies, Form, Patient};
use crate::{Error, Printed};

/// A referral.
#[derive(Clone, Debug, Default)]
pub struct ReferralLetter {
    /// Its number; may be empty.
    pub number: String,
    /// Who is referred.
    pub patient: Patient,
    /// By whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Why: what was found, what was done, what is asked.
    pub reason: String,
    /// Allergies, or that nobody asked.
    pub allergies: Allergies,
    /// Current medicines, one a line; may be empty.
    pub medicines: String,
}

impl ReferralLetter {
    /// The letter as PDF.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let mut document = form.start(words.referral_letter, &self.number);
        let issued = form.date(form.issued.date());
        document.pairs(form.columns(), &[(words.referred_to, &self.to)]);
        let date = [(words.date, issued.as_str())];
        self.patient.pairs(form, &mut document, &date);
        self.allergies.show(form, &mut document);
        document.heading(2, words.reason);
        document.text(&self.reason);
        if !self.medicines.trim().is_empty() {
            document.heading(2, words.medicines);
            document.text(&self.medicines);
        }
        document.signature(words.referred_by, &self.from);
        document.verification(form.verification.as_ref());
        document.finish()
    }
}
