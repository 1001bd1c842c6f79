//! The form in which names of medicines are compared.

use kernel::names;

/// What may stand behind a number without a space.
const UNITS: &[&str] = &[
    "mg", "g", "gm", "gms", "mcg", "mcgs", "ug", "ml", "mls", "l", "iu", "u", "mu", "mmol", "meq",
    "mgs", "kg", "units", "x", "h", "hr", "hrs", "hourly", "d", "days",
];

/// Lower case, without accents, apostrophes and trade marks, `i.v.` joined to `iv`, words separated by one space.
///
/// Letters of other scripts stay, so that a word that cannot be read counts as unknown and does not vanish.
pub(super) fn fold(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let letter = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(char::is_ascii_alphabetic)
    };
    let mut plain = String::with_capacity(text.len());
    for (at, &c) in chars.iter().enumerate() {
        match c {
            '™' | '®' | '©' | '℠' => plain.push(' '),
            'µ' | 'μ' => plain.push('u'),
            '_' => plain.push(' '),
            '.' if letter(at.checked_sub(1))
                && !letter(at.checked_sub(2))
                && letter(Some(at + 1))
                && !letter(Some(at + 2)) => {}
            c => plain.push(c),
        }
    }
    names::fold(&plain)
}

/// Whether folding would change nothing; so it is with most names of the pack.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |at: Option<&u8>| at.is_some_and(|byte| *byte != b' ');
    bytes
        .iter()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b' ')
        && !text.contains("  ")
        && ends(bytes.first())
        && ends(bytes.last())
}

/// A number, alone or with its unit: `500`, `500mg`.
pub(super) fn is_number(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < word.len()
        && (rest.is_empty()
            || UNITS.iter().any(|unit| {
                let behind = rest.strip_prefix(unit);
                behind.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            }))
}

/// The name in `paracetamol500mg`: at least three letters and then a number.
pub(super) fn glued(word: &str) -> Option<&str> {
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (name, number) = word.split_at(digits);
    let letters = name.len() >= 3 && name.bytes().all(|byte| byte.is_ascii_lowercase());
    (letters && is_number(number)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{fold, glued, is_number};

    #[test]
    fn names_are_compared_without_what_does_not_matter() {
        for (written, folded) in [
            ("Paracétamol", "paracetamol"),
            ("Panadol™ Extra®", "panadol extra"),
            ("Levothyroxine 50µg", "levothyroxine 50ug"),
            (
                "Inj. Ceftriaxone 1g I.V. stat",
                "inj ceftriaxone 1g iv stat",
            ),
            ("t.d.s.", "tds"),
            ("St. John's wort", "st johns wort"),
            ("0.5%", "0 5"),
            ("  piperacillin/tazobactam ", "piperacillin tazobactam"),
            ("Панадол", "панадол"),
            ("œstradiol", "oestradiol"),
            ("vitamin_c", "vitamin c"),
            ("", ""),
        ] {
            assert_eq!(fold(written), folded, "{written}");
            assert_eq!(fold(&fold(written)), folded, "{written} again");
        }
    }

    #[test]
    fn numbers_stand_alone_or_with_their_unit() {
        for word in ["500", "500mg", "1gm", "120mg5", "6hourly", "2x"] {
            assert!(is_number(word), "{word}");
        }
        for word in ["", "mg", "b12", "500mgx", "5fu", "2m"] {
            assert!(!is_number(word), "{word}");
        }
        assert_eq!(glued("paracetamol500mg"), Some("paracetamol"));
        assert_eq!(glued("b12"), None);
        assert_eq!(glued("abc12fu"), None);
    }
}
