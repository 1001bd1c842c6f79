//! What a patient suffers or suffered from.

use contracts::CircumstancesChanged;
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

use crate::encounter::code;
use crate::guideline;
use crate::history::check_lived;
use crate::same::refuse_twice;

platform::choice! {
    /// Whether a condition still holds.
    pub enum ConditionStatus {
        /// It does.
        Active = "active",
        /// It is over.
        Resolved = "resolved",
    }
}

platform::record! {
    /// A disease or problem of a patient.
    pub struct MedicalCondition in "medical_condition" for patient {
        client {
            /// The patient who has or had it.
            patient: Ref<Patient>,
            /// The condition in words.
            name: Sealed<Line<255>>,
            /// ICD-10 or ICD-11 code, such as `I10`; null without one.
            code: Option<Line<16>>,
            /// Further remarks.
            notes: Sealed<Blank<65536>>,
            /// The day of the diagnosis; null when it is not known. Not in the future.
            diagnosed_at: Option<Date>,
            /// `active` while it is treated or watched, `resolved` afterwards.
            status: ConditionStatus = ConditionStatus::Active,
        }
    }
}

impl Resource for MedicalCondition {
    const PATH: &'static str = "medical_conditions";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        MedicalCondition::patient,
        MedicalCondition::code,
        MedicalCondition::status,
        MedicalCondition::diagnosed_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[MedicalCondition::diagnosed_at];
    const LIST: &'static [Column<Self>] = &[
        MedicalCondition::patient,
        MedicalCondition::name,
        MedicalCondition::code,
        MedicalCondition::diagnosed_at,
        MedicalCondition::status,
    ];
    type Extra = ();

    fn access() -> Access {
        clinical_history()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("medical_condition", "patient", grant)
    }

    fn label(&self) -> String {
        self.name.open().to_string()
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        change.row.code = code("code", change.row.code.take())?;
        if change.changed(|row| row.patient) {
            check_current(cx, change.row.patient.get()).await?;
        }
        if change.changed(|row| row.diagnosed_at) {
            let day = change.row.diagnosed_at;
            check_lived(cx, change.row.patient, "diagnosed_at", day).await?;
        }
        let row = &*change.row;
        let who = |row: &Self| {
            (
                row.patient,
                fold(row.name.open()),
                row.code.clone(),
                row.status,
            )
        };
        if row.status == ConditionStatus::Active && change.changed(who) {
            let name = fold(row.name.open());
            refuse_twice(cx, row, |other| {
                let coded = other.code.is_some() && other.code == row.code;
                other.status == ConditionStatus::Active
                    && (coded || fold(other.name.open()) == name)
            })
            .await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        tell(cx, change.row)
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        tell(cx, row)
    }
}

/// Guidelines and medicines are judged by what a patient has.
fn tell(cx: &mut Cx, row: &MedicalCondition) -> Result<(), Error> {
    let patient = row.patient.get();
    guideline::refresh(cx, patient)?;
    cx.emit(&CircumstancesChanged { patient })
}
