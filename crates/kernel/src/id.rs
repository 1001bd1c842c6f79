//! Typed row ids, so that a patient's id cannot be passed where a bill's is meant.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// Why a value is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a whole number that a 64-bit integer holds.
    #[error("A valid integer is required.")]
    NotAnInteger,
    /// Zero or negative: both databases number rows from 1.
    #[error("Ensure this value is greater than or equal to 1.")]
    NotPositive,
}

/// The id of a row of `T`: a positive 64-bit integer.
///
/// `T` is only a label: `Id<T>` is `Copy`, ordered, hashed and `Send` whatever `T` is. In JSON it
/// is a number; a numeric string is accepted as well.
///
/// ```
/// use kernel::Id;
///
/// struct Patient;
/// let id: Id<Patient> = "42".parse()?;
/// assert_eq!(id.get(), 42);
/// # Ok::<(), kernel::IdError>(())
/// ```
pub struct Id<T>(i64, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// The id with the number `value`.
    ///
    /// # Errors
    /// [`IdError::NotPositive`] unless `value` is at least 1.
    pub const fn new(value: i64) -> Result<Self, IdError> {
        if value < 1 {
            return Err(IdError::NotPositive);
        }
        Ok(Self(value, PhantomData))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The same number as the id of a `U`, for rows that share their id (a merged record and its
    /// trace, a row and its audit entry).
    #[must_use]
    pub const fn cast<U>(self) -> Id<U> {
        Id(self.0, PhantomData)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<T> From<Id<T>> for i64 {
    fn from(id: Id<T>) -> Self {
        id.0
    }
}

impl<T> TryFrom<i64> for Id<T> {
    type Error = IdError;

    fn try_from(value: i64) -> Result<Self, IdError> {
        Self::new(value)
    }
}

impl<T> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let value: i64 = text.trim().parse().map_err(|_| IdError::NotAnInteger)?;
        Self::new(value)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number<T>(PhantomData<fn() -> T>);

        impl<T> Visitor<'_> for Number<T> {
            type Value = Id<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a positive whole number, or text of one")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Id<T>, E> {
                Id::new(value).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Id<T>, E> {
                let value = i64::try_from(value).map_err(|_| E::custom(IdError::NotAnInteger))?;
                Id::new(value).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id<T>, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Number(PhantomData))
    }
}

impl<T> JsonSchema for Id<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "format": "int64", "minimum": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Has none of the traits that `Id` has.
    struct Bare(#[expect(dead_code, reason = "makes the type neither Send nor Sync")] *const u8);

    #[test]
    fn needs_nothing_of_its_label() {
        fn check<I: Copy + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync + 'static>(_: I) {}
        let id = Id::<Bare>::new(7).unwrap();
        check(id);
        assert_eq!(HashSet::from([id, id]).len(), 1);
        assert_eq!(format!("{id} {id:?}"), "7 Id(7)");
        assert_eq!(id.cast::<u8>().get(), 7);
    }

    #[test]
    fn refuses_what_is_not_a_positive_integer() {
        for json in [
            "0",
            "-1",
            "1.0",
            "\"\"",
            "\"1.5\"",
            "\"x\"",
            "null",
            "\"0\"",
            "18446744073709551615",
        ] {
            assert!(serde_json::from_str::<Id<Bare>>(json).is_err(), "{json}");
        }
        assert_eq!(
            "9223372036854775808".parse::<Id<Bare>>(),
            Err(IdError::NotAnInteger)
        );
    }

    proptest! {
        #[test]
        fn survives_json_as_number_and_text(value in 1i64..) {
            let id = Id::<Bare>::new(value).unwrap();
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(&json, &value.to_string());
            prop_assert_eq!(serde_json::from_str::<Id<Bare>>(&json).unwrap(), id);
            prop_assert_eq!(serde_json::from_str::<Id<Bare>>(&format!("\"{value}\"")).unwrap(), id);
        }

        #[test]
        fn orders_as_its_number(a in 1i64.., b in 1i64..) {
            prop_assert_eq!(Id::<Bare>::new(a).unwrap().cmp(&Id::new(b).unwrap()), a.cmp(&b));
        }
    }
}
