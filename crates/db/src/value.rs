//! From Rust values to bound values.
//!
//! The universe of bound values is small on purpose: `Bool`, `BigInt`, `Double`, `String`, `Bytes`
//! and their NULLs. What a value means is decided by the column it goes to:
//!
//! | Rust | bound as | SQLite column | PostgreSQL column |
//! |---|---|---|---|
//! | `i64`, `i32`, money in minor units | `BigInt` | `INTEGER` | `bigint` |
//! | `bool` | `Bool` | `INTEGER` 0/1 | `boolean` |
//! | `f64` | `Double` | `REAL` | `double precision` |
//! | `String` | `String` | `TEXT` | `text` |
//! | `Vec<u8>` | `Bytes` | `BLOB` | `bytea` |
//! | `Uuid` | `Bytes` (16) | `BLOB` | `uuid` |
//! | `jiff::Timestamp` | `BigInt`, µs since 1970 UTC | `INTEGER` | `timestamptz` |
//! | `jiff::civil::Date` | `String`, `YYYY-MM-DD` | `TEXT` | `date` |
//! | `jiff::civil::Time` | `String`, `HH:MM:SS` | `TEXT` | `time` |
//! | `serde_json::Value` | `String` | `TEXT` | `jsonb` |

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sea_query::Value;
use uuid::Uuid;

/// Something that can be bound to a placeholder. Implement it for a type of the domain by
/// delegating to what it is stored as.
///
/// ```
/// use db::{ToValue, Value};
/// struct Money(i64);
/// impl ToValue for Money {
///     fn to_value(&self) -> Value { self.0.to_value() }
///     fn null() -> Value { i64::null() }
/// }
/// assert_eq!(Some(Money(250)).to_value(), Value::BigInt(Some(250)));
/// assert_eq!(None::<Money>.to_value(), Value::BigInt(None));
/// ```
pub trait ToValue {
    /// The value as it is bound.
    fn to_value(&self) -> Value;

    /// What `None` of this type is bound as. Every NULL fits every column; the kind only shows
    /// in logs.
    fn null() -> Value
    where
        Self: Sized,
    {
        Value::String(None)
    }
}

macro_rules! to_value {
    ($($t:ty => $variant:ident($self:ident) $e:expr;)*) => {$(
        impl ToValue for $t {
            fn to_value(&$self) -> Value { Value::$variant(Some($e)) }
            fn null() -> Value { Value::$variant(None) }
        }
    )*};
}

to_value! {
    bool => Bool(self) *self;
    i64 => BigInt(self) *self;
    i32 => BigInt(self) i64::from(*self);
    u32 => BigInt(self) i64::from(*self);
    f64 => Double(self) *self;
    String => String(self) self.clone();
    Vec<u8> => Bytes(self) self.clone();
    Uuid => Bytes(self) self.as_bytes().to_vec();
    // Both databases keep microseconds; nanoseconds are cut off.
    Timestamp => BigInt(self) self.as_microsecond();
    Date => String(self) self.to_string();
    // Seconds are the finest a time of day is needed in; a fraction is cut off.
    Time => String(self) format!("{:02}:{:02}:{:02}", self.hour(), self.minute(), self.second());
    serde_json::Value => String(self) self.to_string();
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::String(Some(self.to_owned()))
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value {
        Value::Bytes(Some(self.to_vec()))
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(T::null, T::to_value)
    }
    fn null() -> Value {
        T::null()
    }
}

/// The five kinds of value that reach a driver. sea-query produces other integer kinds itself
/// (`LIMIT` is a `u64`), so all of them are understood.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plain<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> Plain<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, String> {
        fn int<T: Into<i64>>(v: Option<T>) -> Plain<'static> {
            v.map_or(Plain::Null, |v| Plain::Int(v.into()))
        }
        Ok(match value {
            Value::Bool(v) => v.map_or(Self::Null, Self::Bool),
            Value::TinyInt(v) => int(*v),
            Value::SmallInt(v) => int(*v),
            Value::Int(v) => int(*v),
            Value::BigInt(v) => int(*v),
            Value::TinyUnsigned(v) => int(*v),
            Value::SmallUnsigned(v) => int(*v),
            Value::Unsigned(v) => int(*v),
            Value::BigUnsigned(None) => Self::Null,
            Value::BigUnsigned(Some(v)) => {
                Self::Int(i64::try_from(*v).map_err(|_| format!("{v} exceeds 64 bits"))?)
            }
            Value::Float(v) => v.map_or(Self::Null, |v| Self::Double(v.into())),
            Value::Double(v) => v.map_or(Self::Null, Self::Double),
            Value::String(v) => v.as_deref().map_or(Self::Null, Self::Text),
            Value::Bytes(v) => v.as_deref().map_or(Self::Null, Self::Bytes),
            other => return Err(format!("{other:?} is not a kind of value we store")),
        })
    }
}
