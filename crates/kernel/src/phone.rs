//! Telephone numbers in the form of ITU-T E.164.

use std::borrow::Cow;
use std::fmt;

use rlibphonenumber::phonenumber_matcher::{FindNumberExt, Leniency};
use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

/// The calling code that completes a local number where none is configured: The Gambia.
pub const DEFAULT_COUNTRY_CODE: u16 = 220;

/// E.164, section 6: country code and national number together.
const MAX_DIGITS: usize = 15;
/// Longer text is not a telephone number with its punctuation.
const MAX_TEXT: usize = 64;
/// How many wrong candidates a text may hold before the search for numbers gives up.
const MAX_TRIES: u64 = 1_000;

/// Why a text is not a telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Contains letters or other signs, or no digits to speak of.
    #[error("Enter a valid phone number.")]
    NotANumber,
    /// `+` is followed by no country's code, or a local number has no known country code to complete it.
    #[error("The country code of the phone number is unknown.")]
    UnknownCountry,
    /// Fewer digits than the country's numbers have.
    #[error("The phone number is too short.")]
    TooShort,
    /// More digits than the country's numbers have, or than the 15 of E.164.
    #[error("The phone number is too long.")]
    TooLong,
    /// Between the shortest and the longest, but of no length in use.
    #[error("The phone number has a wrong number of digits.")]
    WrongLength,
}

/// A telephone number that is possible: a known country code and a length in use there.
///
/// Whether its range is assigned is not asked, since numbering plans change faster than programs.
/// Shown, stored and in JSON it is E.164 with the plus sign (`+2207834351`).
///
/// ```
/// use kernel::Phone;
///
/// for text in ["7834351", "783-43-51", "+220 783 4351", "00220 7834351", "2207834351"] {
///     assert_eq!(Phone::parse(text, 220)?.to_string(), "+2207834351");
/// }
/// # Ok::<(), kernel::PhoneError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    e164: String,
    /// Where the national number begins in `e164`.
    national_at: usize,
}

impl Phone {
    /// Reads one number; a local number is completed with the calling code `country_code`
    /// (digits only, 220), of which 0 stands for none. International prefixes (`00`) and national
    /// ones (`0`) are understood as in that country.
    ///
    /// # Errors
    /// See [`PhoneError`].
    pub fn parse(text: &str, country_code: u16) -> Result<Self, PhoneError> {
        let text = text.trim();
        // The library reads letters as on a keypad and cuts off what follows a number. Here the
        // whole text is a number or it is none.
        let foreign = |c: char| c.is_alphabetic() || c.is_control() || "#,;~@:".contains(c);
        if text.len() > MAX_TEXT || text.contains(foreign) {
            return Err(PhoneError::NotANumber);
        }
        let region = region(country_code);
        let number = PHONE_NUMBER_UTIL
            .parse(&*international(text, region), region)
            .map_err(explain)?;
        Self::from_number(&number)
    }

    /// A number of a country as people write it, for texts that say what is expected. The Gambia's where the
    /// calling code is of no country.
    #[must_use]
    pub fn example(country_code: u16) -> String {
        let example = region(country_code)
            .and_then(|region| PHONE_NUMBER_UTIL.get_example_number(region).ok())
            .map(|number| {
                number
                    .format_as(PhoneNumberFormat::International)
                    .into_owned()
            });
        example.unwrap_or_else(|| "+220 301 2345".to_owned())
    }

    /// All possible numbers in free text, in order, each once. Dates and times are not taken for
    /// numbers; other figures of a fitting length are, so ask only texts that hold contact data.
    #[must_use]
    pub fn find_in(text: &str, country_code: u16) -> Vec<Self> {
        let mut found = Vec::new();
        let region = region(country_code);
        let text = international(text, region);
        let matches = text
            .phone_number_matcher_builder()
            .leniency(Leniency::Possible)
            .preferred_region(region)
            .max_tries(MAX_TRIES)
            .build();
        for phone in matches.filter_map(|found| Self::from_number(&found.number).ok()) {
            if !found.contains(&phone) {
                found.push(phone);
            }
        }
        found
    }

