//! A password in a request's body: taken as typed, never shown, never stored.

use platform::db::{DbError, Row, Value};
use platform::fault::Fault;
use platform::field::{Field, Kind, Shape};
use platform::serde::Serializer;
use platform::serde_json::{Value as Json, json};

use crate::credential::secret_text::SecretText;

impl Field for SecretText {
    const SHAPE: Shape = Shape::of(Kind::Text);

    fn parse(json: &Json) -> Result<Self, Fault> {
        match json {
            Json::Null => Err(Fault::key("not-null")),
            Json::String(text) if text.is_empty() => Err(Fault::key("blank")),
            Json::String(text) => Ok(SecretText::from(text.as_str())),
            _ => Err(Fault::key("not-a-string")),
        }
    }

    fn to_value(&self) -> Value {
        // A secret never becomes a column or a filter.
        Value::String(None)
    }

    fn from_row(_row: &Row<'_>, _index: usize) -> Result<Self, DbError> {
        Err(DbError::Decode("a secret has no column".to_owned()))
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_none()
    }

    fn to_json(&self) -> Json {
        Json::Null
    }

    fn schema() -> Json {
        json!({ "type": "string", "format": "password", "writeOnly": true, "minLength": 1 })
    }
}
