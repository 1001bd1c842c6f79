//! Values on PostgreSQL's wire: what a bound value becomes is decided by the type the server
//! expects in its place.

use std::borrow::Cow;
use std::error::Error;

use bytes::{BufMut, BytesMut};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Span};
use sea_query::Value;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type};

use crate::error::DbError;
use crate::value::Plain;

/// PostgreSQL counts from 2000-01-01, Unix from 1970-01-01; the difference in microseconds.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
const EPOCH_DATE: Date = Date::constant(2000, 1, 1);

/// A bound value on its way to the server.
#[derive(Debug)]
pub(crate) struct Bound<'a>(pub(crate) &'a Value);

/// A value that does not fit the place it was bound to.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misfit(String);

impl ToSql for Bound<'_> {
    fn accepts(_: &Type) -> bool {
        true
    }

    /// Values whose binary form would have to be computed only for the server to check it travel
    /// as text, which the server parses and validates.
    fn encode_format(&self, ty: &Type) -> Format {
        match *ty {
            Type::NUMERIC | Type::DATE | Type::TIME | Type::JSON | Type::JSONB | Type::UNKNOWN => {
                Format::Text
            }
            Type::UUID if matches!(self.0, Value::String(_)) => Format::Text,
            _ => Format::Binary,
        }
    }

    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql_checked(ty, out)
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        // The query builder writes a condition on no values at all as `1 = 2`, with both numbers bound: of
        // two bare parameters the server thinks as text. Our own numbers have 64 bits.
        if let (Value::Int(Some(number)), &Type::TEXT) = (self.0, ty) {
            out.extend_from_slice(number.to_string().as_bytes());
            return Ok(IsNull::No);
        }
        let plain = Plain::of(self.0).map_err(Misfit)?;
        let range = |e: std::num::TryFromIntError| Misfit(format!("{plain:?} for {ty}: {e}"));
        match (plain, ty) {
            (Plain::Null, _) => return Ok(IsNull::Yes),
            (Plain::Bool(v), &Type::BOOL) => out.put_u8(u8::from(v)),
            (Plain::Int(v), &Type::INT8) => out.put_i64(v),
            (Plain::Int(v), &Type::INT4) => out.put_i32(i32::try_from(v).map_err(range)?),
            (Plain::Int(v), &Type::INT2) => out.put_i16(i16::try_from(v).map_err(range)?),
            (Plain::Int(v), &Type::OID) => out.put_u32(u32::try_from(v).map_err(range)?),
            (Plain::Int(v), &Type::TIMESTAMPTZ) => out.put_i64(
                v.checked_sub(EPOCH_MICROS)
                    .ok_or_else(|| Misfit(format!("timestamp {v} out of range")))?,
            ),
            (Plain::Int(v), &Type::NUMERIC | &Type::UNKNOWN) => {
                out.extend_from_slice(v.to_string().as_bytes());
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "the column is a floating-point one"
            )]
            (Plain::Int(v), &Type::FLOAT8) => out.put_f64(v as f64),
            (Plain::Double(v), &Type::FLOAT8) => out.put_f64(v),
            (Plain::Double(v), &Type::NUMERIC | &Type::UNKNOWN) => {
                out.extend_from_slice(v.to_string().as_bytes());
            }
            #[expect(clippy::cast_possible_truncation, reason = "the column is a real")]
            (Plain::Double(v), &Type::FLOAT4) => out.put_f32(v as f32),
            (
                Plain::Text(v),
                &Type::TEXT
                | &Type::VARCHAR
                | &Type::BPCHAR
                | &Type::NAME
                | &Type::UNKNOWN
                | &Type::DATE
                | &Type::TIME
                | &Type::JSON
                | &Type::JSONB
                | &Type::UUID,
            ) => out.extend_from_slice(v.as_bytes()),
            (Plain::Bytes(v), &Type::BYTEA) => out.extend_from_slice(v),
            (Plain::Bytes(v), &Type::UUID) if v.len() == 16 => out.extend_from_slice(v),
            (plain, ty) => {
                let kind = match plain {
                    Plain::Null | Plain::Bool(_) => "a boolean",
                    Plain::Int(_) => "an integer",
                    Plain::Double(_) => "a floating-point number",
                    Plain::Text(_) => "text",
                    Plain::Bytes(_) => "bytes",
                };
                return Err(Misfit(format!("{kind} bound where {ty} is expected")).into());
            }
        }
        Ok(IsNull::No)
    }
}

