//! Dates, times of day, instants and record identities.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use kernel::dates;
use serde::Serializer;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Field, Kind, Shape};
use crate::fault::Fault;
use db::{DbError, Row, ToValue, Value};
use texts::Text;

fn words<'a>(json: &'a Json, complaint: &'static str) -> Result<&'a str, Fault> {
    match json {
        Json::Null => Err(Fault::key("not-null")),
        Json::String(text) => Ok(text.trim()),
        _ => Err(Fault::key(complaint)),
    }
}

fn out_of_range() -> Fault {
    let text = Text::new("date-out-of-range").with("first", *dates::YEARS.start());
    Fault::of(text.with("last", *dates::YEARS.end()))
}

macro_rules! field {
    ($type:ty, $kind:expr, $parse:expr, $show:expr, $schema:expr) => {
        impl Field for $type {
            const SHAPE: Shape = Shape::of($kind);

            fn parse(json: &Json) -> Result<Self, Fault> {
                $parse(json)
            }

            // What was sealed before a rule of today was valid then.
            fn restore(json: &str) -> Result<Self, Fault> {
                serde_json::from_str::<String>(json)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| Fault::key("malformed-json"))
            }

            fn to_value(&self) -> Value {
                ToValue::to_value(self)
            }

            fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
                row.get(index)
            }

            fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(&$show(self))
            }

            fn to_json(&self) -> Json {
                Json::String($show(self).to_string())
            }

            fn schema() -> Json {
                $schema
            }
        }
    };
}

field!(
    Date,
    Kind::Date,
    |json: &Json| {
        let text = words(json, "not-a-date")?;
        dates::parse_date(text).map_err(|error| match error {
            dates::DateError::NoSuchDay => Fault::of(Text::new("no-such-date").with("value", text)),
            dates::DateError::OutOfRange => out_of_range(),
            dates::DateError::Format => Fault::key("not-a-date"),
        })
    },
    |date: &Date| *date,
    json!({ "type": "string", "format": "date" })
);

field!(
    Time,
    Kind::Time,
    |json: &Json| dates::parse_time(words(json, "not-a-time")?)
        .map_err(|_| Fault::key("not-a-time")),
    |time: &Time| *time,
    // `time` would have an offset (RFC 3339); this is the clock on the wall.
    json!({ "type": "string", "format": "partial-time", "examples": ["09:30"] })
);

field!(
    Timestamp,
    Kind::Timestamp,
    |json: &Json| {
        dates::parse_timestamp(words(json, "not-a-timestamp")?).map_err(|error| match error {
            dates::TimestampError::OutOfRange => out_of_range(),
            _ => Fault::key("not-a-timestamp"),
        })
    },
    |at: &Timestamp| *at,
    json!({ "type": "string", "format": "date-time" })
);

field!(
    Uuid,
    Kind::Uuid,
    |json: &Json| Uuid::try_parse(words(json, "not-a-uuid")?).map_err(|_| Fault::key("not-a-uuid")),
    |uid: &Uuid| *uid,
    json!({ "type": "string", "format": "uuid" })
);
