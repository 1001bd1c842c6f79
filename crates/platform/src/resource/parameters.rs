//! A list's parameters as the API document states them: the same declarations that the list reads.

use serde_json::{Value as Json, json};

use super::{Resource, page};
use crate::field::Kind;

/// The list's parameters for the document: name, schema, what it does.
pub fn parameters<R: Resource>() -> Vec<(String, Json, String)> {
    let text = || json!({ "type": "string" });
    let whole = |least: u8| json!({ "type": "integer", "minimum": least });
    let mut parameters: Vec<(String, Json, String)> = Vec::new();
    for field in R::FILTERS.iter().filter_map(|name| R::info(name)) {
        let (name, schema) = (field.name, stated((field.schema)()));
        let ordered = matches!(
            field.shape.kind,
            Kind::Int | Kind::Date | Kind::Time | Kind::Timestamp
        ) && field.shape.reference.is_none();
        let several = ordered || field.shape.reference.is_some() || schema.get("enum").is_some();
        let mut add = |name: String, schema: Json, what: String| {
            parameters.push((name, schema, what));
        };
        add(
            name.to_owned(),
            schema.clone(),
            crate::record::tidy(field.doc),
        );
        if field.shape.reference.is_some() {
            add(
                format!("{name}_id"),
                schema.clone(),
                format!("The same as `{name}`."),
            );
        }
        if ordered {
            add(
                format!("{name}__gte"),
                schema.clone(),
                format!("`{name}` is this or more."),
            );
            add(
                format!("{name}__lte"),
                schema,
                format!("`{name}` is this or less."),
            );
        }
        if several {
            add(
                format!("{name}__in"),
                text(),
                format!("`{name}` is one of these, separated by commas, at most 500."),
            );
        }
    }
    parameters.extend(
        R::OWN_FILTERS
            .iter()
            .map(|name| ((*name).to_owned(), text(), String::new())),
    );
    parameters.push(("search".into(), text(), "Text to look for.".into()));
    parameters.push((
        "ordering".into(),
        text(),
        format!(
            "Fields to sort by, separated by commas, `-` for descending: {}. Without it `{}`.",
            R::ORDERING
                .iter()
                .chain(&page::STANDARD)
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", "),
            R::ORDER,
        ),
    ));
    parameters.push((
        "limit".into(),
        whole(1),
        "Rows of a page, at most 1000; asks for a page.".into(),
    ));
    parameters.push(("offset".into(), whole(0), "Rows to skip.".into()));
    parameters.push(("page".into(), whole(1), "Page number, from 1.".into()));
    parameters.push(("page_size".into(), whole(1), "The same as limit.".into()));
    parameters.push((
        "cursor".into(),
        text(),
        "Where the page before ended; empty for the first page.".into(),
    ));
    parameters
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
