//! Dates and times: strict readers for the API's notations, ages, and the hospital's time zone.
//!
//! The API speaks of moments in UTC; people speak of days and hours on the ward. [`HospitalZone`]
//! translates between the two.

use std::fmt;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Why a text is not a date (`YYYY-MM-DD`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not four digits, two, and two, joined by hyphens.
    #[error("Date has wrong format. Use YYYY-MM-DD.")]
    Format,
    /// Well written, but no such day (30 February).
    #[error("There is no such day in the calendar.")]
    NoSuchDay,
    /// A day, but outside of [`YEARS`].
    #[error("The year is out of range.")]
    OutOfRange,
}

/// Why a text is not a time of day (`HH:MM` or `HH:MM:SS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not two or three pairs of digits joined by colons.
    #[error("Time has wrong format. Use HH:MM or HH:MM:SS.")]
    Format,
    /// Well written, but beyond 23:59:59.
    #[error("There is no such time of day.")]
    NoSuchTime,
}

/// Why a text is not a moment (RFC 3339).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Not `YYYY-MM-DDTHH:MM:SS`, with a fraction if wished, and `Z` or an offset.
    #[error("Datetime has wrong format. Use YYYY-MM-DDTHH:MM:SSZ or an offset such as +01:00.")]
    Format,
    /// The offset is missing, so that the moment is not determined.
    #[error("The time zone is missing: end with Z or an offset such as +01:00.")]
    MissingOffset,
    /// Well written, but no such day or time.
    #[error("There is no such date and time.")]
    NoSuchMoment,
    /// A moment, but outside of [`YEARS`].
    #[error("The year is out of range.")]
    OutOfRange,
}

/// Why there is no such time zone or no such moment in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Not a name of the IANA time zone database.
    #[error("unknown time zone; use an IANA name such as Africa/Banjul")]
    Unknown,
    /// Beyond the years that can be computed with (-9999 to 9999).
    #[error("the date is out of range")]
    OutOfRange,
}

/// The years of whatever is read. Who is alive was born in them; before them no time zone, and no span that is laid off
/// from a day, reaches the beginning of what can be computed with. Clients write 31 December 9999 where there is no end.
pub const YEARS: RangeInclusive<i16> = 1800..=9999;

/// Reads a date written exactly `YYYY-MM-DD`, of one of the [`YEARS`].
///
/// # Errors
/// See [`DateError`].
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else {
        return Err(DateError::Format);
    };
    let digits = |pair: [&u8; 2]| two_digits(*pair[0], *pair[1]).ok_or(DateError::Format);
    let (century, year, month, day) = (
        digits([a, b])?,
        digits([c, d])?,
        digits([e, f])?,
        digits([g, h])?,
    );
    let year = i16::from(century) * 100 + i16::from(year);
    let day = Date::new(year, month, day).map_err(|_| DateError::NoSuchDay)?;
    match YEARS.contains(&day.year()) {
        true => Ok(day),
        false => Err(DateError::OutOfRange),
    }
}

/// Reads a time of day written exactly `HH:MM` or `HH:MM:SS`, 24 hours, no leap second.
///
/// # Errors
/// See [`TimeError`].
pub fn parse_time(text: &str) -> Result<Time, TimeError> {
    let digits = |a: u8, b: u8| two_digits(a, b).ok_or(TimeError::Format);
    let (hour, minute, second) = match *text.as_bytes() {
        [a, b, b':', c, d] => (digits(a, b)?, digits(c, d)?, 0),
        [a, b, b':', c, d, b':', e, f] => (digits(a, b)?, digits(c, d)?, digits(e, f)?),
        _ => return Err(TimeError::Format),
    };
    Time::new(hour, minute, second, 0).map_err(|_| TimeError::NoSuchTime)
}

