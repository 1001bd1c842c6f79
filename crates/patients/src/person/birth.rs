//! Days of birth that are not known to the day: said as an age or a year, kept as a day with a mark that it is estimated.

use jiff::civil::Date;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Fault;
use platform::field::Field;
use platform::record::Body;
use platform::serde_json::Value as Json;
use platform::texts::Text;

use crate::patient::Patient;

/// How much of a day of birth is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    /// The day itself, or a newborn's age in days.
    Day,
    /// The month: its first day is kept.
    Month,
    /// The year: 1 January is kept.
    Year,
}

/// How much is known of a patient's day of birth. 1 January counts as the year alone in any case: it is what was
/// written down wherever nobody could say that the day is estimated.
pub(crate) fn precision(born: Date, estimated: bool) -> Precision {
    match (born.month(), born.day()) {
        (1, 1) => Precision::Year,
        (_, 1) if estimated => Precision::Month,
        _ => Precision::Day,
    }
}

/// Turns an age (`age`), a year or a month in the place of the day of birth into a day with the mark.
pub(crate) fn fold(cx: &Cx, body: &mut Body) -> Result<(), Error> {
    let age = body.0.remove("age").filter(|age| !age.is_null());
    let said = body.0.get("date_of_birth").filter(|day| !day.is_null());
    let day = match (age, said) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) => {
            let text = Text::new("patients-age-or-birth");
            return Err(Error::field("age", text));
        }
        (Some(age), None) => {
            let born = kernel::dates::born(&written(&age), cx.today());
            Some(born.ok_or_else(|| Error::field("age", Text::new("patients-not-an-age")))?)
        }
        (None, Some(said)) => match of_year_or_month(&written(said)) {
            Some(day) => Some(day),
            None => return is_a_day(said),
        },
    };
    let Some(day) = day else { return Ok(()) };
    body.0
        .insert("date_of_birth".to_owned(), day.to_string().into());
    body.0.insert("birth_estimated".to_owned(), true.into());
    Ok(())
}

/// Refuses what is neither a day nor any of the other forms; a day that the calendar does not have is refused where days
/// are read.
fn is_a_day(said: &Json) -> Result<(), Error> {
    let Some(text) = said.as_str() else {
        return Ok(());
    };
    match <Date as Field>::parse(said) {
        Err(Fault::Said(wrong)) if wrong.iter().any(|text| text.key == "not-a-date") => {
            let text = Text::new("patients-birth-forms").with("value", text);
            Err(Error::field("date_of_birth", text))
        }
        _ => Ok(()),
    }
}

/// What is written, as text: a number may come as one.
fn written(json: &Json) -> String {
    match json {
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// `1960` or `1960-05`.
fn of_year_or_month(text: &str) -> Option<Date> {
    let (year, month) = match text.split_once('-') {
        Some((year, month)) if month.len() == 2 => (year, month),
        Some(_) => return None,
        None => (text, "01"),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || !digits(year) || !digits(month) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

/// Whoever changes the day and says nothing of an estimate knows it; whoever writes it back as it was says nothing.
pub(crate) fn settle(row: &mut Patient, before: Option<&Patient>, body: &Body) {
    let Some(before) = before else { return };
    if body.0.contains_key("birth_estimated") {
        return;
    }
    let same = row.date_of_birth.open() == before.date_of_birth.open();
    row.birth_estimated = same && before.birth_estimated;
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_year_or_a_month_alone_is_read() {
        for (text, day) in [
            ("1960", Some(date(1960, 1, 1))),
            ("1960-05", Some(date(1960, 5, 1))),
            ("1960-13", None),
            ("1960-5", None),
            ("60", None),
            ("1960-05-12", None),
            ("19a0", None),
            ("", None),
        ] {
            assert_eq!(of_year_or_month(text), day, "{text}");
        }
    }

    #[test]
    fn what_is_known_of_a_day_of_birth() {
        for (born, estimated, known) in [
            (date(1960, 1, 1), true, Precision::Year),
            (date(1960, 1, 1), false, Precision::Year),
            (date(1960, 5, 1), true, Precision::Month),
            (date(1960, 5, 1), false, Precision::Day),
            (date(2026, 11, 16), true, Precision::Day),
        ] {
            assert_eq!(precision(born, estimated), known, "{born}");
        }
    }
}
