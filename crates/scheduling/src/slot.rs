//! From the hospital's clock on the wall to moments that can be compared.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use kernel::HospitalZone;
use platform::fault::Faults;
use platform::texts::Text;

/// The longest an appointment can last: a day, in minutes.
pub const LONGEST: i64 = 24 * 60;

/// The years in which appointments lie; beyond are typing mistakes.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A half-open interval of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first moment that belongs to it.
    pub from: Timestamp,
    /// The first moment that does not.
    pub to: Timestamp,
}

impl Span {
    /// They have a moment in common; spans that touch do not.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The other lies wholly in it.
    pub fn contains(&self, other: &Span) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// The span that begins at a local date and time and lasts so many minutes.
///
/// A time that comes twice, because clocks go back, is the first of the two. A time that never comes,
/// because clocks go forward, is refused: whoever reads it off the wall would come too early or too late.
/// The length is that of the stopwatch: over a change of the clocks an appointment of 60 minutes still
/// takes 60 minutes.
///
/// # Errors
/// By field: `date`, `time`, `duration_minutes`.
pub fn span(zone: &HospitalZone, date: Date, time: Time, minutes: i64) -> Result<Span, Faults> {
    let mut faults = Faults::new();
    if !(1..=LONGEST).contains(&minutes) {
        faults.say(
            "duration_minutes",
            Text::new("scheduling-duration").with("max", LONGEST),
        );
    }
    if !YEARS.contains(&date.year()) {
        faults.say("date", Text::new("scheduling-date-range"));
        return Err(faults);
    }
    let from = match zone.to_utc(date, time) {
        Ok(from) => from,
        Err(_) => {
            faults.say("date", Text::new("scheduling-date-range"));
            return Err(faults);
        }
    };
    if zone.to_local(from) != date.to_datetime(time) {
        faults.say(
            "time",
            Text::new("scheduling-no-such-time")
                .with("time", hours_and_minutes(time))
                .with("date", date),
        );
    }
    faults.into_result()?;
    Ok(Span {
        from,
        to: from + SignedDuration::from_mins(minutes),
    })
}

/// `09:30`.
pub fn hours_and_minutes(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn clocks_that_change_are_decided() {
        let cases = [
            // Banjul keeps its clocks.
            (
                "Africa/Banjul",
                date(2027, 3, 28),
                (2, 30),
                Ok("2027-03-28T02:30:00Z"),
            ),
            // Paris, last Sunday of March: 02:00 to 03:00 never comes.
            (
                "Europe/Paris",
                date(2027, 3, 28),
                (1, 59),
                Ok("2027-03-28T00:59:00Z"),
            ),
            ("Europe/Paris", date(2027, 3, 28), (2, 0), Err("time")),
            ("Europe/Paris", date(2027, 3, 28), (2, 59), Err("time")),
            (
                "Europe/Paris",
                date(2027, 3, 28),
                (3, 0),
                Ok("2027-03-28T01:00:00Z"),
            ),
            // Last Sunday of October: 02:00 to 03:00 comes twice, and the first counts.
            (
                "Europe/Paris",
                date(2027, 10, 31),
                (2, 30),
                Ok("2027-10-31T00:30:00Z"),
            ),
            (
                "Europe/Paris",
                date(2027, 10, 31),
                (3, 0),
                Ok("2027-10-31T02:00:00Z"),
            ),
            // New York, second Sunday of March and first of November.
            ("America/New_York", date(2027, 3, 14), (2, 15), Err("time")),
            (
                "America/New_York",
                date(2027, 3, 14),
                (3, 15),
                Ok("2027-03-14T07:15:00Z"),
            ),
            (
                "America/New_York",
                date(2027, 11, 7),
                (1, 30),
                Ok("2027-11-07T05:30:00Z"),
            ),
            ("Africa/Banjul", date(1899, 12, 31), (9, 0), Err("date")),
            ("Africa/Banjul", date(2200, 1, 1), (9, 0), Err("date")),
        ];
        for (zone, day, (hour, minute), expected) in cases {
            let zone = HospitalZone::new(zone).unwrap();
            let found = span(&zone, day, time(hour, minute, 0, 0), 15);
            match expected {
                Ok(from) => {
                    let found = found.unwrap();
                    assert_eq!(found.from.to_string(), from, "{zone} {day} {hour}:{minute}");
                    assert_eq!(found.to.duration_since(found.from).as_mins(), 15);
                }
                Err(field) => assert!(
                    found.is_err_and(|faults| faults.has(field)),
                    "{zone} {day} {hour}:{minute}"
                ),
            }
        }
    }

    #[test]
    fn an_hour_takes_an_hour_while_clocks_change() {
        let paris = HospitalZone::new("Europe/Paris").unwrap();
        let found = span(&paris, date(2027, 3, 28), time(1, 30, 0, 0), 60).unwrap();
        assert_eq!(paris.to_local(found.to).time(), time(3, 30, 0, 0));
        let found = span(&paris, date(2027, 10, 31), time(2, 30, 0, 0), 60).unwrap();
        assert_eq!(paris.to_local(found.to).time(), time(2, 30, 0, 0));
    }

    #[test]
    fn lengths_have_limits() {
        let zone = HospitalZone::default();
        for (minutes, fine) in [
            (0, false),
            (-15, false),
            (1, true),
            (LONGEST, true),
            (LONGEST + 1, false),
        ] {
            let found = span(&zone, date(2027, 1, 1), time(9, 0, 0, 0), minutes);
            assert_eq!(found.is_ok(), fine, "{minutes}");
        }
    }

    #[test]
    fn touching_is_not_overlapping() {
        let at = |n: i64| Timestamp::from_second(n).unwrap();
        let span = |from, to| Span {
            from: at(from),
            to: at(to),
        };
        assert!(!span(0, 10).overlaps(&span(10, 20)));
        assert!(!span(10, 20).overlaps(&span(0, 10)));
        assert!(span(0, 11).overlaps(&span(10, 20)));
        assert!(span(0, 30).overlaps(&span(10, 20)));
        assert!(span(12, 13).overlaps(&span(10, 20)));
        assert!(span(10, 20).contains(&span(10, 20)) && !span(10, 20).contains(&span(9, 20)));
    }
}
