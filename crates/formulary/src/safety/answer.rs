//! What a check answers.

use std::fmt;

/// How much a finding weighs, lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A note; only allergies have it.
    Inform,
    /// Shown, and does not interrupt.
    Moderate,
    /// To be avoided: prescribing or dispensing needs a reason.
    Severe,
    /// Never, or only by a specialist who watches the patient.
    Contraindicated,
}

impl Severity {
    /// The word used by the pack and by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Inform => "inform",
            Severity::Moderate => "moderate",
            Severity::Severe => "severe",
            Severity::Contraindicated => "contraindicated",
        }
    }

    /// The severity that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Severity::Inform,
            Severity::Moderate,
            Severity::Severe,
            Severity::Contraindicated,
        ]
        .into_iter()
        .find(|severity| severity.as_str() == word)
    }

    /// Whether prescribing and dispensing stop until a reason is given.
    pub fn interrupts(self) -> bool {
        self >= Severity::Severe
    }

    /// One step lighter; a note stays a note.
    pub(super) fn lighter(self) -> Self {
        match self {
            Severity::Contraindicated => Severity::Severe,
            Severity::Severe => Severity::Moderate,
            Severity::Moderate | Severity::Inform => Severity::Inform,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of rule fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The patient is allergic to it or to something that it may cross-react with.
    Allergy,
    /// It and a medicine that the patient takes do not go together.
    Interaction,
    /// The patient takes the same or much the same already.
    Duplicate,
    /// The patient is pregnant.
    Pregnancy,
    /// The patient could become pregnant.
    CouldBecomePregnant,
    /// The patient breastfeeds.
    Breastfeeding,
    /// The patient is too young or too old for it.
    Age,
    /// The patient lacks the enzyme G6PD.
    G6pdDeficiency,
    /// More than is usually given at once or a day, or oftener than it may be.
    Dose,
}

impl Kind {
    /// The word used by the pack and by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Allergy => "allergy",
            Kind::Interaction => "interaction",
            Kind::Duplicate => "duplicate",
            Kind::Pregnancy => "pregnancy",
            Kind::CouldBecomePregnant => "could-become-pregnant",
            Kind::Breastfeeding => "breastfeeding",
            Kind::Age => "age",
            Kind::G6pdDeficiency => "g6pd-deficiency",
            Kind::Dose => "dose",
        }
    }

    /// The circumstance of a patient that a word names.
    pub(super) fn circumstance(word: &str) -> Option<Self> {
        [
            Kind::Pregnancy,
            Kind::CouldBecomePregnant,
            Kind::Breastfeeding,
            Kind::Age,
            Kind::G6pdDeficiency,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a dose, for sentences in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoseFault {
    /// It is taken once a week, and was meant daily.
    NotDaily,
    /// It is above the highest usual one.
    TooMuch {
        /// How much it is, such as `6000 mg`.
        amount: String,
        /// The highest usual dose, such as `4000 mg`.
        limit: String,
        /// Of a day, and not at once.
        daily: bool,
        /// The weight that the limit goes by, in kilograms.
        kilograms: Option<String>,
        /// There is no weight of the patient: it is what the heaviest children of this age weigh.
        weight_assumed: bool,
        /// The limit is a child's.
        child: bool,
        /// The medicine holds other ingredients as well.
        among_others: bool,
    },
}

/// One thing that speaks against the medicine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of rule fits.
    pub kind: Kind,
    /// How much it weighs.
    pub severity: Severity,
    /// The medicine that was asked about, as written.
    pub medicine: String,
    /// The ingredient of it that is concerned.
    pub ingredient: String,
    /// What it stands against, as written: the other medicine or the recorded allergy; empty for circumstances.
    pub other: String,
    /// The ingredient of the other medicine, or the allergen; empty for circumstances.
    pub other_ingredient: String,
    /// What may happen, in one sentence.
    pub effect: String,
    /// Why it happens; empty where the rule does not say.
    pub mechanism: String,
    /// What to do; empty where the rule does not say.
    pub management: String,
    /// Where the fact is published; `site` for the hospital's own rows without a source.
    pub source: String,
    /// What is wrong with the dose; none of other kinds.
    pub dose: Option<DoseFault>,
}

/// Something written that the pack does not know, or knows only in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The whole text, as written.
    pub written: String,
    /// The words in it that the pack does not know.
    pub words: Vec<String>,
    /// Names that the pack knows and that look alike, nearest first: to be offered, never to be assumed.
    pub nearest: Vec<String>,
}

