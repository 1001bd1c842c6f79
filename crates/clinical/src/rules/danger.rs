//! Danger signs of children and young infants that follow from what was measured: WHO emergency triage
//! (ETAT) and IMCI. Signs that only an eye sees are not among them. Names and first actions are those of
//! `data/etat.csv`.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::data::{self, Milli};
use super::news2::Consciousness;
use super::person::{Person, SIXTEEN_YEARS};

/// Two months: the end of IMCI's young infant.
const YOUNG_INFANT: i64 = 61;
/// Five years: the end of IMCI's child.
const FIVE_YEARS: i64 = 1_826;

/// What was measured; `None` is not measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Observed {
    /// Breaths per minute.
    pub respiratory_rate: Option<Milli>,
    /// Temperature in °C.
    pub temperature: Option<Milli>,
    /// Oxygen saturation in %.
    pub oxygen_saturation: Option<Milli>,
    /// Level of consciousness.
    pub consciousness: Option<Consciousness>,
    /// Mid-upper-arm circumference in mm.
    pub muac: Option<Milli>,
    /// Capillary refill in seconds.
    pub capillary_refill: Option<Milli>,
}

/// A sign for which a child is seen at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DangerSign {
    /// Its stable name, such as `coma`.
    pub code: &'static str,
    /// `emergency`, `priority` or `general danger sign`.
    pub level: &'static str,
    /// The danger sign, in words.
    pub sign: &'static str,
    /// What is done first.
    pub first_action: &'static str,
    /// Key of the guideline.
    pub source: &'static str,
}

struct Row {
    level: String,
    area: String,
    sign: String,
    first_action: String,
    source: String,
}

const TABLE: &str = include_str!("../../data/etat.csv");

static SIGNS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        Some(Row {
            level: line.owned("level"),
            area: line.owned("area"),
            sign: line.owned("sign"),
            first_action: line.owned("first_action"),
            source: line.owned("source"),
        })
    })
});