/// Reads a moment in the notation of RFC 3339, section 5.6 (`T` and `Z` in either case, an offset is
/// demanded), as UTC truncated to the microsecond. A leap second counts as the second before it.
///
/// # Errors
/// See [`TimestampError`].
pub fn parse_timestamp(text: &str) -> Result<Timestamp, TimestampError> {
    let (Some(date), Some(b'T' | b't'), Some(time), Some(rest)) = (
        text.get(..10),
        text.as_bytes().get(10),
        text.get(11..19),
        text.get(19..),
    ) else {
        return Err(TimestampError::Format);
    };
    match parse_date(date) {
        Err(DateError::Format) => return Err(TimestampError::Format),
        Err(DateError::NoSuchDay) => return Err(TimestampError::NoSuchMoment),
        Err(DateError::OutOfRange) => return Err(TimestampError::OutOfRange),
        Ok(_) => {}
    }
    if parse_time(time) == Err(TimeError::Format) {
        return Err(TimestampError::Format);
    }
    let offset = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            let length = fraction.len() - offset.len();
            // RFC 3339 sets no limit; nine digits are nanoseconds.
            if !(1..=9).contains(&length) {
                return Err(TimestampError::Format);
            }
            offset
        }
    };
    match *offset.as_bytes() {
        [] => return Err(TimestampError::MissingOffset),
        [b'Z' | b'z'] => {}
        [b'+' | b'-', a, b, b':', c, d] => {
            let hours = two_digits(a, b).ok_or(TimestampError::Format)?;
            let minutes = two_digits(c, d).ok_or(TimestampError::Format)?;
            if hours > 23 || minutes > 59 {
                return Err(TimestampError::NoSuchMoment);
            }
        }
        _ => return Err(TimestampError::Format),
    }
    text.parse()
        .map(crate::clock::truncate)
        .map_err(|_| TimestampError::NoSuchMoment)
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| ((tens - b'0') * 10 + (ones - b'0')).cast_signed())
}

/// The age in completed years on `day` of one born on `birth`; `None` if not yet born.
///
/// Who was born on 29 February is a year older on 1 March of a common year.
#[must_use]
pub fn age_on(birth: Date, day: Date) -> Option<i16> {
    if day < birth {
        return None;
    }
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    Some(day.year() - birth.year() - i16::from(!had_birthday))
}

/// The day of birth that is written down for an age on a day: `34` or `34y` years, `8m` months, `3w` weeks, `12d` days.
///
/// Days and weeks are exact. For months it is the first of the month, for years the first of January, so that the same age
/// said on two days of a year is one day of birth. `None` when it is no age, or one that nobody reaches.
pub fn born(age: &str, day: Date) -> Option<Date> {
    let age = age.trim().to_lowercase();
    let unit = age.trim_start_matches(|c: char| c.is_ascii_digit());
    let count: i32 = age[..age.len() - unit.len()].parse().ok()?;
    match unit.trim() {
        "" | "y" if count <= 130 => Date::new(day.year() - i16::try_from(count).ok()?, 1, 1).ok(),
        "m" if count <= 130 * 12 => {
            let back = jiff::Span::new().months(count);
            Some(day.checked_sub(back).ok()?.first_of_month())
        }
        "w" if count <= 143 => day.checked_sub(jiff::Span::new().weeks(count)).ok(),
        "d" if count <= 1000 => day.checked_sub(jiff::Span::new().days(count)).ok(),
        _ => None,
    }
}

/// The time zone of the hospital: which day it is, and when a local hour comes.
///
/// The default is `Africa/Banjul`. Zone rules are the system's where it has them, otherwise those
/// compiled into the program.
#[derive(Clone, PartialEq, Eq)]
pub struct HospitalZone(TimeZone);

impl HospitalZone {
    /// The zone of a hospital that has configured none.
    pub const DEFAULT_NAME: &'static str = "Africa/Banjul";

