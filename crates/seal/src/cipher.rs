//! Sealing and opening of one value.
//!
//! ```text
//! [format 1][data key id: u32, big endian][nonce: 12 random bytes][AES-256-GCM ciphertext][tag: 16]
//! ```
//!
//! The associated data is the first five bytes, then table and column, each after its length (u64, big endian), then
//! the row's `uid`: no two places encode alike.

use aws_lc_rs::aead::{self, NONCE_LEN, Nonce};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use super::wrapped::check_id;
use super::{KeyRing, SealError};

const FORMAT: u8 = 1;
const HEADER: usize = 1 + 4;
const CIPHERTEXT_AT: usize = HEADER + NONCE_LEN;
const TAG: usize = 16;

/// Bytes a sealed value is longer than its plaintext.
pub const OVERHEAD: usize = CIPHERTEXT_AT + TAG;

/// What the ring is asked for a key of. One active data key serves every scope today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyScope<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The patient whose row it is; `None` for rows of nobody.
    pub patient: Option<i64>,
}

/// The place a value is sealed for; it opens nowhere else.
///
/// The patient chooses the key but is not bound: merging two patients moves rows without sealing them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Aad<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The row's `uid`, which never changes and is known before the row is inserted.
    pub uid: Uuid,
    /// The patient whose row it is, for the choice of key.
    pub patient: Option<i64>,
}

impl<'a> Aad<'a> {
    /// The place (`table`, `column`, `uid`), of no patient.
    pub fn new(table: &'a str, column: &'a str, uid: Uuid) -> Self {
        Self {
            table,
            column,
            uid,
            patient: None,
        }
    }

    /// The same place in a row of this patient.
    #[must_use]
    pub fn of_patient(self, patient: i64) -> Self {
        Self {
            patient: Some(patient),
            ..self
        }
    }

    /// What decides which key seals here.
    pub fn scope(&self) -> KeyScope<'a> {
        KeyScope {
            table: self.table,
            patient: self.patient,
        }
    }

    fn bound_to(&self, header: &[u8]) -> aead::Aad<Vec<u8>> {
        let mut bytes =
            Vec::with_capacity(HEADER + 8 + self.table.len() + 8 + self.column.len() + 16);
        bytes.extend_from_slice(header);
        for name in [self.table, self.column] {
            bytes.extend_from_slice(&(name.len() as u64).to_be_bytes());
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes.extend_from_slice(self.uid.as_bytes());
        aead::Aad::from(bytes)
    }
}

impl KeyRing {
    /// Seals `plain` for the place `aad` under the active data key. The result is [`OVERHEAD`] bytes longer; equal
    /// plaintexts give different results.
    ///
    /// # Errors
    /// [`SealError::Crypto`] when the system has no randomness to give.
    pub fn seal(&self, aad: &Aad<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let (id, key) = self.sealing_key(aad.scope());
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let mut sealed = Vec::with_capacity(OVERHEAD + plain.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&check_id(id)?.to_be_bytes());
        let bound = aad.bound_to(&sealed);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, bound, &mut sealed[CIPHERTEXT_AT..])?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what [`KeyRing::seal`] made for the same place, whichever data key of the ring it was sealed under.
    ///
    /// # Errors
    /// [`SealError::Truncated`], [`SealError::UnknownFormat`], [`SealError::UnknownKey`], or [`SealError::Tampered`] for
    /// a changed value and for one from another table, column or row.
    pub fn open(&self, aad: &Aad<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let id = key_id(sealed)?;
        let key = self.data.get(id).ok_or(SealError::UnknownKey(id))?;
        let (header, rest) = sealed.split_at(HEADER);
        let (nonce, rest) = rest.split_at(NONCE_LEN);
        let (ciphertext, tag) = rest.split_at(rest.len() - TAG);
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let mut plain = vec![0; ciphertext.len()];
        key.open_separate_gather(nonce, aad.bound_to(header), ciphertext, tag, &mut plain)
            .map_err(|_| SealError::Tampered)?;
        Ok(plain)
    }

    /// The id of the data key a value was sealed under, so that a rotation finds what is left to seal again. Reads the
    /// header only; proves nothing.
    ///
    /// # Errors
    /// [`SealError::Truncated`] or [`SealError::UnknownFormat`].
    pub fn key_of(&self, sealed: &[u8]) -> Result<i64, SealError> {
        key_id(sealed)
    }

    /// The id of the data key new values are sealed under.
    pub fn active_data_key(&self) -> i64 {
        self.data.active.0
    }
}

fn key_id(sealed: &[u8]) -> Result<i64, SealError> {
    if sealed.len() < OVERHEAD {
        return Err(SealError::Truncated);
    }
    if sealed[0] != FORMAT {
        return Err(SealError::UnknownFormat(sealed[0]));
    }
    Ok(i64::from(u32::from_be_bytes([
        sealed[1], sealed[2], sealed[3], sealed[4],
    ])))
}
