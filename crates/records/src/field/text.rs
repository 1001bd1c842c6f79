//! Text with a limit.

use std::fmt;
use std::ops::Deref;

use serde::Serializer;
use serde_json::{Value as Json, json};

use super::{Field, Kind, Shape};
use crate::fault::Fault;
use db::{DbError, Row, Value};
use texts::Text as Sentence;

/// Text of 1 to `MAX` characters, of which one at least can be seen; outer spaces are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const MAX: usize>(String);

/// Text of 0 to `MAX` characters; absent or null means `""`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Blank<const MAX: usize>(String);

fn checked(json: &Json, max: usize) -> Result<String, Fault> {
    let text = match json {
        Json::String(text) => text.trim().to_owned(),
        // Old clients send identifiers that happen to be all digits as numbers.
        Json::Number(number) => number.to_string(),
        _ => return Err(Fault::key("not-a-string")),
    };
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Fault::key("control-characters"));
    }
    let length = text.chars().count();
    if length > max {
        return Err(Fault::of(
            Sentence::new("too-long")
                .with("max", max)
                .with("length", length),
        ));
    }
    Ok(text)
}

impl<const MAX: usize> Text<MAX> {
    /// Text made by the program; cut to the limit, for what only labels.
    pub fn cut(text: &str) -> Text<MAX> {
        Text(text.chars().filter(|c| !c.is_control()).take(MAX).collect())
    }
}

impl<const MAX: usize> Blank<MAX> {
    /// Text made by the program; cut to the limit, for what only labels.
    pub fn cut(text: &str) -> Blank<MAX> {
        Blank(
            text.chars()
                .filter(|c| !c.is_control() || *c == '\n')
                .take(MAX)
                .collect(),
        )
    }
}

macro_rules! text_like {
    ($name:ident) => {
        impl<const MAX: usize> Deref for $name<MAX> {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MAX: usize> serde::Serialize for $name<MAX> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }
    };
}

text_like!(Text);
text_like!(Blank);

macro_rules! text_column {
    () => {
        fn to_value(&self) -> Value {
            Value::String(Some(self.0.clone().into()))
        }

        fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
            row.get(index).map(Self)
        }

        fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(&self.0)
        }

        fn to_json(&self) -> Json {
            Json::String(self.0.clone())
        }

        fn restore(json: &str) -> Result<Self, Fault> {
            match serde_json::from_str(json) {
                Ok(text) => Ok(Self(text)),
                // The field was of another type when this was sealed.
                Err(_) => serde_json::from_str(json)
                    .map_err(|_| Fault::key("malformed-json"))
                    .and_then(|json| Self::parse(&json)),
            }
        }
    };
}

impl<const MAX: usize> Field for Text<MAX> {
    const SHAPE: Shape = Shape::of(Kind::Text);

    fn parse(json: &Json) -> Result<Self, Fault> {
        if json.is_null() {
            return Err(Fault::key("not-null"));
        }
        let text = checked(json, MAX)?;
        // What nobody sees is no name and no reason.
        if kernel::lookalike::is_unseen(&text) {
            Err(Fault::key("blank"))
        } else {
            Ok(Text(text))
        }
    }

    text_column!();

    fn schema() -> Json {
        json!({ "type": "string", "minLength": 1, "maxLength": MAX })
    }
}

impl<const MAX: usize> Field for Blank<MAX> {
    const SHAPE: Shape = Shape::of(Kind::Text);

    fn parse(json: &Json) -> Result<Self, Fault> {
        if json.is_null() {
            Ok(Blank::default())
        } else {
            checked(json, MAX).map(Blank)
        }
    }

    fn absent() -> Result<Self, Fault> {
        Ok(Blank::default())
    }

    text_column!();

    fn schema() -> Json {
        json!({ "type": "string", "maxLength": MAX })
    }
}
