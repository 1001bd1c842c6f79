//! The National Early Warning Score 2 of the Royal College of Physicians (2017), unchanged: for people of
//! 16 years and over who are not pregnant. The numbers are in `data/news2.csv`.
//!
//! A score with a missing parameter is never shown as a total: what is missing is named, and what is known
//! so far is a lower bound.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::data::{self, Milli};
use super::person::{Person, SIXTEEN_YEARS};

platform::choice! {
    /// Level of consciousness (ACVPU).
    pub enum Consciousness {
        /// Awake and oriented.
        Alert = "alert" | "a",
        /// Newly confused.
        Confusion = "confusion" | "c",
        /// Responds to voice.
        Voice = "voice" | "v",
        /// Responds to pain.
        Pain = "pain" | "p",
        /// Does not respond.
        Unresponsive = "unresponsive" | "u",
    }
}

platform::choice! {
    /// What the patient breathes.
    pub enum Breathing {
        /// Room air.
        Air = "air",
        /// Supplemental oxygen.
        Oxygen = "oxygen",
    }
}

platform::choice! {
    /// The risk band of a NEWS2 score.
    pub enum Band {
        /// Total 0 to 4, no parameter scores 3.
        Low = "low",
        /// Total 0 to 4, one parameter scores 3.
        LowMedium = "low-medium",
        /// Total 5 or 6.
        Medium = "medium",
        /// Total 7 or more.
        High = "high",
    }
}

/// What the score is made of; `None` is not measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observed {
    /// Breaths per minute.
    pub respiratory_rate: Option<Milli>,
    /// Oxygen saturation in %.
    pub oxygen_saturation: Option<Milli>,
    /// Score saturation by scale 2: only when a clinician has chosen it for hypercapnic respiratory failure.
    pub scale_2: bool,
    /// Room air or oxygen.
    pub breathing: Option<Breathing>,
    /// Systolic blood pressure in mmHg.
    pub systolic_bp: Option<Milli>,
    /// Beats per minute.
    pub heart_rate: Option<Milli>,
    /// Level of consciousness.
    pub consciousness: Option<Consciousness>,
    /// Temperature in °C.
    pub temperature: Option<Milli>,
}

/// The score of one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// Which: `respiratory_rate`, `oxygen_saturation`, `breathing`, `systolic_bp`, `heart_rate`,
    /// `consciousness`, `temperature`.
    pub parameter: &'static str,
    /// Points of the parameter, 0 to 3.
    pub score: i64,
}

/// A NEWS2 score, complete or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Score {
    /// The total, 0 to 20; null while a parameter is missing.
    pub total: Option<i64>,
    /// The sum of the known parameters: the total is at least this.
    pub at_least: i64,
    /// `low`, `low-medium`, `medium` or `high`; null while a missing parameter could still change it.
    #[schemars(with = "Option<String>")]
    pub band: Option<Band>,
    /// What the band asks for; empty without a band.
    pub advice: &'static str,
    /// The known parameters.
    pub parts: Vec<Part>,
    /// The missing parameters, by name.
    pub missing: Vec<&'static str>,
}

struct Span {
    parameter: String,
    scale_2: Option<bool>,
    low: Option<Milli>,
    high: Option<Milli>,
    value: String,
    score: i64,
}

const TABLE: &str = include_str!("../../data/news2.csv");

static SPANS: LazyLock<Vec<Span>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        Some(Span {
            parameter: line.owned("parameter"),
            scale_2: match line.text("scale") {
                "" => None,
                scale => Some(scale == "2"),
            },
            low: line.milli("low")?,
            high: line.milli("high")?,
            value: line.owned("value"),
            score: line.needed("score")?,
        })
    })
});

/// Within how many hours somebody on a ward is observed again: what the band of the last score asks for, and at least
/// every 12 hours where there is none.
pub fn observed_within(score: Option<&Score>) -> i64 {
    let Some(score) = score else { return 12 };
    match score.band {
        Some(Band::LowMedium | Band::Medium | Band::High) => 1,
        Some(Band::Low) | None if score.at_least > 0 => 6,
        Some(Band::Low) | None => 12,
    }
}

