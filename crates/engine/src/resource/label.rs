//! What records are called.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use kernel::Money;

/// The most characters of a running text that stand for its record.
const FEW: usize = 80;

/// A part of what a record is called, which its reader is told in their own language.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Words that somebody wrote.
    Words(String),
    /// The kind of record: `Laboratory order`.
    Kind,
    /// The kind of record and its number: `Bill 7`.
    Numbered,
    /// The kind of another record, by its name, such as `Patient`.
    KindOf(String),
    /// A choice: the name of its field, and its value.
    Choice(&'static str, &'static str),
    /// A day.
    Day(Date),
    /// A day of the week.
    Weekday(Weekday),
    /// A time of day.
    Clock(Time),
    /// A moment, as the hospital's clocks show it.
    Moment(Timestamp),
    /// An amount of money.
    Amount(Money),
}

impl Said {
    /// Words that somebody wrote.
    pub fn words(words: impl ToString) -> Said {
        Said::Words(words.to_string())
    }
}

/// `StockBatch` as people say it: `stock batch`.
pub fn spoken(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && words.ends_with(|last: char| last.is_ascii_lowercase()) {
            words.push(' ');
        }
        words.push(letter);
    }
    let lower = |word: &str| {
        // Abbreviations stay as they are.
        if word.len() > 1 && word.bytes().all(|b| b.is_ascii_uppercase()) {
            word.to_owned()
        } else {
            word.to_lowercase()
        }
    };
    words.split(' ').map(lower).collect::<Vec<_>>().join(" ")
}

/// The beginning of a running text: its first line, at most 80 characters, cut between words.
#[must_use]
pub fn in_a_few_words(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    let Some((end, _)) = line.char_indices().nth(FEW) else {
        return line.to_owned();
    };
    let whole = line[..end].rfind(' ').unwrap_or(end);
    format!("{}…", line[..whole].trim_end())
}

#[cfg(test)]
mod tests {
    use super::in_a_few_words;

    #[test]
    fn a_long_text_is_cut_between_words() {
        let long = "Potassium 6.9 mmol/L ".repeat(9);
        let cases = [
            ("", "".to_owned()),
            ("  Chest pain\nsince noon", "Chest pain".to_owned()),
            (&"é".repeat(80), "é".repeat(80)),
            (&"é".repeat(81), format!("{}…", "é".repeat(80))),
            (
                &long,
                format!("{}Potassium 6.9…", "Potassium 6.9 mmol/L ".repeat(3)),
            ),
        ];
        for (text, short) in cases {
            assert_eq!(in_a_few_words(text), short);
        }
    }
}
