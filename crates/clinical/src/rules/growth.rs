//! Growth of children as z-scores: WHO Child Growth Standards (2006, to 5 years) and Reference (2007, to 19
//! years). The tables are in `data/who_lms_*.csv`; L, M and S are interpolated linearly between rows.

mod tables;

use schemars::JsonSchema;
use serde::Serialize;

use super::data::{self, Milli};
use super::person::{Person, Sex, TWO_YEARS};
use tables::Table;

platform::choice! {
    /// What is compared with what.
    pub enum Indicator {
        /// Weight for age, to 10 years.
        WeightForAge = "weight_for_age",
        /// Length or height for age, to 19 years.
        HeightForAge = "height_for_age",
        /// Body mass index for age, to 19 years.
        BmiForAge = "bmi_for_age",
        /// Head circumference for age, to 5 years.
        HeadForAge = "head_circumference_for_age",
        /// Mid-upper-arm circumference for age, 3 months to 5 years.
        MuacForAge = "muac_for_age",
        /// Weight for length, under 2 years.
        WeightForLength = "weight_for_length",
        /// Weight for height, from 2 years on.
        WeightForHeight = "weight_for_height",
    }
}

platform::choice! {
    /// How a child was measured.
    pub enum Position {
        /// Length, lying.
        Lying = "lying" | "recumbent",
        /// Height, standing.
        Standing = "standing",
    }
}

impl Indicator {
    /// Beyond ±3 SD the formula gives extremes that do not occur: for measures that depend on weight, WHO
    /// goes on with a straight line of the width between 2 and 3 SD.
    fn is_restricted(self) -> bool {
        !matches!(self, Indicator::HeightForAge | Indicator::HeadForAge)
    }

    /// z-scores beyond these are an error of measuring until shown otherwise (WHO Anthro).
    fn plausible(self) -> (f64, f64) {
        match self {
            Indicator::WeightForAge => (-6.0, 5.0),
            Indicator::HeightForAge => (-6.0, 6.0),
            _ => (-5.0, 5.0),
        }
    }
}

/// What was measured of a child.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    /// Weight in kg.
    pub weight: Option<Milli>,
    /// Length or height in cm.
    pub height: Option<Milli>,
    /// Lying or standing; as usual for the age when it is not said.
    pub position: Option<Position>,
    /// Head circumference in cm.
    pub head: Option<Milli>,
    /// Mid-upper-arm circumference in mm.
    pub muac: Option<Milli>,
}

/// One indicator of a child's growth.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Growth {
    /// Which indicator.
    #[schemars(with = "String")]
    pub indicator: Indicator,
    /// The z-score, to two decimals.
    pub z: f64,
    /// Beyond what is plausible: measure again.
    pub implausible: bool,
    /// The z-score lines (−3, −2, −1, 1, 2, 3) crossed since the measurement before; empty without one.
    pub crossed: Vec<i8>,
    /// Where the line was crossed, whether the child is now `below` or `above` it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<&'static str>,
}

/// The indicators that can be told, in the order of [`Indicator`].
pub fn assess(person: &Person, measured: &Measured) -> Vec<Growth> {
    let Some(sex) = person.sex else {
        return Vec::new();
    };
    let age = person.age_days as f64;
    let weight = measured.weight.map(data::plain);
    let height = measured.height.map(data::plain);
    let height = height.map(|height| as_usual(height, person.age_days, measured.position));
    let bmi = weight
        .zip(height)
        .map(|(weight, height)| weight / (height / 100.0).powi(2));
    let young = person.age_days < TWO_YEARS;
    let lying = height.filter(|_| young).zip(weight);
    let standing = height.filter(|_| !young).zip(weight);
    let asked = [
        (Indicator::WeightForAge, weight.map(|y| (age, y))),
        (Indicator::HeightForAge, height.map(|y| (age, y))),
        (Indicator::BmiForAge, bmi.map(|y| (age, y))),
        (
            Indicator::HeadForAge,
            measured.head.map(|y| (age, data::plain(y))),
        ),
        (
            Indicator::MuacForAge,
            measured.muac.map(|y| (age, data::plain(y) / 10.0)),
        ),
        (Indicator::WeightForLength, lying),
        (Indicator::WeightForHeight, standing),
    ];
    let known = asked.into_iter().filter_map(|(indicator, point)| {
        let (x, y) = point?;
        let z = (z(indicator, sex, x, y)? * 100.0).round() / 100.0;
        let (low, high) = indicator.plausible();
        Some(Growth {
            indicator,
            z,
            implausible: !(low..=high).contains(&z),
            crossed: Vec::new(),
            now: None,
        })
    });
    known.collect()
}

/// Marks the lines that were crossed since the measurement before. One value beyond the plausible says
/// nothing about growth. The median is no line here: healthy children cross it back and forth.
pub fn mark_crossings(before: &[Growth], now: &mut [Growth]) {
    for growth in now {
        let same = before.iter().find(|it| it.indicator == growth.indicator);
        let Some(earlier) = same.filter(|it| !it.implausible && !growth.implausible) else {
            continue;
        };
        growth.crossed = crossed(earlier.z, growth.z);
        let direction = if growth.z < earlier.z {
            "below"
        } else {
            "above"
        };
        growth.now = (!growth.crossed.is_empty()).then_some(direction);
    }
}

/// The lines between two z-scores. To lie on a line is not to be beyond it.
fn crossed(from: f64, to: f64) -> Vec<i8> {
    let lines = [-3_i8, -2, -1, 1, 2, 3];
    let between = |line: &i8| {
        let line = f64::from(*line);
        // Malnutrition is "below −2" and overweight "above 2": the line itself belongs to the inner side.
        let beyond = |z: f64| if line < 0.0 { z < line } else { z > line };
        beyond(from) != beyond(to)
    };
    lines.into_iter().filter(between).collect()
}

/// Length and height differ by 0.7 cm: the value as it would have been measured in the position that the
/// tables of the age are made for.
fn as_usual(height: f64, age_days: i64, position: Option<Position>) -> f64 {
    match position {
        Some(Position::Standing) if age_days < TWO_YEARS => height + 0.7,
        Some(Position::Lying) if age_days >= TWO_YEARS => height - 0.7,
        _ => height,
    }
}

/// The z-score of `y` at `x` (days, or cm for weight by length or height); `None` outside the table.
pub fn z(indicator: Indicator, sex: Sex, x: f64, y: f64) -> Option<f64> {
    let lms = Table::of(indicator).at(sex, x)?;
    if y <= 0.0 {
        return None;
    }
    let score = lms.z(y);
    if !indicator.is_restricted() || score.abs() <= 3.0 {
        return Some(score);
    }
    let side = score.signum();
    let (two, three) = (lms.value(2.0 * side), lms.value(3.0 * side));
    Some(3.0 * side + (y - three) / (three - two).abs())
}

/// What the heaviest children of an age weigh, in grams: three standard deviations above the median, of the heavier sex
/// where it is not known. `None` from 10 years on, for which WHO gives no weights.
pub fn heaviest(sex: Option<Sex>, age_days: f64) -> Option<i64> {
    let of = |sex| {
        Some(
            Table::of(Indicator::WeightForAge)
                .at(sex, age_days)?
                .value(3.0),
        )
    };
    let kilograms = match sex {
        Some(sex) => of(sex)?,
        None => of(Sex::Male)?.max(of(Sex::Female)?),
    };
    // Said to people: in steps of 100 g.
    Some((kilograms * 10.0).round() as i64 * 100)
}

#[cfg(test)]
mod tests;
