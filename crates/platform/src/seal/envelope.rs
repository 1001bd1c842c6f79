//! One ciphertext for all sealed fields of a row.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Aad, KeyRing, SealError};

/// Plaintexts are lengthened to a multiple of this many bytes.
pub const PAD_TO: usize = 32;

/// The sealed fields of one row: a JSON object, sealed as one value. One nonce, one tag and one decryption a row, and
/// nobody learns which of the fields are filled.
///
/// Before sealing, the JSON is lengthened with blanks (which JSON ignores at its end) to a multiple of [`PAD_TO`] bytes.
/// So the length of what is stored tells the length of the content to within 32 bytes, and no more: names and phone
/// numbers look alike, a long note is still seen to be long.
#[derive(Clone, PartialEq, Default)]
pub struct Envelope(Map<String, Value>);

impl Envelope {
    /// An empty envelope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a field in, in place of what was there.
    pub fn put(&mut self, field: &str, value: Value) -> &mut Self {
        self.0.insert(field.to_owned(), value);
        self
    }

    /// [`Envelope::put`] for anything serialisable.
    ///
    /// # Errors
    /// [`SealError::Shape`] when JSON can't express it.
    pub fn put_as<T: Serialize>(&mut self, field: &str, value: &T) -> Result<&mut Self, SealError> {
        let value = serde_json::to_value(value).map_err(SealError::Shape)?;
        Ok(self.put(field, value))
    }

    /// Takes a field out; `None` when it was never put in (a column added later).
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.0.remove(field)
    }

    /// [`Envelope::take`] into a type.
    ///
    /// # Errors
    /// [`SealError::Shape`] when the value has another type.
    pub fn take_as<T: DeserializeOwned>(&mut self, field: &str) -> Result<Option<T>, SealError> {
        self.take(field)
            .map(serde_json::from_value)
            .transpose()
            .map_err(SealError::Shape)
    }

    /// A field, left inside.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// The names of the fields inside, in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Seals all fields for the place `aad`, under the active data key.
    ///
    /// # Errors
    /// As [`KeyRing::seal`].
    pub fn seal(&self, ring: &KeyRing, aad: &Aad<'_>) -> Result<Vec<u8>, SealError> {
        let mut plain = serde_json::to_vec(&self.0).map_err(SealError::Shape)?;
        plain.resize(plain.len().next_multiple_of(PAD_TO), b' ');
        ring.seal(aad, &plain)
    }

    /// Opens what [`Envelope::seal`] made for the same place.
    ///
    /// # Errors
    /// As [`KeyRing::open`], and [`SealError::Shape`] when it holds no JSON object.
    pub fn open(ring: &KeyRing, aad: &Aad<'_>, sealed: &[u8]) -> Result<Self, SealError> {
        let plain = ring.open(aad, sealed)?;
        serde_json::from_slice(&plain)
            .map(Self)
            .map_err(SealError::Shape)
    }
}

impl fmt::Debug for Envelope {
    /// The names of the fields, without their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}
