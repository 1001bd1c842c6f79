//! Doses against the highest usual ones of `max_dose.csv`.
//!
//! Only what is read for certain is compared: a dose in the row's own kind of unit, of each ingredient where the strength
//! of each is known, and for limits by weight a weight. What was not compared is answered with its reason
//! ([`DoseCheck`]), so that silence means a dose that was compared. Where several rows could be meant, the most generous
//! one decides.

use super::answer::{Answer, DoseCheck, DoseFault, DoseGap, Finding, Kind, NotCompared, Severity};
use super::check::{Circumstances, Question, Route};
use super::limit::{By, DoseLimit};
use super::names::Named;
use super::pack::Pack;

/// Younger people are compared with a child's row where there is one, in days.
const CHILD: f64 = 18.0 * 365.25;
/// From this share of the highest usual dose on, in percent, somebody must give a reason.
const INTERRUPTS: i64 = 150;

/// What a dose is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoseUnit {
    /// Thousandths of a microgram.
    Mass,
    /// Thousandths of an international unit.
    Units,
    /// Thousandths of a millimole.
    Millimoles,
}

impl DoseUnit {
    /// The unit that a word means, and how many of the smallest steps a thousandth of it has.
    pub fn of(word: &str) -> Option<(DoseUnit, i64)> {
        Some(match word {
            "g" | "gm" | "gram" | "grams" | "gramme" | "grammes" | "gramu" => {
                (DoseUnit::Mass, 1_000_000)
            }
            "mg" | "mgs" | "milligram" | "milligrams" | "milligramme" | "milligrammes" => {
                (DoseUnit::Mass, 1_000)
            }
            "mcg" | "ug" | "µg" | "μg" | "microgram" | "micrograms" | "microgramme"
            | "microgrammes" => (DoseUnit::Mass, 1),
            "iu" | "ui" | "unit" | "units" | "unite" | "unites" => (DoseUnit::Units, 1),
            "mmol" => (DoseUnit::Millimoles, 1),
            _ => return None,
        })
    }
}

/// An amount of a medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// What it is counted in.
    pub unit: DoseUnit,
    /// So many of the smallest steps.
    pub steps: i64,
}

/// How often a medicine is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    /// So many times a day.
    PerDay(i64),
    /// Once, or less often than daily: what is taken at once is what counts.
    Seldom,
    /// In words that cannot be counted.
    Unread,
}

/// How a medicine is to be taken, as far as its words say it for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dosing {
    /// What one of it holds: one amount, or one for each of several ingredients in the order written. Empty when it
    /// could not be read.
    pub each: Vec<Amount>,
    /// So many of them at once, as a fraction; none when that could not be read.
    pub times: Option<(i64, i64)>,
    /// How often.
    pub often: Often,
    /// The numbers stand without a unit: milligrams, if a product of several ingredients is called so.
    pub unitless: bool,
}

impl Dosing {
    /// An amount at once.
    pub fn of(amount: Amount, often: Often) -> Dosing {
        Dosing {
            each: vec![amount],
            times: Some((1, 1)),
            often,
            unitless: false,
        }
    }

    /// What was written and could not be read.
    pub fn unread(often: Often) -> Dosing {
        Dosing {
            each: Vec::new(),
            times: None,
            often,
            unitless: false,
        }
    }

    /// What a part of it comes to at once.
    pub(super) fn at_once(&self, each: Amount) -> Option<Amount> {
        let (by, of) = self.times?;
        let steps = i128::from(each.steps) * i128::from(by) / i128::from(of.max(1));
        let steps = i64::try_from(steps).ok().filter(|steps| *steps > 0)?;
        Some(Amount { steps, ..each })
    }
}

/// `7.5` as 7500; at most three decimals.
pub fn thousandths(number: &str) -> Option<i64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let part = format!("{part:0<3}");
    Some(whole.parse::<i64>().ok()? * 1_000 + part.parse::<i64>().ok()?)
}

impl Pack {
    /// How many rows of highest usual doses are known.
    pub fn dose_limit_count(&self) -> usize {
        self.doses.values().map(Vec::len).sum()
    }

