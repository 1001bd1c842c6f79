//! A list of values kept as one JSON document.

use serde::Serializer;
use serde::ser::SerializeSeq;
use serde_json::{Value as Json, json};

use super::{Field, Kind, Shape, Shown};
use crate::fault::Fault;
use db::{DbError, Row, Value};

/// Zero or more values; absent means none. At most 1,000.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List<T>(pub Vec<T>);

impl<T: Field> List<T> {
    fn parse_items(json: &Json) -> Result<Vec<T>, Fault> {
        let items = json.as_array().ok_or_else(|| Fault::key("not-a-list"))?;
        if items.len() > 1000 {
            return Err(Fault::of(texts::Text::new("too-big").with("max", 1000)));
        }
        items.iter().map(T::parse).collect()
    }
}

impl<T: Field> Field for List<T> {
    const SHAPE: Shape = Shape::of(Kind::Json);

    fn parse(json: &Json) -> Result<Self, Fault> {
        if json.is_null() {
            Ok(List(Vec::new()))
        } else {
            Self::parse_items(json).map(List)
        }
    }

    fn absent() -> Result<Self, Fault> {
        Ok(List(Vec::new()))
    }

    fn to_value(&self) -> Value {
        Value::String(Some(self.to_json().to_string()))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        let json: Json = row.get(index)?;
        Self::parse_items(&json)
            .map(List)
            .map_err(|_| DbError::Decode("a stored list does not parse".to_owned()))
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(Some(self.0.len()))?;
        for item in &self.0 {
            seq.serialize_element(&Shown(item))?;
        }
        seq.end()
    }

    fn to_json(&self) -> Json {
        self.0.iter().map(T::to_json).collect()
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }
}