/// The score of a person; `None` when NEWS2 is not made for them (under 16 years, or pregnant) or when
/// nothing of it was measured.
pub fn score(person: &Person, observed: &Observed) -> Option<Score> {
    if person.age_days < SIXTEEN_YEARS || person.pregnant {
        return None;
    }
    let parts = [
        (
            "respiratory_rate",
            number("respiratory_rate", observed.respiratory_rate, 1000),
        ),
        ("oxygen_saturation", saturation(observed)),
        (
            "breathing",
            observed
                .breathing
                .and_then(|it| named("air_or_oxygen", it.as_str())),
        ),
        (
            "systolic_bp",
            number("systolic_bp", observed.systolic_bp, 1000),
        ),
        (
            "heart_rate",
            number("heart_rate", observed.heart_rate, 1000),
        ),
        (
            "consciousness",
            observed.consciousness.and_then(consciousness),
        ),
        (
            "temperature",
            number("temperature", observed.temperature, 100),
        ),
    ];
    let known = parts
        .iter()
        .filter_map(|&(parameter, score)| score.map(|score| Part { parameter, score }));
    let known: Vec<Part> = known.collect();
    if known.is_empty() {
        return None;
    }
    let unknown = parts.iter().filter(|(_, score)| score.is_none());
    let missing: Vec<&'static str> = unknown.map(|&(parameter, _)| parameter).collect();
    let at_least: i64 = known.iter().map(|part| part.score).sum();
    let band = band(at_least, &known);
    let band = (missing.is_empty() || band == Band::High).then_some(band);
    Some(Score {
        total: missing.is_empty().then_some(at_least),
        at_least,
        band,
        advice: band.map_or("", advice),
        parts: known,
        missing,
    })
}

fn band(total: i64, parts: &[Part]) -> Band {
    match total {
        7.. => Band::High,
        5..=6 => Band::Medium,
        _ if parts.iter().any(|part| part.score == 3) => Band::LowMedium,
        _ => Band::Low,
    }
}

fn advice(band: Band) -> &'static str {
    match band {
        Band::Low => {
            "Routine observation: at least every 12 hours for a score of 0, every 4 to 6 hours from 1."
        }
        Band::LowMedium => {
            "One parameter scores 3: observe at least hourly, urgent review on the ward."
        }
        Band::Medium => "Observe at least hourly, urgent review by a clinician.",
        Band::High => "Continuous monitoring, emergency assessment.",
    }
}

/// A value between two steps of the table counts as the nearer one, upwards from the middle: saturation
/// 95.5 % counts as 96, temperature 38.05 °C as 38.1.
fn number(parameter: &str, value: Option<Milli>, step: Milli) -> Option<i64> {
    let value = to_step(value?, step);
    let rows = SPANS.iter().filter(|row| row.parameter == parameter);
    find(rows, value)
}

fn to_step(value: Milli, step: Milli) -> Milli {
    (value + step / 2).div_euclid(step) * step
}

fn find<'a>(mut rows: impl Iterator<Item = &'a Span>, value: Milli) -> Option<i64> {
    let row = rows.find(|row| {
        row.low.is_none_or(|low| value >= low) && row.high.is_none_or(|high| value <= high)
    });
    row.map(|row| row.score)
}

/// On scale 2, high saturation scores only on oxygen; without knowing which, those values have no score.
fn saturation(observed: &Observed) -> Option<i64> {
    let value = to_step(observed.oxygen_saturation?, 1000);
    let rows = SPANS.iter().filter(|row| {
        row.parameter == "oxygen_saturation"
            && row.scale_2 == Some(observed.scale_2)
            && (row.value.is_empty()
                || observed
                    .breathing
                    .is_some_and(|it| it.as_str() == row.value))
    });
    find(rows, value)
}

fn named(parameter: &str, value: &str) -> Option<i64> {
    let row = SPANS
        .iter()
        .find(|row| row.parameter == parameter && row.value == value);
    row.map(|row| row.score)
}

