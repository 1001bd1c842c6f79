//! Whether medicines go together.

use formulary::safety::{Kind, Medicine};
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Pharmacist};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, List};
use platform::texts::Text;
use platform::verb::Command;
use schemars::JsonSchema;
use serde::Serialize;

use crate::prescription::Prescription;
use crate::prescription_alert::{SafetyAlert, UnknownName, told};
use crate::prescription_drug::Drug;

/// More than anybody takes.
const MOST: usize = 50;

platform::input! {
    /// Medicines that are taken together.
    pub struct InteractionQuestion {
        /// Names of 1 to 50 medicines, with or without strength and form.
        medications: List<Line<255>>,
    }
}

/// What the check of the medicines against each other found, and what could not be checked.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct InteractionAnswer {
    /// Pairs that do not go together, most severe first.
    interactions: Vec<SafetyAlert>,
    /// Pairs that are the same or much the same, most severe first.
    duplicates: Vec<SafetyAlert>,
    /// Names that could not be checked, with known ones that look alike. While there are any, an empty list of interactions is no all-clear.
    could_not_check: Vec<UnknownName>,
    /// `found`, `nothing_found` or `could_not_check`.
    outcome: String,
    /// The version of the drug-safety pack.
    safety_pack: String,
}

/// `prescriptions/check_drug_interaction/`.
pub struct CheckDrugInteraction;

impl Command for CheckDrugInteraction {
    type Of = Prescription;
    type Input = InteractionQuestion;
    type Answer = InteractionAnswer;
    const NAME: &'static str = "check_drug_interaction";
    const SUMMARY: &'static str = "Check medicines against each other";
    const DESCRIPTION: &'static str =
        "Each medicine is compared with every other one. Nothing is stored.";
    const PATIENT_DATA: bool = false;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Nurse, Pharmacist])
    }

    async fn run(cx: &mut Cx, input: InteractionQuestion) -> Result<InteractionAnswer, Error> {
        let count = input.medications.0.len();
        if !(1..=MOST).contains(&count) {
            return Err(Error::field(
                "medications",
                Text::new("clinical-medications").with("max", MOST),
            ));
        }
        let pack = formulary::pack::current(cx).await?;
        let drugs: Vec<Drug> = input
            .medications
            .0
            .iter()
            .map(|name| Drug::written(name))
            .collect();
        let medicines: Vec<Medicine<'_>> = drugs.iter().map(Medicine::from).collect();
        let answer = pack.check_together(&medicines);
        let of = |kind: Kind| {
            told(
                answer
                    .findings
                    .iter()
                    .filter(|finding| finding.kind == kind),
            )
        };
        Ok(InteractionAnswer {
            interactions: of(Kind::Interaction),
            duplicates: of(Kind::Duplicate),
            could_not_check: answer.unknown.iter().map(UnknownName::from).collect(),
            outcome: answer.outcome().as_str().to_owned(),
            safety_pack: pack.version().to_owned(),
        })
    }
}
