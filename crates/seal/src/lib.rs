//! Sealing: everything that encrypts, blinds, signs or holds a key.
//!
//! Pure cryptography. Nothing here reads a database, the environment or the clock: rows, texts and times are passed in
//! and handed back, so that the whole promise can be tested without either database.
//!
//! # The keys
//!
//! ```text
//! MasterKey  (outside the database: CHELAL_MASTER_KEY or a key file)
//!    │ HKDF-SHA256 → key-encryption key, AES-256-GCM, bound to (id, purpose)
//!    ├─ Data keys    seal columns           one Active, older ones still open
//!    ├─ Index keys   blind indexes          every generation that is not Retired is written
//!    ├─ Audit keys   row MACs, signed heads one Active, all verify
//!    └─ Token keys   access tokens          one Active, Retiring ones still verify
//! ```
//!
//! A stolen database holds only wrapped keys. A stolen backup too: the master key is in neither.
//!
//! # The promises
//!
//! * A sealed value opens only in the table, column and row (`uid`) it was sealed for, and only unchanged.
//! * Equal values have different ciphertexts; the lengths of an [`Envelope`] are rounded up.
//! * A wrong master key is noticed at start ([`SealError::WrongMasterKey`]), before anything is written.
//! * No key and no sealed value is printed by `Debug`, and a [`Sealed`] value can't be serialised.
//!
//! # Use
//!
//! ```
//! use seal::{Aad, Envelope, KeyRing, MasterKey};
//!
//! # fn main() -> Result<(), seal::SealError> {
//! let master = MasterKey::generate()?;
//! let rows = KeyRing::bootstrap(&master, 1, jiff::Timestamp::UNIX_EPOCH)?; // store these
//! let ring = KeyRing::unlock(&master, &rows)?;
//!
//! let aad = Aad::new("patient", "sealed", uuid::Uuid::from_u128(7)).of_patient(12);
//! let mut envelope = Envelope::new();
//! envelope.put("last_name", "Okafor".into());
//! let stored = envelope.seal(&ring, &aad)?;
//!
//! let mut opened = Envelope::open(&ring, &aad, &stored)?;
//! assert_eq!(opened.take("last_name"), Some("Okafor".into()));
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! Nonces are 96 random bits, so one data key should seal at most 2³² values (NIST SP 800-38D, 8.3). A hospital that
//! writes a hundred sealed rows a second reaches that after more than a year: rotate data keys yearly.

mod blind;
mod cipher;
mod envelope;
mod error;
mod mac;
mod master;
mod ring;
mod sealed;
mod wrapped;

pub use blind::{MAX_TAG_BYTES, MIN_TAG_BYTES};
pub use cipher::{Aad, KeyScope, OVERHEAD};
pub use envelope::{Envelope, Opened, PAD_TO};
pub use error::SealError;
pub use mac::{GENESIS, Head, SignedHead, chain};
pub use master::{Fingerprint, MasterKey, Secret};
pub use ring::KeyRing;
pub use sealed::Sealed;
pub use wrapped::{KeyState, Purpose, WrappedKey};

#[cfg(test)]
mod tests;
