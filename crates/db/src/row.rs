//! From rows to Rust values.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rusqlite::types::ValueRef;
use uuid::Uuid;

use super::error::DbError;
use super::postgres::types as pg;
use super::statement::Statement;
use seal::KeyRing;

/// One row of an answer, of either driver. Columns are read by position.
#[derive(Clone, Copy)]
pub struct Row<'a>(Inner<'a>, Option<&'a KeyRing>);

#[derive(Clone, Copy)]
enum Inner<'a> {
    Sqlite(&'a rusqlite::Row<'a>, usize),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub(super) fn sqlite(row: &'a rusqlite::Row<'a>, columns: usize, of: &'a Statement) -> Self {
        Self(Inner::Sqlite(row, columns), of.keys.as_deref())
    }

    pub(super) fn postgres(row: &'a tokio_postgres::Row, of: &'a Statement) -> Self {
        Self(Inner::Postgres(row), of.keys.as_deref())
    }

    /// The keys that the statement was given.
    ///
    /// # Errors
    /// [`DbError::Decode`] when it was given none.
    pub fn keys(&self) -> Result<&'a KeyRing, DbError> {
        self.1
            .ok_or_else(|| DbError::Decode("a sealed row, and no keys".to_owned()))
    }

    /// The number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.0 {
            Inner::Sqlite(_, columns) => columns,
            Inner::Postgres(row) => row.len(),
        }
    }

    /// Whether there are no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads column `i`, counted from 0.
    ///
    /// # Errors
    /// [`DbError::Decode`] when there is no such column or it holds something else.
    pub fn get<T: Decode>(&self, i: usize) -> Result<T, DbError> {
        T::decode(&self.cell(i)?).map_err(|e| match e {
            DbError::Decode(what) => {
                DbError::Decode(format!("column {i} ({}): {what}", self.name(i)))
            }
            other => other,
        })
    }

    /// Column `i` as it was sent, to be looked at without copying.
    ///
    /// # Errors
    /// [`DbError::Decode`] when there is no such column.
    pub fn cell(&self, i: usize) -> Result<Cell<'_>, DbError> {
        Ok(match self.0 {
            Inner::Sqlite(row, columns) if i < columns => row
                .get_ref(i)
                .map(|v| Cell(Content::Sqlite(v)))
                .map_err(|e| DbError::Decode(e.to_string()))?,
            Inner::Postgres(row) if i < row.len() => row
                .try_get::<_, pg::Raw<'_>>(i)
                .map(|raw| Cell(Content::Postgres(raw)))
                .map_err(|e| DbError::Decode(e.to_string()))?,
            _ => {
                let columns = self.len();
                return Err(DbError::Decode(format!("no column {i} among {columns}")));
            }
        })
    }

    fn name(&self, i: usize) -> String {
        match self.0 {
            Inner::Sqlite(row, _) => row
                .as_ref()
                .column_name(i)
                .map_or_else(|_| String::new(), ToString::to_string),
            Inner::Postgres(row) => row.columns()[i].name().to_owned(),
        }
    }
}

/// One value of a row, as the database sent it.
pub struct Cell<'a>(Content<'a>);

enum Content<'a> {
    Sqlite(ValueRef<'a>),
    Postgres(pg::Raw<'a>),
}

impl<'a> Cell<'a> {
    /// Whether the value is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.0 {
            Content::Sqlite(v) => matches!(v, ValueRef::Null),
            Content::Postgres(raw) => raw.is_null(),
        }
    }

    /// A whole number: SQLite `INTEGER`; PostgreSQL integers, integral `numeric` (`sum(bigint)` is
    /// one) and `timestamptz` in microseconds.
    ///
    /// # Errors
    /// [`DbError::Decode`] for anything else, NULL included.
    pub fn integer(&self) -> Result<i64, DbError> {
        match &self.0 {
            Content::Sqlite(ValueRef::Integer(v)) => Ok(*v),
            Content::Sqlite(v) => Err(self.unlike("an integer", v)),
            Content::Postgres(raw) => raw.integer(),
        }
    }

    /// A number with a fraction; whole numbers are taken too.
    ///
    /// # Errors
    /// [`DbError::Decode`] for anything else, NULL included.
    pub fn real(&self) -> Result<f64, DbError> {
        match &self.0 {
            Content::Sqlite(ValueRef::Real(v)) => Ok(*v),
            #[expect(clippy::cast_precision_loss, reason = "what the caller asks for")]
            Content::Sqlite(ValueRef::Integer(v)) => Ok(*v as f64),
            Content::Sqlite(v) => Err(self.unlike("a number", v)),
            Content::Postgres(raw) => raw.real(),
        }
    }

    /// A truth value: SQLite 0 or 1, PostgreSQL `boolean`.
    ///
    /// # Errors
    /// [`DbError::Decode`] for anything else, NULL included.
    pub fn boolean(&self) -> Result<bool, DbError> {
        match &self.0 {
            Content::Sqlite(ValueRef::Integer(0)) => Ok(false),
            Content::Sqlite(ValueRef::Integer(1)) => Ok(true),
            Content::Sqlite(v) => Err(self.unlike("a boolean", v)),
            Content::Postgres(raw) => raw.boolean(),
        }
    }

    /// Text, including dates, times and JSON, which travel as text.
    ///
    /// # Errors
    /// [`DbError::Decode`] for anything else, NULL included.
    pub fn text(&self) -> Result<Cow<'a, str>, DbError> {
        match &self.0 {
            Content::Sqlite(ValueRef::Text(v)) => std::str::from_utf8(v)
                .map(Cow::Borrowed)
                .map_err(|_| DbError::Decode("text is not UTF-8".to_owned())),
            Content::Sqlite(v) => Err(self.unlike("text", v)),
            Content::Postgres(raw) => raw.text(),
        }
    }

    /// Bytes, or the sixteen of a UUID.
    ///
    /// # Errors
    /// [`DbError::Decode`] for anything else, NULL included.
    pub fn bytes(&self) -> Result<&'a [u8], DbError> {
        match &self.0 {
            Content::Sqlite(ValueRef::Blob(v)) => Ok(v),
            Content::Sqlite(v) => Err(self.unlike("bytes", v)),
            Content::Postgres(raw) => raw.bytes(),
        }
    }

    fn unlike(&self, wanted: &str, found: &ValueRef<'_>) -> DbError {
        DbError::Decode(format!("expected {wanted}, found {}", found.data_type()))
    }
}

