//! Keys as they are stored: wrapped under the master key.
//!
//! ```text
//! [format 1][fingerprint of the master key: 8][nonce: 12][AES-256-GCM(key): 32 + 16]
//! ```
//!
//! The associated data is everything before the nonce plus the row's id and purpose, so a wrapped key does not open in
//! another row, nor as a key for something else. `state` and `created_at` change or are informative, and are not bound.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Fingerprint, MasterKey, SealError, Secret};

const FORMAT: u8 = 1;
const NONCE_AT: usize = 1 + Fingerprint::LENGTH;
const KEY_AT: usize = NONCE_AT + NONCE_LEN;
const WRAPPED_LENGTH: usize = KEY_AT + 32 + 16;

/// What a stored key is for. Keys of different purposes are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Seals columns.
    Data,
    /// Makes blind index tags.
    Index,
    /// Authenticates audit rows and chain heads.
    Audit,
    /// Signs access tokens.
    Token,
}

impl Purpose {
    /// Every purpose; a ring holds an active key for each.
    pub const ALL: [Self; 4] = [Self::Data, Self::Index, Self::Audit, Self::Token];

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Index => "index",
            Self::Audit => "audit",
            Self::Token => "token",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = SealError;

    fn from_str(word: &str) -> Result<Self, SealError> {
        let found = Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word);
        found.ok_or_else(|| SealError::UnknownWord(word.to_owned(), "purpose of a key"))
    }
}

/// Where a stored key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Used for everything new. Exactly one per purpose.
    Active,
    /// Replaced, but what it made is still being renewed: opens, verifies, and is still written and searched (index).
    Retiring,
    /// Nothing of it should be left. Data and audit keys still open and verify, since an overlooked row or a restored
    /// backup must stay readable; index and token keys are ignored. To destroy a key, delete its row.
    Retired,
}

impl KeyState {
    /// Every state, in the order of a key's life.
    pub const ALL: [Self; 3] = [Self::Active, Self::Retiring, Self::Retired];

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyState {
    type Err = SealError;

    fn from_str(word: &str) -> Result<Self, SealError> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| SealError::UnknownWord(word.to_owned(), "state of a key"))
    }
}

/// One row of the key table.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// 1 to 4,294,967,295, unique over all purposes; travels beside every sealed value. Never use an id again.
    pub id: i64,
    /// What the key is for.
    pub purpose: Purpose,
    /// The key, encrypted under the master key: 69 bytes.
    pub wrapped: Vec<u8>,
    /// Where it stands in its life.
    pub state: KeyState,
    /// When it was generated.
    pub created_at: Timestamp,
}

impl WrappedKey {
    /// Wraps `secret` as a new active key.
    pub(super) fn wrap(
        master: &MasterKey,
        id: i64,
        purpose: Purpose,
        secret: &Secret,
        created_at: Timestamp,
    ) -> Result<Self, SealError> {
        check_id(id)?;
        let mut wrapped = Vec::with_capacity(WRAPPED_LENGTH);
        wrapped.push(FORMAT);
        wrapped.extend_from_slice(master.fingerprint().bytes());
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let mut key = Zeroizing::new(secret.bytes().to_vec());
        let bound = associated(&wrapped, id, purpose);
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        let tag = wrapping_key(master)?.seal_in_place_separate_tag(
            nonce_used,
            Aad::from(bound),
            &mut key,
        )?;
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(&key);
        wrapped.extend_from_slice(tag.as_ref());
        Ok(Self {
            id,
            purpose,
            wrapped,
            state: KeyState::Active,
            created_at,
        })
    }

    /// The key inside.
    pub(super) fn unwrap_with(&self, master: &MasterKey) -> Result<Secret, SealError> {
        check_id(self.id)?;
        let damaged = || SealError::KeyDamaged(self.id);
        let stored = self.fingerprint()?;
        let given = master.fingerprint();
        if stored != given {
            return Err(SealError::WrongMasterKey { stored, given });
        }
        let nonce = Nonce::try_assume_unique_for_key(&self.wrapped[NONCE_AT..KEY_AT])?;
        let bound = associated(&self.wrapped[..NONCE_AT], self.id, self.purpose);
        let mut key = Zeroizing::new(self.wrapped[KEY_AT..].to_vec());
        let opened = wrapping_key(master)?.open_in_place(nonce, Aad::from(bound), &mut key);
        Secret::copy_of(opened.map_err(|_| damaged())?).ok_or_else(damaged)
    }

    /// Which master key this row was wrapped under.
    ///
    /// # Errors
    /// [`SealError::KeyDamaged`] when the row has the wrong length or format.
    pub fn fingerprint(&self) -> Result<Fingerprint, SealError> {
        let mut bytes = [0; Fingerprint::LENGTH];
        if self.wrapped.len() != WRAPPED_LENGTH || self.wrapped[0] != FORMAT {
            return Err(SealError::KeyDamaged(self.id));
        }
        bytes.copy_from_slice(&self.wrapped[1..NONCE_AT]);
        Ok(Fingerprint::from_bytes(bytes))
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "WrappedKey({} {} {}, {})",
            self.id, self.purpose, self.state, self.created_at
        )
    }
}

/// Ids must fit the four bytes beside a value; 0 is left free so that a zeroed header never names a key.
pub(super) fn check_id(id: i64) -> Result<u32, SealError> {
    match u32::try_from(id) {
        Ok(short) if short > 0 => Ok(short),
        _ => Err(SealError::KeyId(id)),
    }
}

fn wrapping_key(master: &MasterKey) -> Result<LessSafeKey, SealError> {
    Ok(LessSafeKey::new(UnboundKey::new(
        &AES_256_GCM,
        &master.derive("wrap"),
    )?))
}

/// Head (fixed length), id (fixed length), purpose (the rest): unambiguous.
fn associated(head: &[u8], id: i64, purpose: Purpose) -> Vec<u8> {
    [head, &id.to_be_bytes(), purpose.as_str().as_bytes()].concat()
}
