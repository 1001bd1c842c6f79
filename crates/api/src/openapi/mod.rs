//! The OpenAPI 3.1 document, made from what the modules declare and from nothing else.
//!
//! Whatever router, permissions and handlers read of an [`Operation`](engine::operation::Operation) is
//! read here, too, so the document cannot promise what the program does not do. The same modules give
//! the same bytes: keys, paths, tags and components are sorted.

mod components;
mod entry;
mod problems;
mod shared;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

pub use problems::problems;

use components::{Components, sorted};
use engine::registry::Registry;

/// The header in which programs send their API key.
pub const API_KEY_HEADER: &str = "X-API-Key";

/// What the document says of the API as a whole.
#[derive(Debug, Clone)]
pub struct Info {
    /// Its name.
    pub title: String,
    /// The version of the program.
    pub version: String,
    /// The conventions that hold for every operation, as paragraphs, lists and `code`.
    pub description: String,
}

impl Default for Info {
    /// Chelal at the version that was built.
    fn default() -> Info {
        Info {
            title: "Chelal".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: include_str!("conventions.md").trim().into(),
        }
    }
}

/// The document of these modules.
///
/// ```
/// use api::module::Module;
/// use api::openapi::{Info, document};
/// use engine::registry::Registry;
///
/// let registry = Registry::new(vec![Module::new("empty")]);
/// let document = document(&registry, &Info::default());
/// assert_eq!(document["openapi"], "3.1.0");
/// ```
pub fn document(registry: &Registry, info: &Info) -> Json {
    assemble(registry, info).0
}

/// The document, and what was wrong with the schemas' names.
fn assemble(registry: &Registry, info: &Info) -> (Json, Vec<String>) {
    let mut components = Components::default();
    shared::schemas(&mut components);
    let mut operations: Vec<_> = registry.operations().iter().collect();
    // Which of two schemas keeps a contested name must not depend on the order of modules.
    operations.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    let mut paths: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
    let mut tags: BTreeMap<&str, Json> = BTreeMap::new();
    for operation in operations {
        let entry = entry::entry(registry, operation, &mut components);
        paths
            .entry(entry::path(operation))
            .or_default()
            .entry(operation.method.as_str().to_lowercase())
            .or_insert(entry);
        tags.entry(operation.tag)
            .or_insert_with(|| tag(registry, operation.tag, operation.module));
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": info.title,
            "version": info.version,
            "description": info.description,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [
            { "url": "/api", "description": "The current version." },
            { "url": "/api/v1", "description": "Version 1, by its number." },
        ],
        "security": [{ "bearer": [] }, { "apiKey": [] }],
        "tags": tags.into_values().collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": components.schemas,
            "responses": shared::responses(),
            "parameters": shared::parameters(),
            "headers": shared::headers(),
            "securitySchemes": shared::security_schemes(),
        },
    });
    (sorted(document), components.problems)
}

/// A tag with what the declaration of its table says.
fn tag(registry: &Registry, name: &str, module: &str) -> Json {
    let mut tag = json!({ "name": name, "x-module": module });
    let table = registry
        .tables()
        .find(|table| !table.path.is_empty() && table.path == name);
    if let Some(table) = table.filter(|table| !table.doc.is_empty()) {
        tag["description"] = records::record::tidy(table.doc).into();
    }
    tag
}
