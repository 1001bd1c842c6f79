//! JSON documents and raw bytes that the program keeps.

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::{Field, Kind, Shape};
use crate::fault::Fault;
use db::{DbError, Row, Value};

/// A JSON document of any shape.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Doc(pub Json);

impl Field for Doc {
    const SHAPE: Shape = Shape::of(Kind::Json);

    fn parse(json: &Json) -> Result<Self, Fault> {
        Ok(Doc(json.clone()))
    }

    fn absent() -> Result<Self, Fault> {
        Ok(Doc(Json::Null))
    }

    fn to_value(&self) -> Value {
        Value::String(Some(self.0.to_string()))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.get(index).map(Doc)
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }

    fn to_json(&self) -> Json {
        self.0.clone()
    }

    fn schema() -> Json {
        json!({})
    }
}

/// Raw bytes, shown as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Hex(pub Vec<u8>);

impl Hex {
    /// The digits.
    pub fn text(&self) -> String {
        kernel::hex(&self.0)
    }
}

impl Field for Hex {
    const SHAPE: Shape = Shape::of(Kind::Bytes);

    fn parse(json: &Json) -> Result<Self, Fault> {
        let text = json.as_str().ok_or_else(|| Fault::key("not-a-string"))?;
        if !text.is_ascii() || text.len() % 2 != 0 {
            return Err(Fault::key("not-a-string"));
        }
        (0..text.len())
            .step_by(2)
            .map(|at| {
                u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| Fault::key("not-a-string"))
            })
            .collect::<Result<_, _>>()
            .map(Hex)
    }

    fn to_value(&self) -> Value {
        Value::Bytes(Some(self.0.clone()))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.get(index).map(Hex)
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text())
    }

    fn to_json(&self) -> Json {
        Json::String(self.text())
    }

    fn schema() -> Json {
        json!({ "type": "string", "contentEncoding": "base16" })
    }
}
