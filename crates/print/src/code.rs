//! The code on a document: 80 random bits that people can type, kept as a hash.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::fill;
use platform::error::Error;

/// Letters and digits that are not taken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code: four groups of four, such as `7KQM-2D9X-HW4T-9BCF`.
pub(crate) fn new() -> Result<String, Error> {
    let mut random = [0_u8; 16];
    fill(&mut random).map_err(|_| Error::internal("there is no randomness"))?;
    let mut code = String::with_capacity(19);
    for (at, byte) in random.into_iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(code)
}

/// What is kept of a code, however it was typed: small letters, spaces, no dashes, O for 0, I or L for 1.
/// `None` for what cannot be a code.
pub(crate) fn hash(typed: &str) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(16);
    for letter in typed.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
        let letter = match letter.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
        if !ALPHABET.contains(&letter) || plain.len() == 16 {
            return None;
        }
        plain.push(letter);
    }
    (plain.len() == 16).then(|| digest(&SHA256, &plain).as_ref().to_vec())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_was_typed() {
        let code = new().unwrap();
        assert_eq!(code.len(), 19);
        assert_ne!(code, new().unwrap());
        let kept = hash(&code);
        assert!(kept.is_some());
        for typed in [
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            code.replace('0', "O").replace('1', "l"),
        ] {
            assert_eq!(hash(&typed), kept, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in [
            "",
            "7KQM",
            "7KQM-2D9X-HW4T-9BCF-0",
            "7KQM-2D9X-HW4T-9BC!",
            "٧KQM2D9XHW4T9BC",
        ] {
            assert_eq!(hash(typed), None, "{typed}");
        }
    }
}
