//! Days as readers of a language write them.

use jiff::civil::{Date, Weekday};

use crate::Language;

const MONTHS: [[&str; 12]; 3] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba",
        "Oktoba", "Novemba", "Desemba",
    ],
];

const WEEKDAYS: [[&str; 7]; 3] = [
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    [
        "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    ],
    [
        "Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili",
    ],
];

/// A date with the month as a word, which no reader takes for another: `27 May 2027`.
///
/// ```
/// use kernel::Language;
/// let date = jiff::civil::date(2027, 8, 1);
/// assert_eq!(kernel::written::date(date, Language::En), "1 August 2027");
/// assert_eq!(kernel::written::date(date, Language::Fr), "1er août 2027");
/// assert_eq!(kernel::written::date(date, Language::Sw), "1 Agosti 2027");
/// ```
#[must_use]
pub fn date(date: Date, language: Language) -> String {
    let month = usize::from(date.month().unsigned_abs()).clamp(1, 12) - 1;
    let month = MONTHS[of(language)][month];
    let day = match (language, date.day()) {
        (Language::Fr, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    format!("{day} {month} {}", date.year())
}

/// The name of a day of the week.
///
/// ```
/// use jiff::civil::Weekday;
/// assert_eq!(kernel::written::weekday(Weekday::Sunday, kernel::Language::Sw), "Jumapili");
/// ```
#[must_use]
pub fn weekday(day: Weekday, language: Language) -> &'static str {
    let day = usize::from(day.to_monday_zero_offset().unsigned_abs()).min(6);
    WEEKDAYS[of(language)][day]
}

fn of(language: Language) -> usize {
    match language {
        Language::En => 0,
        Language::Fr => 1,
        Language::Sw => 2,
    }
}
