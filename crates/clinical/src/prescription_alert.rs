//! What the safety check found, as clients see it and as alerts keep it.

use formulary::safety::{Finding, Kind, Severity, Unknown};
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
    /// The ingredients or groups of these, in the same order.
    pub ingredients: Vec<String>,
    /// What may happen to the patient, in words.
    pub effect: String,
    /// Why it happens; empty when it is not stated.
    pub mechanism: String,
    /// What to do; empty when it is not stated.
    pub management: String,
    /// Where the fact is published.
    pub source: String,
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
        }
    }
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
