//! What a client sends, field by field.

use serde_json::{Map, Value as Json};

use crate::fault::Faults;
use crate::field::{Field, Kind};

/// A client's JSON object after other names were folded into the declared ones.
#[derive(Debug, Clone, Default)]
pub struct Body(pub Map<String, Json>);

impl Body {
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
