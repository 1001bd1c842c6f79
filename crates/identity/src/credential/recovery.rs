//! Recovery codes: the way in when the phone with the one-time codes is lost.
//!
//! Ten codes of 80 random bits, written as four groups of four in Crockford base 32
//! (`7K3M-QX2A-9FTD-0WHE`). Each works once: the caller removes the hash at the index found, in
//! the transaction that opens the session. The hash is SHA-256 over the user and the code, so a
//! stolen table cannot be attacked for all users at once, and 2^80 guesses at one are out of
//! reach (NIST SP 800-63B-4 §3.1.2 asks for 64 bits to do without a slow hash).

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::random::{RandomError, crockford, crockford_normalise, random};

/// How many codes are handed out at a time.
pub const COUNT: usize = 10;
/// Characters of a code without its hyphens.
const SYMBOLS: usize = 16;

/// A fresh set of codes, shown once. `Debug` is redacted.
pub struct RecoveryCodes {
    codes: Vec<Zeroizing<String>>,
}

impl RecoveryCodes {
    /// Draws [`COUNT`] codes from the operating system's generator.
    ///
    /// # Errors
    /// [`RandomError`] when there is no randomness.
    pub fn generate() -> Result<Self, RandomError> {
        let codes = (0..COUNT)
            .map(|_| Ok(grouped(&crockford(random::<10>()?.as_ref()))))
            .collect::<Result<_, RandomError>>()?;
        Ok(Self { codes })
    }

    /// The codes as they are shown, each `XXXX-XXXX-XXXX-XXXX`.
    pub fn expose(&self) -> impl ExactSizeIterator<Item = &str> {
        self.codes.iter().map(|code| code.as_str())
    }

    /// What to store for this user, in the order of [`Self::expose`].
    #[must_use]
    pub fn hashes(&self, user_id: i64) -> Vec<String> {
        self.expose()
            .filter_map(crockford_normalise)
            .map(|code| hash(user_id, &code))
            .collect()
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn grouped(code: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(code.len() + code.len() / 4));
    for (i, c) in code.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

/// SHA-256 over a label, the user and the normalised code; 43 characters of URL-safe base64.
fn hash(user_id: i64, normalised: &str) -> String {
    let mut context = Context::new(&SHA256);
    context.update(b"chelal recovery code\0");
    context.update(&user_id.to_be_bytes());
    context.update(normalised.as_bytes());
    URL_SAFE_NO_PAD.encode(context.finish())
}

/// Where in the user's remaining hashes the typed code is found. Case, hyphens and spaces do not
/// matter; O reads as 0, I and L as 1. Looks at every hash, whichever matches.
#[must_use]
pub fn matches(user_id: i64, typed: &str, hashes: &[impl AsRef<str>]) -> Option<usize> {
    let code = crockford_normalise(typed).filter(|code| code.len() == SYMBOLS)?;
    let wanted = hash(user_id, &code);
    let mut found = Choice::from(0);
    let mut index = 0_u64;
    for (i, stored) in (0_u64..).zip(hashes) {
        let equal = wanted.as_bytes().ct_eq(stored.as_ref().as_bytes());
        index = u64::conditional_select(&index, &i, equal & !found);
        found |= equal;
    }
    bool::from(found)
        .then(|| usize::try_from(index).ok())
        .flatten()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn ten_different_readable_codes() {
        let codes = RecoveryCodes::generate().unwrap();
        let shown: HashSet<_> = codes.expose().collect();
        assert_eq!(shown.len(), COUNT);
        for code in shown {
            assert_eq!(code.len(), 19);
            assert!(code.split('-').all(|group| group.len() == 4));
        }
        assert_eq!(codes.hashes(1).len(), COUNT);
        assert_eq!(format!("{codes:?}"), "[redacted]");
    }

    #[test]
    fn every_code_is_found_once_however_it_is_typed() {
        let codes = RecoveryCodes::generate().unwrap();
        let mut hashes = codes.hashes(7);
        for (i, code) in codes.expose().enumerate() {
            assert_eq!(matches(7, code, &hashes), Some(i));
            assert_eq!(matches(7, &code.to_lowercase(), &hashes), Some(i));
            assert_eq!(matches(7, &code.replace('-', " "), &hashes), Some(i));
            let misread = code.replace('-', "").replace('0', "o").replace('1', "l");
            assert_eq!(matches(7, &misread, &hashes), Some(i));
        }
        let fourth = codes.expose().nth(3).unwrap();
        hashes.remove(matches(7, fourth, &hashes).unwrap());
        assert_eq!(matches(7, fourth, &hashes), None);
    }

    #[test]
    fn a_code_is_of_no_use_to_another_user_or_in_part() {
        let codes = RecoveryCodes::generate().unwrap();
        let hashes = codes.hashes(7);
        let first = codes.expose().next().unwrap();
        assert_eq!(matches(8, first, &hashes), None);
        assert_eq!(matches(7, &first[..18], &hashes), None);
        assert_eq!(matches(7, &format!("{first}0"), &hashes), None);
        assert_eq!(matches(7, "", &hashes), None);
        assert_eq!(matches(7, first, &[] as &[String]), None);
        assert_eq!(matches(7, first, &["", "x"]), None);
    }

    proptest! {
        #[test]
        fn guesses_do_not_match(guess in "[0-9A-Za-z -]{0,24}") {
            let hashes = RecoveryCodes::generate().unwrap().hashes(7);
            prop_assert_eq!(matches(7, &guess, &hashes), None);
        }
    }
}
