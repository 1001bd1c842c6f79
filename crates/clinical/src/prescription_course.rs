//! How long a prescribed medicine is taken, as far as its words say.

use jiff::{SignedDuration, Timestamp};
use kernel::names::fold;

/// Many medicines act on after they were stopped; for so many days they are still checked for interactions.
const LINGERS: i64 = 14;
/// Longer than any course: what says more says something else.
const LONGEST: i64 = 3660;

/// Where a course of treatment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// The patient takes it.
    Running,
    /// It ended lately: it may interact, and taking it again doubles nothing.
    Ended,
    /// It is over.
    Over,
}

/// Where a course is that began at a time. One that does not say how long it lasts does so for these days, or runs until
/// somebody ends it.
pub(crate) fn course(
    began: Timestamp,
    duration: &str,
    now: Timestamp,
    otherwise: Option<i64>,
) -> Course {
    let Some(days) = days(duration).or(otherwise) else {
        return Course::Running;
    };
    let passed = now.duration_since(began);
    if passed < SignedDuration::from_hours(24 * days) {
        Course::Running
    } else if passed < SignedDuration::from_hours(24 * (days + LINGERS)) {
        Course::Ended
    } else {
        Course::Over
    }
}

/// The days that a duration says: `5 days`, `2 weeks`, `5/7`, `2/52`, `1/12`, `10d`, `2 semaines`, `siku 5`.
pub(crate) fn days(duration: &str) -> Option<i64> {
    if let Some((number, parts)) = duration
        .trim()
        .trim_start_matches(['x', 'X'])
        .trim()
        .split_once('/')
    {
        let each = match parts.trim() {
            "7" => 1,
            "52" => 7,
            "12" => 30,
            _ => return None,
        };
        return bounded(number.trim().parse().ok()?, each);
    }
    let folded = fold(duration);
    let mut numbers = Vec::new();
    let mut units = Vec::new();
    for word in folded.split(' ') {
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let (digits, letters) = word.split_at(word.len() - letters.len());
        if !digits.is_empty() {
            numbers.push(digits.parse().ok()?);
        }
        if !letters.is_empty() {
            match letters {
                "d" | "day" | "days" | "jour" | "jours" | "j" | "siku" => units.push(1),
                "w" | "wk" | "wks" | "week" | "weeks" | "semaine" | "semaines" | "wiki" => {
                    units.push(7)
                }
                "month" | "months" | "mois" | "mwezi" | "miezi" => units.push(30),
                "x" | "for" | "pendant" | "kwa" => {}
                // "Until review", "3 months then stop if better", "10 doses over 5 days": nothing that can be counted.
                _ => return None,
            }
        }
    }
    match (numbers.as_slice(), units.as_slice()) {
        ([number], [each]) => bounded(*number, *each),
        _ => None,
    }
}

fn bounded(number: i64, each: i64) -> Option<i64> {
    let days = number.checked_mul(each)?;
    (1..=LONGEST).contains(&days).then_some(days)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Course, course, days};

    #[test]
    fn a_duration_is_read_as_people_write_it() {
        for (written, read) in [
            ("5 days", Some(5)),
            ("x 5 days", Some(5)),
            ("5/7", Some(5)),
            ("x5/7", Some(5)),
            ("2/52", Some(14)),
            ("1/12", Some(30)),
            ("10d", Some(10)),
            ("2 Weeks", Some(14)),
            ("2 semaines", Some(14)),
            ("siku 5", Some(5)),
            ("3 months", Some(90)),
            ("", None),
            ("until review", None),
            ("5-7 days", None),
            ("as needed", None),
            ("1/2", None),
            ("10 doses over 5 days", None),
            ("99999999999999999999 days", None),
            ("9223372036854775807 weeks", None),
            ("0 days", None),
        ] {
            assert_eq!(days(written), read, "{written}");
        }
    }

    #[test]
    fn a_course_ends_and_lingers() {
        let began = Timestamp::UNIX_EPOCH;
        let after = |days: i64| began + SignedDuration::from_hours(24 * days);
        assert_eq!(course(began, "5 days", after(4), None), Course::Running);
        assert_eq!(course(began, "5 days", after(5), None), Course::Ended);
        assert_eq!(course(began, "5 days", after(18), None), Course::Ended);
        assert_eq!(course(began, "5 days", after(19), None), Course::Over);
        assert_eq!(course(began, "", after(4000), None), Course::Running);
        // Handed out, and nobody said for how long.
        assert_eq!(course(began, "", after(29), Some(30)), Course::Running);
        assert_eq!(course(began, "", after(43), Some(30)), Course::Ended);
        assert_eq!(course(began, "", after(44), Some(30)), Course::Over);
        assert_eq!(
            course(began, "2 months", after(44), Some(30)),
            Course::Running
        );
    }
}
