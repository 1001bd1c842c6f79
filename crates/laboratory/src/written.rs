//! Values, units and limits as people read them: on screens, on paper and in the portal.

use kernel::Language;

use crate::flag::Comparator;
use crate::measured::Measured;
use crate::view::ResultView;

/// A UCUM unit as people write it: `10⁹/L` for `10*9/L`, without its braces.
pub(crate) fn unit(ucum: &str) -> String {
    const POWERS: [(&str, &str); 4] = [
        ("10*12", "10¹²"),
        ("10*9", "10⁹"),
        ("10*6", "10⁶"),
        ("10*3", "10³"),
    ];
    let plain = POWERS
        .iter()
        .fold(ucum.to_owned(), |unit, (code, written)| {
            unit.replace(code, written)
        });
    plain.replace('{', " ").replace('}', "").trim().to_owned()
}

/// A value with its sign and unit, or its words.
pub(crate) fn measured(
    value: Option<Measured>,
    sign: Option<Comparator>,
    units: &str,
    text: &str,
    language: Language,
) -> String {
    let number = value.map(|value| {
        let sign = sign.map_or("", Comparator::as_str);
        [sign, &value.written(language)].concat()
    });
    let units = unit(units);
    let parts = match &number {
        Some(number) => vec![number.as_str(), &units, text],
        None => vec![text],
    };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// What was found, with its unit.
pub fn result(found: &ResultView, language: Language) -> String {
    let (number, sign) = (found.value_numeric, found.comparator);
    measured(number, sign, &found.units, &found.value_text, language)
}

/// `3.5–5.1`, `≥ 3.5`, `≤ 5.1`, or nothing.
pub fn range(low: Option<Measured>, high: Option<Measured>, language: Language) -> String {
    let [low, high] = [low, high].map(|limit| limit.map(|limit| limit.written(language)));
    match (low, high) {
        (Some(low), Some(high)) => [&low, "–", &high].concat(),
        (Some(low), None) => ["≥ ", &low].concat(),
        (None, Some(high)) => ["≤ ", &high].concat(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_written_as_people_write_them() {
        for (ucum, written) in [
            ("mmol/L", "mmol/L"),
            ("10*9/L", "10⁹/L"),
            ("10*12/L", "10¹²/L"),
            ("/100{WBCs}", "/100 WBCs"),
            ("{ratio}", "ratio"),
            ("", ""),
        ] {
            assert_eq!(unit(ucum), written);
        }
    }

    #[test]
    fn numbers_and_ranges_are_written_as_the_reader_writes_them() {
        let measured = |text: &str| text.parse::<Measured>().ok();
        for (low, high, language, said) in [
            (Some("3.5"), Some("5"), Language::En, "3.5–5"),
            (Some("3.5"), Some("5.25"), Language::Fr, "3,5–5,25"),
            (Some("100"), None, Language::Sw, "≥ 100"),
            (None, Some("0.05"), Language::En, "≤ 0.05"),
            (None, None, Language::En, ""),
        ] {
            let [low, high] = [low, high].map(|text| text.and_then(measured));
            assert_eq!(range(low, high, language), said);
        }
    }
}
