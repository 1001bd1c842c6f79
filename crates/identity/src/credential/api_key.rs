//! API keys: long-lived credentials for programs, acting with their owner's rights.
//!
//! A key is `chk_` and 256 random bits. It is shown once; stored are its SHA-256 and the last six
//! characters. A plain fast hash is right here, unlike for passwords: slow hashes and salts exist
//! to make guessing expensive, and 2^256 values cannot be guessed at any speed. A fast hash
//! costs nothing on every request and, being without a salt, is an indexed lookup.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::random::{RandomError, crockford, random};

/// How every key begins, so that secret scanners and people recognise one.
pub const PREFIX: &str = "chk_";
/// Length of a key in characters: the prefix and 52 characters of lower-case Crockford base 32.
pub const LENGTH: usize = PREFIX.len() + 52;
/// How many characters of a key stay visible after creation.
pub const VISIBLE: usize = 6;

/// A new key. `Debug` is redacted.
pub struct NewApiKey {
    key: Zeroizing<String>,
}

impl NewApiKey {
    /// Draws a key from the operating system's generator.
    ///
    /// # Errors
    /// [`RandomError`] when there is no randomness.
    pub fn generate() -> Result<Self, RandomError> {
        let mut body = crockford(random::<32>()?.as_ref());
        body.make_ascii_lowercase();
        let mut key = Zeroizing::new(String::with_capacity(LENGTH));
        key.push_str(PREFIX);
        key.push_str(&body);
        Ok(Self { key })
    }

    /// The key itself, to be shown once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.key
    }

    /// What to store and look up by.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.key)
    }

    /// What to show from now on, as [`mask`].
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.key)
    }
}

impl fmt::Debug for NewApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Whether a presented credential can be a key at all; checked before the database is asked.
#[must_use]
pub fn is_well_formed(presented: &str) -> bool {
    presented.len() == LENGTH
        && presented.strip_prefix(PREFIX).is_some_and(|body| {
            body.bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        })
}

/// The stored form of a key: SHA-256 as unpadded URL-safe base64, 43 characters.
#[must_use]
pub fn hash(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, key.as_bytes()))
}

/// Whether the presented key has the stored hash. Constant time in the contents.
#[must_use]
pub fn matches(presented: &str, stored_hash: &str) -> bool {
    is_well_formed(presented) & bool::from(hash(presented).as_bytes().ct_eq(stored_hash.as_bytes()))
}

/// The last six characters behind eight asterisks; only asterisks for anything shorter than
/// twelve characters, of which six would be too much.
#[must_use]
pub fn mask(key: &str) -> String {
    let length = key.chars().count();
    let visible = if length < 2 * VISIBLE { 0 } else { VISIBLE };
    "********"
        .chars()
        .chain(key.chars().skip(length - visible))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_new_key_matches_its_own_hash_only() {
        let (a, b) = (
            NewApiKey::generate().unwrap(),
            NewApiKey::generate().unwrap(),
        );
        assert!(is_well_formed(a.expose()) && a.expose().len() == LENGTH);
        assert!(matches(a.expose(), &a.hash()));
        assert!(!matches(a.expose(), &b.hash()));
        assert!(!matches(&a.expose().to_uppercase(), &a.hash()));
        assert!(!matches(&a.expose()[..LENGTH - 1], &a.hash()));
        assert!(!matches(a.expose(), ""));
        assert_eq!(format!("{a:?}"), "[redacted]");
    }

    #[test]
    fn hash_is_sha256() {
        // FIPS 180-2's example "abc".
        assert_eq!(hash("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }

    #[test]
    fn mask_shows_six_characters() {
        let key = NewApiKey::generate().unwrap();
        let masked = key.masked();
        assert_eq!(
            masked,
            format!("********{}", &key.expose()[LENGTH - VISIBLE..])
        );
        assert_eq!(mask("short"), "********");
        assert_eq!(mask(""), "********");
        assert_eq!(mask("ééééééabcdef"), "********abcdef");
    }

    proptest! {
        #[test]
        fn any_text_is_safe_to_present(text in ".{0,80}", stored in ".{0,50}") {
            prop_assert!(!matches(&text, &stored));
            prop_assert!(mask(&text).chars().count() <= 8 + VISIBLE);
        }

        #[test]
        fn one_changed_character_does_not_match(position in PREFIX.len()..LENGTH) {
            let key = NewApiKey::generate().unwrap();
            let mut other = key.expose().to_owned().into_bytes();
            other[position] = if other[position] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).unwrap();
            prop_assert!(is_well_formed(&other));
            prop_assert!(!matches(&other, &key.hash()));
        }
    }
}
