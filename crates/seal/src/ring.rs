//! The key ring: all stored keys, unlocked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::hmac;
use jiff::Timestamp;

use super::{KeyScope, KeyState, MasterKey, Purpose, SealError, Secret, WrappedKey};

/// All keys of a database, unlocked and ready. Immutable: to rotate, store new rows, unlock a new ring and swap the
/// `Arc`; requests under way finish with the ring they began with.
///
/// What it does lies beside the subject: sealing and opening, blind index tags, audit authentication codes.
pub struct KeyRing {
    pub(super) data: Shelf<LessSafeKey>,
    pub(super) index: Shelf<hmac::Key>,
    pub(super) audit: Shelf<hmac::Key>,
    pub(super) token: Shelf<Secret>,
}

/// The keys of one purpose. That there is an active one is settled by the type, so that nothing later can lack it.
pub(super) struct Shelf<K> {
    pub(super) active: (i64, K),
    /// By id.
    pub(super) others: BTreeMap<i64, (KeyState, K)>,
}

impl<K> Shelf<K> {
    fn fill(
        opened: &[(&WrappedKey, Secret)],
        purpose: Purpose,
        lingering: &[i64],
        make: impl Fn(&Secret) -> Result<K, SealError>,
    ) -> Result<Self, SealError> {
        let mut active = None;
        let mut others = BTreeMap::new();
        // What index and token keys made is replaced or has expired; what data and audit keys made may be overlooked.
        let keeps_retired = matches!(purpose, Purpose::Data | Purpose::Audit);
        for (row, secret) in opened.iter().filter(|(row, _)| row.purpose == purpose) {
            match row.state {
                KeyState::Active => {
                    if active.replace((row.id, make(secret)?)).is_some() {
                        return Err(SealError::SeveralActiveKeys(purpose));
                    }
                }
                KeyState::Retired if !keeps_retired && !lingering.contains(&row.id) => {}
                state => {
                    others.insert(row.id, (state, make(secret)?));
                }
            }
        }
        let active = active.ok_or(SealError::NoActiveKey(purpose))?;
        Ok(Self { active, others })
    }

    pub(super) fn get(&self, id: i64) -> Option<&K> {
        if id == self.active.0 {
            return Some(&self.active.1);
        }
        self.others.get(&id).map(|(_, key)| key)
    }

    /// The active key first, then the others by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &K)> {
        let others = self.others.iter().map(|(id, (_, key))| (*id, key));
        std::iter::once((self.active.0, &self.active.1)).chain(others)
    }

    fn ids(&self) -> Vec<i64> {
        self.iter().map(|(id, _)| id).collect()
    }
}

impl KeyRing {
    /// Unwraps every row. Refuses a set that would only fail later: a database is usable with exactly one active key per
    /// purpose.
    ///
    /// # Errors
    /// [`SealError::WrongMasterKey`], [`SealError::KeyDamaged`], [`SealError::KeyId`], [`SealError::DuplicateKey`],
    /// [`SealError::NoActiveKey`], [`SealError::SeveralActiveKeys`].
    pub fn unlock(master: &MasterKey, rows: &[WrappedKey]) -> Result<Self, SealError> {
        Self::unlock_lingering(master, rows, &[])
    }

