//! A list's parameters as the API document states them: the same declarations that the list reads.

use serde_json::{Value as Json, json};

use super::{Resource, page};
use records::column::{named, names};
use records::field::Kind;

/// The list's parameters for the document: name, schema, what it does.
pub fn parameters<R: Resource>() -> Vec<(String, Json, String)> {
    let text = || json!({ "type": "string" });
    let mut parameters: Vec<(String, Json, String)> = Vec::new();
    for field in names(R::FILTERS).filter_map(R::info) {
        let (name, schema) = (field.name, stated((field.schema)()));
        let ordered = matches!(
            field.shape.kind,
            Kind::Int | Kind::Date | Kind::Time | Kind::Timestamp
        ) && field.shape.reference.is_none();
        let several = ordered || field.shape.reference.is_some() || schema.get("enum").is_some();
        let listed = schema.clone();
        let mut add = |name: String, schema: Json, what: String| {
            parameters.push((name, schema, what));
        };
        add(
            name.to_owned(),
            schema.clone(),
            records::record::tidy(field.doc),
        );
        if field.shape.reference.is_some() {
            add(
                format!("{name}_id"),
                schema.clone(),
                format!("The same as `{name}`."),
            );
        }
        if ordered {
            let day = match field.shape.kind {
                Kind::Timestamp => {
                    " A day alone, such as `2027-05-27`, is taken whole, as the hospital's days are."
                }
                _ => "",
            };
            add(
                format!("{name}__gte"),
                schema.clone(),
                format!("`{name}` is this or more.{day}"),
            );
            add(
                format!("{name}__lte"),
                schema,
                format!("`{name}` is this or less.{day}"),
            );
        }
        if several {
            add(
                format!("{name}__in"),
                several_of(&listed),
                format!("`{name}` is one of these, separated by commas, at most 500."),
            );
        }
    }
    parameters.extend(
        R::OWN_FILTERS
            .iter()
            .filter(|name| !named(R::FILTERS, name))
            .map(|name| ((*name).to_owned(), text(), found::<R>(name))),
    );
    let standard = page::STANDARD.into_iter();
    let sortable: Vec<String> = names(R::ORDERING)
        .chain(standard.filter(|name| !named(R::ORDERING, name)))
        .map(str::to_owned)
        .collect();
    let quoted: Vec<String> = sortable.iter().map(|name| format!("`{name}`")).collect();
    parameters.push((
        "ordering".into(),
        sorted_by(&sortable),
        format!(
            "Fields to sort by, separated by commas, `-` for descending: {}. Without it `{}`.",
            quoted.join(", "),
            R::ORDER,
        ),
    ));
    let common = common().into_iter();
    parameters.extend(common.filter(|(name, _, _)| {
        !named(R::FILTERS, name) && !R::OWN_FILTERS.contains(&name.as_str())
    }));
    parameters
}

/// Values of a schema with commas between them.
fn several_of(one: &Json) -> Json {
    if let Some(choices) = one["enum"].as_array() {
        let choices: Vec<&str> = choices.iter().filter_map(Json::as_str).collect();
        let any = choices.join("|");
        return json!({
            "type": "string",
            "pattern": format!("^({any})(,({any}))*$"),
            "examples": [choices.iter().take(2).copied().collect::<Vec<_>>().join(",")],
        });
    }
    match (one["type"].as_str(), one["format"].as_str()) {
        (Some("integer"), _) => {
            json!({ "type": "string", "pattern": "^-?[0-9]+(,-?[0-9]+)*$", "examples": ["1,2"] })
        }
        (_, Some("date")) => json!({ "type": "string", "examples": ["2026-11-23,2026-11-24"] }),
        (_, Some("date-time")) => json!({ "type": "string", "examples": ["2026-11-23T08:00:00Z"] }),
        (_, Some("partial-time")) => json!({ "type": "string", "examples": ["08:00,09:30"] }),
        _ => json!({ "type": "string" }),
    }
}

/// Names to sort by, with commas between them.
fn sorted_by(names: &[String]) -> Json {
    let any = names.join("|");
    json!({
        "type": "string",
        "pattern": format!("^-?({any})(,-?({any}))*$"),
        "examples": [names.first(), names.last().map(|name| format!("-{name}"))],
    })
}

/// What a filter of the resource's own finds: as declared, or as its field is described.
fn found<R: Resource>(name: &str) -> String {
    let mut declared = R::FILTERS_FIND.iter().filter(|(known, _)| *known == name);
    let said = declared.next().map(|(_, said)| (*said).to_owned());
    let field = || R::info(name.strip_suffix("_id").unwrap_or(name));
    said.or_else(|| Some(records::record::tidy(field()?.doc)))
        .unwrap_or_default()
}

/// The parameters that every list takes: name, schema, what it does.
pub(crate) fn common() -> Vec<(String, Json, String)> {
    let text = || json!({ "type": "string" });
    let whole = |least: u8| json!({ "type": "integer", "minimum": least });
    let time = || json!({ "type": "string", "format": "date-time" });
    [
        ("search", text(), "Text to look for, where the resource can be searched."),
        ("labels", json!({ "type": "boolean" }), "Answer only `id` and `label` of each record, for pickers."),
        ("id__in", json!({ "type": "string", "pattern": "^-?[0-9]+(,-?[0-9]+)*$", "examples": ["1,2"] }), "Ids, separated by commas, at most 500."),
        ("uid", json!({ "type": "string", "format": "uuid" }), "The record of this identity."),
        ("created_at__gte", time(), "Stored then or later; a day alone is taken whole."),
        ("created_at__lte", time(), "Stored then or earlier; a day alone is taken whole."),
        ("updated_at__gte", time(), "Last changed then or later; a day alone is taken whole."),
        ("updated_at__lte", time(), "Last changed then or earlier; a day alone is taken whole."),
        ("limit", whole(1), "Rows of a page, at most 1000; 50 unless said. Asks for a page."),
        ("offset", whole(0), "Rows to skip. Asks for a page."),
        ("page", whole(1), "The page's number, from 1. Asks for a page."),
        ("page_size", whole(1), "Another name of `limit`."),
        (
            "cursor",
            json!({ "type": "string", "examples": [""] }),
            "Where the page before ended, as its `next` says; empty for the first page. Asks for a page.",
        ),
    ]
    .map(|(name, schema, what)| (name.to_owned(), schema, what.to_owned()))
    .into()
}

/// A filter's schema: null cannot be asked for, since an empty value means no filter.
fn stated(mut schema: Json) -> Json {
    if let Some(Json::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [one] = types.as_slice() {
            schema["type"] = one.clone();
        }
    }
    if let Some(Json::Array(choices)) = schema.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Json::Array(forms)) = schema.get_mut("anyOf") {
        forms.retain(|form| form["type"] != "null");
    }
    schema
}