/// Something that can be read from one value of a row. Implement it for a type of the domain by
/// delegating to what it is stored as.
///
/// ```
/// use db::{Cell, DbError, Decode};
/// struct Money(i64);
/// impl Decode for Money {
///     fn decode(cell: &Cell<'_>) -> Result<Self, DbError> { i64::decode(cell).map(Money) }
/// }
/// ```
pub trait Decode: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// [`DbError::Decode`] when the value is of another kind or out of range.
    fn decode(cell: &Cell<'_>) -> Result<Self, DbError>;
}

macro_rules! decode {
    ($($t:ty => $read:ident $(, $convert:expr)?;)*) => {$(
        impl Decode for $t {
            fn decode(cell: &Cell<'_>) -> Result<Self, DbError> {
                let value = cell.$read()?;
                $(let value = $convert(value).map_err(malformed)?;)?
                Ok(value)
            }
        }
    )*};
}

decode! {
    i64 => integer;
    i32 => integer, i32::try_from;
    u32 => integer, u32::try_from;
    f64 => real;
    bool => boolean;
    String => text, |t: Cow<'_, str>| Ok::<_, std::convert::Infallible>(t.into_owned());
    Vec<u8> => bytes, |b: &[u8]| Ok::<_, std::convert::Infallible>(b.to_vec());
    Uuid => bytes, Uuid::from_slice;
    Timestamp => integer, Timestamp::from_microsecond;
    Date => text, |t: Cow<'_, str>| t.parse::<Date>();
    Time => text, |t: Cow<'_, str>| t.parse::<Time>();
    serde_json::Value => text, |t: Cow<'_, str>| serde_json::from_str(&t);
}

fn malformed(e: impl std::fmt::Display) -> DbError {
    DbError::Decode(e.to_string())
}

impl<T: Decode> Decode for Option<T> {
    fn decode(cell: &Cell<'_>) -> Result<Self, DbError> {
        if cell.is_null() {
            return Ok(None);
        }
        T::decode(cell).map(Some)
    }
}

/// Something that is read from a whole row: a struct of columns, or a tuple.
pub trait FromRow: Sized + Send + 'static {
    /// Reads the row, column by column from 0.
    ///
    /// # Errors
    /// [`DbError::Decode`] when a column is missing or of another kind.
    fn from_row(row: &Row<'_>) -> Result<Self, DbError>;
}

/// Takes in the rows of an answer. What speaks to a driver knows it only as an object: so that is
/// translated once, not once more for every kind of row.
pub(crate) trait Rows: Send {
    /// Forgets what it has: the statement is run once more.
    fn begin(&mut self);

    /// The next row.
    fn take(&mut self, row: &Row<'_>) -> Result<(), DbError>;
}

impl<T: FromRow> Rows for Vec<T> {
    fn begin(&mut self) {
        self.clear();
    }

    fn take(&mut self, row: &Row<'_>) -> Result<(), DbError> {
        self.push(T::from_row(row)?);
        Ok(())
    }
}

/// At most one row.
impl<T: FromRow> Rows for Option<T> {
    fn begin(&mut self) {
        *self = None;
    }

    fn take(&mut self, row: &Row<'_>) -> Result<(), DbError> {
        match self.replace(T::from_row(row)?) {
            None => Ok(()),
            Some(_) => Err(DbError::Decode("more than one row".to_owned())),
        }
    }
}

/// Rows that nobody looks at.
impl Rows for () {
    fn begin(&mut self) {}

    fn take(&mut self, _: &Row<'_>) -> Result<(), DbError> {
        Ok(())
    }
}

macro_rules! from_row {
    ($($t:ident $i:tt),+) => {
        impl<$($t: Decode + Send + 'static),+> FromRow for ($($t,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
                Ok(($(row.get::<$t>($i)?,)+))
            }
        }
    };
}

from_row!(A 0);
from_row!(A 0, B 1);
from_row!(A 0, B 1, C 2);
from_row!(A 0, B 1, C 2, D 3);
from_row!(A 0, B 1, C 2, D 3, E 4);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
