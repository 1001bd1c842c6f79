//! Dates, amounts and numbers as readers of a language write them.

use jiff::civil::DateTime;
use kernel::Language;
pub use kernel::written::{date, money, price};

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
