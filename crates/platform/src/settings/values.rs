//! The types of settings that the standard library lacks.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// A text that is never shown: not by `Debug`, not in errors; its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps `value` from being shown.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The 256-bit key that wraps all data keys. `Debug` shows nothing of it; its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// From 32 bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From text, as in `CHELAL_MASTER_KEY` and key files: 44 characters of base64 (standard alphabet) or 64
    /// hexadecimal digits; white space around it is ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        use base64::Engine as _;
        let text = text.trim();
        let bytes: Zeroizing<Vec<u8>> = if text.len() == 64 {
            let digit = |c: u8| {
                char::from(c)
                    .to_digit(16)
                    .and_then(|d| u8::try_from(d).ok())
            };
            let (pairs, _) = text.as_bytes().as_chunks::<2>();
            Zeroizing::new(
                pairs
                    .iter()
                    .map(|[a, b]| Some(digit(*a)? << 4 | digit(*b)?))
                    .collect::<Option<_>>()?,
            )
        } else {
            Zeroizing::new(
                base64::engine::general_purpose::STANDARD
                    .decode(text)
                    .ok()?,
            )
        };
        <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Self::new)
    }

    /// The key, for the key ring.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Which database, and where.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file; absolute, or relative to the working directory.
    Sqlite(PathBuf),
    /// PostgreSQL. The configuration's `Debug` hides the password.
    Postgres(Box<tokio_postgres::Config>),
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}
