//! Tamper evidence: authentication codes of audit rows, the chain over them, and its signed heads. And the secrets that
//! sign access tokens.
//!
//! Each audit row gets [`KeyRing::audit_mac`] when it is inserted. The sealer later numbers rows and links them:
//! `hash(n) = chain(hash(n - 1), n, row)`, beginning with [`GENESIS`]. Now and then it signs where the chain stands
//! ([`KeyRing::sign_head`]) and appends the line to a file outside the database: a cut tail is then missing something
//! that was promised.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::{constant_time, digest, hmac};
use jiff::Timestamp;

use super::{KeyRing, SealError, Secret};

/// The hash before the first row of a chain.
pub const GENESIS: [u8; 32] = [0; 32];

const ROW: &[u8] = b"chelal/audit-row/v1\0";
const HEAD: &[u8] = b"chelal/audit-head/v1\0";
const LINK: &[u8] = b"chelal/audit-link/v1\0";

/// The next hash of a chain: SHA-256 over a label, the previous hash, the row's number (i64, big endian) and the row's
/// bytes. All before the row have a fixed length, so no two inputs look alike.
pub fn chain(previous: &[u8; 32], sequence: i64, row: &[u8]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(LINK);
    context.update(previous);
    context.update(&sequence.to_be_bytes());
    context.update(row);
    to_array(context.finish())
}

/// How far a chain has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last row in the chain; 0 when there is none.
    pub sequence: i64,
    /// That row's hash; [`GENESIS`] when there is none.
    pub hash: [u8; 32],
    /// When the head was signed.
    pub at: Timestamp,
}

/// A [`Head`] with the authentication code that makes it a promise. `Display` and `FromStr` are its line in the anchor
/// file: `sequence hash at key mac`, hashes in hexadecimal, the time in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedHead {
    /// What is promised.
    pub head: Head,
    /// The id of the audit key that signed.
    pub key: i64,
    /// HMAC-SHA256 over the head.
    pub mac: [u8; 32],
}

impl KeyRing {
    /// HMAC-SHA256 of an audit row's canonical bytes under the active audit key.
    pub fn audit_mac(&self, row: &[u8]) -> [u8; 32] {
        labelled(&self.audit.active.1, ROW, row)
    }

    /// Whether `mac` was made by [`KeyRing::audit_mac`] for these bytes, under any audit key of the ring: rows outlive
    /// the key they were signed with. Compares in constant time.
    pub fn verify_audit(&self, row: &[u8], mac: &[u8]) -> bool {
        self.audit
            .iter()
            .any(|(_, key)| equal(&labelled(key, ROW, row), mac))
    }

    /// Signs how far the audit chain has come, under the active audit key.
    pub fn sign_head(&self, head: Head) -> SignedHead {
        let (id, key) = &self.audit.active;
        SignedHead {
            head,
            key: *id,
            mac: labelled(key, HEAD, &head.bytes(*id)),
        }
    }

    /// Whether this ring's key signed exactly this head. Compares in constant time.
    pub fn verify_head(&self, signed: &SignedHead) -> bool {
        let expected = |key| labelled(key, HEAD, &signed.head.bytes(signed.key));
        self.audit
            .get(signed.key)
            .is_some_and(|key| equal(&expected(key), &signed.mac))
    }

    /// The secret that signs access tokens now.
    pub fn token_secret(&self) -> &Secret {
        &self.token.active.1
    }

    /// The secrets that verify access tokens, with the ids of their keys (for the token's `kid`): the signing one first,
    /// then those retiring.
    pub fn token_secrets(&self) -> impl Iterator<Item = (i64, &Secret)> {
        self.token.iter()
    }
}

impl Head {
    /// Fixed lengths throughout. The time in nanoseconds, so that the text form loses nothing.
    fn bytes(&self, key: i64) -> Vec<u8> {
        let at = self.at.as_nanosecond();
        [
            &self.sequence.to_be_bytes()[..],
            &self.hash,
            &at.to_be_bytes(),
            &key.to_be_bytes(),
        ]
        .concat()
    }
}

impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Head { sequence, hash, at } = &self.head;
        write!(
            f,
            "{sequence} {} {at} {} {}",
            Hex(hash),
            self.key,
            Hex(&self.mac)
        )
    }
}

impl FromStr for SignedHead {
    type Err = SealError;

    fn from_str(line: &str) -> Result<Self, SealError> {
        parse_head(line).ok_or(SealError::HeadText)
    }
}

fn parse_head(line: &str) -> Option<SignedHead> {
    let mut words = line.trim_end().split(' ');
    let sequence = words.next()?.parse().ok()?;
    let hash = unhex(words.next()?)?;
    let at = words.next()?.parse().ok()?;
    let key = words.next()?.parse().ok()?;
    let mac = unhex(words.next()?)?;
    let head = Head { sequence, hash, at };
    words
        .next()
        .is_none()
        .then_some(SignedHead { head, key, mac })
}

struct Hex<'a>(&'a [u8; 32]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn labelled(key: &hmac::Key, label: &[u8], message: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(label);
    context.update(message);
    to_array(context.sign())
}

/// The 32 bytes of a SHA-256 result; the library's types know their length only at run time.
pub(super) fn to_array(result: impl AsRef<[u8]>) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(result.as_ref());
    bytes
}

fn equal(ours: &[u8], theirs: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(ours, theirs).is_ok()
}
