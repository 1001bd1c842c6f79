//! When and where to come.

use jiff::civil::DateTime;

use super::{Form, Patient};
use crate::{Error, Printed, Sheet};

/// An appointment as the patient takes it home. It has no reason: slips get lost.
#[derive(Clone, Debug, Default)]
pub struct AppointmentSlip {
    /// Whose appointment.
    pub patient: Patient,
    /// With whom.
    pub doctor: String,
    /// When, in the hospital's time.
    pub at: DateTime,
    /// Where; may be empty.
    pub place: String,
    /// The number in the day's queue, once it is given.
    pub queue_number: Option<i64>,
}

impl AppointmentSlip {
    /// The slip as PDF.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let mut document = form.start(words.appointment, "");
        let large = match form.sheet {
            Sheet::A4 => 20.0,
            Sheet::A5 => 17.0,
            Sheet::Roll80 | Sheet::Label | Sheet::Wristband => 12.0,
        };
        document.fitted(&form.moment(self.at), large, 8.0);
        let number = self
            .queue_number
            .map(|number| number.to_string())
            .unwrap_or_default();
        document.pairs(
            1,
            &[
                (words.doctor, &self.doctor),
                (words.place, &self.place),
                (words.queue_number, &number),
                (words.patient, &self.patient.name),
                (words.patient_number, &self.patient.number),
            ],
        );
        document.note(words.bring);
        document.finish()
    }
}
