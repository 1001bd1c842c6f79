//! Time-based one-time codes: RFC 6238 with its defaults (SHA-1, 6 digits, 30 seconds), which are
//! what every authenticator app understands.
//!
//! A code is accepted one step before and after the current one (RFC 6238 §5.2) and only once:
//! [`TotpSecret::verify`] is given the last step used and never accepts that step or an earlier
//! one, and the caller stores the step it returns.

use std::fmt;

use jiff::Timestamp;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::random::{RandomError, random};

/// Length of a step in seconds.
pub const STEP_SECONDS: u64 = 30;
/// Steps accepted before and after the current one.
pub const SKEW: u64 = 1;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Length of a new secret in bytes: 160 bits, as RFC 4226 §4 recommends.
pub const SECRET_BYTES: usize = 20;
/// What authenticator apps show as the issuer.
pub const ISSUER: &str = "Chelal";

/// Why a stored secret cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// The secret has fewer than 160 or more than 512 bits.
    #[error("the one-time code secret has the wrong length")]
    SecretLength,
    /// The account name is empty or cannot be put in a provisioning link.
    #[error("the account name cannot be used in a provisioning link")]
    AccountName,
}

/// The secret shared with an authenticator app. Wiped on drop, `Debug` redacted; the caller seals
/// [`TotpSecret::expose`] before storing it.
pub struct TotpSecret {
    totp: Totp,
}

impl TotpSecret {
    /// Draws a new secret from the operating system's generator.
    ///
    /// # Errors
    /// [`RandomError`] when there is no randomness.
    pub fn generate() -> Result<Self, RandomError> {
        let bytes = random::<SECRET_BYTES>()?;
        Self::from_bytes(bytes.as_ref()).map_err(|_| RandomError)
    }

    /// Takes up a stored secret of 20 to 64 bytes.
    ///
    /// # Errors
    /// [`TotpError::SecretLength`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TotpError> {
        if !(SECRET_BYTES..=64).contains(&bytes.len()) {
            return Err(TotpError::SecretLength);
        }
        let totp = builder(Secret::from(bytes))
            .build()
            .map_err(|_| TotpError::SecretLength)?;
        Ok(Self { totp })
    }

    /// The raw bytes, to be sealed.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.totp.secret().as_bytes()
    }

    /// The secret in base 32, for typing into an app that cannot scan.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(self.totp.secret().to_base32())
    }

    /// The `otpauth://` link that an app scans as a QR code. `account` is the username or e-mail;
    /// colons, which separate the parts of the label, become spaces.
    ///
    /// # Errors
    /// [`TotpError::AccountName`] when nothing is left of the name.
    pub fn url(&self, account: &str) -> Result<Zeroizing<String>, TotpError> {
        let account = account.replace(':', " ");
        let account = account.trim();
        if account.is_empty() {
            return Err(TotpError::AccountName);
        }
        builder(self.totp.secret().clone())
            .with_issuer(Some(ISSUER))
            .with_account_name(account)
            .build()
            .and_then(|totp| totp.to_url())
            .map(Zeroizing::new)
            .map_err(|_| TotpError::AccountName)
    }

    /// Checks a typed code (spaces are ignored) and returns the step it belongs to, which the
    /// caller stores as the new `last_used_step` in the same transaction; `None` when it is
    /// wrong, too old, too early, or of a step not later than the last one used. Takes the same
    /// time for every wrong code of six digits.
    #[must_use]
    pub fn verify(&self, code: &str, now: Timestamp, last_used_step: Option<u64>) -> Option<u64> {
        let mut typed = Zeroizing::new([0_u8; DIGITS]);
        let mut length = 0;
        for byte in code.bytes().filter(|b| *b != b' ') {
            if length == DIGITS || !byte.is_ascii_digit() {
                return None;
            }
            typed[length] = byte;
            length += 1;
        }
        if length != DIGITS {
            return None;
        }

        let current = step(now);
        let mut matched = None;
        for candidate in current.saturating_sub(SKEW)..=current + SKEW {
            let expected = Zeroizing::new(self.code(candidate));
            let equal = bool::from(expected.as_bytes().ct_eq(typed.as_ref()));
            let fresh = last_used_step.is_none_or(|last| candidate > last);
            // No early exit; of two equal codes the later step counts, so that neither is left.
            if equal & fresh {
                matched = Some(candidate);
            }
        }
        matched
    }

    /// The code of a step, as an authenticator shows it. Secret until it was used.
    #[must_use]
    pub fn code(&self, step: u64) -> String {
        self.totp.generate(step * STEP_SECONDS).to_string()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn builder(secret: Secret) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP_SECONDS)
        .with_secret(secret)
}

