//! From the pairs of a form to the JSON of an operation.

use std::collections::HashMap;

use http::Method;
use platform::operation::Operation;
use serde_json::{Map, Value as Json};

use crate::ask::{Ask, value};

/// What was typed as the operation's JSON. Values stay text, which the fields' types read; what was left empty
/// is not mentioned where something new is made, and is nothing where something is changed.
pub(crate) fn body(ask: &Ask, operation: &Operation, pairs: &[(String, String)]) -> Json {
    let schema = operation.doc.body.as_ref().map(|body| &body.json);
    let mut all = Json::Object(Map::new());
    let was: Option<Map<String, Json>> =
        value(pairs, "_was").and_then(|was| serde_json::from_str(was).ok());
    let changes = was.is_some() || matches!(operation.method, Method::PATCH | Method::PUT);
    let left_out = left_out(pairs);
    // A later value of one name counts, such as that of a ticked box.
    let last: HashMap<&str, usize> = pairs
        .iter()
        .enumerate()
        .map(|(at, (name, _))| (name.as_str(), at))
        .collect();
    for (at, (name, typed)) in pairs.iter().enumerate() {
        if left_out.iter().any(|row| name.starts_with(row)) {
            continue;
        }
        let again = || last.get(name.as_str()) != Some(&at);
        if name.starts_with('_')
            || name.ends_with("__q")
            || name.ends_with(crate::pick::OWN)
            || (!name.ends_with("[]") && again())
        {
            continue;
        }
        let stored = was
            .as_ref()
            .map(|was| was.get(name).and_then(Json::as_str).unwrap_or_default());
        if stored == Some(typed.as_str()) {
            continue;
        }
        let (name, several) = match name.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        if typed.is_empty() && (!changes || name.contains('.')) {
            continue;
        }
        let parts: Vec<&str> = name.split('.').collect();
        if parts.len() > 4
            || parts
                .iter()
                .any(|part| part.parse::<usize>().is_ok_and(|at| at > ROWS))
        {
            continue;
        }
        if is_age(ask, pairs, name, typed) {
            lay(&mut all, &["age"], typed.as_str().into(), false);
            continue;
        }
        let value = typed_value(
            ask,
            schema.and_then(|schema| property(schema, &parts)),
            typed,
        );
        lay(&mut all, &parts, value, several);
    }
    dense(&mut all);
    for (name, _) in pairs {
        let Some(list) = name.strip_prefix(LIST) else {
            continue;
        };
        if let Some(map) = all.as_object_mut() {
            let none = || Json::Array(Vec::new());
            map.entry(list).or_insert_with(none);
        }
    }
    all
}

/// Begins the name of the value that says that a list is sent, filled in or not.
pub(crate) const LIST: &str = "_list.";

/// Whether an age stands in the field of a form that takes it in the place of a day (`_age` names it).
fn is_age(ask: &Ask, pairs: &[(String, String)], name: &str, typed: &str) -> bool {
    let app = ask.app();
    crate::ask::value(pairs, "_age") == Some(name)
        && kernel::dates::born(typed, app.zone.today(app.clock.now())).is_some()
}

/// Rows of a form, at most.
const ROWS: usize = 500;

/// Begins the name of the value that says which fields of a row the page gives (`_given.items.0`).
pub(crate) const GIVEN: &str = "_given.";

/// Whether somebody typed something there.
fn is_typed(name: &str, value: &str) -> bool {
    let control =
        name.starts_with('_') || name.ends_with("__q") || name.ends_with(crate::pick::OWN);
    !control && !value.is_empty()
}

/// The rows, such as `items.0.`, in which nothing was typed besides what the page gave: they are not sent.
fn left_out(pairs: &[(String, String)]) -> Vec<String> {
    let rows = pairs.iter().filter_map(|(name, fields)| {
        let row = [name.strip_prefix(GIVEN)?, "."].concat();
        let touched = pairs.iter().any(|(name, value)| {
            name.strip_prefix(row.as_str()).is_some_and(|field| {
                is_typed(name, value) && !fields.split(' ').any(|given| given == field)
            })
        });
        (!touched).then_some(row)
    });
    rows.collect()
}

/// The numbers that the rows of a list had on the page, in the order in which they were sent: gaps between them close.
pub(crate) fn numbers(pairs: &[(String, String)], list: &str) -> Vec<usize> {
    let left_out = left_out(pairs);
    let sent = pairs.iter().filter_map(|(name, value)| {
        let rest = name.strip_prefix(list)?.strip_prefix('.')?;
        let (number, _) = rest.split_once('.')?;
        let number = number.parse().ok()?;
        let sent = is_typed(name, value) && !left_out.iter().any(|row| name.starts_with(row));
        (sent && number <= ROWS).then_some(number)
    });
    let mut numbers: Vec<usize> = sent.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn property<'a>(schema: &'a Json, parts: &[&str]) -> Option<&'a Json> {
    parts.iter().try_fold(schema, |schema, part| {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            schema.get("items")
        } else {
            schema.get("properties")?.get(part)
        }
    })
}

