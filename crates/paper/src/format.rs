//! Dates, amounts and numbers as readers of a language write them.

use jiff::civil::{Date, DateTime};
use kernel::{Language, Money};

const ENGLISH: [&str; 12] = [
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
];
const FRENCH: [&str; 12] = [
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
];
const SWAHILI: [&str; 12] = [
    "Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba",
    "Oktoba", "Novemba", "Desemba",
];

/// A date with the month as a word, which no reader takes for another: `27 May 2027`.
///
/// ```
/// use kernel::Language;
/// let date = jiff::civil::date(2027, 8, 1);
/// assert_eq!(paper::format::date(date, Language::En), "1 August 2027");
/// assert_eq!(paper::format::date(date, Language::Fr), "1er août 2027");
/// assert_eq!(paper::format::date(date, Language::Sw), "1 Agosti 2027");
/// ```
#[must_use]
pub fn date(date: Date, language: Language) -> String {
    let months = match language {
        Language::En => ENGLISH,
        Language::Fr => FRENCH,
        Language::Sw => SWAHILI,
    };
    let index = usize::from(date.month().unsigned_abs()).clamp(1, 12) - 1;
    let day = match (language, date.day()) {
        (Language::Fr, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    format!("{day} {} {}", months[index], date.year())
}

/// A moment in the hospital's time: the date, and the time on a clock of 24 hours.
#[must_use]
pub fn moment(at: DateTime, language: Language) -> String {
    format!(
        "{}, {:02}:{:02}",
        date(at.date(), language),
        at.hour(),
        at.minute()
    )
}

/// An amount with its thousands apart: `1,234.50`, in French `1 234,50`.
///
/// ```
/// use kernel::{Language, Money};
/// let amount: Money = "-1234567.5".parse()?;
/// assert_eq!(paper::format::money(amount, Language::En), "-1,234,567.50");
/// assert_eq!(paper::format::money(amount, Language::Fr), "-1\u{a0}234\u{a0}567,50");
/// # Ok::<(), kernel::MoneyError>(())
/// ```
#[must_use]
pub fn money(amount: Money, language: Language) -> String {
    let (thousands, decimal) = match language {
        Language::En | Language::Sw => (',', '.'),
        Language::Fr => ('\u{a0}', ','),
    };
    let minor = amount.minor().unsigned_abs();
    let whole = (minor / 100).to_string();
    let mut text = String::new();
    if amount.is_negative() {
        text.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    text.push(decimal);
    text.push_str(&format!("{:02}", minor % 100));
    text
}

/// An amount with its currency: `GMD 1,234.50`.
#[must_use]
pub fn price(amount: Money, currency: &str, language: Language) -> String {
    let amount = money(amount, language);
    match language {
        Language::Fr => format!("{amount}\u{a0}{currency}"),
        Language::En | Language::Sw => format!("{currency}\u{a0}{amount}"),
    }
}
