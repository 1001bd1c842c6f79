//! Rows of `max_dose.csv`: how one is read, and what a dose comes to beside it.

use super::additions::Fault;
use super::answer::{DoseFault, NotCompared};
use super::check::Circumstances;
use super::dose::{DoseUnit, Often, thousandths};
use super::pack::Pack;
use super::table::Fields;

/// Below this age an adult's limit says only what is too much for anybody, in days.
const SMALL: f64 = 12.0 * 365.25;

/// A row of the table.
#[derive(Debug, Clone)]
pub(super) struct DoseLimit {
    route: String,
    pub(super) by: By,
    pub(super) child: bool,
    pub(super) unit: DoseUnit,
    /// How the unit is written, and its steps in a thousandth of it.
    written: String,
    scale: i64,
    single: Most,
    daily: Most,
    /// Taken once a week: daily is a mistake that kills.
    pub(super) weekly: bool,
    pub(super) note: String,
    pub(super) source: String,
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
pub(super) enum By {
    Mouth,
    Needle,
    Infiltration,
}

/// Lays a row over a pack.
pub(super) fn add(pack: &mut Pack, fields: &Fields<'_>) -> Result<(), Fault> {
    let ingredient = pack.known(fields.text("ingredient")?)?;
    let row = row(fields)?;
    let rows = pack.doses.entry(ingredient).or_default();
    // The latest counts: a hospital's before the starter pack's.
    rows.retain(|other| (&other.route, other.child) != (&row.route, row.child));
    rows.push(row);
    Ok(())
}

fn row(fields: &Fields<'_>) -> Result<DoseLimit, Fault> {
    let written = fields.text("unit")?;
    let (unit, scale) = DoseUnit::of(&written.to_lowercase())
        .ok_or_else(|| fields.wrong("unit", "g, mg, microgram, IU or mmol"))?;
    let steps = |name: &'static str| match fields.get(name) {
        "" => Ok(None),
        number => thousandths(number)
            .and_then(|thousandths| thousandths.checked_mul(scale))
            .filter(|steps| *steps > 0)
            .map(Some)
            .ok_or_else(|| fields.wrong(name, "empty or a number such as 7.5")),
    };
    let most = |whole, per_kg| {
        Ok::<Most, Fault>(Most {
            whole: steps(whole)?,
            per_kg: steps(per_kg)?,
        })
    };
    let route = fields.text("route")?;
    Ok(DoseLimit {
        route: route.to_owned(),
        by: match route {
            "oral" => By::Mouth,
            "iv" | "im" | "injection" => By::Needle,
            "infiltration" => By::Infiltration,
            _ => return Err(fields.wrong("route", "oral, iv, im, injection or infiltration")),
        },
        child: match fields.text("population")? {
            "adult" => false,
            "child" => true,
            _ => return Err(fields.wrong("population", "adult or child")),
        },
        unit,
        written: written.to_owned(),
        scale,
        single: most("max_single", "max_single_per_kg")?,
        daily: most("max_daily", "max_daily_per_kg")?,
        weekly: match fields.get("schedule") {
            "" => false,
            "weekly" => true,
            _ => return Err(fields.wrong("schedule", "empty or weekly")),
        },
        note: fields.get("note").to_owned(),
        source: match fields.get("source") {
            "" => "site".to_owned(),
            source => source.to_owned(),
        },
    })
}

/// The dose that exceeds its limit most.
pub(super) struct Worst {
    pub(super) percent: i64,
    dose: i64,
    limit: i64,
    daily: bool,
}

impl DoseLimit {
    pub(super) fn says_nothing(&self) -> bool {
        let all = [
            self.single.whole,
            self.single.per_kg,
            self.daily.whole,
            self.daily.per_kg,
        ];
        all.iter().all(Option::is_none)
    }

    /// A limit by weight, and no weight.
    pub(super) fn needs_weight(&self, weight: Option<i64>) -> bool {
        weight.is_none() && (self.single.per_kg.is_some() || self.daily.per_kg.is_some())
    }

    /// What of a dose that is not too high was not compared all the same.
    pub(super) fn gap(&self, often: Often, patient: &Circumstances) -> Option<NotCompared> {
        let is_small = patient.age_days.is_some_and(|days| days < SMALL);
        let daily = self.daily.whole.is_some() || self.daily.per_kg.is_some();
        if is_small && !self.child {
            Some(NotCompared::NoChildLimit)
        } else if self.needs_weight(patient.weight_grams) {
            Some(NotCompared::Weight)
        } else if often == Often::Unread && daily {
            Some(NotCompared::Frequency)
        } else {
            None
        }
    }

    pub(super) fn compare(&self, at_once: i64, often: Often, weight: Option<i64>) -> Option<Worst> {
        let share = |dose: i64, limit: i64, daily| Worst {
            percent: percent(dose, limit),
            dose,
            limit,
            daily,
        };
        let single = self.single.of(weight);
        let single = single.map(|limit| share(at_once, limit, false));
        let a_day = match often {
            Often::PerDay(times) => Some(at_once.saturating_mul(times)),
            Often::Seldom | Often::Unread => None,
        };
        let daily = a_day.zip(self.daily.of(weight));
        let daily = daily.map(|(dose, limit)| share(dose, limit, true));
        [single, daily]
            .into_iter()
            .flatten()
            .max_by_key(|worst| worst.percent)
    }

    /// In English, and for sentences in any language.
    pub(super) fn said(
        &self,
        worst: &Worst,
        patient: &Circumstances,
        of_what: Option<&str>,
    ) -> (String, DoseFault) {
        let amount = |steps: i64| format!("{} {}", plain(steps / self.scale), self.written);
        let (when, of) = match worst.daily {
            true => ("a day", "daily dose"),
            false => ("at once", "single dose"),
        };
        let most = if worst.daily { self.daily } else { self.single };
        let weight = patient.weight_counted().filter(|_| most.per_kg.is_some());
        let kilograms = weight.map(plain);
        let weight_assumed = weight.is_some() && patient.weight_grams.is_none();
        let for_whom = match &kilograms {
            Some(kilograms) if weight_assumed => {
                format!(" for {kilograms} kg, as the heaviest children of this age weigh,")
            }
            Some(kilograms) => format!(" for {kilograms} kg"),
            None if self.child => " for a child".to_owned(),
            None => String::new(),
        };
        let (dose, limit) = (amount(worst.dose), amount(worst.limit));
        let named = of_what
            .map(|name| format!("of {name} "))
            .unwrap_or_default();
        let effect = format!("{dose} {named}{when}: the highest usual {of}{for_whom} is {limit}.");
        let fault = DoseFault::TooMuch {
            amount: dose,
            limit,
            daily: worst.daily,
            kilograms,
            weight_assumed,
            child: self.child,
            among_others: of_what.is_some(),
        };
        (effect, fault)
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
