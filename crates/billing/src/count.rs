//! What was counted in a drawer: note by note, or as one sum.

use kernel::Money;
use platform::fault::{Fault, Faults};
use platform::field::Field;
use platform::record::Body;
use platform::texts::Text;
use platform::verb::Input;
use serde_json::{Value as Json, json};

/// Kinds of notes and coins that one count names.
const MOST: usize = 50;

/// What is in the drawer.
pub struct CountInput {
    /// What was counted, in the hospital's currency.
    pub counted_amount: Money,
}

impl Input for CountInput {
    fn parse(body: &Body) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let said = body.create::<Option<Money>>("counted_amount", None, &mut faults);
        let pieces = pieces(body.0.get("pieces"));
        let pieces = faults.note("pieces", pieces);
        let (Some(said), Some(pieces)) = (said, pieces) else {
            return Err(faults);
        };
        let counted = match (said, pieces) {
            (Some(said), Some(pieces)) if said != pieces => {
                let text = Text::new("billing-count-differs").with("pieces", pieces);
                return Err(Faults::one("counted_amount", text));
            }
            (Some(sum), _) | (None, Some(sum)) => sum,
            (None, None) => {
                return Err(Faults::one(
                    "counted_amount",
                    Text::new("billing-count-nothing"),
                ));
            }
        };
        if counted.is_negative() {
            return Err(Faults::one("counted_amount", Text::new("billing-negative")));
        }
        Ok(CountInput {
            counted_amount: counted,
        })
    }

    fn schema() -> Option<Json> {
        let mut sum = <Option<Money>>::schema();
        sum["description"] = "What was counted, in the hospital's currency. May be left out when `pieces` says it, and is the same when both are given.".into();
        let mut value = Money::schema();
        value["description"] = "What one note or coin is worth.".into();
        Some(json!({
            "type": "object",
            "description": "What is in the drawer: note by note, or as one sum.",
            "properties": {
                "counted_amount": sum,
                "pieces": {
                    "type": "array",
                    "maxItems": MOST,
                    "description": "Notes and coins, one row for each kind; rows without a number are left out.",
                    "items": {
                        "type": "object",
                        "properties": {
                            "value": value,
                            "number": { "type": ["integer", "null"], "minimum": 0, "description": "How many of them." },
                        },
                        "required": ["value"],
                    },
                },
            },
        }))
    }
}

/// What the pieces come to; nothing when none was counted.
fn pieces(rows: Option<&Json>) -> Result<Option<Money>, Fault> {
    let rows = match rows {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Array(rows)) if rows.len() <= MOST => rows,
        Some(_) => return Err(Fault::key("not-a-list")),
    };
    let parsed: Vec<Result<Option<Money>, Faults>> = rows.iter().map(piece).collect();
    if parsed.iter().any(Result::is_err) {
        return Err(Fault::Items(parsed.into_iter().map(Result::err).collect()));
    }
    let counted: Vec<Money> = parsed.into_iter().flatten().flatten().collect();
    if counted.is_empty() {
        return Ok(None);
    }
    let sum = Money::sum(counted).map_err(|_| Fault::key("billing-too-large"))?;
    Ok(Some(sum))
}

fn piece(row: &Json) -> Result<Option<Money>, Faults> {
    let fields = row.as_object().cloned().unwrap_or_default();
    let body = Body(fields);
    let mut faults = Faults::new();
    let value = body.create::<Money>("value", None, &mut faults);
    let number = body.create::<Option<i64>>("number", None, &mut faults);
    let (Some(value), Some(number)) = (value, number) else {
        return Err(faults);
    };
    let Some(number) = number else {
        return Ok(None);
    };
    if !value.is_positive() {
        return Err(Faults::one("value", Text::new("billing-not-positive")));
    }
    if number < 0 {
        return Err(Faults::one("number", Text::new("billing-negative")));
    }
    let worth = value.checked_mul(number);
    worth
        .map(Some)
        .map_err(|_| Faults::one("number", Text::new("billing-too-large")))
}

