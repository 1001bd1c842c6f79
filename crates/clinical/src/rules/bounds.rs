//! Limits of vital signs: what no living person has is refused, what is unusual for age, sex and pregnancy
//! is flagged. The numbers and their sources are in `data/vitals_bounds.csv`.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::data::{self, Milli};
use super::person::{Person, Sex};

platform::choice! {
    /// A vital sign or body measure with limits.
    pub enum Measure {
        /// Body temperature in °C.
        Temperature = "temperature",
        /// Heart rate in beats per minute.
        HeartRate = "heart_rate",
        /// Breaths per minute.
        RespiratoryRate = "respiratory_rate",
        /// Systolic blood pressure in mmHg.
        SystolicBp = "systolic_bp",
        /// Diastolic blood pressure in mmHg.
        DiastolicBp = "diastolic_bp",
        /// Oxygen saturation in %.
        OxygenSaturation = "oxygen_saturation",
        /// Weight in kg.
        Weight = "weight",
        /// Height or length in cm.
        Height = "height",
        /// Head circumference in cm.
        HeadCircumference = "head_circumference",
        /// Mid-upper-arm circumference in mm.
        Muac = "muac",
        /// Pain score, 0 to 10.
        Pain = "pain",
        /// Blood glucose at the bedside in mmol/L.
        BloodGlucose = "blood_glucose",
        /// Glasgow coma score, 3 to 15.
        Gcs = "gcs",
        /// Capillary refill in seconds.
        CapillaryRefill = "capillary_refill",
        /// Fetal heart rate in beats per minute.
        FetalHeartRate = "fetal_heart_rate",
    }
}

platform::choice! {
    /// How a value lies to its limits.
    pub enum Level {
        /// Below the usual range.
        Low = "low",
        /// Above the usual range.
        High = "high",
        /// So low that someone must act at once.
        CriticalLow = "critical_low",
        /// So high that someone must act at once.
        CriticalHigh = "critical_high",
    }
}

impl Level {
    /// Someone must act at once.
    pub fn is_critical(self) -> bool {
        matches!(self, Level::CriticalLow | Level::CriticalHigh)
    }
}

/// A value outside its usual range.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AbnormalFlag {
    /// Which measure: the name of its field.
    #[schemars(with = "String")]
    pub measure: Measure,
    /// `low`, `high`, `critical_low` or `critical_high`.
    #[schemars(with = "String")]
    pub level: Level,
    /// The lowest usual value; null when there is no lower limit.
    pub usual_low: Option<f64>,
    /// The highest usual value; null when there is no upper limit.
    pub usual_high: Option<f64>,
    /// The group of people the limits are for, such as `infant 2 to 12 months`.
    pub group: &'static str,
}

struct Impossible {
    measure: Measure,
    low: Milli,
    high: Milli,
}

struct Limits {
    measure: Measure,
    group: String,
    sex: Option<Sex>,
    from: i64,
    to: i64,
    pregnant: bool,
    low: Option<Milli>,
    high: Option<Milli>,
    critical_low: Option<Milli>,
    critical_high: Option<Milli>,
}

const TABLE: &str = include_str!("../../data/vitals_bounds.csv");

static IMPOSSIBLE: LazyLock<Vec<Impossible>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        (line.text("kind") == "impossible").then_some(())?;
        Some(Impossible {
            measure: Measure::from_text(line.text("vital"))?,
            low: line.milli("impossible_low")??,
            high: line.milli("impossible_high")??,
        })
    })
});

static LIMITS: LazyLock<Vec<Limits>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        (line.text("kind") == "flag").then_some(())?;
        Some(Limits {
            measure: Measure::from_text(line.text("vital"))?,
            group: line.owned("group"),
            sex: Sex::from_table(line.text("sex")),
            from: line.needed("age_from_days")?,
            to: line.needed("age_to_days")?,
            pregnant: !line.text("pregnancy").is_empty(),
            low: line.milli("low")?,
            high: line.milli("high")?,
            critical_low: line.milli("critical_low")?,
            critical_high: line.milli("critical_high")?,
        })
    })
});

/// The range that a living person's value can lie in, when `value` lies outside it: (lowest, highest).
///
/// ```
/// use clinical::rules::bounds::{Measure, impossible};
/// assert_eq!(impossible(Measure::Temperature, 98_600), Some((24.0, 45.0)));
/// assert_eq!(impossible(Measure::Temperature, 36_600), None);
/// ```
pub fn impossible(measure: Measure, value: Milli) -> Option<(f64, f64)> {
    let bounds = IMPOSSIBLE.iter().find(|row| row.measure == measure)?;
    let possible = (bounds.low..=bounds.high).contains(&value);
    (!possible).then(|| (data::plain(bounds.low), data::plain(bounds.high)))
}

/// The limits of a measure for a person: the lowest and highest usual value, and those from which somebody must act
/// at once, below and above; `None` for one that does not exist.
pub fn usual(measure: Measure, person: &Person) -> [Option<Milli>; 4] {
    limits(measure, person).map_or([None; 4], |row| {
        [row.low, row.high, row.critical_low, row.critical_high]
    })
}