/// The step a moment lies in; 0 before 1970.
#[must_use]
pub fn step(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0) / STEP_SECONDS
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238 appendix B, SHA-1; its eight digits shortened to the last six.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn rfc_6238_vectors() {
        let secret = TotpSecret::from_bytes(RFC_SECRET).unwrap();
        for (second, code) in VECTORS {
            assert_eq!(
                secret.verify(code, at(second), None),
                Some(second as u64 / 30),
                "{second}"
            );
        }
    }

    #[test]
    fn one_step_either_side() {
        let secret = TotpSecret::from_bytes(RFC_SECRET).unwrap();
        let step = 1_234_567_890 / 30;
        let cases = [
            (-31, None),
            (-30, Some(step)),
            (-1, Some(step)),
            (0, Some(step)),
            (29, Some(step)),
            (30, Some(step)),
            (59, Some(step)),
            (60, None),
        ];
        for (offset, expected) in cases {
            let now = at(1_234_567_890 + offset);
            assert_eq!(secret.verify("005924", now, None), expected, "{offset}");
        }
    }

    #[test]
    fn a_code_works_once_and_never_an_older_one() {
        let secret = TotpSecret::from_bytes(RFC_SECRET).unwrap();
        let now = at(1_234_567_890);
        let step = secret.verify("005924", now, None).unwrap();
        assert_eq!(secret.verify("005924", now, Some(step)), None);
        assert_eq!(secret.verify("005924", now, Some(step - 1)), Some(step));
        let before = secret.code(step - 1);
        assert_eq!(secret.verify(&before, now, Some(step)), None);
        let after = secret.code(step + 1);
        assert_eq!(secret.verify(&after, now, Some(step)), Some(step + 1));
    }

    #[test]
    fn what_is_not_a_code() {
        let secret = TotpSecret::from_bytes(RFC_SECRET).unwrap();
        let now = at(1_234_567_890);
        assert!(secret.verify("005 924 ", now, None).is_some());
        for bad in [
            "",
            "5924",
            "0059244",
            "+05924",
            "-05924",
            "00592a",
            "００５９２４",
            "      ",
        ] {
            assert_eq!(secret.verify(bad, now, None), None, "{bad}");
        }
        assert_eq!(secret.verify("000000", at(-5_000_000_000), None), None);
    }

    #[test]
    fn provisioning_link() {
        let secret = TotpSecret::from_bytes(RFC_SECRET).unwrap();
        let url = secret.url("amina:k@hospital.example").unwrap();
        assert!(
            url.starts_with("otpauth://totp/Chelal:amina%20k"),
            "{}",
            *url
        );
        assert!(url.contains("issuer=Chelal"), "{}", *url);
        assert!(
            url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            *url
        );
        assert_eq!(*secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(secret.url(" : "), Err(TotpError::AccountName));
    }

    #[test]
    fn secrets() {
        let secret = TotpSecret::generate().unwrap();
        assert_eq!(secret.expose().len(), SECRET_BYTES);
        assert_ne!(secret.expose(), TotpSecret::generate().unwrap().expose());
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert!(TotpSecret::from_bytes(&[0; 19]).is_err());
        assert!(TotpSecret::from_bytes(&[0; 65]).is_err());
    }

    proptest! {
        #[test]
        fn the_matched_step_is_near_and_later_than_the_last(
            key: [u8; 20], second in 0_i64..4_000_000_000, drift in -2_i64..=2, last in 0_u64..3
        ) {
            let secret = TotpSecret::from_bytes(&key).unwrap();
            let now = at(second);
            let current = step(now);
            let issued = current.saturating_add_signed(drift);
            let last_used = current.saturating_sub(last);
            if let Some(found) = secret.verify(&secret.code(issued), now, Some(last_used)) {
                prop_assert!(found.abs_diff(current) <= SKEW && found > last_used);
            } else {
                prop_assert!(issued.abs_diff(current) > SKEW || issued <= last_used);
            }
        }
    }
}
