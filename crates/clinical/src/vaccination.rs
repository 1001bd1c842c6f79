//! Vaccinations that a patient received.

use jiff::civil::Date;
use kernel::names::fold;
use patients::allergy::clinical_history;
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource, Said};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::guideline;
use crate::history::check_lived;
use crate::same::refuse_twice;

platform::record! {
    /// One dose of a vaccine that a patient was given.
    pub struct Vaccination in "vaccination" for patient {
        client {
            /// The patient who was vaccinated.
            patient: Ref<Patient>,
            /// Name of the vaccine, such as `BCG`.
            vaccine_name: Sealed<Line<255>>,
            /// CVX code of the vaccine: 2 or 3 digits, such as `19` for BCG; null without one.
            code: Option<Line<8>>,
            /// The day on which it was given. Not in the future, nor before the day of birth.
            date_administered: Date,
            /// Which dose, such as `1` or `booster`.
            dose_number: Sealed<Blank<50>>,
            /// Name of the person who gave it.
            administered_by: Sealed<Blank<255>>,
            /// Lot number on the vial; null when it is not known.
            lot: Sealed<Option<Line<64>>>,
        }
    }
}

impl Resource for Vaccination {
    const PATH: &'static str = "vaccinations";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Vaccination::patient,
        Vaccination::code,
        Vaccination::date_administered,
    ];
    const ORDERING: &'static [Column<Self>] = &[Vaccination::date_administered];
    const LIST: &'static [Column<Self>] = &[
        Vaccination::date_administered,
        Vaccination::patient,
        Vaccination::vaccine_name,
        Vaccination::dose_number,
        Vaccination::lot,
        Vaccination::administered_by,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                Vaccination::patient,
                Vaccination::vaccine_name,
                Vaccination::code,
                Vaccination::dose_number,
            ],
        ),
        (
            "group-administration",
            &[
                Vaccination::date_administered,
                Vaccination::administered_by,
                Vaccination::lot,
            ],
        ),
    ];
    type Extra = ();

    fn access() -> Access {
        clinical_history()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("vaccination", "patient", grant)
    }

    fn label(&self) -> String {
        format!("{} {}", self.vaccine_name.open(), self.date_administered)
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::words(self.vaccine_name.open()),
            Said::Day(self.date_administered),
        ]
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if let Some(code) = &change.row.code
            && !((2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return Err(Error::field("code", Text::new("clinical-cvx-code")));
        }
        if change.changed(|row| row.patient) {
            check_current(cx, change.row.patient.get()).await?;
        }
        if change.changed(|row| row.date_administered) {
            let day = change.row.date_administered;
            check_lived(cx, change.row.patient, "date_administered", Some(day)).await?;
        }
        let row = &*change.row;
        let what = |row: &Self| {
            (
                row.patient,
                row.date_administered,
                fold(row.vaccine_name.open()),
                row.code.clone(),
            )
        };
        if change.changed(what) {
            let name = fold(row.vaccine_name.open());
            // Twice on one day is the same vaccination, whatever was written as its dose.
            refuse_twice(cx, row, |other| {
                let coded = other.code.is_some() && other.code == row.code;
                other.date_administered == row.date_administered
                    && (coded || fold(other.vaccine_name.open()) == name)
            })
            .await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        guideline::refresh(cx, change.row.patient.get())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        guideline::refresh(cx, row.patient.get())
    }
}
