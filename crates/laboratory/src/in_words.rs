//! Numbers that were written as text. Words are judged by nothing, so a number among them would raise no alarm.

use platform::fault::Faults;
use platform::field::Blank;
use platform::seal::Sealed;
use platform::texts::Text;

use crate::flag::{Comparator, Flag, flag};
use crate::measured::Measured;
use crate::parameter::LabParameter;
use crate::reference::Limits;
use crate::result::LabResultValue;
use crate::units::convert;

/// A number as it is written on a report: its sign, the number, and what stands behind it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written<'a> {
    pub(crate) sign: Option<Comparator>,
    pub(crate) number: Measured,
    pub(crate) rest: &'a str,
}

/// Reads a text that begins with a number; nothing of one that does not, or whose number is not certain (`8,9`).
pub(crate) fn read(text: &str) -> Option<Written<'_>> {
    let text = text.trim();
    let (sign, text) = match text.split_at_checked(1) {
        Some(("<", rest)) => (Some(Comparator::Below), rest.trim_start()),
        Some((">", rest)) => (Some(Comparator::Above), rest.trim_start()),
        _ => (None, text),
    };
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let rest = match rest.starts_with([',', '+', '-', '–', '/', ':']) {
        true => return None,
        false => rest.trim(),
    };
    let number = number.parse().ok()?;
    Some(Written { sign, number, rest })
}

/// Whether a text begins with a number, or with the sign before one: in the place of a value, it is meant as one.
pub(crate) fn begins_with_number(text: &str) -> bool {
    let signs = ['<', '>', '≤', '≥', '=', '~', '+', '-', '.', ' '];
    let text = text.trim_start_matches(signs);
    text.starts_with(|letter: char| letter.is_numeric())
}

/// Takes the number of a numeric parameter from its text, with sign and unit.
///
/// # Errors
/// Under `value_text` when it begins with a number that cannot be read for certain, or contradicts the number beside it.
pub(crate) fn settle(parameter: &LabParameter, row: &mut LabResultValue) -> Result<(), Faults> {
    let text = row.value_text.open().to_string();
    if !begins_with_number(&text) {
        return Ok(());
    }
    let unclear = || {
        let text = Text::new("laboratory-number-in-text")
            .with("text", &text)
            .with("parameter", &parameter.name);
        Faults::one("value_text", text)
    };
    let Some(written) = read(&text) else {
        // Beside a number it is a remark.
        return match row.value_numeric {
            Some(_) => Ok(()),
            None => Err(unclear()),
        };
    };
    let is_unit = convert(
        &parameter.code,
        &parameter.units,
        written.rest,
        written.number,
    )
    .is_ok();
    match row.value_numeric {
        Some(number) if is_unit && number != written.number => return Err(unclear()),
        Some(_) => return Ok(()),
        None if !is_unit => return Err(unclear()),
        None => {}
    }
    let units = row.units.open().to_string();
    if !units.is_empty() && !written.rest.is_empty() && units != written.rest {
        return Err(unclear());
    }
    if !written.rest.is_empty() {
        row.units = Sealed::new(Blank::cut(written.rest));
    }
    row.value_numeric = Some(written.number);
    row.comparator = row.comparator.or(written.sign);
    row.value_text = Sealed::new(Blank::default());
    Ok(())
}

/// What devices and people write for a value beyond what is measured, in English, French and Swahili.
const BEYOND: [&str; 16] = [
    "hi",
    "lo",
    "high",
    "low",
    "critical",
    "critically",
    "panic",
    "haut",
    "élevé",
    "élevée",
    "bas",
    "basse",
    "critique",
    "juu",
    "chini",
    "hatari",
];

/// Whether words say that a value is high or low instead of saying which: `HI` on a glucometer, `very low`.
fn says_beyond(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    let mut first = words.filter(|word| !word.is_empty()).take(2);
    first.any(|word| BEYOND.contains(&word))
}

/// Refuses words in the place of a number that hold a critical one, or say that it is high or low where that may be
/// critical.
///
/// # Errors
/// Under `value_text`.
pub(crate) fn check_words(
    parameter: &LabParameter,
    row: &LabResultValue,
    limits: &Limits,
) -> Result<(), Faults> {
    let text = row.value_text.open();
    let alarms = limits.critical_low.is_some() || limits.critical_high.is_some();
    if alarms && row.value_numeric.is_none() && says_beyond(text) {
        let text = Text::new("laboratory-beyond-in-words")
            .with("text", &**text)
            .with("parameter", &parameter.name);
        return Err(Faults::one("value_text", text));
    }
    // Times, days and ratios hold together, and are no numbers.
    let is_part = |letter: char| letter.is_ascii_digit() || ".:/-".contains(letter);
    let mut numbers = text
        .split(|letter| !is_part(letter))
        .filter_map(|part| part.trim_matches(['.', ':', '-']).parse().ok());
    match numbers.any(|number| flag(number, None, limits) == Some(Flag::Critical)) {
        false => Ok(()),
        true => {
            let text = Text::new("laboratory-number-in-text")
                .with("text", &**text)
                .with("parameter", &parameter.name);
            Err(Faults::one("value_text", text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_beyond_are_told_from_remarks() {
        for text in [
            "HI",
            "LO",
            "lo ",
            "VERY HIGH",
            "Critically high, called",
            "Très élevé",
            "Juu sana",
            "panic value",
        ] {
            assert!(says_beyond(text), "{text}");
        }
        for text in [
            "",
            "haemolysed",
            "sample volume too low",
            "not done",
            "Hilfe",
            "local lab",
        ] {
            assert!(!says_beyond(text), "{text}");
        }
    }

    #[test]
    fn a_number_is_read_with_its_sign_and_its_unit() {
        let number = |text: &str| text.parse::<Measured>().unwrap();
        for (text, sign, value, rest) in [
            ("8.9", None, "8.9", ""),
            (" 8.9 mmol/L ", None, "8.9", "mmol/L"),
            ("<20", Some(Comparator::Below), "20", ""),
            ("> 600 mg/dL", Some(Comparator::Above), "600", "mg/dL"),
            ("140x10^9/L", None, "140", "x10^9/L"),
        ] {
            let read = read(text).unwrap();
            let expected = Written {
                sign,
                number: number(value),
                rest,
            };
            assert_eq!(read, expected, "{text}");
        }
        for text in [
            "8,9",
            "1,234",
            "3+",
            "2-3",
            "1:20",
            "haemolysed",
            "",
            "<",
            "8.9.1",
            "≤20",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["8,9", "≤20", "- 3", "~8", "3+"] {
            assert!(begins_with_number(text), "{text}");
        }
        for text in ["haemolysed at 10:30", "", "<", "see 2"] {
            assert!(!begins_with_number(text), "{text}");
        }
    }
}
