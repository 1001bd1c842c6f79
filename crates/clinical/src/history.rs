//! A patient's past: operations, and diseases in the family.

use jiff::civil::Date;
use kernel::names::fold;
use patients::allergy::clinical_history;
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::same::refuse_twice;

/// Refuses a day after today, or before the patient was born.
///
/// # Errors
/// 400 under the field.
pub(crate) async fn check_lived(
    cx: &mut Cx,
    patient: Ref<Patient>,
    field: &str,
    day: Option<Date>,
) -> Result<(), Error> {
    let Some(day) = day else { return Ok(()) };
    if day > cx.today() {
        return Err(Error::field(field, Text::new("future-date")));
    }
    patients::check_born(cx, patient.get(), field, day).await
}

platform::record! {
    /// An operation that a patient had.
    pub struct SurgicalHistory in "surgical_history" for patient {
        client {
            /// The patient whose history it is.
            patient: Ref<Patient>,
            /// The operation, in words.
            procedure: Sealed<Line<255>>,
            /// Further remarks.
            notes: Sealed<Blank<65536>>,
            /// The day of the operation; null when it is not known. Not in the future, nor before the day of birth.
            date: Option<Date>,
        }
    }
}

impl Resource for SurgicalHistory {
    const PATH: &'static str = "surgical_history";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[SurgicalHistory::patient, SurgicalHistory::date];
    const ORDERING: &'static [Column<Self>] = &[SurgicalHistory::date];
    const LIST: &'static [Column<Self>] = &[
        SurgicalHistory::patient,
        SurgicalHistory::procedure,
        SurgicalHistory::date,
        SurgicalHistory::notes,
    ];
    type Extra = ();

    fn access() -> Access {
        clinical_history()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("surgical_history", "patient", grant)
    }

    fn label(&self) -> String {
        self.procedure.open().to_string()
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.changed(|row| row.patient) {
            check_current(cx, change.row.patient.get()).await?;
        }
        if change.changed(|row| row.date) {
            check_lived(cx, change.row.patient, "date", change.row.date).await?;
        }
        let row = &*change.row;
        let what = |row: &Self| (row.patient, fold(row.procedure.open()), row.date);
        if change.changed(what) {
            let wanted = what(row);
            refuse_twice(cx, row, |other| what(other) == wanted).await?;
        }
        Ok(())
    }
}

platform::record! {
    /// A disease of a patient's relative.
    pub struct FamilyHistory in "family_history" for patient {
        client {
            /// The patient whose history it is.
            patient: Ref<Patient>,
            /// The relative, such as `Mother`.
            relation: Sealed<Line<100>>,
            /// What the relative has or had.
            condition: Sealed<Line<255>>,
            /// Further remarks.
            notes: Sealed<Blank<65536>>,
        }
    }
}

impl Resource for FamilyHistory {
    const PATH: &'static str = "family_history";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[FamilyHistory::patient];
    const LIST: &'static [Column<Self>] = &[
        FamilyHistory::patient,
        FamilyHistory::relation,
        FamilyHistory::condition,
        FamilyHistory::notes,
    ];
    type Extra = ();

    fn access() -> Access {
        clinical_history()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("family_history", "patient", grant)
    }

    fn label(&self) -> String {
        format!("{}: {}", self.relation.open(), self.condition.open())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.changed(|row| row.patient) {
            check_current(cx, change.row.patient.get()).await?;
        }
        let row = &*change.row;
        let what = |row: &Self| {
            (
                row.patient,
                fold(row.relation.open()),
                fold(row.condition.open()),
            )
        };
        if change.changed(what) {
            let wanted = what(row);
            refuse_twice(cx, row, |other| what(other) == wanted).await?;
        }
        Ok(())
    }
}
