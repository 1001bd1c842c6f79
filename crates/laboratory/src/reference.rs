//! Which reference range holds for a patient, as pure rules.
//!
//! A range is chosen by sex, age in days and pregnancy. Of several that fit, the most specific one holds: a range of the
//! pregnancy before one of nobody's, one that names the test before one for every test that reports the parameter, one
//! of the sex before one of both, the shorter age span, and at last the newer row.

use crate::measured::Measured;

platform::choice! {
    /// The sex that a range holds for.
    pub enum Sex {
        /// Male.
        Male = "M" | "male",
        /// Female.
        Female = "F" | "female",
    }
}

platform::choice! {
    /// How far a pregnancy is.
    pub enum Pregnancy {
        /// First trimester.
        First = "1",
        /// Second trimester.
        Second = "2",
        /// Third trimester.
        Third = "3",
        /// The trimester is not known; as a range: the whole pregnancy.
        Any = "any" | "yes",
    }
}

/// The limits of a range; an absent one is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The lowest normal value.
    pub low: Option<Measured>,
    /// The highest normal value.
    pub high: Option<Measured>,
    /// At or below: critical.
    pub critical_low: Option<Measured>,
    /// At or above: critical.
    pub critical_high: Option<Measured>,
}

impl Limits {
    /// No limit at all.
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }

    /// Critical limits of both: the alarm that either raises is raised.
    #[must_use]
    pub fn alarmed_by(self, low: Option<Measured>, high: Option<Measured>) -> Limits {
        Limits {
            critical_low: higher(self.critical_low, low),
            critical_high: lower(self.critical_high, high),
            ..self
        }
    }
}

/// The ranges of both sexes for a patient whose sex is not known: a value is flagged when it would be for either.
fn either(one: Limits, other: Limits) -> Limits {
    let limits = Limits {
        low: higher(one.low, other.low),
        high: lower(one.high, other.high),
        ..one
    }
    .alarmed_by(other.critical_low, other.critical_high);
    match (limits.low, limits.high) {
        // The ranges have nothing in common, so that nothing can be called normal.
        (Some(low), Some(high)) if low > high => Limits {
            low: None,
            high: None,
            ..limits
        },
        _ => limits,
    }
}

fn higher(one: Option<Measured>, other: Option<Measured>) -> Option<Measured> {
    one.max(other)
}

fn lower(one: Option<Measured>, other: Option<Measured>) -> Option<Measured> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whose value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Not known: ranges of both sexes count.
    pub sex: Option<Sex>,
    /// Days since birth when the specimen was taken; `None` when the birth date is not known or later.
    pub age_days: Option<i64>,
    /// Pregnant; `None` when not, or not known.
    pub pregnancy: Option<Pregnancy>,
}

/// A row of reference ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Names the test, instead of holding for every test that reports the parameter.
    pub of_test: bool,
    /// The sex; both when absent.
    pub sex: Option<Sex>,
    /// The first day of age.
    pub age_from_days: i64,
    /// The first day of age for which it holds no more; no upper end when absent.
    pub age_to_days: Option<i64>,
    /// The pregnancy; not pregnant, or not known, when absent.
    pub pregnancy: Option<Pregnancy>,
    /// Its limits.
    pub limits: Limits,
}

impl Range {
    fn holds_at(&self, age_days: i64) -> bool {
        age_days >= self.age_from_days && self.age_to_days.is_none_or(|to| age_days < to)
    }

    /// How well it fits the pregnancy: nothing when it does not.
    fn fit(&self, pregnancy: Option<Pregnancy>) -> Option<u8> {
        match (self.pregnancy, pregnancy) {
            (None, _) => Some(0),
            (Some(_), None) => None,
            (Some(range), Some(at)) if range == at => Some(2),
            (Some(Pregnancy::Any), Some(_)) => Some(1),
            _ => None,
        }
    }

    fn span(&self) -> i64 {
        self.age_to_days.unwrap_or(i64::MAX) - self.age_from_days
    }
}

/// The limits that hold for `subject` among the ranges of one parameter, oldest row first.
///
/// Without a known age only a range without ages can be chosen: a newborn's potassium is not judged as an adult's.
pub fn choose(ranges: &[Range], subject: Subject) -> Option<Limits> {
    match subject.sex {
        Some(sex) => choose_for(ranges, sex, subject),
        // Only a woman can be pregnant.
        None if subject.pregnancy.is_some() => choose_for(ranges, Sex::Female, subject),
        None => {
            let male = choose_for(ranges, Sex::Male, subject)?;
            let female = choose_for(ranges, Sex::Female, subject)?;
            Some(either(male, female))
        }
    }
}

