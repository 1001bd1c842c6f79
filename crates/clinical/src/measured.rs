//! A measured value: an exact decimal with at most three places.

use platform::db::{DbError, Row, ToValue, Value};
use platform::fault::Fault;
use platform::field::{Field, Kind, Shape};
use platform::serde::Serializer;
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;

use crate::rules::Milli;

/// Beyond this, nothing that is measured on a patient lies.
const MOST: Milli = 1_000_000_000;

/// A measured value, kept as thousandths so that it is written back as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measured(Milli);

impl Measured {
    /// In thousandths of its unit.
    pub fn milli(self) -> Milli {
        self.0
    }

    /// From thousandths of its unit.
    pub fn from_milli(milli: Milli) -> Measured {
        Measured(milli)
    }

    /// As a plain number.
    pub fn plain(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

/// A decimal as text. A comma is refused: `1,750` is one and three quarters to some and 1750 to others.
fn read(text: &str) -> Result<Milli, Fault> {
    let text = text.trim();
    if text.contains(',') {
        return Err(Fault::key("clinical-decimal-comma"));
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let places = places.trim_end_matches('0');
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(places) {
        return Err(Fault::key("clinical-not-a-decimal"));
    }
    if places.len() > 3 {
        return Err(Fault::key("clinical-three-places"));
    }
    let parts = whole
        .parse::<i64>()
        .ok()
        .zip(format!("{places:0<3}").parse::<i64>().ok());
    let value = parts.and_then(|(whole, places)| whole.checked_mul(1000)?.checked_add(places));
    value
        .filter(|value| *value <= MOST)
        .map(|value| sign * value)
        .ok_or_else(|| Fault::of(Text::new("clinical-not-a-decimal")))
}

impl Field for Measured {
    const SHAPE: Shape = Shape::of(Kind::Int);

    fn parse(json: &Json) -> Result<Self, Fault> {
        match json {
            Json::Null => Err(Fault::key("not-null")),
            Json::Number(number) => read(&number.to_string()).map(Measured),
            Json::String(text) => read(text).map(Measured),
            _ => Err(Fault::key("clinical-not-a-decimal")),
        }
    }

    fn to_value(&self) -> Value {
        ToValue::to_value(&self.0)
    }

    fn from_row(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.get(index).map(Measured)
    }

    fn show<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.plain())
    }

    fn to_json(&self) -> Json {
        json!(self.plain())
    }

    fn schema() -> Json {
        json!({ "type": "number", "multipleOf": 0.001 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_decimal_is_exact_or_refused_and_a_comma_is_never_guessed_at() {
        let cases = [
            (json!(36.7), Some(36_700)),
            (json!("36.70"), Some(36_700)),
            (json!(175), Some(175_000)),
            (json!(1.75), Some(1_750)),
            (json!("23.7000"), Some(23_700)),
            (json!(-1.5), Some(-1_500)),
            (json!("1,75"), None),
            (json!("1,750"), None),
            (json!(1.2345), None),
            (json!(1e300), None),
            (json!("abc"), None),
            (json!(true), None),
            (json!(null), None),
        ];
        for (json, value) in cases {
            assert_eq!(
                Measured::parse(&json).ok().map(Measured::milli),
                value,
                "{json}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_the_same(value in -1_000_000_000_i64..=1_000_000_000) {
            let shown = Measured::from_milli(value).to_json();
            prop_assert_eq!(Measured::parse(&shown).unwrap().milli(), value);
            let text = shown.to_string();
            prop_assert_eq!(Measured::parse(&json!(text)).unwrap().milli(), value);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,20}") {
            let _ = Measured::parse(&json!(text));
        }
    }
}
