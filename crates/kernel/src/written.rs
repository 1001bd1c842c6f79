//! Days, amounts and numbers as readers of a language write them.

use jiff::civil::{Date, Weekday};

use crate::{Language, Money, currency};

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

/// An amount with its thousands apart: `1,234.50`, in French `1 234,50`. In a currency without a minor
/// unit, decimals are written only where they are not zero, as in the cost of one tablet.
///
/// ```
/// use kernel::{Language, Money};
/// use kernel::written::money;
/// let amount: Money = "-1234567.5".parse()?;
/// assert_eq!(money(amount, "GMD", Language::En), "-1,234,567.50");
/// assert_eq!(money(amount, "GMD", Language::Fr), "-1\u{a0}234\u{a0}567,50");
/// assert_eq!(money("1250".parse()?, "XOF", Language::Fr), "1\u{a0}250");
/// assert_eq!(money("12.5".parse()?, "XOF", Language::Fr), "12,50");
/// # Ok::<(), kernel::MoneyError>(())
/// ```
#[must_use]
pub fn money(amount: Money, currency: &str, language: Language) -> String {
    let minor = amount.minor().unsigned_abs();
    let (_, decimal) = separators(language);
    let sign = if amount.is_negative() { "-" } else { "" };
    let whole = grouped(minor / 100, language);
    let unit = currency::minor_unit(currency);
    if unit == Money::UNIT && amount.is_multiple_of(unit) {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}{decimal}{:02}", minor % 100)
}

/// A number with its thousands apart and at most two places, none of them idle: `1,234.5`, in French `1 234,5`.
///
/// ```
/// use kernel::Language;
/// use kernel::written::number;
/// assert_eq!(number(1234.5, Language::En), "1,234.5");
/// assert_eq!(number(0.005, Language::Fr), "0,01");
/// assert_eq!(number(-1_000_000.0, Language::Fr), "-1\u{a0}000\u{a0}000");
/// assert_eq!(number(-0.001, Language::En), "0");
/// ```
#[must_use]
pub fn number(value: f64, language: Language) -> String {
    let text = format!("{value:.2}");
    let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
    let Ok(size) = whole.trim_start_matches('-').parse::<u64>() else {
        return value.to_string();
    };
    let places = places.trim_end_matches('0');
    let none = size == 0 && places.is_empty();
    let sign = if value < 0.0 && !none { "-" } else { "" };
    let (_, decimal) = separators(language);
    let mut written = format!("{sign}{}", grouped(size, language));
    if !places.is_empty() {
        written.push(decimal);
        written.push_str(places);
    }
    written
}

/// What stands between thousands, and before the places.
pub(crate) fn separators(language: Language) -> (char, char) {
    match language {
        Language::En | Language::Sw => (',', '.'),
        Language::Fr => ('\u{a0}', ','),
    }
}

fn grouped(whole: u64, language: Language) -> String {
    let (thousands, _) = separators(language);
    let digits = whole.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    text
}

/// An amount with its currency: `GMD 1,234.50`; one below nothing with its sign before both.
///
/// ```
/// use kernel::Language;
/// use kernel::written::price;
/// assert_eq!(price("-199.2".parse()?, "GMD", Language::En), "-GMD\u{a0}199.20");
/// assert_eq!(price("-199.2".parse()?, "GMD", Language::Fr), "-199,20\u{a0}GMD");
/// # Ok::<(), kernel::MoneyError>(())
/// ```
#[must_use]
pub fn price(amount: Money, currency: &str, language: Language) -> String {
    let amount = money(amount, currency, language);
    match (language, amount.strip_prefix('-')) {
        (Language::Fr, _) => format!("{amount}\u{a0}{currency}"),
        (Language::En | Language::Sw, Some(amount)) => format!("-{currency}\u{a0}{amount}"),
        (Language::En | Language::Sw, None) => format!("{currency}\u{a0}{amount}"),
    }
}

fn of(language: Language) -> usize {
    match language {
        Language::En => 0,
        Language::Fr => 1,
        Language::Sw => 2,
    }
}
