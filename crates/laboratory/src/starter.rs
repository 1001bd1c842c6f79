//! The starter catalogue that comes with the program: tests, parameters, ranges, flags of choices and conversions, as
//! rows of the files in `data/`.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::flag::Flag;
use crate::measured::Measured;
use crate::reference::{Pregnancy, Sex};
use crate::units::{Conversion, Exact};

/// A test or panel.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StarterTest {
    pub(crate) test_code: String,
    pub(crate) test_name: String,
    pub(crate) department: String,
    pub(crate) specimen_type: String,
    pub(crate) container: String,
    pub(crate) loinc: String,
    pub(crate) tat_routine_min: Option<i64>,
    pub(crate) tat_stat_min: Option<i64>,
    pub(crate) note: String,
}

/// What a test reports.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StarterParameter {
    pub(crate) test_code: String,
    #[serde(rename = "parameter")]
    pub(crate) code: String,
    #[serde(rename = "parameter_name")]
    pub(crate) name: String,
    pub(crate) sort: i64,
    pub(crate) kind: String,
    pub(crate) unit: String,
    pub(crate) decimals: Option<i64>,
    pub(crate) choices: String,
    pub(crate) loinc: String,
    plausible_low: String,
    plausible_high: String,
    pub(crate) note: String,
}

impl StarterParameter {
    pub(crate) fn plausible(&self) -> (Option<Measured>, Option<Measured>) {
        (
            self.plausible_low.parse().ok(),
            self.plausible_high.parse().ok(),
        )
    }
}

/// A reference range.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StarterRange {
    pub(crate) parameter: String,
    sex: String,
    pub(crate) age_from_days: i64,
    age_to_days: i64,
    pregnancy: String,
    low: String,
    high: String,
    critical_low: String,
    critical_high: String,
    pub(crate) unit: String,
    source: String,
    critical_source: String,
    note: String,
}

/// The age of nobody: a range up to here has no upper end.
const NO_UPPER_END: i64 = 54_787;

impl StarterRange {
    pub(crate) fn sex(&self) -> Option<Sex> {
        Sex::from_text(&self.sex)
    }

    pub(crate) fn age_to_days(&self) -> Option<i64> {
        (self.age_to_days < NO_UPPER_END).then_some(self.age_to_days)
    }

    pub(crate) fn pregnancy(&self) -> Option<Pregnancy> {
        Pregnancy::from_text(&self.pregnancy)
    }

    /// Low, high, critical low, critical high.
    pub(crate) fn limits(&self) -> [Option<Measured>; 4] {
        [
            &self.low,
            &self.high,
            &self.critical_low,
            &self.critical_high,
        ]
        .map(|text| text.parse().ok())
    }

    /// Where the numbers come from, with what there is to say about them.
    pub(crate) fn source(&self) -> String {
        let critical = match self.critical_source.as_str() {
            "" => String::new(),
            critical => format!("critical: {critical}"),
        };
        let parts = [self.source.clone(), critical, self.note.clone()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }
}

#[derive(Debug, Deserialize)]
struct StarterChoice {
    parameter: String,
    choice: String,
    flag: String,
}

#[derive(Debug, Deserialize)]
struct StarterConversion {
    parameter: String,
    from_unit: String,
    to_unit: String,
    factor: String,
    offset: String,
    on_entry: String,
}

/// The rows of a file that is compiled in. A test reads every row, so that none is left out here.
fn rows<T: DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .filter_map(Result::ok)
        .collect()
}

const TESTS: &str = include_str!("../data/lab_tests.csv");
const PARAMETERS: &str = include_str!("../data/lab_parameters.csv");
const RANGES: &str = include_str!("../data/reference_ranges.csv");
const CHOICES: &str = include_str!("../data/choice_flags.csv");
const CONVERSIONS: &str = include_str!("../data/unit_conversions.csv");

pub(crate) fn tests() -> Vec<StarterTest> {
    rows(TESTS)
}

pub(crate) fn parameters() -> Vec<StarterParameter> {
    rows(PARAMETERS)
}

pub(crate) fn ranges() -> Vec<StarterRange> {
    rows(RANGES)
}

/// The flags of the choices of each parameter: (parameter, choice, flag); no flag when a choice says nothing.
pub(crate) fn choices() -> Vec<(String, String, Option<Flag>)> {
    let rows = rows::<StarterChoice>(CHOICES).into_iter();
    rows.map(|row| (row.parameter, row.choice, Flag::from_text(&row.flag)))
        .collect()
}

