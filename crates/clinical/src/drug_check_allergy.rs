//! Whether a patient is allergic to a medicine.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Pharmacist};
use patients::Patient;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Line;
use platform::texts::Text;
use platform::verb::Command;
use schemars::JsonSchema;
use serde::Serialize;

use crate::prescription::Prescription;
use crate::prescription_alert::{NotChecked, SafetyAlert, UnknownName, not_checked};
use crate::prescription_drug::Drug;
use crate::prescription_patient::{allergies, is_unasked};
use formulary::safety::{Medicine, Outcome, Question, ReportedAllergy};

platform::input! {
    /// A patient and a medicine.
    pub struct AllergyQuestion {
        /// The `id` of the patient whose allergies are compared.
        patient_id: i64,
        /// The medicine, with or without strength and form.
        medication_name: Line<255>,
    }
}

/// What the check against the patient's allergies found, and what could not be checked.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AllergyAnswer {
    /// Something needs attention: an allergy, a name that could not be checked, or a patient whom nobody asked for allergies. False only when everything was checked and nothing found.
    alert: bool,
    /// `found`, `nothing_found` or `could_not_check`.
    outcome: String,
    /// What is to be said about it.
    message: String,
    /// The highest severity: `inform`, `moderate`, `severe`, `contraindicated`; `unknown` when it could not be checked; null when nothing was found.
    severity: Option<String>,
    /// Why, for the most severe; null when nothing was found.
    reason: Option<String>,
    /// Every allergy that stands against it, most severe first.
    alerts: Vec<SafetyAlert>,
    /// What could not be checked, with known names that look alike.
    could_not_check: Vec<UnknownName>,
    /// Every part of the check that could not be done: a name that is not known, allergies that nobody asked for.
    not_checked: Vec<NotChecked>,
    /// How many active allergies of the patient are recorded.
    allergies_recorded: usize,
    /// The version of the drug-safety pack.
    safety_pack: String,
}

/// `prescriptions/check_drug_allergy/`.
pub struct CheckDrugAllergy;

impl Command for CheckDrugAllergy {
    type Of = Prescription;
    type Input = AllergyQuestion;
    type Answer = AllergyAnswer;
    const NAME: &'static str = "check_drug_allergy";
    const SUMMARY: &'static str = "Check a medicine against a patient's allergies";
    const DESCRIPTION: &'static str = "The ingredients of the medicine are compared with the patient's active allergies: \
        the same substance, its group, and what may cross-react. Nothing is stored.";
    const ALIASES: &'static [(&'static str, &'static str)] = &[("patient", "patient_id")];

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Nurse, Pharmacist])
    }

    async fn run(cx: &mut Cx, input: AllergyQuestion) -> Result<AllergyAnswer, Error> {
        let patient: Patient = cx.find(input.patient_id).await?;
        cx.saw_record(&patient);
        patients::check_kept(&patient)?;
        let pack = formulary::pack::current(cx).await?;
        let drug = Drug::written(&input.medication_name);
        let reported = allergies(cx, patient.meta.id).await?;
        let allergies: Vec<ReportedAllergy<'_>> = reported
            .iter()
            .map(|(written, reaction)| ReportedAllergy {
                written,
                reaction: *reaction,
            })
            .collect();
        let question = Question {
            medicine: Medicine::from(&drug),
            allergies: &allergies,
            allergies_unasked: reported.is_empty() && is_unasked(&patient),
            ..Question::default()
        };
        let answer = pack.check_names_too(&question);
        let outcome = answer.outcome();
        let alerts: Vec<SafetyAlert> = answer.findings.iter().map(SafetyAlert::from).collect();
        let could_not_check: Vec<UnknownName> =
            answer.unknown.iter().map(UnknownName::from).collect();
        let worst = alerts.first();
        let names = could_not_check
            .iter()
            .map(|unknown| unknown.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let text = match outcome {
            Outcome::Found => None,
            Outcome::NothingFound => {
                Some(Text::new("clinical-no-allergy").with("name", &*input.medication_name))
            }
            Outcome::CouldNotCheck if could_not_check.is_empty() => {
                Some(Text::new("clinical-allergies-unasked"))
            }
            Outcome::CouldNotCheck => {
                Some(Text::new("clinical-could-not-check").with("names", names))
            }
        };
        let said = text
            .map(|text| cx.app.texts.render(cx.origin.language, &text))
            .unwrap_or_default();
        Ok(AllergyAnswer {
            alert: outcome != Outcome::NothingFound,
            outcome: outcome.as_str().to_owned(),
            severity: match outcome {
                Outcome::CouldNotCheck => Some("unknown".to_owned()),
                _ => worst.map(|alert| alert.severity.clone()),
            },
            reason: match outcome {
                Outcome::CouldNotCheck => Some(said.clone()),
                _ => worst.map(reason),
            },
            message: worst.map_or(said, |alert| alert.message.clone()),
            alerts,
            could_not_check,
            not_checked: not_checked(&answer),
            allergies_recorded: reported.len(),
            safety_pack: pack.version().to_owned(),
        })
    }
}

/// The rule's own words, or what is the same in both.
fn reason(alert: &SafetyAlert) -> String {
    match alert.effect.as_str() {
        "" => alert.ingredients.join(" / "),
        effect => effect.to_owned(),
    }
}