    /// As [`KeyRing::unlock`], but the retired index keys of these ids are still written, though no longer searched:
    /// for the moments until every node has learnt that they are retired.
    ///
    /// # Errors
    /// As [`KeyRing::unlock`].
    pub fn unlock_lingering(
        master: &MasterKey,
        rows: &[WrappedKey],
        lingering: &[i64],
    ) -> Result<Self, SealError> {
        let mut seen = BTreeSet::new();
        let mut opened = Vec::with_capacity(rows.len());
        for row in rows {
            if !seen.insert(row.id) {
                return Err(SealError::DuplicateKey(row.id));
            }
            opened.push((row, row.unwrap_with(master)?));
        }
        let cipher = |secret: &Secret| Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret)?));
        let hmac = |secret: &Secret| Ok(hmac::Key::new(hmac::HMAC_SHA256, secret));
        Ok(Self {
            data: Shelf::fill(&opened, Purpose::Data, &[], cipher)?,
            index: Shelf::fill(&opened, Purpose::Index, lingering, hmac)?,
            audit: Shelf::fill(&opened, Purpose::Audit, &[], hmac)?,
            // Derived, so that a later kind of token can have a secret of its own from the same row.
            token: Shelf::fill(&opened, Purpose::Token, &[], |secret| {
                Ok(secret.derive("token/access"))
            })?,
        })
    }

    /// A new active key for `purpose`, wrapped for storing. `id` is the caller's: greater than any id used before.
    ///
    /// # Errors
    /// [`SealError::KeyId`] or [`SealError::Crypto`].
    pub fn generate(
        master: &MasterKey,
        id: i64,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<WrappedKey, SealError> {
        WrappedKey::wrap(master, id, purpose, &Secret::random()?, now)
    }

    /// The first keys of an empty database: one active key per purpose, ids from `first_id` on.
    ///
    /// # Errors
    /// As [`KeyRing::generate`].
    pub fn bootstrap(
        master: &MasterKey,
        first_id: i64,
        now: Timestamp,
    ) -> Result<Vec<WrappedKey>, SealError> {
        let purposes = Purpose::ALL.into_iter().zip(first_id..);
        purposes
            .map(|(purpose, id)| Self::generate(master, id, purpose, now))
            .collect()
    }

    /// The purposes without an active key among `rows`. All four mean a fresh database; some mean that a newer version
    /// knows a purpose this database has no key for yet, or that rows were lost.
    pub fn missing(rows: &[WrappedKey]) -> Vec<Purpose> {
        let is_active = |purpose| {
            move |row: &WrappedKey| row.purpose == purpose && row.state == KeyState::Active
        };
        Purpose::ALL
            .into_iter()
            .filter(|purpose| !rows.iter().any(is_active(*purpose)))
            .collect()
    }

    /// All rows after beginning the rotation of `purpose`: the active key is retiring, a new one (`id`) is active.
    ///
    /// Afterwards the caller renews what the old key made (re-seals the values whose [`KeyRing::key_of`] is the old id,
    /// rebuilds the index) and then sets the old row to [`KeyState::Retired`].
    ///
    /// # Errors
    /// As [`KeyRing::generate`], and [`SealError::DuplicateKey`] when `id` is taken.
    pub fn rotate(
        master: &MasterKey,
        rows: &[WrappedKey],
        purpose: Purpose,
        id: i64,
        now: Timestamp,
    ) -> Result<Vec<WrappedKey>, SealError> {
        if rows.iter().any(|row| row.id == id) {
            return Err(SealError::DuplicateKey(id));
        }
        let mut rows = rows.to_vec();
        for row in rows
            .iter_mut()
            .filter(|row| row.purpose == purpose && row.state == KeyState::Active)
        {
            row.state = KeyState::Retiring;
        }
        rows.push(Self::generate(master, id, purpose, now)?);
        Ok(rows)
    }

    /// The same keys wrapped under another master key; no sealed value changes. Rows already wrapped under
    /// `new_master` are kept, so that an interrupted change can be repeated.
    ///
    /// # Errors
    /// [`SealError::WrongMasterKey`] or [`SealError::KeyDamaged`] when a row opens under neither.
    pub fn rewrap(
        old_master: &MasterKey,
        new_master: &MasterKey,
        rows: &[WrappedKey],
    ) -> Result<Vec<WrappedKey>, SealError> {
        let rewrap_one = |row: &WrappedKey| {
            if row.fingerprint()? == new_master.fingerprint() {
                row.unwrap_with(new_master)?;
                return Ok(row.clone());
            }
            let secret = row.unwrap_with(old_master)?;
            let fresh = WrappedKey::wrap(new_master, row.id, row.purpose, &secret, row.created_at)?;
            Ok(WrappedKey {
                state: row.state,
                ..fresh
            })
        };
        rows.iter().map(rewrap_one).collect()
    }

    /// The data key to seal a value of this scope with. Today always the active one; keys per patient would be looked
    /// up here, and the id beside each value already tells which key opens it.
    pub(super) fn sealing_key(&self, _scope: KeyScope<'_>) -> (i64, &LessSafeKey) {
        (self.data.active.0, &self.data.active.1)
    }
}

impl fmt::Debug for KeyRing {
    /// Ids only, the active one of each purpose first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("data", &self.data.ids())
            .field("index", &self.index.ids())
            .field("audit", &self.audit.ids())
            .field("token", &self.token.ids())
            .finish()
    }
}
