//! The check: a medicine against what the patient takes, is allergic to, and is.

use super::answer::{Answer, Finding, Kind, Severity};
use super::dose::Dosing;
use super::fold::fold;
use super::names::Named;
use super::pack::Pack;

/// Where a medicine goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// By mouth.
    Oral,
    /// By a needle.
    Injected,
    /// On skin, eye, ear, nose or vagina only.
    Local,
}

impl Route {
    /// The route that the words of a prescription say; none when they don't, or say several things.
    pub fn written(text: &str) -> Option<Self> {
        let folded = fold(text);
        let has = |words: &[&str]| folded.split(' ').any(|word| words.contains(&word));
        let oral = has(&[
            "tab",
            "tabs",
            "tablet",
            "tablets",
            "cap",
            "caps",
            "capsule",
            "capsules",
            "syrup",
            "syr",
            "syp",
            "susp",
            "suspension",
            "po",
            "oral",
            "orally",
            "mouth",
            "sachet",
            "sachets",
            "dt",
            "comprime",
            "comprimes",
            "gelule",
            "gelules",
            "sirop",
        ]);
        let injected = has(&[
            "inj",
            "injection",
            "injections",
            "injectable",
            "iv",
            "im",
            "sc",
            "vial",
            "vials",
            "ampoule",
            "ampoules",
            "infusion",
            "depot",
        ]);
        let local = has(&[
            "cream",
            "ointment",
            "oint",
            "lotion",
            "gel",
            "eye",
            "eyes",
            "ear",
            "ears",
            "nasal",
            "vaginal",
            "pessary",
            "pessaries",
            "pv",
            "topical",
            "shampoo",
        ]);
        match (oral, injected, local) {
            (true, false, false) => Some(Route::Oral),
            (false, true, false) => Some(Route::Injected),
            (false, false, true) => Some(Route::Local),
            _ => None,
        }
    }
}

/// A medicine as somebody wrote it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Medicine<'a> {
    /// Its name, with or without strength, form and frequency.
    pub written: &'a str,
    /// Where it goes; when that is not known, rules for every route apply.
    pub route: Option<Route>,
}

impl<'a> Medicine<'a> {
    /// A medicine whose route is not known.
    pub fn new(written: &'a str) -> Self {
        Medicine {
            written,
            route: None,
        }
    }
}

/// How bad a recorded reaction was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reaction {
    /// Not recorded; counts as severe.
    #[default]
    Unknown,
    /// A nuisance.
    Mild,
    /// It needed treatment.
    Moderate,
    /// A danger to life.
    Severe,
}

/// An allergy as recorded.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportedAllergy<'a> {
    /// The substance, as written.
    pub written: &'a str,
    /// How bad the reaction was.
    pub reaction: Reaction,
}

/// How far a pregnancy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pregnancy {
    /// Pregnant, trimester not known: every warning counts.
    Unknown,
    /// Weeks 1 to 13.
    First,
    /// Weeks 14 to 27.
    Second,
    /// From week 28.
    Third,
}

/// What is known of the patient that some medicines do not go with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances {
    /// Age in days.
    pub age_days: Option<f64>,
    /// Whether and how far she is pregnant.
    pub pregnancy: Option<Pregnancy>,
    /// Whether she could become pregnant.
    pub could_become_pregnant: bool,
    /// Whether she breastfeeds.
    pub breastfeeding: bool,
    /// Whether the enzyme G6PD is lacking.
    pub g6pd_deficiency: bool,
    /// Weight in grams, when it was measured lately.
    pub weight_grams: Option<i64>,
    /// What the heaviest children of this age and sex weigh, in grams; counts where there is no weight. What is too much
    /// for them is too much for this one.
    pub heaviest_grams: Option<i64>,
}

impl Circumstances {
    /// The weight that limits go by.
    pub(super) fn weight_counted(&self) -> Option<i64> {
        self.weight_grams.or(self.heaviest_grams)
    }
}

/// What is asked: may this patient have this medicine?
#[derive(Debug, Clone, Copy, Default)]
pub struct Question<'a> {
    /// The medicine to be given.
    pub medicine: Medicine<'a>,
    /// What the patient takes already.
    pub taking: &'a [Medicine<'a>],
    /// What the patient is allergic to.
    pub allergies: &'a [ReportedAllergy<'a>],
    /// Nobody has asked the patient for allergies.
    pub allergies_unasked: bool,
    /// What else is known of the patient.
    pub patient: Circumstances,
    /// How it is to be taken; none when that is not asked about.
    pub dosing: Option<&'a Dosing>,
}