pub(crate) fn conversions() -> Vec<Conversion> {
    let rows = rows::<StarterConversion>(CONVERSIONS).into_iter();
    rows.filter_map(|row| {
        Some(Conversion {
            factor: Exact::parse(&row.factor)?,
            offset: Exact::parse(&row.offset)?,
            on_entry: row.on_entry == "1",
            parameter: row.parameter,
            from: row.from_unit,
            to: row.to_unit,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::reference::{Limits, Range, Subject, choose};

    fn lines(text: &str) -> usize {
        text.lines().count() - 1
    }

    #[test]
    fn every_row_is_read() {
        assert_eq!(tests().len(), lines(TESTS));
        assert_eq!(parameters().len(), lines(PARAMETERS));
        assert_eq!(ranges().len(), lines(RANGES));
        assert_eq!(choices().len(), lines(CHOICES));
        assert_eq!(conversions().len(), lines(CONVERSIONS));
        assert!(tests().len() > 100 && ranges().len() > 360);
    }

    #[test]
    fn every_number_is_read_as_it_stands() {
        for range in ranges() {
            let texts = [
                &range.low,
                &range.high,
                &range.critical_low,
                &range.critical_high,
            ];
            for (text, value) in texts.into_iter().zip(range.limits()) {
                assert_eq!(text.is_empty(), value.is_none(), "{range:?}");
            }
            assert!(["any", "M", "F"].contains(&range.sex.as_str()), "{range:?}");
            assert_eq!(
                range.pregnancy.is_empty(),
                range.pregnancy().is_none(),
                "{range:?}"
            );
        }
        for parameter in parameters() {
            let (low, high) = parameter.plausible();
            assert_eq!(
                parameter.kind == "numeric",
                low.is_some() && high.is_some(),
                "{parameter:?}"
            );
        }
        for (parameter, choice, flag) in choices() {
            assert!(
                flag != Some(Flag::Low) && flag != Some(Flag::High),
                "{parameter} {choice}"
            );
        }
    }

    #[test]
    fn the_files_fit_together() {
        let tests: HashSet<String> = tests().into_iter().map(|test| test.test_code).collect();
        let units: HashMap<String, String> = parameters()
            .into_iter()
            .map(|row| {
                assert!(tests.contains(&row.test_code), "{}", row.test_code);
                (row.code, row.unit)
            })
            .collect();
        for range in ranges() {
            assert_eq!(units.get(&range.parameter), Some(&range.unit), "{range:?}");
            let [low, high, critical_low, critical_high] = range.limits();
            let order: Vec<Measured> = [critical_low, low, high, critical_high]
                .into_iter()
                .flatten()
                .collect();
            assert!(order.is_sorted(), "{range:?}");
        }
        let mut flagged: HashMap<String, Vec<String>> = HashMap::new();
        for (parameter, choice, _) in choices() {
            flagged.entry(parameter).or_default().push(choice);
        }
        for parameter in parameters().into_iter().filter(|row| row.kind == "choice") {
            let flags = flagged
                .get(&parameter.code)
                .map(|choices| choices.join("|"));
            assert_eq!(
                flags.as_deref(),
                Some(parameter.choices.as_str()),
                "{}",
                parameter.code
            );
        }
    }

    #[test]
    fn known_patients_get_the_range_of_the_source() {
        let of = |parameter: &str, sex: &str, age_days: i64, pregnancy: &str| {
            let rows: Vec<Range> = ranges()
                .iter()
                .filter(|row| row.parameter == parameter)
                .map(|row| {
                    let [low, high, critical_low, critical_high] = row.limits();
                    Range {
                        of_test: false,
                        sex: row.sex(),
                        age_from_days: row.age_from_days,
                        age_to_days: row.age_to_days(),
                        pregnancy: row.pregnancy(),
                        limits: Limits {
                            low,
                            high,
                            critical_low,
                            critical_high,
                        },
                    }
                })
                .collect();
            let subject = Subject {
                sex: Sex::from_text(sex),
                age_days: Some(age_days),
                pregnancy: Pregnancy::from_text(pregnancy),
            };
            let limits = choose(&rows, subject).unwrap_or_default();
            [
                limits.low,
                limits.high,
                limits.critical_low,
                limits.critical_high,
            ]
            .map(|limit| limit.map_or_else(String::new, |limit| limit.to_string()))
            .join(" ")
        };
        for (parameter, sex, age, pregnancy, expected) in [
            ("K", "M", 12_000, "", "3.5 5.3 2.8 6.2"),
            ("K", "F", 3, "", "3.5 6 2.8 7.8"),
            ("HGB", "F", 9_000, "", "12 15 6.6 19.9"),
            ("HGB", "F", 9_000, "2", "10.5 14.8 6.9 19.9"),
            ("HGB", "M", 9_000, "", "13 17 6.6 19.9"),
            ("HGB", "", 9_000, "", "13 15 6.6 19.9"),
            ("HGB", "M", 0, "", "13.5 19.5 9.5 22.3"),
            ("B12", "M", 1_000, "", "   "),
        ] {
            assert_eq!(
                of(parameter, sex, age, pregnancy),
                expected,
                "{parameter} {sex} {age} {pregnancy}"
            );
        }
    }
}
