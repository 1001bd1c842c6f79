//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

/// RFC 5321, section 4.5.3.1.3: a path has at most 256 octets, of which two are angle brackets.
const MAX_LENGTH: usize = 254;
/// RFC 5321, section 4.5.3.1.1.
const MAX_LOCAL: usize = 64;
/// RFC 1035, section 2.3.4.
const MAX_LABEL: usize = 63;

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Longer than 254 characters.
    #[error("Ensure this field has no more than 254 characters.")]
    TooLong,
    /// Not `local@domain` as mail providers give them out.
    #[error("Enter a valid email address.")]
    Invalid,
}

/// An e-mail address, trimmed and in lower case, at most 254 ASCII characters.
///
/// The local part is a dot-atom of RFC 5322 (no quoted strings or comments, which nobody has); the
/// domain has at least two labels (international names in their `xn--` form). Although the local
/// part is case-sensitive by RFC 5321, no provider in use treats it so, and people type it as they like.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// Reads and normalises one address.
    ///
    /// # Errors
    /// See [`EmailError`].
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::Invalid)?;
        if !is_local(local) || !is_domain(domain) {
            return Err(EmailError::Invalid);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// All addresses in free text, in order, each once.
    #[must_use]
    pub fn find_in(text: &str) -> Vec<Self> {
        let mut found = Vec::new();
        for word in text.split(|c: char| !(is_atom(c) || c == '.' || c == '@')) {
            // Punctuation of the sentence around the address ("Mail: 'jane@example.com'.").
            let word =
                word.trim_matches(['.', '\'', '`', '/', '=', '?', '!', '*', '{', '}', '|', '-']);
            if let Ok(email) = Self::parse(word)
                && !found.contains(&email)
            {
                found.push(email);
            }
        }
        found
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// `atext` of RFC 5322, section 3.2.3.
fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_local(local: &str) -> bool {
    local.len() <= MAX_LOCAL
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.rsplit_once('.').is_some_and(|(_, top)| {
        // A top-level domain is never all digits (RFC 3696, section 2), unlike an IP address.
        top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit())
    }) && domain.split('.').all(is_label)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Shows the domain only: an address is personal data and has no business in a log.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email(…@{})", self.domain())
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::parse(text)
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Email {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Email".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "email", "maxLength": MAX_LENGTH })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn normalises() {
        for (text, email) in [
            (
                " Jane.Doe+Clinic@Example.COM ",
                "jane.doe+clinic@example.com",
            ),
            ("o'brien@mail.gm", "o'brien@mail.gm"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), email);
        }
        let email = Email::parse("a@b.gm").unwrap();
        assert_eq!(email.domain(), "b.gm");
        assert_eq!(format!("{email:?}"), "Email(…@b.gm)");
        let json = serde_json::to_string(&email).unwrap();
        assert_eq!(serde_json::from_str::<Email>(&json).unwrap(), email);
    }

    #[test]
    fn refuses() {
        for text in [
            "",
            "@",
            "jane",
            "jane@",
            "@example.com",
            "a@b@c.com",
            "a b@c.com",
            "a@b",
            "a@b.c",
            ".a@b.com",
            "a..b@c.com",
            "a.@b.com",
            "a@.com",
            "a@b..com",
            "a@-b.com",
            "a@b-.com",
            "a@10.0.0.1",
            "jané@example.com",
            "\"a b\"@c.com",
            "a@b.com\nBcc: x@y.com",
            "<a@b.com>",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError::Invalid), "{text}");
        }
        let long = format!("a@{}com", "b.".repeat(130));
        assert_eq!(Email::parse(&long), Err(EmailError::TooLong));
        assert!(Email::parse(&format!("{}@b.com", "a".repeat(65))).is_err());
        assert!(Email::parse(&format!("a@{}.com", "b".repeat(64))).is_err());
    }

    #[test]
    fn finds_addresses_in_text() {
        let found = Email::find_in(
            "Call 7834351, or mail <Jane@example.com>; (bob@clinic.gm). 'JANE@example.com'",
        );
        let found: Vec<_> = found.iter().map(Email::as_str).collect();
        assert_eq!(found, ["jane@example.com", "bob@clinic.gm"]);
        assert!(Email::find_in("no address @ home").is_empty());
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_bounded(text in any::<String>()) {
            for email in Email::find_in(&text).into_iter().chain(Email::parse(&text)) {
                prop_assert!(email.as_str().len() <= MAX_LENGTH);
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }

        #[test]
        fn sensible_addresses_are_found(local in "[a-z0-9]{1,12}([._+-][a-z0-9]{1,8}){0,2}", domain in "[a-z]{1,10}(-[a-z]{1,5})?\\.(com|gm|co\\.tz)") {
            let address = format!("{local}@{domain}");
            let email = Email::parse(&address).unwrap();
            prop_assert_eq!(email.as_str(), &address);
            prop_assert_eq!(Email::find_in(&format!("tel 7834351, mail: {address}.")), vec![email]);
        }
    }
}