/// A local day and time becomes a moment; a JSON text becomes JSON where any is taken.
fn typed_value(ask: &Ask, schema: Option<&Json>, typed: &str) -> Json {
    let Some(schema) = schema else {
        return typed.into();
    };
    let one = schema
        .get("anyOf")
        .and_then(|all| all.get(0))
        .unwrap_or(schema);
    let kinds = one.get("type");
    let is = |kind: &str| match kinds {
        Some(Json::String(one)) => one == kind,
        Some(Json::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    };
    if one.get("format").and_then(Json::as_str) == Some("date-time")
        && let Ok(local) = typed.parse::<jiff::civil::DateTime>()
        && let Ok(at) = ask.app().zone.to_utc(local.date(), local.time())
    {
        return at.to_string().into();
    }
    if is("number") || is("integer") {
        return pointed(typed).into();
    }
    if is("boolean") && matches!(typed, "true" | "false") {
        return (typed == "true").into();
    }
    if kinds.is_none() || is("array") || is("object") {
        return serde_json::from_str(typed).unwrap_or_else(|_| typed.into());
    }
    typed.into()
}

/// A number as half of the world writes it: `1 250,5` is 1250.5. A comma that three digits follow may also stand between
/// thousands: it is left as it is, and refused.
fn pointed(typed: &str) -> String {
    let blank = |letter: char| matches!(letter, ' ' | '\u{a0}' | '\u{202f}');
    let apart = typed.trim().split(blank).skip(1);
    let thousands = apart.clone().all(|part| {
        let digits = part.split([',', '.']).next().unwrap_or_default();
        digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let mut number = typed.trim().to_owned();
    if thousands {
        number.retain(|letter| !blank(letter));
    }
    if let Some((whole, decimals)) = number.split_once(',')
        && whole.ends_with(|last: char| last.is_ascii_digit())
        && matches!(decimals.len(), 1 | 2)
        && decimals.bytes().all(|byte| byte.is_ascii_digit())
        && !whole.contains('.')
        && !whole.contains(blank)
    {
        return [whole, ".", decimals].concat();
    }
    number
}

/// Puts a value where its name leads.
fn lay(json: &mut Json, parts: &[&str], value: Json, several: bool) {
    let Some((part, rest)) = parts.split_first() else {
        return;
    };
    if !json.is_object() {
        *json = Json::Object(Map::new());
    }
    let Some(map) = json.as_object_mut() else {
        return;
    };
    let slot = map.entry((*part).to_owned()).or_insert(Json::Null);
    if !rest.is_empty() {
        lay(slot, rest, value, several);
    } else if several {
        match slot {
            Json::Array(values) => values.push(value),
            slot => *slot = Json::Array(vec![value]),
        }
    } else {
        *slot = value;
    }
}

/// Objects whose keys are all numbers are rows; gaps between them close.
fn dense(json: &mut Json) {
    let Json::Object(map) = json else { return };
    map.values_mut().for_each(dense);
    if !map.is_empty()
        && map
            .keys()
            .all(|key| key.bytes().all(|b| b.is_ascii_digit()))
    {
        let mut rows: Vec<(usize, Json)> = std::mem::take(map)
            .into_iter()
            .map(|(key, value)| (key.parse().unwrap_or(usize::MAX), value))
            .collect();
        rows.sort_by_key(|(at, _)| *at);
        *json = Json::Array(rows.into_iter().map(|(_, value)| value).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_decimal_comma_is_understood_or_refused_and_never_lost() {
        for (typed, number) in [
            ("7,5", "7.5"),
            ("7.5", "7.5"),
            ("-0,25", "-0.25"),
            ("<0,5", "<0.5"),
            ("1 250", "1250"),
            ("1\u{a0}250,50", "1250.50"),
            ("1\u{202f}000\u{202f}250", "1000250"),
            // What may be thousands, and what is no number, is left to be refused.
            ("1,250", "1,250"),
            ("1,250.5", "1,250.5"),
            ("1.250,5", "1.250,5"),
            ("1,2,5", "1,2,5"),
            ("12 5", "12 5"),
            ("120 80,5", "120 80,5"),
            (",5", ",5"),
            ("5,", "5,"),
            ("7,5 kg", "7,5 kg"),
        ] {
            assert_eq!(pointed(typed), number, "{typed}");
        }
    }

    fn laid(pairs: &[(&str, &str, bool)]) -> Json {
        let mut all = Json::Object(Map::new());
        for (name, value, several) in pairs {
            let parts: Vec<&str> = name.split('.').collect();
            lay(&mut all, &parts, (*value).into(), *several);
        }
        dense(&mut all);
        all
    }

    #[test]
    fn rows_in_which_nothing_was_typed_are_left_out() {
        let pairs = [
            ("_given.items.0", "medication_item unit_cost"),
            ("items.0.medication_item", "7"),
            ("items.0.unit_cost", "2.50"),
            ("items.0.batch_number", ""),
            ("_given.items.1", "medication_item"),
            ("items.1.medication_item", "8"),
            ("items.1.batch_number", "B-1"),
            ("items.2.medication_item__q", "para"),
            ("items.2.batch_number", ""),
            ("items.10.medication_item", "9"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(left_out(&pairs), ["items.0."]);
        assert_eq!(numbers(&pairs, "items"), [1, 10]);
    }

    #[test]
    fn names_lead_into_rows() {
        let pairs = [
            ("supplier", "3", false),
            ("items.7.quantity", "2", false),
            ("items.0.quantity", "1", false),
            ("items.0.note", "cold", false),
            ("tags", "a", true),
            ("tags", "b", true),
        ];
        assert_eq!(
            laid(&pairs),
            json!({
                "supplier": "3",
                "items": [{ "quantity": "1", "note": "cold" }, { "quantity": "2" }],
                "tags": ["a", "b"],
            })
        );
        assert_eq!(laid(&[]), json!({}));
    }
}
