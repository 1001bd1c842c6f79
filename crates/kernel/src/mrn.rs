//! Patient identifiers (medical record numbers).

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

/// The longest identifier, in characters.
const MAX_LENGTH: usize = 32;

/// Why there is no such identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrnError {
    /// Nothing but white space.
    #[error("This field may not be blank.")]
    Empty,
    /// More than 32 characters.
    #[error("Ensure this field has no more than 32 characters.")]
    TooLong,
    /// Contains a control character, which nobody can see or type.
    #[error("Control characters are not allowed.")]
    ControlCharacter,
    /// The year has not four digits, or the sequence does not start from 1.
    #[error("The year must have four digits and the sequence must be positive.")]
    OutOfRange,
}

/// A patient identifier: one generated here (`P20260000425`), or any text of 1 to 32 characters that
/// was given by hand (an old card's number).
///
/// A generated identifier is `P`, the year of registration, a running number of at least six digits,
/// and a check digit by the Damm algorithm (H. M. Damm, *Total anti-symmetrische Quasigruppen*,
/// Marburg 2004, whose table of order 10 is used). It detects every single wrong digit and every
/// swap of neighbours, the commonest slips in copying by hand; Luhn misses 09/90, and ISO/IEC 7064
/// MOD 11-10 some swaps.
///
/// ```
/// use kernel::Mrn;
///
/// let mrn = Mrn::generate(2026, 42)?;
/// assert!(mrn.as_str().starts_with("P2026000042"));
/// assert!(Mrn::check(&mrn.as_str().to_lowercase()));
/// assert!(!Mrn::check(&mrn.as_str().replace("42", "24")));
/// # Ok::<(), kernel::MrnError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mrn(String);

impl Mrn {
    /// The identifier of the `sequence`-th (from 1) patient registered in `year` (0 to 9999).
    ///
    /// # Errors
    /// [`MrnError::OutOfRange`].
    pub fn generate(year: i16, sequence: i64) -> Result<Self, MrnError> {
        if !(0..=9999).contains(&year) || sequence < 1 {
            return Err(MrnError::OutOfRange);
        }
        let digits = format!("{year:04}{sequence:06}");
        let check = damm(digits.bytes());
        Ok(Self(format!("P{digits}{check}")))
    }

    /// Whether the text, in any case, is an identifier as generated here and its check digit fits.
    /// `false` says nothing against an identifier given by hand.
    #[must_use]
    pub fn check(text: &str) -> bool {
        let Ok(text) = Self::normalise(text) else {
            return false;
        };
        let Some(digits) = text.strip_prefix('P') else {
            return false;
        };
        // Four of the year, six or more of the sequence, one check digit.
        digits.bytes().all(|b| b.is_ascii_digit())
            && digits.len() >= 11
            // Only a sequence of six digits is filled up with zeros.
            && (digits.len() == 11 || digits.as_bytes()[4] != b'0')
            && damm(digits.bytes()) == 0
    }

    /// Takes an identifier given by hand, trimmed and otherwise kept as it is seen: dashes that look alike are one,
    /// and what has no shape is dropped.
    ///
    /// # Errors
    /// Unless it has 1 to 32 characters, none of them a control character.
    pub fn parse(text: &str) -> Result<Self, MrnError> {
        let seen = crate::lookalike::as_seen(text);
        let text = seen.trim();
        if text.is_empty() {
            return Err(MrnError::Empty);
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(MrnError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(MrnError::ControlCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    /// The form under which identifiers are compared and hashed: trimmed, Unicode form NFKC, upper
    /// case. `p12345` and full-width `Ｐ１２３４５` are one identifier.
    ///
    /// # Errors
    /// As [`Mrn::parse`].
    pub fn normalise(text: &str) -> Result<String, MrnError> {
        Self::parse(text).map(|mrn| mrn.key())
    }

    /// The normal form of this identifier, as [`Mrn::normalise`].
    #[must_use]
    pub fn key(&self) -> String {
        let seen = crate::lookalike::as_seen(&self.0);
        let upper: String = seen.nfkc().flat_map(char::to_uppercase).collect();
        // Upper case can leave the normal form (ΐ becomes three characters).
        let normal: String = upper.nfkc().collect();
        crate::lookalike::as_seen(&normal).trim().to_owned()
    }

    /// The identifier as generated or given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The Damm digit of ASCII digits; 0 over digits that end in their check digit.
fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.fold(0, |interim, digit| {
        TABLE[usize::from(interim)][usize::from(digit.wrapping_sub(b'0') % 10)]
    })
}

impl fmt::Display for Mrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Says only that there is one: an identifier is patient data and has no business in a log.
impl fmt::Debug for Mrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mrn(…)")
    }
}

impl Serialize for Mrn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Mrn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Mrn {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Mrn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX_LENGTH })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_digit_is_the_published_one() {
        // The example of the literature: 572 has the check digit 4.
        assert_eq!(damm(b"572".iter().copied()), 4);
        assert_eq!(damm(b"5724".iter().copied()), 0);
    }

