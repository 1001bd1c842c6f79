//! The whole safety check of a medicine, before it is prescribed.

use formulary::safety::{DoseCheck, Pregnancy as Stage, Reaction};
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Pharmacist};
use patients::Patient;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, List};
use platform::texts::Text;
use platform::verb::Command;
use schemars::JsonSchema;
use serde::Serialize;

use crate::prescription::Prescription;
use crate::prescription_alert::{NotChecked, SafetyAlert, UnknownName};
use crate::prescription_drug::Drug;
use crate::prescription_safety::{Facts, gather, judge};

/// More than anybody takes or is allergic to.
const MOST: usize = 50;
/// Nobody is older, in days.
const OLDEST: i64 = 50_000;

platform::choice! {
    /// How far a pregnancy is.
    pub enum Pregnancy {
        /// Not known: every warning counts.
        Unknown = "unknown" | "yes",
        /// Weeks 1 to 13.
        First = "1" | "first",
        /// Weeks 14 to 27.
        Second = "2" | "second",
        /// From week 28.
        Third = "3" | "third",
    }
}

platform::input! {
    /// A medicine, and whom it is for. What is stated here counts beside what is recorded of the patient.
    pub struct SafetyQuestion {
        /// The medicine, with or without strength and form.
        medication_name: Line<255>,
        /// The patient; null for a question about nobody in particular.
        patient_id: Option<i64>,
        /// Further medicines that are taken; at most 50.
        medications: List<Line<255>>,
        /// Further allergies; at most 50.
        allergies: List<Line<255>>,
        /// The age in days, 0 to 50000; the patient's when it is left out.
        age_days: Option<i64>,
        /// How far a pregnancy is; null when there is none, or to use what is recorded.
        pregnancy: Option<Pregnancy>,
        /// Whether she could become pregnant; what is recorded when it is left out.
        could_become_pregnant: Option<bool>,
        /// Whether she breastfeeds.
        breastfeeding: bool = false,
        /// How much at once, such as `500 mg` or `2 tablets`; compared with the highest usual dose where it can be read.
        dosage: Option<Line<255>>,
        /// How often, such as `3 times a day`.
        frequency: Option<Line<255>>,
        /// Whether the enzyme G6PD is lacking.
        g6pd_deficiency: bool = false,
    }
}

/// What the check found, most severe first, and what could not be checked.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct SafetyAnswer {
    /// `found`; `nothing_found` only when everything was checked: for a patient also the allergies and the dose; else `could_not_check`.
    outcome: String,
    /// Prescribing it would need `override_reason`.
    override_reason_required: bool,
    /// What speaks against it, most severe first.
    alerts: Vec<SafetyAlert>,
    /// Names that could not be checked, with known names that look alike.
    could_not_check: Vec<UnknownName>,
    /// Every part of the check that could not be done. While there is anything, silence is no all-clear.
    not_checked: Vec<NotChecked>,
    /// Whether the dose of every ingredient was compared with the highest usual one.
    dose_checked: bool,
    /// The ingredients that are recognised in the medicine's name.
    ingredients: Vec<String>,
    /// The version of the drug-safety pack.
    safety_pack: String,
}

/// `prescriptions/check_safety/`.
pub struct CheckSafety;

impl Command for CheckSafety {
    type Of = Prescription;
    type Input = SafetyQuestion;
    type Answer = SafetyAnswer;
    const NAME: &'static str = "check_safety";
    const SUMMARY: &'static str = "Check a medicine before it is prescribed";
    const DESCRIPTION: &'static str = "Allergies, interactions, duplicate therapy, pregnancy, breastfeeding, age, G6PD deficiency \
        and dose, as prescribing it would check them. Nothing is stored.";
    const ALIASES: &'static [(&'static str, &'static str)] = &[("patient", "patient_id")];

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Nurse, Pharmacist])
    }

    async fn run(cx: &mut Cx, input: SafetyQuestion) -> Result<SafetyAnswer, Error> {
        check(&input)?;
        let pack = formulary::pack::current(cx).await?;
        let mut facts = match input.patient_id {
            Some(id) => {
                let patient: Patient = cx.find(id).await?;
                cx.saw_record(&patient);
                patients::check_kept(&patient)?;
                gather(cx, &pack, id, &[]).await?
            }
            None => {
                // A question about medicines alone shows nothing of anybody.
                cx.saw_nothing();
                Facts::default()
            }
        };
        lay_over(&mut facts, &input);
        let text =
            |line: &Option<Line<255>>| line.as_ref().map_or_else(String::new, ToString::to_string);
        let mut drug = Drug::written(&input.medication_name);
        // A question about medicines alone may leave the dose out; whether a patient may have one may not.
        if input.dosage.is_some() || input.patient_id.is_some() {
            drug = drug.taken(&text(&input.dosage), &text(&input.frequency));
        }
        let checked = judge(&pack, &drug, &facts);
        let ingredients = pack.ingredients_of(&input.medication_name);
        Ok(SafetyAnswer {
            outcome: checked.outcome().as_str().to_owned(),
            override_reason_required: checked.interrupts(),
            alerts: checked.found(),
            could_not_check: checked.unknown_names(),
            not_checked: checked.not_checked(),
            dose_checked: checked.answer.dose == DoseCheck::Compared,
            ingredients: ingredients.into_iter().map(str::to_owned).collect(),
            safety_pack: checked.pack,
        })
    }
}

fn check(input: &SafetyQuestion) -> Result<(), Error> {
    if input.medications.0.len() > MOST {
        return Err(Error::field(
            "medications",
            Text::new("clinical-medications").with("max", MOST),
        ));
    }
    if input.allergies.0.len() > MOST {
        return Err(Error::field(
            "allergies",
            Text::new("too-big").with("max", MOST),
        ));
    }
    match input.age_days {
        Some(days) if !(0..=OLDEST).contains(&days) => Err(Error::field(
            "age_days",
            Text::new("clinical-age-days").with("max", OLDEST),
        )),
        _ => Ok(()),
    }
}

/// What is stated counts beside what is recorded.
fn lay_over(facts: &mut Facts, input: &SafetyQuestion) {
    facts
        .taking
        .extend(input.medications.0.iter().map(|name| Drug::written(name)));
    facts.allergies.extend(
        input
            .allergies
            .0
            .iter()
            .map(|name| (name.to_string(), Reaction::Unknown)),
    );
    facts.allergies_unasked &= input.allergies.0.is_empty();
    let patient = &mut facts.circumstances;
    if let Some(days) = input.age_days.and_then(|days| i32::try_from(days).ok()) {
        patient.age_days = Some(f64::from(days));
    }
    if let Some(pregnancy) = input.pregnancy {
        patient.pregnancy = Some(match pregnancy {
            Pregnancy::Unknown => Stage::Unknown,
            Pregnancy::First => Stage::First,
            Pregnancy::Second => Stage::Second,
            Pregnancy::Third => Stage::Third,
        });
        patient.could_become_pregnant = false;
    }
    if let Some(could) = input.could_become_pregnant {
        patient.could_become_pregnant = could;
    }
    patient.breastfeeding |= input.breastfeeding;
    patient.g6pd_deficiency |= input.g6pd_deficiency;
}
