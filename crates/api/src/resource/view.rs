//! How a row is answered.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value as Json, json};

use super::Resource;
use engine::access::Grant;
use engine::cx::Cx;
use records::column::{named, names};
use records::record::{Column, Part};

/// Which fields of a resource a caller sees, worked out once for a page.
pub struct Visible {
    withheld: Vec<&'static str>,
    skipped: Vec<&'static str>,
}

impl Visible {
    /// What a grant lets see.
    pub fn of<R: Resource>(grant: &Grant) -> Visible {
        Visible::without::<R>(names(R::withheld(grant)).collect())
    }

    /// What this caller sees of the records that a grant reaches.
    pub fn to<R: Resource>(cx: &Cx, grant: &Grant) -> Visible {
        let withheld = names(R::withheld(grant));
        Visible::without::<R>(withheld.chain(names(R::hidden_from(cx))).collect())
    }

    /// Whether a field is kept from the caller.
    pub(super) fn withheld(&self, field: &str) -> bool {
        self.withheld.contains(&field)
    }

    fn without<R: Resource>(withheld: Vec<&'static str>) -> Visible {
        Visible {
            skipped: withheld.iter().copied().chain(names(R::REPLACED)).collect(),
            withheld,
        }
    }
}

/// A row with its further keys, as clients see it.
#[derive(Serialize)]
#[serde(bound = "")]
pub struct View<'a, R: Resource> {
    #[serde(flatten)]
    row: Shown<'a, R>,
    #[serde(flatten)]
    extra: &'a R::Extra,
}

impl<'a, R: Resource> View<'a, R> {
    /// Shows what is visible.
    pub fn new(row: &'a R, extra: &'a R::Extra, visible: &'a Visible) -> View<'a, R> {
        View {
            row: Shown { row, visible },
            extra,
        }
    }
}

struct Shown<'a, R> {
    row: &'a R,
    visible: &'a Visible,
}

impl<R: Resource> Serialize for Shown<'_, R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        let meta = self.row.meta();
        map.serialize_entry("id", &meta.id)?;
        map.serialize_entry("uid", &meta.uid)?;
        self.row.show(&mut map, &self.visible.skipped)?;
        for (other, field) in R::ALIASES {
            if !self.visible.withheld(field.name)
                && R::info(field.name).is_some_and(|field| field.part != Part::Hidden)
                && let Some(json) = self.row.field(field.name)
            {
                map.serialize_entry(other, &json)?;
            }
        }
        map.serialize_entry("created_at", &meta.created_at)?;
        map.serialize_entry("updated_at", &meta.updated_at)?;
        map.serialize_entry("version", &meta.version)?;
        map.end()
    }
}

/// The schema of [`View`].
pub fn schema<R: Resource>() -> Json {
    let mut properties = serde_json::Map::new();
    properties.insert(
        "id".into(),
        json!({
            "type": "integer",
            "format": "int64",
            "minimum": 1,
            "readOnly": true,
            "description": "Number of the record, given when it is created and never given again. Paths and references name records by it.",
        }),
    );
    properties.insert(
        "uid".into(),
        json!({
            "type": "string",
            "format": "uuid",
            "readOnly": true,
            "description": "UUID of the record: the same on every installation that holds a copy of it, where the `id` may be another.",
        }),
    );
    for field in R::FIELDS
        .iter()
        .filter(|field| field.part != Part::Hidden && !named(R::REPLACED, field.name))
    {
        let mut schema = (field.schema)();
        schema["description"] = records::record::tidy(field.doc).into();
        if field.part == Part::Server {
            schema["readOnly"] = true.into();
        }
        if field.shape.reference.is_some() {
            let mut other = schema.clone();
            other["description"] = format!("Another name of `{}`.", field.name).into();
            properties.insert(format!("{}_id", field.name), other);
        }
        properties.insert(field.name.to_owned(), schema);
    }
    for (other, Column { name, .. }) in R::ALIASES {
        if let Some(field) = R::info(name).filter(|field| field.part != Part::Hidden) {
            let mut schema = (field.schema)();
            schema["description"] = format!("Another name of `{name}`.").into();
            schema["x-name-of"] = (*name).into();
            properties.insert((*other).to_owned(), schema);
        }
    }
    let mut required = vec![json!("id"), json!("uid")];
    let mut extra = engine::operation::Schema::of::<R::Extra>().json;
    if let Some(Json::Object(more)) = extra.get("properties") {
        properties.extend(more.clone());
    }
    if let Some(Json::Array(more)) = extra.get("required") {
        required.extend(more.clone());
    }
    required.extend(["created_at", "updated_at", "version"].map(Json::from));
    for (name, description) in [
        ("created_at", "When the record was created, in UTC."),
        (
            "updated_at",
            "When the record was last changed, in UTC; at first the same as `created_at`.",
        ),
    ] {
        properties.insert(
            name.into(),
            json!({
                "type": "string",
                "format": "date-time",
                "readOnly": true,
                "description": description,
            }),
        );
    }
    properties.insert(
        "version".into(),
        json!({
            "type": "integer",
            "minimum": 1,
            "readOnly": true,
            "description": "1 when the record is created, and one more with each change. The header `ETag` carries it; send it back as `If-Match` so that a change of somebody else is not overwritten.",
        }),
    );
    // Of the declared fields none is required: some are withheld from some callers.
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    schema["x-list-columns"] = json!(super::list_columns::<R>());
    let groups = super::field_groups::<R>().into_iter();
    schema["x-field-groups"] = groups
        .map(|(heading, fields)| json!({ "heading": heading, "fields": fields }))
        .collect();
    if !R::DOC.trim().is_empty() {
        schema["description"] = records::record::tidy(R::DOC).into();
    }
    if let Some(definitions) = extra.get_mut("$defs") {
        schema["$defs"] = definitions.take();
    }
    schema
}
