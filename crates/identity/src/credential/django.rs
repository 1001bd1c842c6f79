//! Password hashes of Django's default hasher, as imported from an earlier service.
//!
//! `pbkdf2_sha256$<iterations>$<salt>$<base64 of 32 bytes>`: PBKDF2-HMAC-SHA256 over the UTF-8
//! of the password exactly as typed (Django does not normalise passwords) and the ASCII salt.
//! They are only ever verified; a successful login replaces them by Argon2id.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::{Engine, engine::general_purpose::STANDARD};

/// More iterations than this are a corrupt row or an attack on our processors, not a hash:
/// Django's default was about 1.2 million in 2025 and grows by a fifth a release.
const MAX_ITERATIONS: u32 = 10_000_000;

/// A parsed `pbkdf2_sha256` hash.
pub struct DjangoHash<'a> {
    iterations: NonZeroU32,
    salt: &'a str,
    digest: Vec<u8>,
}

impl<'a> DjangoHash<'a> {
    /// Reads a stored hash; `None` when it is anything else, among others Django's `!…` for
    /// "no usable password", which nothing can match.
    #[must_use]
    pub fn parse(stored: &'a str) -> Option<Self> {
        let mut parts = stored.strip_prefix("pbkdf2_sha256$")?.split('$');
        let (iterations, salt, digest) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || salt.is_empty() {
            return None;
        }
        let iterations: NonZeroU32 = iterations.parse().ok()?;
        let digest = STANDARD.decode(digest).ok()?;
        // A shorter digest would be matched by chance.
        (iterations.get() <= MAX_ITERATIONS && digest.len() == 32).then_some(Self {
            iterations,
            salt,
            digest,
        })
    }

    /// What verifying costs.
    #[must_use]
    pub fn iterations(&self) -> NonZeroU32 {
        self.iterations
    }

    /// Whether the password is the one that was hashed. Constant-time comparison; slow by design,
    /// so never call it on an async worker.
    #[must_use]
    pub fn verify(&self, password: &str) -> bool {
        pbkdf2::verify(
            pbkdf2::PBKDF2_HMAC_SHA256,
            self.iterations,
            self.salt.as_bytes(),
            password.as_bytes(),
            &self.digest,
        )
        .is_ok()
    }
}

/// Costs as much as verifying a Django hash of that many iterations, and proves nothing.
pub(super) fn burn(iterations: NonZeroU32, password: &str) {
    let mut out = zeroize::Zeroizing::new([0_u8; 32]);
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        iterations.min(NonZeroU32::new(MAX_ITERATIONS).unwrap_or(NonZeroU32::MIN)),
        b"twenty-two-bytes-salt!",
        password.as_bytes(),
        out.as_mut(),
    );
    // Without a use of the result, an optimiser might skip the work.
    std::hint::black_box(&out);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Made with Python's `hashlib.pbkdf2_hmac`, which is what Django calls.
    const CURRENT: &str =
        "pbkdf2_sha256$870000$a1B2c3D4e5F6g7H8i9J0kL$w2M33CYbB4IdeRjJLImtuN40F7O3tTEB5zAUC4HcCwM=";
    /// `café ﬁn`, with the ligature U+FB01 that NFKC would take apart.
    const UNICODE: &str = "pbkdf2_sha256$1000$seasalt$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=";

    #[test]
    fn verifies_what_django_hashed() {
        let hash = DjangoHash::parse(CURRENT).unwrap();
        assert!(hash.verify("Korrekt-Pferd-7"));
        assert!(!hash.verify("Korrekt-Pferd-8"));
        assert!(!hash.verify(""));
    }

    #[test]
    fn takes_the_password_as_typed() {
        let hash = DjangoHash::parse(UNICODE).unwrap();
        assert!(hash.verify("caf\u{e9} \u{fb01}n"));
        assert!(!hash.verify("caf\u{e9} fin"));
    }

    #[test]
    fn refuses_everything_else() {
        let long = UNICODE.replace("1000", "10000001");
        for bad in [
            "",
            "!",
            "!Lk3vXUnusable",
            "pbkdf2_sha256$",
            "pbkdf2_sha256$0$salt$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=",
            "pbkdf2_sha256$-1$salt$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=",
            "pbkdf2_sha256$1000$$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=",
            "pbkdf2_sha256$1000$seasalt$",
            "pbkdf2_sha256$1000$seasalt$AAAA",
            "pbkdf2_sha256$1000$seasalt$not base64",
            "pbkdf2_sha256$1000$seasalt$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=$x",
            "pbkdf2_sha1$1000$seasalt$+fTq8kxciOZYn7p/57lEwH/o9FkVflmqEef8RXmYiLg=",
            &long,
        ] {
            assert!(DjangoHash::parse(bad).is_none(), "{bad}");
        }
    }
}