    #[test]
    fn generates_the_documented_form() {
        let mrn = Mrn::generate(2026, 1).unwrap();
        assert_eq!(mrn.as_str().len(), 12);
        assert!(mrn.as_str().starts_with("P2026000001"));
        assert!(Mrn::generate(2026, i64::MAX).unwrap().as_str().len() <= MAX_LENGTH);
        for (year, sequence) in [(-1, 1), (10_000, 1), (2026, 0), (2026, -5)] {
            assert_eq!(Mrn::generate(year, sequence), Err(MrnError::OutOfRange));
        }
    }

    #[test]
    fn identifiers_given_by_hand_are_kept_and_compared_normalised() {
        assert_eq!(Mrn::parse(" p12345 ").unwrap().as_str(), "p12345");
        assert_eq!(
            Mrn::normalise("mrn\u{2011}0042\u{200b}").unwrap(),
            "MRN-0042"
        );
        for text in ["P12345", " p12345\n", "ｐ１２３４５", "\u{a0}P12345"] {
            assert_eq!(Mrn::normalise(text).as_deref(), Ok("P12345"), "{text}");
        }
        assert_eq!(Mrn::normalise("  "), Err(MrnError::Empty));
        assert_eq!(Mrn::normalise(&"é".repeat(33)), Err(MrnError::TooLong));
        assert!(Mrn::normalise(&"é".repeat(32)).is_ok());
        assert_eq!(Mrn::normalise("a\u{0}b"), Err(MrnError::ControlCharacter));
        assert!(!Mrn::check("P12345"));
        assert!(!Mrn::check("Q20260000011"));
        assert_eq!(format!("{:?}", Mrn::parse("P1").unwrap()), "Mrn(…)");
    }

    proptest! {
        #[test]
        fn generated_identifiers_pass_and_differ(year in 0i16..=9999, a in 1i64.., b in 1i64..) {
            let mrn = Mrn::generate(year, a).unwrap();
            prop_assert!(Mrn::check(mrn.as_str()));
            prop_assert_eq!(mrn.key(), mrn.as_str());
            prop_assert_eq!(mrn == Mrn::generate(year, b).unwrap(), a == b);
        }

        #[test]
        fn a_wrong_digit_is_detected(sequence in 1i64..100_000_000, place in 1usize..11, digit in 0u8..10) {
            let mut text = Mrn::generate(2026, sequence).unwrap().0;
            let new = char::from(b'0' + digit).to_string();
            prop_assume!(text[place..=place] != new);
            text.replace_range(place..=place, &new);
            prop_assert!(!Mrn::check(&text));
        }

        #[test]
        fn swapped_neighbours_are_detected(sequence in 1i64..100_000_000, place in 1usize..11) {
            let text = Mrn::generate(2026, sequence).unwrap().0;
            let mut bytes = text.clone().into_bytes();
            prop_assume!(bytes[place] != bytes[place + 1]);
            bytes.swap(place, place + 1);
            prop_assert!(!Mrn::check(&String::from_utf8(bytes).unwrap()));
        }

        #[test]
        fn normal_form_is_stable(text in "\\PC{1,32}") {
            if let Ok(mrn) = Mrn::parse(&text) {
                // Some compatibility forms grow beyond what may be given; the rest must be stable.
                if let Ok(again) = Mrn::parse(&mrn.key()) {
                    prop_assert_eq!(again.key(), mrn.key());
                }
                prop_assert_eq!(Mrn::normalise(&format!(" {text}\t")), Ok(mrn.key()));
            }
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = Mrn::check(&text);
            let _ = Mrn::normalise(&text);
        }
    }
}
