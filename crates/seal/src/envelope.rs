//! One ciphertext for all sealed fields of a row.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde::de::{DeserializeOwned, Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
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

/// What [`Envelope::seal`] made, opened to be read: the plaintext in one piece and where each field lies
/// in it. Rows are opened far more often than they are sealed, and a list opens a thousand: nothing is
/// parsed or copied before somebody asks for the field.
pub struct Opened {
    plain: Vec<u8>,
    /// Name and value of each field, as ranges of `plain`.
    fields: Vec<(Range<usize>, Range<usize>)>,
}

impl Opened {
    /// The envelope of a row without sealed fields.
    pub fn nothing() -> Self {
        Self {
            plain: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Opens what was sealed for the same place.
    ///
    /// # Errors
    /// As [`Envelope::open`].
    pub fn open(ring: &KeyRing, aad: &Aad<'_>, sealed: &[u8]) -> Result<Self, SealError> {
        let plain = ring.open(aad, sealed)?;
        let mut json = serde_json::Deserializer::from_slice(&plain);
        let fields = json
            .deserialize_map(Places(plain.as_ptr().addr()))
            .and_then(|fields| json.end().map(|()| fields))
            .map_err(SealError::Shape)?;
        Ok(Self { plain, fields })
    }

    /// A field's JSON text; `None` when it was never put in (a column added later).
    pub fn get(&self, field: &str) -> Option<&str> {
        let (_, value) = self
            .fields
            .iter()
            .find(|(name, _)| self.plain.get(name.clone()) == Some(field.as_bytes()))?;
        std::str::from_utf8(self.plain.get(value.clone())?).ok()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Notes where the fields of an object lie in a text, which begins at this address.
struct Places(usize);

impl<'de> Visitor<'de> for Places {
    type Value = Vec<(Range<usize>, Range<usize>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let place = |piece: &str| {
            let from = piece.as_ptr().addr() - self.0;
            from..from + piece.len()
        };
        let mut fields = Vec::with_capacity(16);
        while let Some((name, value)) = map.next_entry::<&'de str, &'de RawValue>()? {
            fields.push((place(name), place(value.get())));
        }
        Ok(fields)
    }
}

impl fmt::Debug for Envelope {
    /// The names of the fields, without their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}