    fn from_number(number: &PhoneNumber) -> Result<Self, PhoneError> {
        use rlibphonenumber::ValidationError as Invalid;
        match number.is_possible_with_reason() {
            Ok(NumberLengthType::IsPossible) => {}
            // Without its area code it cannot be dialled from elsewhere.
            Ok(NumberLengthType::IsPossibleLocalOnly) | Err(Invalid::TooShort) => {
                return Err(PhoneError::TooShort);
            }
            Err(Invalid::TooLong) => return Err(PhoneError::TooLong),
            Err(Invalid::InvalidCountryCode) => return Err(PhoneError::UnknownCountry),
            Err(_) => return Err(PhoneError::WrongLength),
        }
        // Few plans have numbers that begin with a zero. Anywhere else it is what is left of a prefix, and the
        // number would be a stranger's.
        if number.italian_leading_zero() && !number.is_valid() {
            return Err(PhoneError::WrongLength);
        }
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        if e164.len() > 1 + MAX_DIGITS {
            return Err(PhoneError::TooLong);
        }
        let national_at = 1 + number.country_code.to_string().len();
        Ok(Self { e164, national_at })
    }

    /// E.164 with the plus sign, `+2207834351`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// The digits of E.164 without the plus sign, `2207834351`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.e164.get(1..).unwrap_or_default()
    }

    /// The national significant number, without country code and trunk prefix, `7834351`.
    #[must_use]
    pub fn national(&self) -> &str {
        self.e164.get(self.national_at..).unwrap_or_default()
    }

    /// The country calling code, `220`.
    #[must_use]
    pub fn country_code(&self) -> u16 {
        self.e164
            .get(1..self.national_at)
            .and_then(|code| code.parse().ok())
            .unwrap_or_default()
    }
}

/// Whether the text is only digits and the punctuation of telephone numbers (`+ ( ) - . /` and
/// spaces) with at least one digit, so that it was meant as a number and should be a possible one:
/// [`Phone::find_in`] must then find something (it may hold two, joined by a slash).
#[must_use]
pub fn looks_like_phone(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+()-./ ".contains(&b))
}

/// The region whose numbering plan speaks for a calling code (the main one of those that share it).
fn region(country_code: u16) -> Option<Region> {
    PHONE_NUMBER_UTIL.get_region_for_country_code(i32::from(country_code))
}

/// The text with `+` for each `00` before a country code, which means the same in every country whose own
/// prefix for calls abroad does not begin so (Australia's is `0011`).
///
/// The zeros stand at the beginning of a number: at the start of the text, after something that belongs to no
/// number, or after a space when at least nine digits follow.
fn international(text: &str, region: Option<Region>) -> Cow<'_, str> {
    if !text.contains("00") {
        return Cow::Borrowed(text);
    }
    let own = region == Some(Region::AU);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("00") {
        let (before, zeros) = rest.split_at(at);
        plain.push_str(before);
        let after = zeros.get(2..).unwrap_or_default();
        let digits = after
            .chars()
            .take_while(|c| c.is_ascii_digit() || "-. ()".contains(*c))
            .filter(char::is_ascii_digit)
            .count();
        let begins = after.starts_with(|c: char| ('1'..='9').contains(&c))
            && !(own && after.starts_with("11"));
        let alone = plain
            .trim_end_matches(['(', ' '])
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_ascii_digit() && !"+-.".contains(c))
            || (plain.ends_with(' ') && digits >= 9);
        plain.push_str(if begins && alone { "+" } else { "00" });
        rest = after;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn explain(error: rlibphonenumber::ParseError) -> PhoneError {
    use rlibphonenumber::ParseError as Why;
    match error {
        Why::InvalidCountryCode => PhoneError::UnknownCountry,
        Why::NotANumber(_) => PhoneError::NotANumber,
        Why::TooShortAfterIdd | Why::TooShortNsn => PhoneError::TooShort,
        Why::TooLongNsn => PhoneError::TooLong,
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.e164)
    }
}

