//! Results of the laboratory.

use jiff::civil::DateTime;

use super::{Form, Patient};
use crate::{Column, Error, Printed, Row, Table};

/// The results of an order.
#[derive(Clone, Debug, Default)]
pub struct LabReport {
    /// The order's number.
    pub number: String,
    /// Whose results.
    pub patient: Patient,
    /// What was taken: blood, urine.
    pub specimen: String,
    /// When it was taken.
    pub collected: Option<DateTime>,
    /// Who ordered the tests, of whatever profession.
    pub ordered_by: String,
    /// The values.
    pub results: Vec<LabResult>,
    /// Text beside the values.
    pub comment: String,
    /// Who reviewed the results and when; `None` says on the report that they are not reviewed.
    pub review: Option<Review>,
}

/// A value of a report.
#[derive(Clone, Debug, Default)]
pub struct LabResult {
    /// What was measured.
    pub parameter: String,
    /// The value.
    pub value: String,
    /// The value that stood there before it was corrected; empty for one that was not.
    pub was: String,
    /// Its unit.
    pub unit: String,
    /// The reference range.
    pub range: String,
    /// Low, high or critical in the reader's words; empty for a normal value.
    pub flag: String,
}

/// That a report was reviewed.
#[derive(Clone, Debug)]
pub struct Review {
    /// By whom.
    pub by: String,
    /// When.
    pub at: DateTime,
}

impl LabReport {
    /// The report as PDF. Flagged values are bold and have a word beside them.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn print(&self, form: &Form) -> Result<Printed, Error> {
        let words = form.words();
        let mut document = form.start(words.lab_report, &self.number);
        let collected = self.collected.map(|at| form.moment(at)).unwrap_or_default();
        let issued = form.moment(form.issued);
        self.patient.pairs(
            form,
            &mut document,
            &[
                (words.specimen, &self.specimen),
                (words.collected, &collected),
                (words.ordered_by, &self.ordered_by),
                (words.issued, &issued),
            ],
        );
        let corrected = self.results.iter().any(|result| !result.was.is_empty());
        if corrected {
            document.strong(words.corrected_report);
        }
        document.table(&Table {
            columns: vec![
                Column::text(words.parameter, 2.0),
                Column::text(words.result, 1.2),
                Column::fit(words.unit),
                Column::fit(words.range),
                Column::fit(words.flag),
            ],
            rows: self
                .results
                .iter()
                .map(|result| Row {
                    strong: !result.flag.is_empty() || !result.was.is_empty(),
                    cells: vec![
                        result.parameter.clone(),
                        match result.was.is_empty() {
                            true => result.value.clone(),
                            false => [&result.value, "\n", &words.corrected(&result.was)].concat(),
                        },
                        result.unit.clone(),
                        result.range.clone(),
                        result.flag.clone(),
                    ],
                })
                .collect(),
        });
        if !self.comment.trim().is_empty() {
            document.heading(2, words.comment);
            document.text(&self.comment);
        }
        match &self.review {
            Some(review) => {
                let at = form.moment(review.at);
                document.pairs(
                    form.columns(),
                    &[(words.reviewed, &review.by), (words.date, &at)],
                );
            }
            None => document.strong(words.not_final),
        }
        document.verification(form.verification.as_ref());
        document.finish()
    }
}
