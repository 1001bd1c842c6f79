//! What a value means against its limits, as pure rules.

use crate::measured::Measured;
use crate::reference::Limits;

platform::choice! {
    /// What a result means.
    pub enum Flag {
        /// Within the range; its limits belong to it.
        Normal = "normal" | "n",
        /// Below the range.
        Low = "low" | "l",
        /// Above the range.
        High = "high" | "h",
        /// Not a number, and not what is found in health: a positive malaria test.
        Abnormal = "abnormal" | "a" | "positive",
        /// At or beyond a critical limit: the ordering doctor is told at once.
        Critical = "critical" | "c",
    }
}

platform::choice! {
    /// A sign that the analyser puts before a value.
    pub enum Comparator {
        /// Below what can be measured.
        Below = "<",
        /// Above what can be measured.
        Above = ">",
    }
}

/// The flag of a value; `None` when no limit says anything about it.
///
/// "<20" is judged as the next value below 20, ">600" as the next above 600.
pub fn flag(value: Measured, comparator: Option<Comparator>, limits: &Limits) -> Option<Flag> {
    let step = match comparator {
        None => 0,
        Some(Comparator::Below) => -1,
        Some(Comparator::Above) => 1,
    };
    // At the very end of the range a step further is no value; the value itself is judged.
    let value = Measured::from_steps(value.steps() + step).unwrap_or(value);
    if limits.critical_low.is_some_and(|limit| value <= limit)
        || limits.critical_high.is_some_and(|limit| value >= limit)
    {
        return Some(Flag::Critical);
    }
    if limits.low.is_some_and(|low| value < low) {
        return Some(Flag::Low);
    }
    if limits.high.is_some_and(|high| value > high) {
        return Some(Flag::High);
    }
    (limits.low.is_some() || limits.high.is_some()).then_some(Flag::Normal)
}

/// The flag that is stored: the computed one, which a person may only raise to critical; without one, theirs.
pub fn settle(computed: Option<Flag>, sent: Option<Flag>) -> Option<Flag> {
    match (computed, sent) {
        (_, Some(Flag::Critical)) => Some(Flag::Critical),
        (Some(computed), _) => Some(computed),
        (None, sent) => sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Measured {
        text.parse().unwrap()
    }

    fn limits(texts: [&str; 4]) -> Limits {
        let [low, high, critical_low, critical_high] = texts.map(|text| text.parse().ok());
        Limits {
            low,
            high,
            critical_low,
            critical_high,
        }
    }

    #[test]
    fn limits_belong_to_normal_and_critical_limits_to_critical() {
        let potassium = limits(["3.5", "5.1", "2.8", "6.2"]);
        for (text, expected) in [
            ("3.5", Flag::Normal),
            ("5.1", Flag::Normal),
            ("3.4999", Flag::Low),
            ("5.1001", Flag::High),
            ("2.8", Flag::Critical),
            ("2.8001", Flag::Low),
            ("6.2", Flag::Critical),
            ("6.1999", Flag::High),
            ("-1", Flag::Critical),
        ] {
            assert_eq!(
                flag(value(text), None, &potassium),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn an_absent_limit_says_nothing() {
        for (given, text, expected) in [
            (["", "", "", ""], "5", None),
            (["3", "", "", ""], "5", Some(Flag::Normal)),
            (["3", "", "", ""], "2", Some(Flag::Low)),
            (["", "3", "", ""], "5", Some(Flag::High)),
            (["", "", "3", "9"], "5", None),
            (["", "", "3", "9"], "9", Some(Flag::Critical)),
        ] {
            assert_eq!(
                flag(value(text), None, &limits(given)),
                expected,
                "{given:?} {text}"
            );
        }
    }

    #[test]
    fn a_sign_lies_beyond_its_number() {
        let range = limits(["3.5", "5.1", "2.8", "6.2"]);
        for (text, sign, expected) in [
            ("3.5", Comparator::Below, Flag::Low),
            ("5.1", Comparator::Above, Flag::High),
            ("2.8001", Comparator::Below, Flag::Critical),
            ("99999999.9999", Comparator::Above, Flag::Critical),
        ] {
            assert_eq!(
                flag(value(text), Some(sign), &range),
                Some(expected),
                "{sign:?} {text}"
            );
        }
    }

    #[test]
    fn a_person_may_only_raise_the_alarm() {
        use Flag::{Critical, High, Normal};
        for (computed, sent, stored) in [
            (Some(High), Some(Normal), Some(High)),
            (Some(Critical), Some(Normal), Some(Critical)),
            (Some(Normal), Some(High), Some(Normal)),
            (Some(Normal), Some(Critical), Some(Critical)),
            (None, Some(High), Some(High)),
            (None, None, None),
        ] {
            assert_eq!(settle(computed, sent), stored, "{computed:?} {sent:?}");
        }
    }

    fn values() -> impl Strategy<Value = Measured> {
        (-100_000i64..100_000).prop_map(|scaled| Measured::from_steps(scaled).unwrap())
    }

    proptest! {
        /// As a value rises, its flag goes from critical over low, normal and high to critical, and never back.
        #[test]
        fn flags_rise_with_the_value(mut at in prop::array::uniform4(values()), one in values(), other in values()) {
            at.sort();
            let [critical_low, low, high, critical_high] = at.map(Some);
            let limits = Limits { low, high, critical_low, critical_high };
            let place = |value: Measured| match flag(value, None, &limits) {
                Some(Flag::Critical) if Some(value) <= critical_low => 0,
                Some(Flag::Low) => 1,
                Some(Flag::Normal) => 2,
                Some(Flag::High) => 3,
                _ => 4,
            };
            prop_assert!(one > other || place(one) <= place(other));
        }
    }
}