    /// Compares the dose of each ingredient that a medicine names.
    pub(super) fn dose(&self, question: &Question<'_>, named: &Named, answer: &mut Answer) {
        let Some(dosing) = question.dosing else {
            return;
        };
        // What only acts where it is put has no dose.
        if question.medicine.route == Some(Route::Local) {
            return;
        }
        let amounts = self.amounts(dosing, named);
        let several = named.ingredients.len() > 1;
        let mut gaps = Vec::new();
        for (ingredient, amount) in named.ingredients.iter().zip(amounts) {
            let compared = self.compare(question, dosing, *ingredient, amount, several);
            answer.findings.extend(compared.finding);
            gaps.extend(compared.gap.map(|why| DoseGap {
                ingredient: self.name(*ingredient).to_owned(),
                why,
            }));
        }
        answer.dose = match gaps.is_empty() && !named.ingredients.is_empty() {
            true => DoseCheck::Compared,
            false => DoseCheck::NotCompared(gaps),
        };
    }

    fn compare(
        &self,
        question: &Question<'_>,
        dosing: &Dosing,
        ingredient: u16,
        amount: Result<Amount, NotCompared>,
        several: bool,
    ) -> Compared {
        let rows = self.doses.get(&ingredient).map_or(&[][..], Vec::as_slice);
        let fitting = fitting(rows, question.medicine.route, &question.patient);
        let finding = |severity, (effect, fault): (String, DoseFault), row: &DoseLimit| Finding {
            kind: Kind::Dose,
            severity,
            medicine: question.medicine.written.to_owned(),
            ingredient: self.name(ingredient).to_owned(),
            other: String::new(),
            other_ingredient: String::new(),
            effect,
            mechanism: String::new(),
            management: match row.note.is_empty() {
                true => String::new(),
                false => format!("Note: {}.", row.note.trim_end_matches('.')),
            },
            source: row.source.clone(),
            dose: Some(fault),
        };
        if let Some(row) = fitting.iter().find(|row| row.weekly)
            && matches!(dosing.often, Often::PerDay(_))
        {
            let effect = "It is taken once a week: taken every day it kills.".to_owned();
            let said = (effect, DoseFault::NotDaily);
            return Compared::found(finding(Severity::Contraindicated, said, row));
        }
        if fitting.iter().all(|row| row.says_nothing()) {
            return Compared::not(NotCompared::NoLimit);
        }
        let amount = match amount {
            Ok(amount) => amount,
            Err(why) => return Compared::not(why),
        };
        let weight_counted = question.patient.weight_counted();
        let compared = fitting
            .iter()
            .filter(|row| row.unit == amount.unit)
            .filter_map(|row| {
                row.compare(amount.steps, dosing.often, weight_counted)
                    .map(|worst| (row, worst))
            });
        // Of several rows that could be meant the most generous one decides.
        let Some((row, worst)) = compared.min_by_key(|(_, worst)| worst.percent) else {
            let by_weight = fitting.iter().any(|row| {
                row.unit == amount.unit && row.needs_weight(question.patient.weight_grams)
            });
            return Compared::not(match by_weight {
                true => NotCompared::Weight,
                false => NotCompared::Unit,
            });
        };
        if worst.percent > 100 {
            let severity = match worst.percent >= INTERRUPTS {
                true => Severity::Severe,
                false => Severity::Moderate,
            };
            let of_what = several.then(|| self.name(ingredient));
            let said = row.said(&worst, &question.patient, of_what);
            return Compared::found(finding(severity, said, row));
        }
        Compared {
            finding: None,
            gap: row.gap(dosing.often, &question.patient),
        }
    }
}

/// What came of the dose of one ingredient: too much of it, or what could not be compared.
struct Compared {
    finding: Option<Finding>,
    gap: Option<NotCompared>,
}

impl Compared {
    fn found(finding: Finding) -> Compared {
        Compared {
            finding: Some(finding),
            gap: None,
        }
    }

    fn not(why: NotCompared) -> Compared {
        Compared {
            finding: None,
            gap: Some(why),
        }
    }
}

/// The rows for a route and a person.
fn fitting<'a>(
    rows: &'a [DoseLimit],
    route: Option<Route>,
    patient: &Circumstances,
) -> Vec<&'a DoseLimit> {
    let by_route = |row: &&DoseLimit| match route {
        Some(Route::Oral) => row.by == By::Mouth,
        Some(Route::Injected) => row.by != By::Mouth,
        Some(Route::Local) => false,
        None => true,
    };
    let rows: Vec<&DoseLimit> = rows.iter().filter(by_route).collect();
    let is_child = patient.age_days.is_some_and(|days| days < CHILD);
    let (child, adult): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.child);
    match is_child && !child.is_empty() {
        true => child,
        false => adult,
    }
}
