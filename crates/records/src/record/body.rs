//! What a client sends, field by field.

use serde_json::{Map, Value as Json};

use texts::Text;

use crate::fault::Faults;
use crate::field::{Field, Kind};

/// A client's JSON object after other names were folded into the declared ones.
#[derive(Debug, Clone, Default)]
pub struct Body(pub Map<String, Json>);

impl Body {
    /// Folds other names into the declared ones. A name paired with `""` is a reference and may also be sent as `name_id`.
    ///
    /// # Errors
    /// Under the other name, where it contradicts the declared one: no body has two readings.
    pub fn fold(&mut self, names: &[(&str, &str)]) -> Result<(), Faults> {
        for (other, name) in names {
            let (other, name) = match *name {
                "" => (format!("{other}_id"), *other),
                name => ((*other).to_owned(), name),
            };
            let Some(value) = self.0.remove(&other) else {
                continue;
            };
            let keeps = match self.0.get(name) {
                // Null says nothing.
                None | Some(Json::Null) => false,
                Some(known) if value.is_null() || says_the_same(known, &value) => true,
                // Some references are read as objects and written as ids: of a record that is sent back, the id counts.
                Some(Json::Object(_)) => false,
                Some(_) if value.is_object() => true,
                Some(_) => {
                    let text = Text::new("said-otherwise").with("name", name);
                    return Err(Faults::one(&other, text));
                }
            };
            if !keeps {
                self.0.insert(name.to_owned(), value);
            }
        }
        Ok(())
    }

    /// Refuses a body that names another record than the path of the request, by its name or by `name_id`.
    ///
    /// # Errors
    /// Under the name that contradicts the path.
    pub fn check_path(&self, name: &str, id: i64) -> Result<(), Faults> {
        let by_id = format!("{name}_id");
        let other = |name: &&str| self.0.get(*name).is_some_and(|said| !is_id(said, id));
        match [name, by_id.as_str()].iter().find(|name| other(name)) {
            None => Ok(()),
            Some(name) => {
                let text = Text::new("path-says-otherwise").with("id", id);
                Err(Faults::one(name, text))
            }
        }
    }

    /// Parses a field of a create, noting what is wrong.
    pub fn create<T: Field>(
        &self,
        name: &str,
        default: Option<fn() -> T>,
        faults: &mut Faults,
    ) -> Option<T> {
        let parsed = match (self.0.get(name), default) {
            (None, Some(default)) => Ok(default()),
            (None, None) => T::absent(),
            // Old clients send null or "" for "leave it at what it is by default".
            (Some(Json::Null), Some(default)) if !T::SHAPE.nullable => Ok(default()),
            (Some(Json::String(text)), Some(default))
                if text.is_empty() && T::SHAPE.kind != Kind::Text =>
            {
                Ok(default())
            }
            (Some(json), _) => T::parse(json),
        };
        faults.note(name, parsed)
    }

    /// Parses a field of a change where the body mentions it.
    pub fn overlay<T: Field>(&self, name: &str, into: &mut T, faults: &mut Faults) {
        if let Some(json) = self.0.get(name)
            && let Some(value) = faults.note(name, T::parse(json))
        {
            *into = value;
        }
    }
}

/// Whether a value names the record of this id; what says nothing names no other.
fn is_id(said: &Json, id: i64) -> bool {
    match said {
        Json::Null => true,
        Json::String(text) if text.trim().is_empty() => true,
        // Some references are read as objects.
        Json::Object(object) => object.get("id").is_none_or(|said| is_id(said, id)),
        said => says_the_same(said, &Json::from(id)),
    }
}

/// Whether two values say the same: clients of the earlier service send numbers as text.
fn says_the_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::String(text), Json::Number(number)) | (Json::Number(number), Json::String(text)) => {
            let written = text.trim().parse::<f64>().ok();
            written.is_some() && written == number.as_f64()
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(json: &Json) -> Body {
        Body(json.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn a_body_agrees_with_its_path() {
        for (said, agrees) in [
            (json!({}), true),
            (json!({ "patient": 36 }), true),
            (json!({ "patient_id": "36" }), true),
            (json!({ "patient": null, "patient_id": "" }), true),
            (json!({ "patient": { "id": 36, "name": "Awa" } }), true),
            (json!({ "patient": { "name": "Awa" } }), true),
            (json!({ "patient": 1 }), false),
            (json!({ "patient": "1" }), false),
            (json!({ "patient": 36, "patient_id": 1 }), false),
            (json!({ "patient": { "id": 1 } }), false),
            (json!({ "patient": [36] }), false),
            (json!({ "patient": "Awa" }), false),
        ] {
            assert_eq!(
                body(&said).check_path("patient", 36).is_ok(),
                agrees,
                "{said}"
            );
        }
    }
}
