//! Dates, amounts and numbers as readers of a language write them.

use jiff::civil::DateTime;
pub use kernel::written::date;
use kernel::{Language, Money};

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
