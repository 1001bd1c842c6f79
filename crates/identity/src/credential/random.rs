//! Random bytes from the operating system, and how people read them aloud.

use zeroize::Zeroizing;

/// Crockford's base 32: no I, L, O (mistaken for digits) and no U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The operating system gave no randomness; nothing secret may be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the random number generator is unavailable")]
pub struct RandomError;

/// `N` random bytes that are wiped when dropped.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, RandomError> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// Encodes bytes five bits at a time, upper case, the last group padded with zero bits.
pub(super) fn crockford(bytes: &[u8]) -> Zeroizing<String> {
    // Sized up front: a growing string would leave unwiped copies behind.
    let mut text = Zeroizing::new(String::with_capacity((bytes.len() * 8).div_ceil(5)));
    let mut buffer = 0_u32;
    let mut bits = 0_u32;
    for &byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(symbol(buffer >> bits));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(symbol(buffer << (5 - bits)));
    }
    text
}

fn symbol(value: u32) -> char {
    char::from(CROCKFORD[(value & 31) as usize])
}

/// What a person typed, as [`crockford`] would have written it: case, hyphens and spaces do not
/// matter, O reads as 0, I and L as 1. `None` for any other character or too long a text.
pub(super) fn crockford_normalise(typed: &str) -> Option<Zeroizing<String>> {
    if typed.len() > 128 {
        return None;
    }
    let mut text = Zeroizing::new(String::with_capacity(typed.len()));
    for c in typed.chars() {
        match c.to_ascii_uppercase() {
            '-' | ' ' => {}
            'O' => text.push('0'),
            'I' | 'L' => text.push('1'),
            c if c.is_ascii() && CROCKFORD.contains(&(c as u8)) => text.push(c),
            _ => return None,
        }
    }
    Some(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encodes_five_bits_a_symbol() {
        assert_eq!(*crockford(&[]), "");
        assert_eq!(*crockford(&[0xff]), "ZW");
        assert_eq!(*crockford(&[0, 0, 0, 0, 1]), "00000001");
        assert_eq!(*crockford(b"foobar"), "CSQPYRK1E8");
        assert_eq!(crockford(&[0; 10]).len(), 16);
        assert_eq!(crockford(&[0; 32]).len(), 52);
    }

    #[test]
    fn reads_what_people_type() {
        assert_eq!(*crockford_normalise("csqp-yrkl e8").unwrap(), "CSQPYRK1E8");
        assert_eq!(*crockford_normalise("oOiIlL").unwrap(), "001111");
        for bad in ["u", "é", "12_3", "a\u{0}", &"0".repeat(129)] {
            assert!(crockford_normalise(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn two_draws_differ() {
        assert_ne!(random::<32>().unwrap(), random::<32>().unwrap());
    }

    proptest! {
        #[test]
        fn normalising_is_the_identity_on_what_we_write(bytes: Vec<u8>) {
            let text = crockford(&bytes);
            prop_assume!(text.len() <= 128);
            prop_assert_eq!(crockford_normalise(&text.to_lowercase()).unwrap(), text);
        }

        #[test]
        fn different_bytes_have_different_texts(a: [u8; 16], b: [u8; 16]) {
            prop_assert_eq!(a == b, crockford(&a) == crockford(&b));
        }
    }
}