fn choose_for(ranges: &[Range], sex: Sex, subject: Subject) -> Option<Limits> {
    let pregnancy = subject.pregnancy.filter(|_| sex == Sex::Female);
    let fitting = ranges.iter().filter(|range| {
        let ageless = range.age_from_days == 0 && range.age_to_days.is_none();
        range.sex.is_none_or(|of| of == sex)
            && subject.age_days.map_or(ageless, |age| range.holds_at(age))
    });
    fitting
        .filter_map(|range| {
            let rank = (
                range.fit(pregnancy)?,
                range.of_test,
                range.sex.is_some(),
                std::cmp::Reverse(range.span()),
            );
            Some((rank, range.limits))
        })
        // The last of equals is the newest.
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, limits)| limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(low: &str, high: &str, critical_low: &str, critical_high: &str) -> Limits {
        let value = |text: &str| text.parse().ok();
        Limits {
            low: value(low),
            high: value(high),
            critical_low: value(critical_low),
            critical_high: value(critical_high),
        }
    }

    fn range(sex: Option<Sex>, from: i64, to: Option<i64>, low: &str) -> Range {
        Range {
            of_test: false,
            sex,
            age_from_days: from,
            age_to_days: to,
            pregnancy: None,
            limits: limits(low, "", "", ""),
        }
    }

    fn subject(sex: Option<Sex>, age_days: i64) -> Subject {
        Subject {
            sex,
            age_days: Some(age_days),
            pregnancy: None,
        }
    }

    fn low_of(ranges: &[Range], subject: Subject) -> Option<String> {
        choose(ranges, subject)?.low.map(|low| low.to_string())
    }

    #[test]
    fn ages_count_in_days_from_inclusive_to_exclusive() {
        let ranges = [
            range(None, 0, Some(28), "1"),
            range(None, 28, Some(365), "2"),
            range(None, 365, None, "3"),
        ];
        for (age, expected) in [
            (0, "1"),
            (27, "1"),
            (28, "2"),
            (364, "2"),
            (365, "3"),
            (40_000, "3"),
        ] {
            let found = low_of(&ranges, subject(Some(Sex::Male), age));
            assert_eq!(found.as_deref(), Some(expected), "{age} days");
        }
        assert_eq!(choose(&ranges[1..2], subject(None, 27)), None);
        let unknown = Subject {
            age_days: None,
            ..subject(None, 0)
        };
        assert_eq!(choose(&ranges, unknown), None, "an unknown age is no age");
        assert_eq!(
            low_of(&[range(None, 0, None, "4")], unknown).as_deref(),
            Some("4")
        );
    }

    #[test]
    fn the_sex_decides_and_an_unknown_sex_takes_the_stricter_of_both() {
        let mut male = range(Some(Sex::Male), 0, None, "13");
        male.limits = limits("13", "17", "6.6", "19.9");
        let mut female = range(Some(Sex::Female), 0, None, "12");
        female.limits = limits("12", "15", "7", "");
        let ranges = [male, female];
        assert_eq!(
            choose(&ranges, subject(Some(Sex::Male), 9000)),
            Some(male.limits)
        );
        assert_eq!(
            choose(&ranges, subject(Some(Sex::Female), 9000)),
            Some(female.limits)
        );
        assert_eq!(
            choose(&ranges, subject(None, 9000)),
            Some(limits("13", "15", "7", "19.9"))
        );
        assert_eq!(choose(&ranges[..1], subject(None, 9000)), None);
    }

    #[test]
    fn ranges_without_a_common_part_call_nothing_normal() {
        let (one, other) = (limits("1", "2", "", "9"), limits("3", "4", "", "8"));
        assert_eq!(either(one, other), limits("", "", "", "8"));
    }

    #[test]
    fn a_pregnancy_takes_its_trimester_else_the_whole_else_the_usual_range() {
        let usual = range(None, 0, None, "1");
        let any = Range {
            pregnancy: Some(Pregnancy::Any),
            ..range(Some(Sex::Female), 0, None, "2")
        };
        let second = Range {
            pregnancy: Some(Pregnancy::Second),
            ..range(Some(Sex::Female), 0, None, "3")
        };
        let ranges = [usual, any, second];
        let pregnant = |sex, at| Subject {
            pregnancy: Some(at),
            ..subject(sex, 9000)
        };
        for (sex, at, expected) in [
            (Some(Sex::Female), Pregnancy::Second, "3"),
            (Some(Sex::Female), Pregnancy::First, "2"),
            (Some(Sex::Female), Pregnancy::Any, "2"),
            (None, Pregnancy::Second, "3"),
            (Some(Sex::Male), Pregnancy::Second, "1"),
        ] {
            assert_eq!(
                low_of(&ranges, pregnant(sex, at)).as_deref(),
                Some(expected),
                "{sex:?} {at:?}"
            );
        }
        let found = low_of(&ranges[..1], pregnant(Some(Sex::Female), Pregnancy::First));
        assert_eq!(found.as_deref(), Some("1"));
        let found = low_of(&ranges, subject(Some(Sex::Female), 9000));
        assert_eq!(found.as_deref(), Some("1"), "not known to be pregnant");
    }

    #[test]
    fn the_more_specific_range_holds_and_of_equals_the_newest() {
        let whole = range(None, 0, None, "1");
        let narrow = range(None, 0, Some(100), "2");
        let sexed = range(Some(Sex::Male), 0, None, "3");
        let tested = Range {
            of_test: true,
            ..range(None, 0, None, "4")
        };
        let newer = range(None, 0, None, "5");
        for (ranges, expected) in [
            (vec![whole, narrow], "2"),
            (vec![narrow, whole], "2"),
            (vec![sexed, narrow], "3"),
            (vec![tested, sexed, narrow], "4"),
            (vec![whole, newer], "5"),
        ] {
            let found = low_of(&ranges, subject(Some(Sex::Male), 10));
            assert_eq!(found.as_deref(), Some(expected), "{ranges:?}");
        }
    }

    #[test]
    fn either_critical_limit_raises_the_alarm() {
        let value = |text: &str| text.parse::<Measured>().ok();
        let row = limits("3.5", "5.3", "2.8", "6.2");
        assert_eq!(row.alarmed_by(None, None), row);
        assert_eq!(
            row.alarmed_by(value("3"), value("6.5")),
            limits("3.5", "5.3", "3", "6.2")
        );
        assert_eq!(
            Limits::default().alarmed_by(value("3"), None),
            limits("", "", "3", "")
        );
    }

    fn sexes() -> impl Strategy<Value = Option<Sex>> {
        prop::sample::select(vec![None, Some(Sex::Male), Some(Sex::Female)])
    }

    fn pregnancies() -> impl Strategy<Value = Option<Pregnancy>> {
        use Pregnancy::{Any, First, Second, Third};
        prop::sample::select(vec![
            None,
            Some(First),
            Some(Second),
            Some(Third),
            Some(Any),
        ])
    }

    fn ranges() -> impl Strategy<Value = Range> {
        let ages = (0i64..200, prop::option::of(1i64..200));
        (any::<bool>(), sexes(), ages, pregnancies(), 0i64..100).prop_map(
            |(of_test, sex, (from, length), pregnancy, low)| Range {
                of_test,
                sex,
                age_from_days: from,
                age_to_days: length.map(|length| from + length),
                pregnancy,
                limits: Limits {
                    low: Measured::from_steps(low).ok(),
                    ..Limits::default()
                },
            },
        )
    }

    proptest! {
        /// What is chosen for a known sex is a row that fits; and nothing is chosen only when none fits.
        #[test]
        fn only_a_fitting_row_is_chosen(
            rows in prop::collection::vec(ranges(), 0..12),
            male in any::<bool>(),
            age in 0i64..400,
            pregnancy in pregnancies(),
        ) {
            let sex = if male { Sex::Male } else { Sex::Female };
            let subject = Subject { sex: Some(sex), age_days: Some(age), pregnancy };
            let pregnancy = pregnancy.filter(|_| !male);
            let fits = |row: &&Range| {
                row.sex.is_none_or(|of| of == sex)
                    && row.age_from_days <= age
                    && row.age_to_days.is_none_or(|to| age < to)
                    && (row.pregnancy.is_none()
                        || pregnancy.is_some() && (row.pregnancy == Some(Pregnancy::Any) || row.pregnancy == pregnancy))
            };
            let fitting: Vec<Limits> = rows.iter().filter(fits).map(|row| row.limits).collect();
            match choose(&rows, subject) {
                Some(limits) => prop_assert!(fitting.contains(&limits)),
                None => prop_assert!(fitting.is_empty()),
            }
        }
    }
}