/// Why the dose of an ingredient was not compared with the highest usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotCompared {
    /// How much it is could not be read for certain.
    Amount,
    /// How much of each ingredient it is, is not known.
    Strengths,
    /// It is counted in something else than the limit.
    Unit,
    /// No highest usual dose is known.
    NoLimit,
    /// None is known for children of this age.
    NoChildLimit,
    /// The limit goes by weight, and the weight is not known.
    Weight,
    /// How often it is taken could not be read, and so not the dose of a day.
    Frequency,
}

impl NotCompared {
    /// Every reason.
    pub const ALL: [NotCompared; 7] = [
        NotCompared::Amount,
        NotCompared::Strengths,
        NotCompared::Unit,
        NotCompared::NoLimit,
        NotCompared::NoChildLimit,
        NotCompared::Weight,
        NotCompared::Frequency,
    ];

    /// The word used by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            NotCompared::Amount => "amount",
            NotCompared::Strengths => "strengths",
            NotCompared::Unit => "unit",
            NotCompared::NoLimit => "no_limit",
            NotCompared::NoChildLimit => "no_child_limit",
            NotCompared::Weight => "weight",
            NotCompared::Frequency => "frequency",
        }
    }
}

/// An ingredient whose dose was not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseGap {
    /// Its name in the pack.
    pub ingredient: String,
    /// Why.
    pub why: NotCompared,
}

/// Whether the dose was compared with the highest usual one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DoseCheck {
    /// There was no dose to compare.
    #[default]
    NotAsked,
    /// That of every ingredient was.
    Compared,
    /// That of these was not; of none, when no ingredient is known.
    NotCompared(Vec<DoseGap>),
}

/// The three ways in which a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything that was asked was checked, and no rule fits.
    NothingFound,
    /// At least one rule fits. Something may not have been checked as well, see [`Answer::is_complete`].
    Found,
    /// No rule fits what is known, but something could not be checked: that is not an all-clear.
    CouldNotCheck,
}

impl Outcome {
    /// The word used by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::NothingFound => "nothing_found",
            Outcome::Found => "found",
            Outcome::CouldNotCheck => "could_not_check",
        }
    }
}

/// What a check found, most severe first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What speaks against it, most severe first.
    pub findings: Vec<Finding>,
    /// What could not be checked.
    pub unknown: Vec<Unknown>,
    /// Whether the dose was compared.
    pub dose: DoseCheck,
    /// Nobody has asked the patient for allergies: that none is recorded says nothing.
    pub allergies_unasked: bool,
}

impl Answer {
    /// How the check ended.
    pub fn outcome(&self) -> Outcome {
        match (self.findings.is_empty(), self.is_complete()) {
            (false, _) => Outcome::Found,
            (true, false) => Outcome::CouldNotCheck,
            (true, true) => Outcome::NothingFound,
        }
    }

    /// Every part of the check that was asked for was done.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty()
            && !self.allergies_unasked
            && !matches!(self.dose, DoseCheck::NotCompared(_))
    }

    /// Whether prescribing and dispensing stop until a reason is given.
    pub fn interrupts(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity.interrupts())
    }

    /// The highest severity of a kind.
    pub fn highest(&self, kind: Kind) -> Option<Severity> {
        let of_kind = self.findings.iter().filter(|finding| finding.kind == kind);
        of_kind.map(|finding| finding.severity).max()
    }

    pub(super) fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then_with(|| a.kind.cmp(&b.kind))
                .then_with(|| a.other.cmp(&b.other))
        });
    }
}
