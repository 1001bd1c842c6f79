//! Of a patient what limits, scores and schedules depend on.

use jiff::civil::Date;
use patients::patient::Gender;

/// One day past the last age of an adult's row: no upper limit.
pub const NO_LIMIT: i64 = 54_787;
/// 2 years: length is measured lying before, height standing from then on (WHO).
pub const TWO_YEARS: i64 = 731;
/// 16 years: NEWS2 from then on, emergency triage of children before.
pub const SIXTEEN_YEARS: i64 = 5_844;

/// The sex that ranges and growth tables are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

impl Sex {
    /// Of a gender as recorded; `None` where the tables have no answer.
    pub fn of(gender: Gender) -> Option<Sex> {
        match gender {
            Gender::Male => Some(Sex::Male),
            Gender::Female => Some(Sex::Female),
            Gender::Other | Gender::Unknown => None,
        }
    }

    /// As the tables write it.
    pub(super) fn from_table(text: &str) -> Option<Sex> {
        match text {
            "M" => Some(Sex::Male),
            "F" => Some(Sex::Female),
            _ => None,
        }
    }
}

/// Whose values are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Days since birth.
    pub age_days: i64,
    /// Sex, when it is male or female.
    pub sex: Option<Sex>,
    /// Known to be pregnant.
    pub pregnant: bool,
}

impl Person {
    /// A patient on a day. A day before birth counts as the day of birth.
    pub fn on(day: Date, birth: Date, gender: Gender, pregnant: bool) -> Person {
        Person {
            age_days: days_between(birth, day).max(0),
            sex: Sex::of(gender),
            pregnant,
        }
    }

    /// Whether the age is within `from` (inclusive) and `to` (exclusive).
    pub(super) fn aged(&self, from: i64, to: i64) -> bool {
        (from..to).contains(&self.age_days)
    }
}

/// Days from one day to another, negative when the other is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