fn consciousness(level: Consciousness) -> Option<i64> {
    match level {
        Consciousness::Alert => named("consciousness", "alert"),
        _ => named(
            "consciousness",
            "new confusion, voice, pain or unresponsive",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::person::Sex;
    use proptest::prelude::*;

    const ADULT: Person = Person {
        age_days: 12_000,
        sex: Some(Sex::Male),
        pregnant: false,
    };

    fn well() -> Observed {
        Observed {
            respiratory_rate: Some(16_000),
            oxygen_saturation: Some(98_000),
            scale_2: false,
            breathing: Some(Breathing::Air),
            systolic_bp: Some(120_000),
            heart_rate: Some(70_000),
            consciousness: Some(Consciousness::Alert),
            temperature: Some(36_700),
        }
    }

    #[test]
    fn the_table_is_read_whole() {
        // The rows of the bands have no score of their own.
        assert_eq!(SPANS.len(), data::count(TABLE) - 5);
    }

    #[test]
    fn the_sicker_the_sooner_somebody_is_measured_again() {
        let within = |observed: &Observed| observed_within(score(&ADULT, observed).as_ref());
        assert_eq!(observed_within(None), 12);
        assert_eq!(within(&well()), 12);
        let oxygen = Observed {
            breathing: Some(Breathing::Oxygen),
            ..well()
        };
        assert_eq!(within(&oxygen), 6);
        let confused = Observed {
            consciousness: Some(Consciousness::Confusion),
            ..well()
        };
        assert_eq!(within(&confused), 1);
    }

    #[test]
    fn totals_and_bands_follow_the_chart() {
        let cases = [
            (well(), Some(0), Some(Band::Low)),
            (
                Observed {
                    breathing: Some(Breathing::Oxygen),
                    ..well()
                },
                Some(2),
                Some(Band::Low),
            ),
            (
                Observed {
                    consciousness: Some(Consciousness::Confusion),
                    ..well()
                },
                Some(3),
                Some(Band::LowMedium),
            ),
            (
                Observed {
                    heart_rate: Some(115_000),
                    temperature: Some(39_100),
                    respiratory_rate: Some(21_000),
                    ..well()
                },
                Some(6),
                Some(Band::Medium),
            ),
            (
                Observed {
                    heart_rate: Some(131_000),
                    systolic_bp: Some(90_000),
                    oxygen_saturation: Some(95_000),
                    ..well()
                },
                Some(7),
                Some(Band::High),
            ),
            (
                Observed {
                    oxygen_saturation: Some(95_500),
                    ..well()
                },
                Some(0),
                Some(Band::Low),
            ),
            (
                Observed {
                    oxygen_saturation: Some(95_499),
                    ..well()
                },
                Some(1),
                Some(Band::Low),
            ),
            (
                Observed {
                    temperature: Some(38_049),
                    ..well()
                },
                Some(0),
                Some(Band::Low),
            ),
            (
                Observed {
                    temperature: Some(38_050),
                    ..well()
                },
                Some(1),
                Some(Band::Low),
            ),
            (
                Observed {
                    scale_2: true,
                    oxygen_saturation: Some(89_000),
                    ..well()
                },
                Some(0),
                Some(Band::Low),
            ),
            (
                Observed {
                    scale_2: true,
                    ..well()
                },
                Some(0),
                Some(Band::Low),
            ),
            (
                Observed {
                    scale_2: true,
                    breathing: Some(Breathing::Oxygen),
                    ..well()
                },
                Some(5),
                Some(Band::Medium),
            ),
        ];
        for (observed, total, band) in cases {
            let score = score(&ADULT, &observed).unwrap();
            assert_eq!((score.total, score.band), (total, band), "{observed:?}");
            assert!(score.missing.is_empty());
        }
    }

    #[test]
    fn what_is_missing_is_named_and_never_counts_as_normal() {
        let partial = Observed {
            consciousness: None,
            breathing: None,
            ..well()
        };
        let some = score(&ADULT, &partial).unwrap();
        assert_eq!((some.total, some.band, some.at_least), (None, None, 0));
        assert_eq!(some.missing, ["breathing", "consciousness"]);
        let bad = Observed {
            respiratory_rate: Some(30_000),
            heart_rate: Some(140_000),
            systolic_bp: Some(80_000),
            ..Observed::default()
        };
        let high = score(&ADULT, &bad).unwrap();
        assert_eq!(
            (high.total, high.band, high.at_least),
            (None, Some(Band::High), 9)
        );
        let unsure = Observed {
            scale_2: true,
            breathing: None,
            ..well()
        };
        assert_eq!(
            score(&ADULT, &unsure).unwrap().missing,
            ["oxygen_saturation", "breathing"]
        );
    }

    #[test]
    fn children_and_pregnant_people_have_no_score() {
        let child = Person {
            age_days: SIXTEEN_YEARS - 1,
            ..ADULT
        };
        let pregnant = Person {
            pregnant: true,
            ..ADULT
        };
        assert_eq!(score(&child, &well()), None);
        assert_eq!(score(&pregnant, &well()), None);
        assert!(
            score(
                &Person {
                    age_days: SIXTEEN_YEARS,
                    ..ADULT
                },
                &well()
            )
            .is_some()
        );
        assert_eq!(score(&ADULT, &Observed::default()), None);
    }

    proptest! {
        /// Every value has exactly one score.
        #[test]
        fn every_value_scores(
            rate in 1_000_i64..=160_000, saturation in 20_000_i64..=100_000, pressure in 20_000_i64..=320_000,
            pulse in 10_000_i64..=350_000, temperature in 24_000_i64..=45_000, scale_2: bool, oxygen: bool,
        ) {
            let observed = Observed {
                respiratory_rate: Some(rate), oxygen_saturation: Some(saturation), scale_2,
                breathing: Some(if oxygen { Breathing::Oxygen } else { Breathing::Air }),
                systolic_bp: Some(pressure), heart_rate: Some(pulse),
                consciousness: Some(Consciousness::Alert), temperature: Some(temperature),
            };
            let score = score(&ADULT, &observed).unwrap();
            prop_assert!(score.missing.is_empty());
            prop_assert!(score.total.is_some_and(|total| (0..=20).contains(&total)));
        }
    }
}
