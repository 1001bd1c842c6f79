//! Doses against the highest usual ones of `max_dose.csv`.
//!
//! Only what is read for certain is compared: one ingredient, a dose in the row's own kind of unit, and for limits by
//! weight a weight. Silence means that nothing was compared or nothing was too high; where several rows could be meant,
//! the most generous one decides.

use super::answer::{Finding, Kind, Severity};
use super::check::{Circumstances, Question, Route};
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

/// How a medicine is to be taken, as far as its words say it for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dosing {
    /// At once.
    pub single: Amount,
    /// Times a day; none when it is not said, or taken less often than daily.
    pub per_day: Option<i64>,
}

/// A row of the table.
#[derive(Debug, Clone)]
pub(super) struct DoseLimit {
    by: By,
    child: bool,
    unit: DoseUnit,
    /// How the unit is written, and its steps in a thousandth of it.
    written: String,
    scale: i64,
    single: Most,
    daily: Most,
    /// Taken once a week: daily is a mistake that kills.
    weekly: bool,
    note: String,
    source: String,
}

/// The most at once or a day: altogether and for each kilogram, in steps.
#[derive(Debug, Clone, Copy, Default)]
struct Most {
    whole: Option<i64>,
    per_kg: Option<i64>,
}

impl Most {
    /// The lower of the two for a patient; none where only the weight would say it and is not known.
    fn of(self, weight_grams: Option<i64>) -> Option<i64> {
        let by_weight = self
            .per_kg
            .zip(weight_grams)
            .map(|(each, grams)| each.saturating_mul(grams) / 1_000);
        match (self.whole, by_weight) {
            (Some(whole), Some(by_weight)) => Some(whole.min(by_weight)),
            (whole, by_weight) => by_weight.or(whole),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Mouth,
    Needle,
    Infiltration,
}

/// The table, without rows that cannot be used; a test holds that there are none.
const TABLE: &str = include_str!("../../data/max_dose.csv");

/// Lays the rows over a pack.
pub(super) fn load(pack: &mut Pack) {
    let mut reader = csv::ReaderBuilder::new().from_reader(TABLE.as_bytes());
    let Ok(header) = reader.headers().cloned() else {
        return;
    };
    let place = |name: &str| header.iter().position(|known| known == name);
    for record in reader.records().flatten() {
        let text = |name: &str| place(name).and_then(|at| record.get(at)).unwrap_or("");
        let Some(ingredient) = pack.ingredient_ids.get(text("ingredient")).copied() else {
            continue;
        };
        let Some(limit) = row(text) else { continue };
        pack.doses.entry(ingredient).or_default().push(limit);
    }
}

fn row<'a>(text: impl Fn(&str) -> &'a str) -> Option<DoseLimit> {
    let (unit, scale) = DoseUnit::of(&text("unit").to_lowercase())?;
    let most = |whole: &str, per_kg: &str| {
        let steps = |name: &str| match text(name) {
            "" => Some(None),
            number => thousandths(number).map(|thousandths| Some(thousandths * scale)),
        };
        Some(Most {
            whole: steps(whole)?,
            per_kg: steps(per_kg)?,
        })
    };
    Some(DoseLimit {
        by: match text("route") {
            "oral" => By::Mouth,
            "iv" | "im" | "injection" => By::Needle,
            "infiltration" => By::Infiltration,
            _ => return None,
        },
        child: text("population") == "child",
        unit,
        written: text("unit").to_owned(),
        scale,
        single: most("max_single", "max_single_per_kg")?,
        daily: most("max_daily", "max_daily_per_kg")?,
        weekly: text("schedule") == "weekly",
        note: text("note").to_owned(),
        source: text("source").to_owned(),
    })
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

    /// Whether the table says anything of the only ingredient of a medicine, so that its dose could be compared.
    pub fn has_dose_limit(&self, written: &str) -> bool {
        match self.named(written).ingredients.as_slice() {
            [one] => self.doses.contains_key(one),
            _ => false,
        }
    }

    /// What the dose that is asked about comes to.
    pub(super) fn dose(&self, question: &Question<'_>, named: &Named) -> Option<Finding> {
        let dosing = question.dosing?;
        let [ingredient] = named.ingredients.as_slice() else {
            return None;
        };
        let rows = self.doses.get(ingredient)?;
        let fitting = fitting(rows, question.medicine.route, &question.patient);
        let finding = |severity, effect: String, row: &DoseLimit| Finding {
            kind: Kind::Dose,
            severity,
            medicine: question.medicine.written.to_owned(),
            ingredient: self.name(*ingredient).to_owned(),
            other: String::new(),
            other_ingredient: String::new(),
            effect,
            mechanism: String::new(),
            management: match row.note.is_empty() {
                true => String::new(),
                false => format!("Note: {}.", row.note.trim_end_matches('.')),
            },
            source: row.source.clone(),
        };
        if let Some(row) = fitting.iter().find(|row| row.weekly)
            && dosing.per_day.is_some()
        {
            let effect = "It is taken once a week: taken every day it kills.".to_owned();
            return Some(finding(Severity::Contraindicated, effect, row));
        }
        let weight = question.patient.weight_grams;
        let compared = fitting
            .iter()
            .filter(|row| row.unit == dosing.single.unit)
            .filter_map(|row| row.compare(&dosing, weight).map(|worst| (row, worst)));
        // Of several rows that could be meant the most generous one decides.
        let (row, worst) = compared.min_by_key(|(_, worst)| worst.percent)?;
        if worst.percent <= 100 {
            return None;
        }
        let severity = match worst.percent >= INTERRUPTS {
            true => Severity::Severe,
            false => Severity::Moderate,
        };
        Some(finding(severity, row.said(&worst, weight), row))
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

/// The dose that exceeds its limit most.
struct Worst {
    percent: i64,
    dose: i64,
    limit: i64,
    daily: bool,
}

impl DoseLimit {
    fn compare(&self, dosing: &Dosing, weight: Option<i64>) -> Option<Worst> {
        let share = |dose: i64, limit: i64, daily| Worst {
            percent: percent(dose, limit),
            dose,
            limit,
            daily,
        };
        let single = self.single.of(weight);
        let single = single.map(|limit| share(dosing.single.steps, limit, false));
        let a_day = dosing
            .per_day
            .map(|times| dosing.single.steps.saturating_mul(times));
        let daily = a_day.zip(self.daily.of(weight));
        let daily = daily.map(|(dose, limit)| share(dose, limit, true));
        [single, daily]
            .into_iter()
            .flatten()
            .max_by_key(|worst| worst.percent)
    }

    fn said(&self, worst: &Worst, weight: Option<i64>) -> String {
        let amount = |steps: i64| format!("{} {}", plain(steps / self.scale), self.written);
        let (when, of) = match worst.daily {
            true => ("a day", "daily dose"),
            false => ("at once", "single dose"),
        };
        let most = if worst.daily { self.daily } else { self.single };
        let for_whom = match weight.filter(|_| most.per_kg.is_some()) {
            Some(grams) => format!(" for {} kg", plain(grams)),
            None if self.child => " for a child".to_owned(),
            None => String::new(),
        };
        format!(
            "{} {when}: the highest usual {of}{for_whom} is {}.",
            amount(worst.dose),
            amount(worst.limit)
        )
    }
}

/// Rounded up, so that whatever is above a limit is above a hundred.
fn percent(dose: i64, limit: i64) -> i64 {
    match limit > 0 {
        true => {
            let hundredfold = i128::from(dose) * 100 + i128::from(limit) - 1;
            i64::try_from(hundredfold / i128::from(limit)).unwrap_or(i64::MAX)
        }
        false => 0,
    }
}

/// Thousandths as people write them: `1500` is `1.5`.
fn plain(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