/// Says only how long it is: a number is personal data and has no business in a log.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({} digits)", self.digits().len())
    }
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.e164)
    }
}

/// Only numbers that carry their country code; a local one needs [`Phone::parse`] and the setting.
impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text, 0).map_err(de::Error::custom)
    }
}

impl JsonSchema for Phone {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Phone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^\\+[1-9][0-9]{2,14}$", "examples": ["+2207834351"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<String> {
        Phone::find_in(text, 220)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn completes_local_numbers() {
        for (text, country, e164) in [
            ("7834351", 220, "+2207834351"),
            (" (783) 43.51 ", 220, "+2207834351"),
            ("+2207834351", 220, "+2207834351"),
            ("+2207834351", 0, "+2207834351"),
            ("+44 20 7946 0958", 220, "+442079460958"),
            ("020 7946 0958", 44, "+442079460958"),
            ("77 123 45 67", 221, "+221771234567"),
            ("0712 345678", 254, "+254712345678"),
            ("06 6988 2222", 39, "+390669882222"),
            ("٧٨٣٤٣٥١", 220, "+2207834351"),
        ] {
            assert_eq!(
                Phone::parse(text, country)
                    .map(|p| p.to_string())
                    .as_deref(),
                Ok(e164),
                "{text}"
            );
        }
    }

    #[test]
    fn a_country_code_begins_with_a_plus_or_two_zeros_in_every_country() {
        for (text, country, e164) in [
            ("00220 783 4351", 234, "+2207834351"),
            ("002207834351", 234, "+2207834351"),
            ("0061 412 345678", 61, "+61412345678"),
            ("0011 44 20 7946 0958", 61, "+442079460958"),
            ("00254712345678", 254, "+254712345678"),
            ("00254 712345678", 254, "+254712345678"),
            ("000254712345678", 254, "+254712345678"),
            ("(00220) 783 4351", 1, "+2207834351"),
            ("00 220 783 4351", 220, "+2207834351"),
            ("07 08 12 34 56", 225, "+2250708123456"),
        ] {
            let parsed = Phone::parse(text, country).map(|p| p.to_string());
            assert_eq!(parsed.as_deref(), Ok(e164), "{text} in {country}");
            let found = Phone::find_in(text, country);
            let found: Vec<_> = found.iter().map(Phone::as_str).collect();
            assert_eq!(found, [e164], "{text} in {country}");
        }
        let two = Phone::find_in("7834351 / 00447911123456, 783-0043", 220);
        let two: Vec<_> = two.iter().map(Phone::as_str).collect();
        assert_eq!(two, ["+2207834351", "+447911123456", "+2207830043"]);
    }

    #[test]
    fn what_is_left_of_a_prefix_is_no_number() {
        for (text, country) in [("+61061412345678", 61), ("+2540254712345678", 254)] {
            assert!(Phone::parse(text, country).is_err(), "{text}");
            assert_eq!(Phone::find_in(text, country), [], "{text}");
        }
    }

    #[test]
    fn examples_are_numbers_of_their_country() {
        for country in [1, 44, 61, 220, 221, 234, 254] {
            let example = Phone::example(country);
            let phone = Phone::parse(&example, 0).unwrap();
            assert_eq!(phone.country_code(), country, "{example}");
        }
        assert!(Phone::example(999).starts_with("+220"));
    }

