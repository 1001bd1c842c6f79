//! What a patient reacts to.

use kernel::{BuiltinRole, Code};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::resource::Change;
use platform::resource::Resource;
use platform::seal::Sealed;
use platform::texts::Text;

use super::none_known::names_nothing;
use crate::patient::Patient;
use crate::{allergy_list, check_current, reach};

platform::choice! {
    /// How bad a reaction is.
    pub enum Severity {
        /// Not known; treated as severe.
        Unknown = "unknown",
        /// A nuisance.
        Mild = "mild",
        /// Needs treatment.
        Moderate = "moderate",
        /// A danger to life.
        Severe = "severe",
    }
}

platform::choice! {
    /// Whether an allergy still counts.
    pub enum AllergyStatus {
        /// It does.
        Active = "active",
        /// It was disproved or outgrown.
        Resolved = "resolved",
    }
}

platform::record! {
    /// What a patient reacts to.
    pub struct Allergy in "allergy" for patient {
        client {
            /// The patient who reacts.
            patient: Ref<Patient>,
            /// What the patient reacts to, in words, such as `Penicillin`.
            substance: Sealed<Line<255>>,
            /// The substance's code in a terminology, such as RxNorm or SNOMED CT.
            code: Option<Line<64>>,
            /// What happens, such as `rash` or `anaphylaxis`.
            reaction: Sealed<Blank<1000>>,
            /// How severe the reaction is. `unknown` is treated as severe by safety checks.
            severity: Severity = Severity::Unknown,
            /// `active` allergies are checked against; `resolved` ones were disproved or outgrown.
            status: AllergyStatus = AllergyStatus::Active,
        }
        server {
            /// Made from the patient's `known_allergies` and not touched since: it is voided when it is taken off that list, and replaced when the same is recorded as an allergy.
            from_list: bool = false,
        }
        hidden {}
    }
}

impl Resource for Allergy {
    const PATH: &'static str = "allergies";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] =
        &[Allergy::patient, Allergy::severity, Allergy::status];
    const LIST: &'static [Column<Self>] = &[
        Allergy::patient,
        Allergy::substance,
        Allergy::reaction,
        Allergy::severity,
        Allergy::status,
    ];
    type Extra = ();

    fn access() -> Access {
        clinical_history()
    }

    fn label(&self) -> String {
        self.substance.open().to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("allergy", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        // Whoever edits it makes it a record of its own.
        row.from_list = false;
        // That there is none is said in the patient's list; as an allergy it would raise alarms for ever.
        let named = before.is_none_or(|before| before.substance.open() != row.substance.open());
        if named && names_nothing(row.substance.open()) {
            let text = Text::new("patients-allergy-is-none").with("said", &**row.substance.open());
            return Err(Error::field("substance", text));
        }
        allergy_list::hold(cx, row.patient.get()).await?;
        if before.is_none() {
            check_current(cx, row.patient.get()).await?;
        }
        if row.status == AllergyStatus::Active
            && let Some(same) = allergy_list::same(cx, row).await?
        {
            if !same.from_list {
                cx.saw_record(&same);
                let text =
                    Text::new("patients-allergy-known").with("substance", &**same.substance.open());
                let refused = Error::refuse(Code::AlreadyRecorded, text);
                return Err(refused.with("allergy", same.meta.id));
            }
            // What was only on the list is known better now.
            cx.remove(&same).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        allergy_list::derive(cx, change.row.patient.get(), None).await
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        allergy_list::derive(cx, row.patient.get(), Some(row.meta.id)).await
    }
}

/// Who may do what with a patient's history: the same for allergies, conditions, operations, family
/// history and vaccinations.
pub fn clinical_history() -> Access {
    use BuiltinRole::{Admin, Doctor, LabTechnician, Nurse, Patient, Pharmacist, Receptionist};
    Access::nobody()
        .roles(&[Admin, Doctor], "crud")
        .role(Nurse, "cru")
        .roles(&[Receptionist, Pharmacist, LabTechnician, Patient], "r")
}
