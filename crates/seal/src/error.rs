//! What can go wrong with a key or a sealed value.

use std::path::PathBuf;

use super::{Fingerprint, Purpose};

/// Why a key could not be used or a value not be sealed or opened. The texts are for operators and logs: they say what
/// to do, and never contain key material or plaintext.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The text of a master key is not 32 bytes in base64 or hexadecimal.
    #[error(
        "the master key must be exactly 32 bytes, written as 64 hexadecimal digits or 44 characters of base64; \
         the text given has {length} characters ({problem}). `openssl rand -base64 32` makes a good one"
    )]
    MasterKeyText {
        /// Characters in the text after trimming.
        length: usize,
        /// What was found instead.
        problem: &'static str,
    },
    /// The key file could not be opened, read, understood, created or made durable.
    #[error("cannot {doing} the key file {}: {source}", path.display())]
    KeyFile {
        /// The step that failed, as a verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The key file's mode lets others than its owner read or change it.
    #[error(
        "the key file {} can be used by others than its owner (mode {mode:04o}); run `chmod 600 {}` \
         and consider whether the key has been read by someone",
        path.display(), path.display()
    )]
    KeyFileOpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The stored keys were wrapped under another master key.
    #[error(
        "wrong master key: the keys in this database are wrapped under master key {stored}, the one given is {given}. \
         Give the master key this database was created with (CHELAL_MASTER_KEY or CHELAL_KEY_FILE); \
         nothing has been changed, and without that key the sealed data cannot be read"
    )]
    WrongMasterKey {
        /// The master key the rows were wrapped under.
        stored: Fingerprint,
        /// The master key that was given.
        given: Fingerprint,
    },
    /// A stored key was altered: right master key, but the row does not open.
    #[error("the stored key {0} is damaged or was exchanged; restore the key table from a backup")]
    KeyDamaged(i64),
    /// Key ids travel in four bytes beside every value: 1 to 4,294,967,295.
    #[error("{0} is not a usable key id (1 to 4294967295)")]
    KeyId(i64),
    /// Two stored keys have the same id.
    #[error("two stored keys have the id {0}")]
    DuplicateKey(i64),
    /// No stored key of this purpose is active.
    #[error("no active {0} key is stored")]
    NoActiveKey(Purpose),
    /// More than one stored key of this purpose is active.
    #[error("more than one {0} key is active; retire all but the newest")]
    SeveralActiveKeys(Purpose),
    /// A text that names no purpose or state of a key.
    #[error("{0:?} is not a {1}")]
    UnknownWord(String, &'static str),
    /// The sealed value is shorter than its header and tag.
    #[error("the sealed value is truncated")]
    Truncated,
    /// The sealed value's first byte names a format this program does not know.
    #[error("the sealed value has the unknown format {0}; was it written by a newer version?")]
    UnknownFormat(u8),
    /// The sealed value names a data key the ring does not hold: destroyed, not yet loaded, or a damaged value.
    #[error("the sealed value needs data key {0}, which is not in the key ring")]
    UnknownKey(i64),
    /// The sealed value was changed, or was sealed for another table, column or row.
    #[error("the sealed value was changed, or belongs to another place")]
    Tampered,
    /// The value opened, but is not what was expected inside (a JSON object, or the type of a field).
    #[error("the sealed value opened but its content has the wrong shape")]
    Shape(#[source] serde_json::Error),
    /// A line of the audit anchor can't be read as a signed head.
    #[error("not a signed audit head")]
    HeadText,
    /// The cryptographic library or the system's random generator refused.
    #[error("the cryptographic library failed")]
    Crypto,
}

impl From<aws_lc_rs::error::Unspecified> for SealError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Crypto
    }
}