    #[test]
    fn knows_its_pieces() {
        let phone = Phone::parse("06 6988 2222", 39).unwrap();
        assert_eq!(phone.digits(), "390669882222");
        assert_eq!(phone.national(), "0669882222");
        assert_eq!(phone.country_code(), 39);
        assert_eq!(format!("{phone:?}"), "Phone(12 digits)");
        let json = serde_json::to_string(&phone).unwrap();
        assert_eq!(json, "\"+390669882222\"");
        assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), phone);
        assert!(serde_json::from_str::<Phone>("\"7834351\"").is_err());
    }

    #[test]
    fn refuses_what_cannot_be_dialled() {
        use PhoneError::{NotANumber, TooLong, TooShort, UnknownCountry};
        for (text, country, error) in [
            ("", 220, NotANumber),
            ("none", 220, NotANumber),
            ("783FOOT", 220, NotANumber),
            ("7834351 ext 5", 220, NotANumber),
            ("7834351;ext=5", 220, NotANumber),
            ("+", 220, NotANumber),
            ("12345", 220, TooShort),
            ("78343511111", 220, TooLong),
            ("+999 7834351", 220, UnknownCountry),
            ("7834351", 0, UnknownCountry),
            ("7834351", 999, UnknownCountry),
            ("253-0000", 1, TooShort),
        ] {
            assert_eq!(Phone::parse(text, country), Err(error), "{text}");
        }
        assert!(Phone::parse("7834351 / 9912345", 220).is_err());
    }

    #[test]
    fn finds_numbers_in_text() {
        assert_eq!(
            found("Call Awa on 783 4351 or +221 77 123 45 67."),
            ["+2207834351", "+221771234567"]
        );
        assert_eq!(found("7834351 / 9912345"), ["+2207834351", "+2209912345"]);
        assert_eq!(found("7834351/9912345"), ["+2207834351", "+2209912345"]);
        assert_eq!(
            found("tel:+2207834351, awa@example.com, 7834351"),
            ["+2207834351"]
        );
        assert_eq!(found("7834351"), ["+2207834351"]);
        assert_eq!(found("born 2024-01-05 at 10:30, room 12"), [""; 0]);
        assert_eq!(found("no number"), [""; 0]);
    }

    #[test]
    fn recognises_what_was_meant_as_a_number() {
        for text in ["7834351", "+220 (783) 43-51", "12", "783.43.51/2"] {
            assert!(looks_like_phone(text), "{text}");
        }
        for text in ["", "+", " ", "7834351 home", "a@b.gm", "783\n4351", "７"] {
            assert!(!looks_like_phone(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_is_stable(text in any::<String>(), country in any::<u16>()) {
            for phone in Phone::find_in(&text, country).into_iter().chain(Phone::parse(&text, country)) {
                prop_assert!(phone.digits().len() <= MAX_DIGITS);
                prop_assert_eq!(Phone::parse(phone.as_str(), 0), Ok(phone));
            }
        }

        #[test]
        fn never_panics_on_phone_like_text(text in "[-+()./ 0-9٣x,;#é~]{0,80}", country in prop::sample::select(vec![0u16, 1, 7, 33, 39, 54, 55, 220, 221, 225, 254, 255, 800, 979, 999])) {
            for phone in Phone::find_in(&text, country).into_iter().chain(Phone::parse(&text, country)) {
                prop_assert!(phone.digits().len() <= MAX_DIGITS);
                prop_assert!(phone.digits().bytes().all(|b| b.is_ascii_digit()));
                prop_assert_eq!(format!("{}{}", phone.country_code(), phone.national()), phone.digits());
                prop_assert_eq!(Phone::parse(phone.as_str(), 0), Ok(phone));
            }
        }

        #[test]
        fn every_local_number_is_completed_and_found(number in 2_000_000u32..9_999_999) {
            let phone = Phone::parse(&number.to_string(), 220).unwrap();
            prop_assert_eq!(phone.as_str(), format!("+220{number}"));
            prop_assert_eq!(phone.national(), number.to_string());
            prop_assert_eq!(Phone::find_in(&format!("mobile {number}, Banjul"), 220), vec![phone]);
        }
    }
}