/// The code of a sign, the area it stands under in the table, and the beginning of its text there.
type Key = (&'static str, &'static str, &'static str);

const FAST_BREATHING: Key = ("fast-breathing", "IMCI young infant", "fast breathing");
const INFANT_FEVER: Key = ("infant-fever", "IMCI young infant", "fever");
const INFANT_COLD: Key = ("infant-cold", "IMCI young infant", "low body temperature");
const INFANT_STILL: Key = (
    "infant-still",
    "IMCI young infant",
    "moves only when stimulated",
);
const LETHARGIC: Key = (
    "lethargic",
    "IMCI 2 months to 5 years",
    "lethargic or unconscious",
);
const COMA: Key = ("coma", "coma", "coma");
const SHOCK: Key = ("shock", "circulation", "signs of shock");
const DISTRESS: Key = (
    "distress",
    "airway and breathing",
    "severe respiratory distress",
);
const VERY_HOT: Key = ("very-hot", "priority sign", "temperature very high");
const WASTED: Key = ("wasted", "priority sign", "visible severe wasting");
const TINY: Key = ("tiny", "priority sign", "tiny infant");

/// The danger signs of a child; none from 16 years on. An emergency comes first.
pub fn signs(person: &Person, observed: &Observed) -> Vec<DangerSign> {
    if person.age_days >= SIXTEEN_YEARS {
        return Vec::new();
    }
    let at_least = |value: Option<Milli>, limit| value.is_some_and(|value| value >= limit);
    let below = |value: Option<Milli>, limit| value.is_some_and(|value| value < limit);
    let young = person.age_days < YOUNG_INFANT;
    let small = !young && person.age_days < FIVE_YEARS;
    let responds_to = observed.consciousness;
    let deep = matches!(
        responds_to,
        Some(Consciousness::Pain | Consciousness::Unresponsive)
    );
    let sleepy = matches!(
        responds_to,
        Some(Consciousness::Voice | Consciousness::Confusion)
    );
    let checks = [
        (deep, COMA),
        // Below 90 %: give oxygen (WHO Pocket Book).
        (below(observed.oxygen_saturation, 90_000), DISTRESS),
        (
            observed
                .capillary_refill
                .is_some_and(|refill| refill > 3_000),
            SHOCK,
        ),
        (
            young && at_least(observed.respiratory_rate, 60_000),
            FAST_BREATHING,
        ),
        (
            young && at_least(observed.temperature, 38_000),
            INFANT_FEVER,
        ),
        (young && below(observed.temperature, 35_500), INFANT_COLD),
        (young && (sleepy || deep), INFANT_STILL),
        (small && (sleepy || deep), LETHARGIC),
        (!young && at_least(observed.temperature, 39_000), VERY_HOT),
        // Below 115 mm from 6 months on: severe acute malnutrition.
        (
            small && person.age_days >= 183 && below(observed.muac, 115_000),
            WASTED,
        ),
        (young, TINY),
    ];
    let found = checks.into_iter().filter(|(found, _)| *found);
    found.filter_map(|(_, key)| of(key)).collect()
}

fn of((code, area, sign): Key) -> Option<DangerSign> {
    let fits = |row: &&Row| row.area.starts_with(area) && row.sign.starts_with(sign);
    let row: &'static Row = SIGNS.iter().find(fits)?;
    Some(DangerSign {
        code,
        level: &row.level,
        sign: &row.sign,
        first_action: &row.first_action,
        source: &row.source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Key; 11] = [
        FAST_BREATHING,
        INFANT_FEVER,
        INFANT_COLD,
        INFANT_STILL,
        LETHARGIC,
        COMA,
        SHOCK,
        DISTRESS,
        VERY_HOT,
        WASTED,
        TINY,
    ];

    #[test]
    fn every_sign_is_one_of_the_table() {
        assert_eq!(SIGNS.len(), data::count(TABLE));
        for key in ALL {
            assert!(of(key).is_some(), "{key:?}");
        }
    }

    fn names(age_days: i64, observed: &Observed) -> Vec<&'static str> {
        let person = Person {
            age_days,
            sex: None,
            pregnant: false,
        };
        signs(&person, observed)
            .into_iter()
            .map(|sign| sign.sign)
            .collect()
    }

    #[test]
    fn signs_depend_on_age() {
        let fast = Observed {
            respiratory_rate: Some(60_000),
            ..Observed::default()
        };
        let slow = Observed {
            respiratory_rate: Some(59_000),
            ..Observed::default()
        };
        assert!(
            names(20, &fast)
                .iter()
                .any(|sign| sign.starts_with("fast breathing"))
        );
        assert_eq!(names(20, &slow), ["tiny infant (under 2 months)"]);
        assert!(
            names(400, &fast).is_empty(),
            "flagged by its limits, not a danger sign"
        );

        let cold = Observed {
            temperature: Some(35_400),
            ..Observed::default()
        };
        assert!(
            names(10, &cold)
                .iter()
                .any(|sign| sign.starts_with("low body temperature"))
        );
        assert!(names(400, &cold).is_empty());

        let thin = Observed {
            muac: Some(114_000),
            ..Observed::default()
        };
        assert_eq!(names(400, &thin).len(), 1);
        assert!(
            names(100, &thin).is_empty(),
            "the arm says nothing before 6 months"
        );
        let at_limit = Observed {
            muac: Some(115_000),
            ..Observed::default()
        };
        assert!(names(400, &at_limit).is_empty());
    }

    #[test]
    fn an_emergency_comes_first_and_adults_have_none() {
        let ill = Observed {
            oxygen_saturation: Some(85_000),
            temperature: Some(39_500),
            consciousness: Some(Consciousness::Unresponsive),
            capillary_refill: Some(3_100),
            ..Observed::default()
        };
        let person = |age_days| Person {
            age_days,
            sex: None,
            pregnant: false,
        };
        let levels: Vec<&str> = signs(&person(700), &ill)
            .iter()
            .map(|sign| sign.level)
            .collect();
        assert_eq!(
            levels,
            [
                "emergency",
                "emergency",
                "emergency",
                "general danger sign",
                "priority"
            ]
        );
        assert!(signs(&person(SIXTEEN_YEARS), &ill).is_empty());
    }
}
