//! What the safety check found, as clients see it and as alerts keep it.

use formulary::safety::{
    Answer, DoseCheck, DoseFault, DoseGap, Finding, Kind, NotCompared, Severity, Unknown,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alert::{AlertKind, AlertSeverity};

/// Something that speaks against a medicine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct SafetyAlert {
    /// `allergy`, `interaction`, `duplicate_therapy`, `pregnancy`, `could_become_pregnant`, `breastfeeding`, `age`, `g6pd_deficiency` or `dose`.
    pub kind: String,
    /// `inform`, `moderate`, `severe` or `contraindicated`; the last two need a reason to go on.
    pub severity: String,
    /// The whole of it in one or two sentences.
    pub message: String,
    /// The two things that do not go together, as written: medicines, or the medicine and the allergy; only the medicine when it is about the patient.
    pub drugs: Vec<String>,
    /// The ingredients or groups of these, in the same order; several that two medicines have in common are joined by ` + `.
    pub ingredients: Vec<String>,
    /// What may happen to the patient, in words.
    pub effect: String,
    /// Why it happens; empty when it is not stated.
    pub mechanism: String,
    /// What to do; empty when it is not stated.
    pub management: String,
    /// Where the fact is published.
    pub source: String,
    /// Of a dose: how much it is, and how much is usual at most; null of other kinds, and of what is not to be taken daily.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose: Option<DoseAlert>,
}

/// A dose above the highest usual one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct DoseAlert {
    /// How much it is, such as `6000 mg`.
    pub amount: String,
    /// The highest usual dose, such as `4000 mg`.
    pub limit: String,
    /// Of a day, and not at once.
    pub daily: bool,
    /// For whom: `anybody`, `child`, or the weight in kilograms, such as `18`.
    pub whom: String,
    /// Whether no recent weight is recorded, so that the weight is that of the heaviest children of this age (WHO, 3 standard deviations above the median).
    #[serde(default)]
    pub weight_assumed: bool,
    /// The ingredient, where the medicine has several; else empty.
    pub ingredient: String,
}

fn dose(finding: &Finding) -> Option<DoseAlert> {
    let Some(DoseFault::TooMuch {
        amount,
        limit,
        daily,
        kilograms,
        weight_assumed,
        child,
        among_others,
    }) = &finding.dose
    else {
        return None;
    };
    let whom = if *child { "child" } else { "anybody" };
    Some(DoseAlert {
        amount: amount.clone(),
        limit: limit.clone(),
        daily: *daily,
        whom: kilograms.clone().unwrap_or_else(|| whom.to_owned()),
        weight_assumed: *weight_assumed,
        ingredient: match among_others {
            true => finding.ingredient.clone(),
            false => String::new(),
        },
    })
}

impl From<&Finding> for SafetyAlert {
    fn from(finding: &Finding) -> SafetyAlert {
        let pair = |one: &str, other: &str| {
            [one, other]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .collect()
        };
        SafetyAlert {
            kind: kind(finding.kind).to_owned(),
            severity: finding.severity.as_str().to_owned(),
            message: message(finding),
            drugs: pair(&finding.medicine, &finding.other),
            ingredients: pair(&finding.ingredient, &finding.other_ingredient),
            effect: finding.effect.clone(),
            mechanism: finding.mechanism.clone(),
            management: finding.management.clone(),
            source: finding.source.clone(),
            dose: dose(finding),
        }
    }
}

/// What was found, in its order. Two medicines that double each other are told once, however many ingredients they have
/// in common: what is to be done is the same.
pub(crate) fn told<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<SafetyAlert> {
    let mut told: Vec<(Kind, SafetyAlert)> = Vec::new();
    for finding in findings {
        let alert = SafetyAlert::from(finding);
        let same = |known: &&mut (Kind, SafetyAlert)| {
            (known.0, finding.kind) == (Kind::Duplicate, Kind::Duplicate)
                && known.1.drugs == alert.drugs
        };
        match told.iter_mut().find(same) {
            Some((_, known)) => {
                for (names, more) in known.ingredients.iter_mut().zip(&alert.ingredients) {
                    if !names.split(" + ").any(|name| name == more) {
                        *names = [names.as_str(), " + ", more].concat();
                    }
                }
            }
            None => told.push((finding.kind, alert)),
        }
    }
    told.into_iter().map(|(_, alert)| alert).collect()
}