    /// The zone with an IANA name (`Africa/Dakar`), in any case.
    ///
    /// # Errors
    /// [`ZoneError::Unknown`].
    pub fn new(name: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(name.trim()).map_err(|_| ZoneError::Unknown)?;
        // `Etc/Unknown` is found, and means that nothing is known.
        if zone.is_unknown() {
            return Err(ZoneError::Unknown);
        }
        Ok(Self(zone))
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The moment of a local date and time.
    ///
    /// When clocks go forward, a time in the gap is read with the offset before it, and so lands
    /// after the gap by as much as it lay inside it. When they go back, a time that comes twice is
    /// the first (RFC 5545, section 3.3.5: "compatible").
    ///
    /// # Errors
    /// [`ZoneError::OutOfRange`] at the ends of time.
    pub fn to_utc(&self, date: Date, time: Time) -> Result<Timestamp, ZoneError> {
        self.0
            .to_ambiguous_timestamp(date.to_datetime(time))
            .compatible()
            .map(crate::clock::truncate)
            .map_err(|_| ZoneError::OutOfRange)
    }

    /// The local date and time of a moment.
    #[must_use]
    pub fn to_local(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// Which day it is here at a moment.
    #[must_use]
    pub fn today(&self, at: Timestamp) -> Date {
        self.to_local(at).date()
    }

    /// The moments between which it is `day` here: from the first, up to but without the second.
    ///
    /// # Errors
    /// [`ZoneError::OutOfRange`] at the ends of time.
    pub fn day_bounds(&self, day: Date) -> Result<(Timestamp, Timestamp), ZoneError> {
        let next = day.tomorrow().map_err(|_| ZoneError::OutOfRange)?;
        Ok((
            self.to_utc(day, Time::midnight())?,
            self.to_utc(next, Time::midnight())?,
        ))
    }
}

impl Default for HospitalZone {
    fn default() -> Self {
        // Compiled in, so it is there; and Banjul keeps UTC all year.
        Self::new(Self::DEFAULT_NAME).unwrap_or(Self(TimeZone::UTC))
    }
}

impl fmt::Display for HospitalZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for HospitalZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HospitalZone({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_stands_for_a_day_of_birth() {
        let day = jiff::civil::date(2026, 11, 28);
        for (age, expected) in [
            ("34", Some("1992-01-01")),
            (" 34y ", Some("1992-01-01")),
            ("0", Some("2026-01-01")),
            ("8m", Some("2026-03-01")),
            ("12d", Some("2026-11-16")),
            ("2w", Some("2026-11-14")),
            ("12D", Some("2026-11-16")),
            ("131", None),
            ("1990-05-12", None),
            ("", None),
            ("m", None),
            ("-3", None),
            ("99999999999", None),
        ] {
            let found = born(age, day).map(|day| day.to_string());
            assert_eq!(found.as_deref(), expected, "{age}");
        }
    }

    use jiff::civil::{date, time};
    use proptest::prelude::*;

    #[test]
    fn reads_dates_strictly() {
        assert_eq!(parse_date("1990-01-01"), Ok(date(1990, 1, 1)));
        assert_eq!(parse_date("2024-02-29"), Ok(date(2024, 2, 29)));
        for text in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32"] {
            assert_eq!(parse_date(text), Err(DateError::NoSuchDay), "{text}");
        }
        for text in ["1800-01-01", "9999-12-31"] {
            assert!(parse_date(text).is_ok(), "{text}");
        }
        for text in ["0000-01-01", "0001-01-01", "1799-12-31"] {
            assert_eq!(parse_date(text), Err(DateError::OutOfRange), "{text}");
        }
        for text in [
            "",
            "2024-1-1",
            "01-01-2024",
            "20240101",
            "2024-01-01T00:00",
            " 2024-01-01",
            "2024/01/01",
            "+024-01-01",
            "２024-01",
        ] {
            assert_eq!(parse_date(text), Err(DateError::Format), "{text}");
        }
    }

    #[test]
    fn reads_times_strictly() {
        assert_eq!(parse_time("09:30"), Ok(time(9, 30, 0, 0)));
        assert_eq!(parse_time("23:59:59"), Ok(time(23, 59, 59, 0)));
        for text in ["24:00", "12:60", "12:00:60"] {
            assert_eq!(parse_time(text), Err(TimeError::NoSuchTime), "{text}");
        }
        for text in [
            "",
            "9:30",
            "09.30",
            "09:30:1",
            "09:30:00.5",
            "09:30 ",
            "9:30 AM",
        ] {
            assert_eq!(parse_time(text), Err(TimeError::Format), "{text}");
        }
    }

    #[test]
    fn reads_moments_with_offset() {
        for (text, utc) in [
            ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
            ("2026-03-01t08:00:00z", "2026-03-01T08:00:00Z"),
            ("2026-03-01T08:00:00+03:00", "2026-03-01T05:00:00Z"),
            ("2026-03-01T08:00:00-00:00", "2026-03-01T08:00:00Z"),
            (
                "2026-03-01T08:00:00.1234567-01:30",
                "2026-03-01T09:30:00.123456Z",
            ),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ] {
            assert_eq!(
                parse_timestamp(text).map(|t| t.to_string()).as_deref(),
                Ok(utc),
                "{text}"
            );
        }
        for text in ["2026-03-01T08:00:00", "2026-03-01T08:00:00.5"] {
            assert_eq!(
                parse_timestamp(text),
                Err(TimestampError::MissingOffset),
                "{text}"
            );
        }
        for text in [
            "2026-02-30T08:00:00Z",
            "2026-03-01T25:00:00Z",
            "2026-03-01T08:00:00+24:00",
        ] {
            assert_eq!(
                parse_timestamp(text),
                Err(TimestampError::NoSuchMoment),
                "{text}"
            );
        }
        for text in ["0001-01-01T00:00:00+23:59", "1799-12-31T23:59:59Z"] {
            assert_eq!(
                parse_timestamp(text),
                Err(TimestampError::OutOfRange),
                "{text}"
            );
        }
        for text in [
            "",
            "2026-03-01",
            "2026-03-01T08:00Z",
            "2026-03-01 08:00:00Z",
            "2026-03-01T08:00:00.Z",
            "2026-03-01T08:00:00+0300",
            "2026-03-01T08:00:00Z[UTC]",
            "2026-03-01T08:00:00.1234567890Z",
            "2026-03-01T08:00:00é",
        ] {
            assert_eq!(parse_timestamp(text), Err(TimestampError::Format), "{text}");
        }
    }

    #[test]
    fn counts_completed_years() {
        let birth = date(2000, 2, 29);
        for (day, age) in [
            (date(2000, 2, 28), None),
            (date(2000, 2, 29), Some(0)),
            (date(2001, 2, 28), Some(0)),
            (date(2001, 3, 1), Some(1)),
            (date(2004, 2, 28), Some(3)),
            (date(2004, 2, 29), Some(4)),
        ] {
            assert_eq!(age_on(birth, day), age, "{day}");
        }
    }

    #[test]
    fn zones_are_known_by_name() {
        assert_eq!(HospitalZone::default().name(), "Africa/Banjul");
        assert_eq!(
            HospitalZone::new(" africa/nairobi ").unwrap().name(),
            "Africa/Nairobi"
        );
        for name in ["", "Banjul", "Etc/Unknown", "+01:00"] {
            assert_eq!(HospitalZone::new(name), Err(ZoneError::Unknown), "{name}");
        }
    }

    #[test]
    fn gaps_and_overlaps_are_resolved() {
        let paris = HospitalZone::new("Europe/Paris").unwrap();
        let utc = |d, t| paris.to_utc(d, t).unwrap().to_string();
        // 02:00 to 03:00 did not happen: half past two is read as half past three.
        assert_eq!(
            utc(date(2026, 3, 29), time(2, 30, 0, 0)),
            "2026-03-29T01:30:00Z"
        );
        // 02:00 to 03:00 happened twice: the first, still summer time.
        assert_eq!(
            utc(date(2026, 10, 25), time(2, 30, 0, 0)),
            "2026-10-25T00:30:00Z"
        );
        let (from, to) = paris.day_bounds(date(2026, 3, 29)).unwrap();
        assert_eq!(to.duration_since(from).as_hours(), 23);
        assert_eq!(
            paris.today("2026-01-01T23:30:00Z".parse().unwrap()),
            date(2026, 1, 2)
        );
    }

    #[test]
    fn the_ends_of_time_are_errors() {
        let zone = HospitalZone::new("Pacific/Auckland").unwrap();
        assert_eq!(
            zone.to_utc(Date::MIN, Time::midnight()),
            Err(ZoneError::OutOfRange)
        );
        assert_eq!(zone.day_bounds(Date::MAX), Err(ZoneError::OutOfRange));
    }

    #[test]
    fn whatever_is_read_begins_in_every_zone() {
        let first = *YEARS.start();
        for name in ["Pacific/Kiritimati", "Pacific/Niue", "Africa/Banjul"] {
            let zone = HospitalZone::new(name).unwrap();
            let day = date(first, 1, 1);
            assert!(zone.day_bounds(day).is_ok(), "{name}");
        }
    }

    fn days() -> impl Strategy<Value = Date> {
        (1900i16..2100, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| date(y, m, d))
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = (parse_date(&text), parse_time(&text), parse_timestamp(&text), HospitalZone::new(&text));
        }

        #[test]
        fn what_is_shown_is_read(day in days(), h in 0i8..24, m in 0i8..60, s in 0i8..60) {
            let at = time(h, m, s, 0);
            prop_assert_eq!(parse_date(&day.to_string()), Ok(day));
            prop_assert_eq!(parse_time(&at.to_string()), Ok(at));
            let zone = HospitalZone::default();
            let utc = zone.to_utc(day, at).unwrap();
            prop_assert_eq!(parse_timestamp(&utc.to_string()), Ok(utc));
        }

        #[test]
        fn local_and_utc_are_inverse_outside_transitions(micros in 0i64..4_000_000_000_000_000, name in prop::sample::select(vec!["Africa/Banjul", "Africa/Nairobi", "Asia/Kolkata"])) {
            // None of these has had a transition since 1970.
            let zone = HospitalZone::new(name).unwrap();
            let at = Timestamp::from_microsecond(micros).unwrap();
            let local = zone.to_local(at);
            prop_assert_eq!(zone.to_utc(local.date(), local.time()), Ok(at));
            let (from, to) = zone.day_bounds(local.date()).unwrap();
            prop_assert!(from <= at && at < to);
        }

        #[test]
        fn age_grows_by_at_most_one_a_year(birth in days(), day in days()) {
            match age_on(birth, day) {
                None => prop_assert!(day < birth),
                Some(age) => {
                    prop_assert!(age >= 0);
                    prop_assert!((day.year() - birth.year() - age) <= 1);
                    let tomorrow = age_on(birth, day.tomorrow().unwrap()).unwrap();
                    prop_assert!(tomorrow - age <= 1 && tomorrow >= age);
                }
            }
        }
    }
}
