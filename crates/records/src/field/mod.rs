//! One trait for everything that can stand in a record: how it is read from a client's JSON, kept in
//! a column, shown again and described in the API document.
//!
//! Parsing happens here, at the edge, and nowhere else: a value that exists is valid, and a bad one is
//! a sentence under the field's name. Clients of the earlier service send numbers as text and `""` for
//! "nothing"; the types take that, so that no handler has to.

mod choice;
mod json;
mod list;
mod number;
mod reference;
mod sealed;
mod text;
mod time;

pub use json::{Doc, Hex};
pub use list::List;
pub use reference::Ref;
pub use text::{Blank, Text as Line};

use serde::Serializer;
use serde_json::{Value as Json, json};

use crate::fault::Fault;
use db::{Cell, DbError, Decode, Row, Value};
use seal::{Envelope, Opened};

/// What a column of the database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit integer.
    Int,
    /// Text without a database-side limit.
    Text,
    /// True or false.
    Bool,
    /// UTC microseconds.
    Timestamp,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// 16 bytes.
    Uuid,
    /// A JSON document.
    Json,
    /// Raw bytes.
    Bytes,
}

/// What the declarations, the schema check and the filters know of a field's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How it is stored; for a sealed field, what it would be in the clear.
    pub kind: Kind,
    /// May be null.
    pub nullable: bool,
    /// Lives in the row's sealed envelope instead of a column of its own.
    pub sealed: bool,
    /// The table whose `id` it names.
    pub reference: Option<&'static str>,
}

impl Shape {
    /// A required column in the clear.
    pub const fn of(kind: Kind) -> Shape {
        Shape {
            kind,
            nullable: false,
            sealed: false,
            reference: None,
        }
    }
}

/// A value that can stand in a record.
pub trait Field: Sized + Clone + Send + Sync + 'static {
    /// How it is kept.
    const SHAPE: Shape;

    /// From a client's JSON.
    fn parse(json: &Json) -> Result<Self, Fault>;

    /// From the JSON text of an envelope, as [`Field::to_json`] made it. What was sealed was valid then and
    /// is authenticated, so that types whose rules cost time may leave them out.
    fn restore(json: &str) -> Result<Self, Fault> {
        serde_json::from_str(json)
            .map_err(|_| Fault::key("malformed-json"))
            .and_then(|json| Self::parse(&json))
    }

    /// What it is when a create does not mention it.
    fn absent() -> Result<Self, Fault> {
        Err(Fault::key("required"))
    }

    /// As a column's value.
    fn to_value(&self) -> Value;

    /// From a column.
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError>;

    /// As answered to clients.
    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;

    /// As kept in envelopes and audit details.
    fn to_json(&self) -> Json;

    /// Its JSON Schema.
    fn schema() -> Json;

    /// Puts the value among the columns, or into the envelope.
    fn put(&self, name: &'static str, columns: &mut Vec<Value>, _sealed: &mut Envelope) {
        let _ = name;
        columns.push(self.to_value());
    }

    /// Takes the value from the next column, or from the envelope.
    fn take(
        name: &'static str,
        row: &Row<'_>,
        next: &mut usize,
        _sealed: &Opened,
    ) -> Result<Self, DbError> {
        let _ = name;
        let index = *next;
        *next += 1;
        Self::from_row(row, index)
    }
}

/// `""` and null mean "nothing" for optional values that are not text.
fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

impl<T: Field> Field for Option<T> {
    const SHAPE: Shape = Shape {
        nullable: true,
        ..T::SHAPE
    };

    fn parse(json: &Json) -> Result<Self, Fault> {
        if is_nothing(json) {
            Ok(None)
        } else {
            T::parse(json).map(Some)
        }
    }

    fn restore(json: &str) -> Result<Self, Fault> {
        if matches!(json, "null" | "\"\"") {
            Ok(None)
        } else {
            T::restore(json).map(Some)
        }
    }

    fn absent() -> Result<Self, Fault> {
        Ok(None)
    }

    fn to_value(&self) -> Value {
        match self {
            Some(value) => value.to_value(),
            None => Value::String(None),
        }
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        let IsNull(nothing) = row.get(index)?;
        if nothing {
            Ok(None)
        } else {
            T::from_row(row, index).map(Some)
        }
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.show(to),
            None => to.serialize_none(),
        }
    }

    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::to_json)
    }

    fn schema() -> Json {
        let mut schema = T::schema();
        let nullable = schema
            .get("type")
            .and_then(Json::as_str)
            .map(|kind| json!([kind, "null"]));
        match nullable {
            Some(types) => {
                schema["type"] = types;
                if let Some(Json::Array(choices)) = schema.get_mut("enum") {
                    choices.push(Json::Null);
                }
                schema
            }
            None => json!({ "anyOf": [schema, { "type": "null" }] }),
        }
    }
}

struct IsNull(bool);

impl Decode for IsNull {
    fn decode(cell: &Cell<'_>) -> Result<Self, DbError> {
        Ok(IsNull(cell.is_null()))
    }
}

/// Serialises a field by its [`Field::show`].
pub struct Shown<'a, T>(pub &'a T);

impl<T: Field> serde::Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.show(to)
    }
}