/// What the notes and coins of a currency are worth in minor units, the largest first. A currency that is not known
/// is counted in the usual steps.
pub(crate) fn worth(currency: &str) -> &'static [i64] {
    match currency {
        "GMD" => &[20_000, 10_000, 5_000, 2_000, 1_000, 500, 100, 50, 25],
        "GHS" => &[
            20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10,
        ],
        "KES" => &[
            100_000, 50_000, 20_000, 10_000, 5_000, 4_000, 2_000, 1_000, 500, 100,
        ],
        "NGN" => &[
            100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100,
        ],
        "TZS" => &[
            1_000_000, 500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000,
        ],
        "UGX" => &[
            5_000_000, 2_000_000, 1_000_000, 500_000, 200_000, 100_000, 50_000, 20_000, 10_000,
            5_000,
        ],
        "XOF" | "XAF" => &[
            1_000_000, 500_000, 200_000, 100_000, 50_000, 25_000, 20_000, 10_000, 5_000, 2_500,
            1_000, 500,
        ],
        "EUR" => &[
            20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1,
        ],
        "USD" => &[10_000, 5_000, 2_000, 1_000, 500, 100, 25, 10, 5, 1],
        _ => &[
            50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(body: Json) -> Result<String, Vec<String>> {
        let body = Body(body.as_object().unwrap().clone());
        CountInput::parse(&body)
            .map(|input| input.counted_amount.to_string())
            .map_err(|faults| {
                let names = ["counted_amount", "pieces"];
                names
                    .into_iter()
                    .filter(|name| faults.has(name))
                    .map(str::to_owned)
                    .collect()
            })
    }

    #[test]
    fn notes_come_to_a_sum_and_nothing_counted_is_not_nothing_there() {
        let sum = |fault: &str| Err(vec![fault.to_owned()]);
        for (body, expected) in [
            (json!({ "counted_amount": 12.5 }), Ok("12.50".to_owned())),
            (json!({ "counted_amount": 0 }), Ok("0.00".to_owned())),
            (
                json!({ "pieces": [{ "value": 200, "number": 3 }, { "value": 0.25, "number": "2" }, { "value": 50 }] }),
                Ok("600.50".to_owned()),
            ),
            (
                json!({ "pieces": [{ "value": 200, "number": 0 }] }),
                Ok("0.00".to_owned()),
            ),
            (
                json!({ "pieces": [{ "value": 200, "number": 3 }], "counted_amount": 600 }),
                Ok("600.00".to_owned()),
            ),
            (
                json!({ "pieces": [{ "value": 200, "number": 3 }], "counted_amount": 601 }),
                sum("counted_amount"),
            ),
            (
                json!({ "pieces": [{ "value": 200 }, { "value": 100, "number": "" }] }),
                sum("counted_amount"),
            ),
            (json!({}), sum("counted_amount")),
            (json!({ "counted_amount": -1 }), sum("counted_amount")),
            (
                json!({ "pieces": [{ "value": 200, "number": -1 }] }),
                sum("pieces"),
            ),
            (
                json!({ "pieces": [{ "value": 0, "number": 1 }] }),
                sum("pieces"),
            ),
            (json!({ "pieces": [{ "number": 1 }] }), sum("pieces")),
            (json!({ "pieces": [1] }), sum("pieces")),
            (json!({ "pieces": "many" }), sum("pieces")),
            (
                json!({ "pieces": [{ "value": 100_000_000_000_i64, "number": 1_000_000 }] }),
                sum("pieces"),
            ),
        ] {
            assert_eq!(counted(body.clone()), expected, "{body}");
        }
    }

    #[test]
    fn notes_are_listed_from_the_largest() {
        for currency in [
            "GMD", "GHS", "KES", "NGN", "TZS", "UGX", "XOF", "EUR", "USD", "ZZZ",
        ] {
            assert!(
                worth(currency).windows(2).all(|pair| pair[0] > pair[1]),
                "{currency}"
            );
        }
    }
}