/// A received value: its type and its binary form.
pub(crate) struct Raw<'a> {
    ty: Type,
    bytes: Option<&'a [u8]>,
}

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self {
            ty: ty.clone(),
            bytes: Some(raw),
        })
    }

    fn from_sql_null(ty: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self {
            ty: ty.clone(),
            bytes: None,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl<'a> Raw<'a> {
    pub(crate) fn is_null(&self) -> bool {
        self.bytes.is_none()
    }

    fn unlike(&self, wanted: &str) -> DbError {
        let found = if self.is_null() {
            "NULL"
        } else {
            self.ty.name()
        };
        DbError::Decode(format!("expected {wanted}, found {found}"))
    }

    /// The bytes as an array, which fails only when the server breaks its protocol.
    fn array<const N: usize>(&self, bytes: &[u8]) -> Result<[u8; N], DbError> {
        bytes
            .try_into()
            .map_err(|_| DbError::Decode(format!("{} of {} bytes", self.ty, bytes.len())))
    }

    pub(crate) fn integer(&self) -> Result<i64, DbError> {
        let Some(bytes) = self.bytes else {
            return Err(self.unlike("an integer"));
        };
        match self.ty {
            Type::INT8 => Ok(i64::from_be_bytes(self.array(bytes)?)),
            Type::INT4 => Ok(i32::from_be_bytes(self.array(bytes)?).into()),
            Type::INT2 => Ok(i16::from_be_bytes(self.array(bytes)?).into()),
            Type::OID => Ok(u32::from_be_bytes(self.array(bytes)?).into()),
            Type::TIMESTAMPTZ => i64::from_be_bytes(self.array(bytes)?)
                .checked_add(EPOCH_MICROS)
                .ok_or_else(|| DbError::Decode("timestamp out of range".to_owned())),
            Type::NUMERIC => numeric(bytes)?
                .parse()
                .map_err(|_| DbError::Decode("numeric is not a 64-bit integer".to_owned())),
            _ => Err(self.unlike("an integer")),
        }
    }

    pub(crate) fn real(&self) -> Result<f64, DbError> {
        let Some(bytes) = self.bytes else {
            return Err(self.unlike("a number"));
        };
        match self.ty {
            Type::FLOAT8 => Ok(f64::from_be_bytes(self.array(bytes)?)),
            Type::FLOAT4 => Ok(f32::from_be_bytes(self.array(bytes)?).into()),
            Type::NUMERIC => numeric(bytes)?
                .parse()
                .map_err(|_| DbError::Decode("malformed numeric".to_owned())),
            #[expect(clippy::cast_precision_loss, reason = "what the caller asks for")]
            Type::INT8 | Type::INT4 | Type::INT2 => Ok(self.integer()? as f64),
            _ => Err(self.unlike("a number")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, DbError> {
        match (&self.ty, self.bytes) {
            (&Type::BOOL, Some([v])) => Ok(*v != 0),
            _ => Err(self.unlike("a boolean")),
        }
    }

    pub(crate) fn text(&self) -> Result<Cow<'a, str>, DbError> {
        let Some(bytes) = self.bytes else {
            return Err(self.unlike("text"));
        };
        match self.ty {
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
                utf8(bytes)
            }
            // The first byte is the version of the binary form; version 1 is the text itself.
            Type::JSONB => match bytes.split_first() {
                Some((1, json)) => utf8(json),
                _ => Err(DbError::Decode("jsonb of an unknown version".to_owned())),
            },
            Type::DATE => {
                let days = i32::from_be_bytes(self.array(bytes)?);
                Span::new()
                    .try_days(days)
                    .and_then(|span| EPOCH_DATE.checked_add(span))
                    .map(|date| Cow::Owned(date.to_string()))
                    .map_err(|e| DbError::Decode(e.to_string()))
            }
            Type::TIME => {
                let micros = i64::from_be_bytes(self.array(bytes)?);
                Time::midnight()
                    .checked_add(SignedDuration::from_micros(micros))
                    .map(|time| Cow::Owned(time.to_string()))
                    .map_err(|e| DbError::Decode(e.to_string()))
            }
            Type::NUMERIC => numeric(bytes).map(Cow::Owned),
            _ => Err(self.unlike("text")),
        }
    }

    pub(crate) fn bytes(&self) -> Result<&'a [u8], DbError> {
        match (&self.ty, self.bytes) {
            (&Type::BYTEA | &Type::UUID, Some(bytes)) => Ok(bytes),
            _ => Err(self.unlike("bytes")),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, DbError> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|_| DbError::Decode("text is not UTF-8".to_owned()))
}

/// A `numeric` as decimal text. Its binary form is four 16-bit words (number of digits, weight of
/// the first, sign, digits shown after the point) and digits of base 10,000.
fn numeric(raw: &[u8]) -> Result<String, DbError> {
    let malformed = || DbError::Decode("malformed numeric".to_owned());
    let mut words = raw
        .chunks_exact(2)
        .map(|pair| i16::from_be_bytes([pair[0], pair[1]]));
    let mut word = || words.next().ok_or_else(malformed);
    let count = usize::try_from(word()?).map_err(|_| malformed())?;
    let weight = i32::from(word()?);
    #[expect(clippy::cast_sign_loss, reason = "the sign word is a bit pattern")]
    let sign = word()? as u16;
    let scale = usize::try_from(word()?).map_err(|_| malformed())?;
    let mut digits = Vec::with_capacity(count);
    for _ in 0..count {
        digits.push(word()?);
    }
    if sign != 0 && sign != 0x4000 {
        return Err(DbError::Decode("numeric is not a number".to_owned()));
    }
    let digit = |place: i32| {
        usize::try_from(weight - place)
            .ok()
            .and_then(|i| digits.get(i))
            .copied()
            .unwrap_or(0)
    };
    let mut out = String::from(if sign == 0 { "" } else { "-" });
    for place in (0..=weight.max(0)).rev() {
        let d = digit(place);
        if place == weight.max(0) {
            out.push_str(&d.to_string());
        } else {
            out.push_str(&format!("{d:04}"));
        }
    }
    if scale > 0 {
        let mut fraction = String::new();
        let mut place = -1;
        while fraction.len() < scale {
            fraction.push_str(&format!("{:04}", digit(place)));
            place -= 1;
        }
        out.push('.');
        out.push_str(&fraction[..scale]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::numeric;

    fn words(words: &[i16]) -> Vec<u8> {
        words.iter().flat_map(|w| w.to_be_bytes()).collect()
    }

    #[test]
    fn numerics_become_decimal_text() {
        let cases: [(&[i16], &str); 6] = [
            (&[0, 0, 0, 0], "0"),
            (&[1, 0, 0, 0, 42], "42"),
            (&[1, 1, 0, 0, 3], "30000"),
            (&[3, 2, 0x4000, 0, 1, 2, 3], "-100020003"),
            (&[2, 0, 0, 2, 12, 3400], "12.34"),
            (&[1, -1, 0, 3, 50], "0.005"),
        ];
        for (raw, text) in cases {
            assert_eq!(numeric(&words(raw)).as_deref(), Ok(text));
        }
        assert!(numeric(&words(&[1, 0, 0])).is_err());
    }
}