impl Pack {
    /// Checks a medicine against everything that is known of the patient. Rules run between the new medicine and each
    /// other one, not between the ingredients of one product.
    pub fn check(&self, question: &Question<'_>) -> Answer {
        let mut answer = Answer {
            allergies_unasked: question.allergies_unasked,
            ..Answer::default()
        };
        let new = self.read(question.medicine, &mut answer);
        for allergy in question.allergies {
            let named = self.named_allergy(allergy.written);
            for x in &new.ingredients {
                let Some(hit) = self.allergy(&named, allergy.reaction, *x) else {
                    continue;
                };
                answer.findings.push(Finding {
                    kind: Kind::Allergy,
                    severity: hit.severity,
                    medicine: question.medicine.written.to_owned(),
                    ingredient: self.name(*x).to_owned(),
                    other: allergy.written.to_owned(),
                    other_ingredient: hit.allergen.to_owned(),
                    effect: hit.rationale.to_owned(),
                    mechanism: String::new(),
                    management: String::new(),
                    source: hit.source.to_owned(),
                    dose: None,
                });
            }
            if !named.unknown.is_empty() {
                answer
                    .unknown
                    .push(self.unknown(allergy.written, named.unknown));
            }
        }
        for other in question.taking {
            let active = self.read(*other, &mut answer);
            self.beside(question.medicine, &new, *other, &active, &mut answer);
        }
        for x in &new.ingredients {
            for row in self.warnings(&question.patient, *x) {
                answer.findings.push(Finding {
                    kind: row.kind,
                    severity: row.severity,
                    medicine: question.medicine.written.to_owned(),
                    ingredient: self.name(*x).to_owned(),
                    other: String::new(),
                    other_ingredient: String::new(),
                    effect: row.message.clone(),
                    mechanism: String::new(),
                    management: String::new(),
                    source: row.source.clone(),
                    dose: None,
                });
            }
        }
        self.dose(question, &new, &mut answer);
        answer.sort();
        answer
    }

    /// Checks every medicine of a list against every other one.
    pub fn check_together(&self, medicines: &[Medicine<'_>]) -> Answer {
        let mut answer = Answer::default();
        let named: Vec<Named> = medicines
            .iter()
            .map(|medicine| self.read(*medicine, &mut answer))
            .collect();
        for (at, (new, names)) in medicines.iter().zip(&named).enumerate() {
            for (other, active) in medicines.iter().zip(&named).take(at) {
                self.beside(*new, names, *other, active, &mut answer);
            }
        }
        answer.sort();
        answer
    }

    /// The ingredients that a text names, each by its name in the pack; empty when none is known.
    pub fn ingredients_of(&self, written: &str) -> Vec<&str> {
        self.named(written)
            .ingredients
            .into_iter()
            .map(|id| self.name(id))
            .collect()
    }

    /// Whether every word of a text is known, so that it can be checked.
    pub fn knows(&self, written: &str) -> bool {
        self.named(written).unknown.is_empty()
    }

    fn read(&self, medicine: Medicine<'_>, answer: &mut Answer) -> Named {
        let mut named = self.named(medicine.written);
        if !named.unknown.is_empty() {
            answer
                .unknown
                .push(self.unknown(medicine.written, std::mem::take(&mut named.unknown)));
        }
        named
    }

    fn beside(
        &self,
        new: Medicine<'_>,
        names: &Named,
        other: Medicine<'_>,
        active: &Named,
        answer: &mut Answer,
    ) {
        let finding = |kind, severity, x, y| Finding {
            kind,
            severity,
            medicine: new.written.to_owned(),
            ingredient: self.name(x).to_owned(),
            other: other.written.to_owned(),
            other_ingredient: self.name(y).to_owned(),
            effect: String::new(),
            mechanism: String::new(),
            management: String::new(),
            source: String::new(),
            dose: None,
        };
        let twice = || new.route == other.route && fold(new.written) == fold(other.written);
        for x in &names.ingredients {
            for y in &active.ingredients {
                if let Some(row) = self.interaction(*x, *y, [new.route, other.route])
                    && let Some(severity) = row.severity
                {
                    answer.findings.push(Finding {
                        effect: row.effect.clone(),
                        mechanism: row.mechanism.clone(),
                        management: row.management.clone(),
                        source: row.source.clone(),
                        ..finding(Kind::Interaction, severity, *x, *y)
                    });
                }
                if let Some((severity, row)) = self.duplicate(*x, *y, *x == *y && twice()) {
                    // A cream beside tablets doubles no dose: shown, without stopping anybody.
                    let apart =
                        (new.route == Some(Route::Local)) != (other.route == Some(Route::Local));
                    let severity = if apart {
                        severity.min(Severity::Moderate)
                    } else {
                        severity
                    };
                    answer.findings.push(Finding {
                        effect: row.message.clone(),
                        source: row.source.clone(),
                        ..finding(Kind::Duplicate, severity, *x, *y)
                    });
                }
            }
        }
    }
}
