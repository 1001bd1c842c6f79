//! What an operation answers that the record does not say afterwards: a key that is shown once, who received a recalled
//! batch, which dates of a series were taken.

use maud::{Markup, html};
use platform::operation::{ONCE, Operation};
use serde_json::Value as Json;

use crate::admin::property;
use crate::ask::Ask;

/// They say what the page says anyway.
const QUIET: [&str; 3] = ["status", "detail", "id"];

/// The fields of an answer that its reader would otherwise not learn. `about` is the record that was asked.
pub(crate) fn news<'a>(
    ask: &Ask,
    operation: &Operation,
    answer: &'a Json,
    about: Option<&str>,
) -> Vec<&'a str> {
    let (Some(fields), Some(schema)) = (answer.as_object(), &operation.doc.answer) else {
        return Vec::new();
    };
    let there = fields.iter().filter(|(_, value)| !is_nothing(value));
    let own = fields.get("id").and_then(crate::form::plain);
    let record = fields.contains_key("uid") || (own.is_some() && own.as_deref() == about);
    if record {
        let once = there.filter(|(name, _)| is_once(&schema.json, name));
        return once.map(|(name, _)| name.as_str()).collect();
    }
    // A bare number of a record is no news to whoever asked about it.
    let a_record = |name: &str, value: &Json| {
        let mut tables = ask.app().registry.tables();
        value.is_number() && tables.any(|info| info.table == name)
    };
    let found: Vec<(&str, &Json)> = there
        .filter(|(name, value)| {
            let quiet = QUIET.contains(&name.as_str()) || name.ends_with("_id");
            !quiet && !a_record(name, value)
        })
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let says_something = |(name, value): &(&str, &Json)| match value {
        Json::Bool(_) => false,
        _ => format(&schema.json, name) != "date-time",
    };
    if !found.iter().any(says_something) {
        return Vec::new();
    }
    found.into_iter().map(|(name, _)| name).collect()
}

/// Whether one of these is never told again.
pub(crate) fn any_once(operation: &Operation, names: &[&str]) -> bool {
    let schema = operation.doc.answer.as_ref().map(|answer| &answer.json);
    schema.is_some_and(|schema| names.iter().any(|name| is_once(schema, name)))
}

fn is_once(schema: &Json, name: &str) -> bool {
    let whole = schema.get("properties").and_then(|all| all.get(name));
    let marked = |field: &Json| field.get(ONCE) == Some(&Json::Bool(true));
    whole.is_some_and(marked) || marked(property(schema, name))
}

fn format<'a>(schema: &'a Json, name: &str) -> &'a str {
    let format = property(schema, name).get("format");
    format.and_then(Json::as_str).unwrap_or_default()
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// A code for a camera, dark on white whatever the page's colours are; `words` say what it is to whoever does not see it.
pub(crate) fn qr(text: &str, words: &str) -> Markup {
    let Ok(code) = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium) else {
        return html! {};
    };
    let (size, edge) = (code.size(), 4);
    let mut dark = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            let at = ["M", &(x + edge).to_string(), " ", &(y + edge).to_string()];
            dark.push_str(&at.concat());
            dark.push_str("h1v1h-1z");
        }
    }
    let all = size + 2 * edge;
    html! {
        svg viewBox={ "0 0 " (all) " " (all) } width="220" height="220" role="img" aria-label=(words) shape-rendering="crispEdges" {
            rect width=(all) height=(all) fill="#fff" {}
            path d=(dark) fill="#000" {}
        }
    }
}
