//! What derived pages show has words in every language: fields, choices, records, verbs and reports.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use platform::operation::Operation;
use platform::record::Part;
use serde_json::Value as Json;

/// Choices that are signs in any language.
const SIGNS: [&str; 2] = ["<", ">"];

fn part(text: &str) -> String {
    text.to_lowercase().replace(['_', ' ', '.', '/'], "-")
}

/// The keys of a schema's fields, and of the choices among them.
fn of_fields(schema: &Json, keys: &mut BTreeSet<Vec<String>>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        // Another name of a reference, which pages do not show.
        let twin = name
            .strip_suffix("_id")
            .is_some_and(|one| schema["properties"].get(one).is_some());
        if !twin {
            of_field(name, property, keys);
        }
    }
}

fn of_field(name: &str, property: &Json, keys: &mut BTreeSet<Vec<String>>) {
    keys.insert(vec![format!("field-{}", part(name))]);
    let one = property["anyOf"].get(0).unwrap_or(property);
    for choice in one["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
    {
        if !SIGNS.contains(&choice) {
            let (field, choice) = (part(name), part(choice));
            keys.insert(vec![
                format!("choice-{field}-{choice}"),
                format!("choice-{choice}"),
            ]);
        }
    }
}

/// The key of a verb's button, or of a report.
fn of_operation(operation: &Operation) -> Option<String> {
    let path = operation.path.trim_end_matches('/');
    match operation.method.as_str() {
        "GET" if operation.tag == "reports" && !path.contains('{') => {
            Some(format!("report-{}", part(path)))
        }
        "POST" => {
            let own = operation.permission()?.permission;
            let rest = path
                .strip_prefix(own.resource())?
                .trim_start_matches("/{id}");
            let verb = !rest.is_empty()
                && own.to_string() != format!("{}:create", own.resource())
                && rest.matches('/').count() == 1;
            verb.then(|| format!("verb-{}", operation.id.replace('_', "-")))
        }
        _ => None,
    }
}

testkit::on_both! {
    async fn whatever_a_derived_page_shows_has_words_in_every_language(world: &World) {
        let mut keys: BTreeSet<Vec<String>> = BTreeSet::new();
        for info in world.app.registry.tables().filter(|info| !info.path.is_empty()) {
            keys.insert(vec![format!("resource-{}", part(info.path))]);
            for field in info.fields.iter().filter(|field| field.part != Part::Hidden) {
                of_field(field.name, &(field.schema)(), &mut keys);
            }
        }
        for operation in world.operations() {
            keys.extend(of_operation(&operation).map(|key| vec![key]));
            if let Some(body) = operation.doc.body.as_ref().filter(|_| operation.permission().is_some()) {
                of_fields(&body.json, &mut keys);
            }
        }
        let wordless = |language: &str| -> Vec<&Vec<String>> {
            keys.iter().filter(|keys| !keys.iter().any(|key| world.app.texts.find(language, key).is_some())).collect()
        };
        assert!(keys.len() > 500, "{}", keys.len());
        for language in ["en", "fr", "sw"] {
            let missing = wordless(language);
            assert!(missing.is_empty(), "{} in {language}: {missing:?}", missing.len());
        }
        assert_eq!(world.app.texts.find("fr", "field-batch-number").unwrap(), "Numéro de lot");
    }
}
