//! Whole numbers, truth values, money and measured values.

use kernel::{Decimal, DecimalError, Money};
use serde::Serializer;
use serde_json::{Value as Json, json};

use super::{Field, Kind, Shape};
use crate::fault::Fault;
use db::{DbError, Row, Value};
use texts::Text;

/// A whole number from a JSON number or a numeric string.
pub(super) fn whole(json: &Json) -> Result<i64, Fault> {
    match json {
        Json::Null => Err(Fault::key("not-null")),
        Json::Number(number) => number
            .as_i64()
            .or_else(|| {
                number
                    .as_f64()
                    .filter(|f| f.fract() == 0.0 && f.abs() < 9.0e15)
                    .map(|f| f as i64)
            })
            .ok_or_else(|| Fault::key("not-an-integer")),
        Json::String(text) => text
            .trim()
            .parse()
            .map_err(|_| Fault::key("not-an-integer")),
        _ => Err(Fault::key("not-an-integer")),
    }
}

impl Field for i64 {
    const SHAPE: Shape = Shape::of(Kind::Int);

    fn parse(json: &Json) -> Result<Self, Fault> {
        whole(json)
    }

    fn to_value(&self) -> Value {
        Value::BigInt(Some(*self))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.get(index)
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(*self)
    }

    fn to_json(&self) -> Json {
        json!(self)
    }

    fn schema() -> Json {
        json!({ "type": "integer", "format": "int64" })
    }
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

impl Field for bool {
    const SHAPE: Shape = Shape::of(Kind::Bool);

    fn parse(json: &Json) -> Result<Self, Fault> {
        match json {
            Json::Bool(value) => Ok(*value),
            Json::String(text) if is_one_of(text, &["true", "1", "yes"]) => Ok(true),
            Json::String(text) if is_one_of(text, &["false", "0", "no"]) => Ok(false),
            Json::Number(number) if number.as_i64() == Some(1) => Ok(true),
            Json::Number(number) if number.as_i64() == Some(0) => Ok(false),
            _ => Err(Fault::key("not-a-boolean")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Bool(Some(*self))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.get(index)
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(*self)
    }

    fn to_json(&self) -> Json {
        json!(self)
    }

    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
}

impl Field for Money {
    const SHAPE: Shape = Shape::of(Kind::Int);

    fn parse(json: &Json) -> Result<Self, Fault> {
        serde_json::from_value(json.clone()).map_err(|_| Fault::key("not-money"))
    }

    fn to_value(&self) -> Value {
        Value::BigInt(Some(self.minor()))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        Money::from_minor(row.get(index)?).map_err(|error| DbError::Decode(error.to_string()))
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(self, to)
    }

    fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn schema() -> Json {
        json!({ "type": "number", "multipleOf": 0.01 })
    }
}

/// A measured value from a JSON number or a numeric string; a decimal comma is refused rather than misread.
impl<const SCALE: u32> Field for Decimal<SCALE> {
    const SHAPE: Shape = Shape::of(Kind::Int);

    fn parse(json: &Json) -> Result<Self, Fault> {
        let text = match json {
            Json::Null => return Err(Fault::key("not-null")),
            // The shortest text of a double is what the client wrote.
            Json::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() => format!("{float}"),
                _ => number.to_string(),
            },
            Json::String(text) => text.clone(),
            _ => return Err(Fault::key("not-a-number")),
        };
        text.parse().map_err(|error| match error {
            DecimalError::NotANumber => Fault::key("not-a-number"),
            DecimalError::Comma => Fault::key("decimal-comma"),
            DecimalError::TooManyDecimals => {
                Fault::Said(vec![Text::new("too-many-decimals").with("places", SCALE)])
            }
            DecimalError::OutOfRange => Fault::key("number-too-large"),
        })
    }

    fn to_value(&self) -> Value {
        Value::BigInt(Some(self.steps()))
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        Decimal::from_steps(row.get(index)?).map_err(|error| DbError::Decode(error.to_string()))
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.steps() % Self::ONE == 0 {
            to.serialize_i64(self.steps() / Self::ONE)
        } else {
            to.serialize_f64(self.to_f64())
        }
    }

    fn to_json(&self) -> Json {
        if self.steps() % Self::ONE == 0 {
            json!(self.steps() / Self::ONE)
        } else {
            json!(self.to_f64())
        }
    }

    fn schema() -> Json {
        json!({ "type": "number" })
    }
}
