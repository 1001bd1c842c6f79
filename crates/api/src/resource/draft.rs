//! What clients send of a record, for the API document.

use serde_json::{Value as Json, json};

use super::{Resource, besides};
use engine::resource::spoken;
use records::record::{Column, Part};

/// The schema of what a create takes.
pub(super) fn schema<R: Resource>() -> Json {
    besides::added::<R>(fields::<R>(), 'c')
}

/// The schema of what a change takes: the same fields, with nothing that must be mentioned.
pub(super) fn of_change<R: Resource>() -> Json {
    optional(&besides::added::<R>(fields::<R>(), 'u'))
}

/// The schema of the records that are written as rows of another, for [`Besides`](super::Besides): all fields but the
/// one that names the other.
#[must_use]
pub fn items<R: Resource>(parent: &str, description: &str) -> Json {
    let mut item = fields::<R>();
    let of_parent = [parent.to_owned(), format!("{parent}_id")];
    if let Some(properties) = item["properties"].as_object_mut() {
        properties.retain(|name, _| !of_parent.contains(name));
    }
    if let Some(required) = item["required"].as_array_mut() {
        required.retain(|name| name.as_str() != Some(parent));
    }
    json!({ "type": "array", "items": item, "description": description })
}

fn fields<R: Resource>() -> Json {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for field in R::FIELDS.iter().filter(|field| field.part == Part::Client) {
        let mut schema = (field.schema)();
        schema["description"] = records::record::tidy(field.doc).into();
        records::record::say_default(&mut schema, field.default);
        if field.shape.reference.is_some() {
            let mut other = schema.clone();
            other["description"] = format!("Another name of `{}`.", field.name).into();
            properties.insert(format!("{}_id", field.name), other);
        }
        properties.insert(field.name.to_owned(), schema);
        if (field.required)() {
            required.push(field.name);
        }
    }
    for (other, Column { name, .. }) in R::ALIASES {
        if let Some(mut schema) = properties.get(*name).cloned() {
            schema["description"] = format!("Another name of `{name}`.").into();
            properties.insert((*other).to_owned(), schema);
        }
    }
    if R::CLIENT_UID {
        properties.insert(
            "uid".into(),
            json!({
                "type": ["string", "null"],
                "format": "uuid",
                "description": "UUID of the record, for clients that choose it, such as those that work offline; made up when it is left out. Cannot be changed.",
            }),
        );
    }
    json!({
        "type": "object",
        "description": format!("What a client writes of one {}.", spoken(R::NAME)),
        "properties": properties,
        "required": required,
    })
}

fn optional(schema: &Json) -> Json {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.remove("required");
        let properties = object.get_mut("properties").and_then(Json::as_object_mut);
        for property in properties.into_iter().flat_map(|all| all.values_mut()) {
            // What is left out stays as it is.
            property.as_object_mut().map(|map| map.remove("default"));
        }
        let what = object
            .get("description")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let all = format!("{what} Only what is sent is changed; the rest stays as it is.");
        object.insert("description".to_owned(), all.into());
    }
    schema
}
