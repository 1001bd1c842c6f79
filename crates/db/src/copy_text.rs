//! Values in the text form of PostgreSQL's `COPY`, from and to what SQLite keeps: how rows go from one database to the
//! other. The table of [`value`](super::value) says what is kept as what.

use std::borrow::Cow;

use jiff::Timestamp;
use rusqlite::types::{Value, ValueRef};
use uuid::Uuid;

use super::error::DbError;

/// What a PostgreSQL column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// True or false.
    Boolean,
    /// Floating point.
    Real,
    /// Moments in time.
    Moment,
    /// UUIDs.
    Uuid,
    /// Bytes as they are.
    Bytes,
    /// Text, dates, times of day, JSON.
    Text,
}

impl Kind {
    /// By the type's name; none for types that we do not use.
    pub fn of(name: &str) -> Option<Kind> {
        Some(match name {
            "bigint" | "integer" | "smallint" => Kind::Integer,
            "boolean" => Kind::Boolean,
            "double precision" => Kind::Real,
            "timestamp with time zone" => Kind::Moment,
            "uuid" => Kind::Uuid,
            "bytea" => Kind::Bytes,
            "text" | "date" | "time without time zone" | "jsonb" => Kind::Text,
            _ => return None,
        })
    }
}

/// What a SQLite column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Integer,
    Real,
    Text,
    Blob,
}

impl Class {
    /// By the declared type.
    pub(crate) fn of(name: &str) -> Option<Class> {
        Some(match name {
            "INTEGER" => Class::Integer,
            "REAL" => Class::Real,
            "TEXT" => Class::Text,
            "BLOB" => Class::Blob,
            _ => return None,
        })
    }
}

/// Adds a value to a row; what separates it from the next is the caller's.
pub(crate) fn write(out: &mut Vec<u8>, value: ValueRef<'_>, kind: Kind) -> Result<(), DbError> {
    let misfit = || DbError::Decode(format!("{:?} where {kind:?} belongs", value.data_type()));
    match (kind, value) {
        (_, ValueRef::Null) => out.extend_from_slice(b"\\N"),
        (Kind::Integer | Kind::Real, ValueRef::Integer(number)) => {
            out.extend_from_slice(number.to_string().as_bytes());
        }
        (Kind::Boolean, ValueRef::Integer(0)) => out.push(b'f'),
        (Kind::Boolean, ValueRef::Integer(1)) => out.push(b't'),
        (Kind::Real, ValueRef::Real(number)) => {
            out.extend_from_slice(number.to_string().as_bytes());
        }
        (Kind::Moment, ValueRef::Integer(micros)) => {
            let moment = Timestamp::from_microsecond(micros).map_err(|_| misfit())?;
            out.extend_from_slice(moment.to_string().as_bytes());
        }
        (Kind::Uuid, ValueRef::Blob(bytes)) => {
            let uuid = Uuid::from_slice(bytes).map_err(|_| misfit())?;
            out.extend_from_slice(uuid.to_string().as_bytes());
        }
        (Kind::Bytes, ValueRef::Blob(bytes)) => {
            out.extend_from_slice(b"\\\\x");
            out.extend_from_slice(kernel::hex(bytes).as_bytes());
        }
        (Kind::Text, ValueRef::Text(text)) => escape(out, text),
        _ => return Err(misfit()),
    }
    Ok(())
}

fn escape(out: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => out.push(*byte),
        }
    }
}

/// Reads a value as SQLite keeps it.
pub(crate) fn read(field: &[u8], class: Class) -> Result<Value, DbError> {
    if field == b"\\N" {
        return Ok(Value::Null);
    }
    let bytes = plain(field);
    let text =
        std::str::from_utf8(&bytes).map_err(|_| DbError::Decode("text is not UTF-8".to_owned()))?;
    let misfit = || DbError::Decode(format!("what stands where {class:?} belongs is none"));
    Ok(match class {
        Class::Integer => Value::Integer(integer(text).ok_or_else(misfit)?),
        Class::Real => Value::Real(text.parse().map_err(|_| misfit())?),
        Class::Text => Value::Text(text.to_owned()),
        Class::Blob => Value::Blob(blob(text).ok_or_else(misfit)?),
    })
}

fn plain(field: &[u8]) -> Cow<'_, [u8]> {
    if !field.contains(&b'\\') {
        return Cow::Borrowed(field);
    }
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        let meant = match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(other) => *other,
                None => b'\\',
            },
            byte => *byte,
        };
        out.push(meant);
    }
    Cow::Owned(out)
}

/// A number, a truth value, or a moment in microseconds.
fn integer(text: &str) -> Option<i64> {
    match text {
        "t" => return Some(1),
        "f" => return Some(0),
        _ => {}
    }
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let moment: Timestamp = text.replacen(' ', "T", 1).parse().ok()?;
    Some(moment.as_microsecond())
}

/// Bytes in hexadecimal digits, or a UUID.
fn blob(text: &str) -> Option<Vec<u8>> {
    let Some(digits) = text.strip_prefix("\\x") else {
        return Some(Uuid::parse_str(text).ok()?.as_bytes().to_vec());
    };
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// What is written for one database is read back the same by the other.
    #[test]
    fn values_go_there_and_back() {
        let uuid = vec![7; 16];
        let cases = [
            (Value::Null, Kind::Text, Class::Text, "\\N"),
            (Value::Integer(-42), Kind::Integer, Class::Integer, "-42"),
            (Value::Integer(1), Kind::Boolean, Class::Integer, "t"),
            (Value::Integer(0), Kind::Boolean, Class::Integer, "f"),
            (Value::Real(0.5), Kind::Real, Class::Real, "0.5"),
            (
                Value::Integer(-1_000_001),
                Kind::Moment,
                Class::Integer,
                "1969-12-31T23:59:58.999999Z",
            ),
            (
                Value::Blob(uuid),
                Kind::Uuid,
                Class::Blob,
                "07070707-0707-0707-0707-070707070707",
            ),
            (Value::Blob(vec![]), Kind::Bytes, Class::Blob, "\\\\x"),
            (
                Value::Blob(vec![0, 255]),
                Kind::Bytes,
                Class::Blob,
                "\\\\x00ff",
            ),
            (
                Value::Text("a\tb\nc\\N ŋ".into()),
                Kind::Text,
                Class::Text,
                "a\\tb\\nc\\\\N ŋ",
            ),
            (Value::Text("\\N".into()), Kind::Text, Class::Text, "\\\\N"),
        ];
        for (value, kind, class, text) in cases {
            let mut out = Vec::new();
            write(&mut out, ValueRef::from(&value), kind).unwrap();
            assert_eq!(String::from_utf8(out.clone()).unwrap(), text);
            assert_eq!(read(&out, class).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn moments_are_read_as_the_server_writes_them() {
        for (text, micros) in [
            ("1970-01-01 00:00:00+00", 0),
            ("1970-01-01 01:00:00.000001+01", 1),
            ("1970-01-01 05:30:00+05:30", 0),
        ] {
            let read = read(text.as_bytes(), Class::Integer).unwrap();
            assert_eq!(read, Value::Integer(micros), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut out = Vec::new();
        for (value, kind) in [
            (Value::Integer(2), Kind::Boolean),
            (Value::Text("1".into()), Kind::Integer),
            (Value::Blob(vec![1]), Kind::Uuid),
        ] {
            assert!(write(&mut out, ValueRef::from(&value), kind).is_err());
        }
        assert!(read(b"x", Class::Integer).is_err());
        assert!(read(b"\\\\x0", Class::Blob).is_err());
        assert!(read(b"\\\\xzz", Class::Blob).is_err());
    }
}
