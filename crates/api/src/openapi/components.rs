//! The document's named schemas: each name stands for one schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use engine::operation::Schema;

const PREFIX: &str = "#/components/schemas/";

/// Collects named schemas, and what is wrong with them.
#[derive(Default)]
pub(super) struct Components {
    pub(super) schemas: BTreeMap<String, Json>,
    pub(super) problems: Vec<String>,
}

impl Components {
    /// A reference to the schema where it has a name of its own, else the schema itself.
    pub(super) fn schema(&mut self, schema: &Schema) -> Json {
        let name = schema
            .name
            .as_deref()
            .filter(|_| worth_a_name(&schema.json))
            .map(clean);
        let mut json = self.lifted(&schema.json, name.as_deref());
        let Some(name) = name else { return json };
        if json.get("title").and_then(Json::as_str) == schema.name.as_deref()
            && let Some(object) = json.as_object_mut()
        {
            object.remove("title");
        }
        self.named(&name, json)
    }

    /// What a list of it answers: an array of at most so many rows, a page of them, or either as the
    /// query asks; and the same of labels where these can be asked for.
    pub(super) fn list(&mut self, schema: &Schema, only_pages: bool, labels: bool) -> Json {
        let item = self.schema(schema);
        let page = page_of(&item);
        // An item without a component has a page without one, too.
        let page = match item.get("$ref").and_then(Json::as_str) {
            Some(path) => self.named(&format!("Page_{}", path.replace(PREFIX, "")), page),
            None => page,
        };
        if only_pages {
            return page;
        }
        let array = json!({ "type": "array", "items": item, "maxItems": 1000 });
        if !labels {
            return json!({ "oneOf": [array, page] });
        }
        let label = self.named("Label", label());
        let pages = self.named("Page_Label", page_of(&label));
        let labels = json!({ "type": "array", "items": label, "maxItems": 1000 });
        // An empty list is one of records and one of labels.
        json!({ "anyOf": [array, page, labels, pages] })
    }

    /// Puts a schema under a name and refers to it. A name that already stands for another schema is a
    /// problem; the document stays true by showing the schema in place.
    pub(super) fn named(&mut self, name: &str, json: Json) -> Json {
        let known = self
            .schemas
            .entry(name.to_owned())
            .or_insert_with(|| json.clone());
        if *known == json {
            json!({ "$ref": format!("{PREFIX}{name}") })
        } else {
            self.problems
                .push(format!("two different schemas are named {name}"));
            json
        }
    }

    /// Definitions within a schema (recursive types have them) become components, since `#` means the
    /// whole document here.
    fn lifted(&mut self, json: &Json, own: Option<&str>) -> Json {
        let mut json = json.clone();
        let definitions = json
            .as_object_mut()
            .and_then(|object| object.remove("$defs"));
        refer(&mut json, own);
        if let Some(Json::Object(definitions)) = definitions {
            for (name, mut definition) in definitions {
                refer(&mut definition, own);
                self.named(&clean(&name), definition);
            }
        }
        json
    }
}

/// Objects and alternatives get names; plain texts, numbers, arrays and "anything" do not.
fn worth_a_name(json: &Json) -> bool {
    ["properties", "oneOf", "anyOf", "allOf", "enum", "$ref"]
        .iter()
        .any(|key| json.get(key).is_some())
}

/// Names consist of letters, digits and `._-`.
fn clean(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}

fn refer(json: &mut Json, own: Option<&str>) {
    match json {
        Json::Object(object) => {
            let target = object.get("$ref").and_then(Json::as_str).and_then(|path| {
                match (path.strip_prefix("#/$defs/"), own) {
                    (Some(name), _) => Some(clean(name)),
                    (None, Some(own)) if path == "#" => Some(own.to_owned()),
                    _ => None,
                }
            });
            if let Some(target) = target {
                object.insert("$ref".into(), format!("{PREFIX}{target}").into());
            }
            object.values_mut().for_each(|inner| refer(inner, own));
        }
        Json::Array(items) => items.iter_mut().for_each(|inner| refer(inner, own)),
        _ => {}
    }
}

/// A record as `labels=true` answers it.
fn label() -> Json {
    json!({
        "type": "object",
        "description": "A record as a picker shows it; the form that `labels=true` asks for.",
        "properties": {
            "id": { "type": "integer", "format": "int64", "description": "The record's number." },
            "label": { "type": "string", "description": "What tells it from others, in a few words." },
        },
        "required": ["id", "label"],
    })
}

fn page_of(item: &Json) -> Json {
    let address = |which: &str| {
        json!({
            "type": ["string", "null"],
            "format": "uri",
            "description": format!("Address of the {which} part of the list; null when there is none."),
        })
    };
    json!({
        "type": "object",
        "description": "A part of a list; the form that `limit`, `offset`, `page`, `page_size` or `cursor` asks for.",
        "properties": {
            "count": {
                "type": "integer",
                "minimum": 0,
                "description": "Rows of the whole list. Counting stops at 10000.",
            },
            "count_exact": {
                "type": "boolean",
                "description": "Only `false` is said: there are more rows than `count`.",
            },
            "next": address("next"),
            "previous": address("previous"),
            "results": { "type": "array", "items": item, "description": "The rows of this part, in the order that was asked for." },
        },
        "required": ["count", "next", "previous", "results"],
    })
}

/// The same value with every object's keys in alphabetical order, whatever map serde_json was built with.
pub(super) fn sorted(json: Json) -> Json {
    match json {
        Json::Object(object) => {
            let ordered: BTreeMap<String, Json> = object
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            Json::Object(Map::from_iter(ordered))
        }
        Json::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