impl SafetyAlert {
    /// It needs a reason to go on.
    pub(crate) fn interrupts(&self) -> bool {
        Severity::parse(&self.severity).is_some_and(Severity::interrupts)
    }

    /// As what it is kept with the patient's alerts.
    pub(crate) fn kept_as(&self) -> (AlertKind, AlertSeverity) {
        let kind = match self.kind.as_str() {
            "allergy" => AlertKind::Allergy,
            "duplicate_therapy" => AlertKind::DuplicateTherapy,
            // Of the medicine with another, or with what the patient is.
            _ => AlertKind::Interaction,
        };
        let severity = match Severity::parse(&self.severity) {
            Some(Severity::Contraindicated) => AlertSeverity::Critical,
            Some(Severity::Severe) => AlertSeverity::Warning,
            _ => AlertSeverity::Info,
        };
        (kind, severity)
    }
}

/// A name that could not be checked.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct UnknownName {
    /// The name of the medicine as it was written.
    pub name: String,
    /// The words in it that are not known.
    pub words: Vec<String>,
    /// Known names that look alike, nearest first: to be offered, never to be assumed.
    pub nearest: Vec<String>,
}

impl From<&Unknown> for UnknownName {
    fn from(unknown: &Unknown) -> UnknownName {
        UnknownName {
            name: unknown.written.clone(),
            words: unknown.words.clone(),
            nearest: unknown.nearest.clone(),
        }
    }
}

/// A part of the check that could not be done. While there is one, silence is no all-clear.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotChecked {
    /// `name`, `allergies` or `dose`.
    pub part: String,
    /// Of a name `unknown`; of allergies `not_asked`; of the dose `not_written`, `amount` (how much could not be read for certain), `strengths` (how much of each ingredient is not known), `unit`, `no_limit` (no highest usual dose is known), `no_child_limit`, `weight` (the limit goes by weight, which is not known) or `frequency` (how often could not be read).
    pub reason: String,
    /// The name as written, or the ingredient whose dose it is; empty where it concerns all.
    pub what: String,
}

impl NotChecked {
    pub(crate) fn new(part: &str, reason: &str, what: &str) -> NotChecked {
        NotChecked {
            part: part.to_owned(),
            reason: reason.to_owned(),
            what: what.to_owned(),
        }
    }
}

/// What an answer leaves unchecked.
pub(crate) fn not_checked(answer: &Answer) -> Vec<NotChecked> {
    let mut all = Vec::new();
    let names = answer.unknown.iter().take(SHOWN);
    all.extend(names.map(|one| NotChecked::new("name", "unknown", &one.written)));
    if answer.allergies_unasked {
        all.push(NotChecked::new("allergies", "not_asked", ""));
    }
    if let DoseCheck::NotCompared(gaps) = &answer.dose {
        let of_gap = |gap: &DoseGap| NotChecked::new("dose", gap.why.as_str(), &gap.ingredient);
        all.extend(gaps.iter().map(of_gap));
        if gaps.is_empty() {
            all.push(NotChecked::new("dose", NotCompared::NoLimit.as_str(), ""));
        }
    }
    all
}

/// More findings than anybody reads.
const SHOWN: usize = 50;

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Allergy => "allergy",
        Kind::Interaction => "interaction",
        Kind::Duplicate => "duplicate_therapy",
        Kind::Pregnancy => "pregnancy",
        Kind::CouldBecomePregnant => "could_become_pregnant",
        Kind::Breastfeeding => "breastfeeding",
        Kind::Age => "age",
        Kind::G6pdDeficiency => "g6pd_deficiency",
        Kind::Dose => "dose",
    }
}

fn message(finding: &Finding) -> String {
    let Finding {
        medicine,
        ingredient,
        other,
        other_ingredient,
        effect,
        management,
        ..
    } = finding;
    let about = match finding.kind {
        Kind::Allergy if ingredient == other_ingredient => {
            format!("{medicine}: the patient is allergic to {other}.")
        }
        Kind::Allergy => {
            format!(
                "{medicine} holds {ingredient}: the patient is allergic to {other} ({other_ingredient})."
            )
        }
        Kind::Dose => format!("{medicine}:"),
        Kind::Interaction | Kind::Duplicate => format!("{medicine} with {other}:"),
        _ => format!("{medicine} in this patient:"),
    };
    [about.as_str(), effect, management]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