/// How an unusual value is flagged for a person; `None` when it is usual, or when no limit is known for the
/// age. Limits belong to the usual range, critical limits to the critical one.
pub fn flag(measure: Measure, value: Milli, person: &Person) -> Option<AbnormalFlag> {
    let limits = limits(measure, person)?;
    let at_most = |limit: Option<Milli>| limit.is_some_and(|limit| value <= limit);
    let at_least = |limit: Option<Milli>| limit.is_some_and(|limit| value >= limit);
    let level = if at_most(limits.critical_low) {
        Level::CriticalLow
    } else if at_least(limits.critical_high) {
        Level::CriticalHigh
    } else if limits.low.is_some_and(|low| value < low) {
        Level::Low
    } else if limits.high.is_some_and(|high| value > high) {
        Level::High
    } else {
        return None;
    };
    Some(AbnormalFlag {
        measure,
        level,
        usual_low: limits.low.map(data::plain),
        usual_high: limits.high.map(data::plain),
        group: &limits.group,
    })
}

/// The row for a person: that of pregnancy before the common one.
fn limits(measure: Measure, person: &Person) -> Option<&'static Limits> {
    let fits = |row: &&Limits| {
        row.measure == measure
            && person.aged(row.from, row.to)
            && (row.sex.is_none() || row.sex == person.sex)
    };
    let find = |pregnant: bool| {
        let mut rows = LIMITS.iter();
        rows.find(|row| row.pregnant == pregnant && fits(row))
    };
    person
        .pregnant
        .then(|| find(true))
        .flatten()
        .or_else(|| find(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn person(age_days: i64) -> Person {
        Person {
            age_days,
            sex: Some(Sex::Female),
            pregnant: false,
        }
    }

    #[test]
    fn no_row_of_the_table_is_left_out() {
        assert_eq!(IMPOSSIBLE.len() + LIMITS.len(), data::count(TABLE));
        assert_eq!(IMPOSSIBLE.len(), Measure::VALUES.len());
    }

    #[test]
    fn impossible_values_are_refused_and_limits_are_possible() {
        let cases = [
            (Measure::Temperature, 98_600, true),
            (Measure::Temperature, 24_000, false),
            (Measure::Temperature, 23_999, true),
            (Measure::Temperature, 45_000, false),
            (Measure::Height, 1_750, true),
            (Measure::Height, 175_000, false),
            (Measure::OxygenSaturation, 100_001, true),
            (Measure::OxygenSaturation, 100_000, false),
            (Measure::HeartRate, 0, true),
            (Measure::Weight, 299, true),
        ];
        for (measure, value, refused) in cases {
            assert_eq!(
                impossible(measure, value).is_some(),
                refused,
                "{measure:?} {value}"
            );
        }
    }

    #[test]
    fn values_are_flagged_by_age_and_pregnancy() {
        use Level::{CriticalHigh, CriticalLow, High, Low};
        let adult = person(9_000);
        let newborn = person(3);
        let toddler = person(500);
        let pregnant = Person {
            pregnant: true,
            ..person(9_000)
        };
        let cases = [
            (Measure::Temperature, 37_400, newborn, None),
            (Measure::Temperature, 37_500, newborn, Some(High)),
            (Measure::Temperature, 38_000, newborn, Some(CriticalHigh)),
            (Measure::Temperature, 35_400, newborn, Some(CriticalLow)),
            (Measure::Temperature, 38_000, adult, None),
            (Measure::Temperature, 38_001, adult, Some(High)),
            (Measure::Temperature, 38_000, pregnant, Some(CriticalHigh)),
            (Measure::RespiratoryRate, 39_000, toddler, None),
            (Measure::RespiratoryRate, 40_000, toddler, Some(High)),
            (Measure::RespiratoryRate, 40_000, adult, Some(CriticalHigh)),
            (Measure::HeartRate, 120_000, toddler, None),
            (Measure::HeartRate, 120_000, adult, Some(High)),
            (Measure::SystolicBp, 160_000, adult, Some(High)),
            (Measure::SystolicBp, 160_000, pregnant, Some(CriticalHigh)),
            (Measure::SystolicBp, 139_000, adult, None),
            (Measure::DiastolicBp, 130_000, toddler, None),
            (Measure::OxygenSaturation, 95_500, adult, Some(Low)),
            (Measure::OxygenSaturation, 91_000, adult, Some(CriticalLow)),
            (Measure::Weight, 2_400, person(0), Some(Low)),
            (Measure::Weight, 2_400, person(1), None),
        ];
        for (measure, value, person, level) in cases {
            let flag = flag(measure, value, &person);
            assert_eq!(
                flag.map(|flag| flag.level),
                level,
                "{measure:?} {value} {person:?}"
            );
        }
    }

    fn measure() -> impl Strategy<Value = Measure> {
        let all = Measure::VALUES
            .iter()
            .filter_map(|text| Measure::from_text(text));
        prop::sample::select(all.collect::<Vec<_>>())
    }

    proptest! {
        /// Along rising values the levels come in one order: a higher value is never flagged lower.
        #[test]
        fn levels_rise_with_the_value(
            measure in measure(), age in 0_i64..40_000, pregnant: bool,
            a in 0_i64..400_000, b in 0_i64..400_000,
        ) {
            let person = Person { age_days: age, sex: Some(Sex::Female), pregnant };
            let rank = |value| match flag(measure, value, &person).map(|flag| flag.level) {
                Some(Level::CriticalLow) => 0,
                Some(Level::Low) => 1,
                None => 2,
                Some(Level::High) => 3,
                Some(Level::CriticalHigh) => 4,
            };
            prop_assert!(rank(a.min(b)) <= rank(a.max(b)));
        }
    }
}
