//! What a patient takes home from a stay in hospital.

use jiff::civil::DateTime;

use super::{Form, Medicine, Patient, prescription};
use crate::{Error, Printed};

/// A stay that ended.
#[derive(Clone, Debug, Default)]
pub struct DischargeSummary {
    /// The admission's number.
    pub number: String,
    /// Who was in hospital.
    pub patient: Patient,
    /// The ward.
    pub ward: String,
    /// The bed.
    pub bed: String,
    /// From when.
    pub admitted: DateTime,
    /// Until when.
    pub discharged: DateTime,
    /// Days to be charged.
    pub bed_days: i64,
    /// Why the patient came.
    pub reason: String,
    /// Diagnosis; may be empty.
    pub diagnosis: String,
    /// What happened and what was done.
    pub summary: String,
    /// What to take at home; may be empty.
    pub medicines: Vec<Medicine>,
    /// When and where to come back; may be empty.
    pub follow_up: String,
    /// Who discharged the patient, of whatever profession.
    pub discharged_by: String,
}

impl DischargeSummary {
    /// The summary as PDF.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let mut document = form.start(words.discharge_summary, &self.number);
        let (admitted, discharged) = (form.moment(self.admitted), form.moment(self.discharged));
        let days = self.bed_days.to_string();
        self.patient.pairs(
            form,
            &mut document,
            &[
                (words.ward, &self.ward),
                (words.bed, &self.bed),
                (words.admitted, &admitted),
                (words.discharged, &discharged),
                (words.bed_days, &days),
            ],
        );
        for (head, text) in [
            (words.reason, &self.reason),
            (words.diagnosis, &self.diagnosis),
            (words.course, &self.summary),
        ] {
            if !text.trim().is_empty() {
                document.heading(2, head);
                document.text(text);
            }
        }
        if !self.medicines.is_empty() {
            document.heading(2, words.medicines);
            document.table(&prescription::table(form, &self.medicines));
        }
        if !self.follow_up.trim().is_empty() {
            document.heading(2, words.follow_up);
            document.text(&self.follow_up);
        }
        document.signature(words.discharged_by, &self.discharged_by);
        document.verification(form.verification.as_ref());
        document.finish()
    }
}
