//! What clients write besides a record's fields: in the document, and of the kind that it says.

use engine::resource::Resource;
use records::error::Error;
use records::fault::Faults;
use records::record::Body;
use serde_json::Value as Json;
use texts::Text;

/// The schema of a body with what is written besides on create (`c`) or update (`u`).
pub(super) fn added<R: Resource>(mut schema: Json, verb: char) -> Json {
    if let Some(properties) = schema["properties"].as_object_mut() {
        let taken = R::BESIDES.iter().filter(|one| one.verbs.contains(verb));
        properties.extend(taken.map(|one| (one.name.to_owned(), (one.schema)())));
    }
    schema
}

/// Refuses by name what is not of its kind, before any hook reads it.
pub(super) fn check<R: Resource>(body: &Body) -> Result<(), Error> {
    let mut faults = Faults::new();
    for one in R::BESIDES {
        let Some(said) = body.0.get(one.name).filter(|said| !said.is_null()) else {
            continue;
        };
        let whole = said.is_array() || said.is_object();
        let text = match (one.schema)()["type"].as_str() {
            Some("boolean") if !said.is_boolean() => "not-a-boolean",
            Some("string") if whole => "not-a-string",
            Some("array") if !said.is_array() => "not-a-list",
            Some("object") if !said.is_object() => "not-an-object",
            _ if has_nul(said) => "control-characters",
            _ => continue,
        };
        faults.say(one.name, Text::new(text));
    }
    Ok(faults.into_result()?)
}

/// Whether a text in it holds U+0000, which PostgreSQL neither stores nor takes as a parameter.
fn has_nul(said: &Json) -> bool {
    match said {
        Json::String(text) => text.contains('\0'),
        Json::Array(all) => all.iter().any(has_nul),
        Json::Object(all) => {
            let mut all = all.iter();
            all.any(|(name, one)| name.contains('\0') || has_nul(one))
        }
        _ => false,
    }
}
