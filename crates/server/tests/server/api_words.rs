//! The words of the API document: whoever builds a client has nothing else to read.

use platform::openapi;
use platform::operation::Need;
use serde_json::Value as Json;

/// Descriptions of fewer letters say no more than the name.
const FEWEST: usize = 13;

/// Calls `look` with every described node below a schema and its path.
fn visit(at: &str, schema: &Json, look: &mut impl FnMut(&str, &str, &Json)) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let below = format!("{at}.{name}");
        look(&below, name, property);
        visit(&below, property, look);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(each) = schema.get(key) {
            visit(&format!("{at}[]"), each, look);
        }
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        for choice in schema[key].as_array().into_iter().flatten() {
            visit(at, choice, look);
        }
    }
}

/// What is poor about a description; `None` when it helps.
fn poor(name: &str, said: &str) -> Option<&'static str> {
    let words = |text: &str| {
        let text = text.to_lowercase().replace('_', " ");
        let kept = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ');
        let kept: String = kept.collect();
        let article = ["the ", "a ", "an ", "its ", "their "]
            .iter()
            .find_map(|article| kept.strip_prefix(article));
        article.unwrap_or(&kept).trim().to_owned()
    };
    if said.is_empty() {
        Some("has no description")
    } else if words(said) == words(name) || words(said) == words(name.trim_end_matches("_id")) {
        Some("says no more than its name")
    } else if said.chars().count() < FEWEST {
        Some("is described in too few words")
    } else if !said.ends_with(['.', '?', '!', ':']) {
        Some("does not end as a sentence")
    } else if said.contains("[`") || said.contains("](") || said.contains("::") {
        Some("carries a link that only rustdoc follows")
    } else {
        None
    }
}

#[test]
fn every_operation_and_field_is_described_for_who_builds_a_client() {
    let registry = ops::boot::registry(server::modules::modules());
    let document = openapi::document(&registry, &openapi::Info::default());
    let mut wrong = Vec::new();
    let (mut fields, mut operations) = (0, 0);
    let mut look = |path: &str, name: &str, node: &Json| {
        fields += 1;
        // What refers to a schema with a name of its own is described there.
        let named = node.get("$ref").is_some();
        let said = node["description"].as_str().unwrap_or_default();
        if let Some(poor) = poor(name, said).filter(|_| !(named && said.is_empty())) {
            wrong.push(format!("{path} {poor}: {said:?}"));
        }
    };
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        visit(name, schema, &mut look);
    }
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, entry) in item.as_object().into_iter().flatten() {
            operations += 1;
            let at = format!("{method} {path}");
            for parameter in entry["parameters"].as_array().into_iter().flatten() {
                if let Some(name) = parameter["name"].as_str() {
                    look(&format!("{at} ?{name}"), name, parameter);
                }
            }
            let contents = ["requestBody", "responses"].map(|key| &entry[key]);
            let answers = contents[1]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(_, answer)| answer);
            for content in answers.chain([contents[0]]) {
                for (_, media) in content["content"].as_object().into_iter().flatten() {
                    visit(&at, &media["schema"], &mut look);
                }
            }
        }
    }
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, entry) in item.as_object().into_iter().flatten() {
            let summary = entry["summary"].as_str().unwrap_or_default();
            let description = entry["description"].as_str();
            if summary.is_empty()
                || summary.ends_with('.')
                || description.is_some_and(|said| !said.ends_with('.'))
            {
                wrong.push(format!("{method} {path}: {summary:?}, {description:?}"));
            }
        }
    }
    assert!(
        fields > 2_000 && operations > 400,
        "{fields} fields of {operations} operations"
    );
    assert!(wrong.is_empty(), "{} of them: {wrong:#?}", wrong.len());
}

#[test]
fn a_description_that_says_nothing_is_found() {
    let cases = [
        ("patient", "The patient.", true),
        ("patient_id", "The patient.", true),
        ("batch_number", "Batch number.", true),
        ("reason", "Why.", true),
        ("reason", "", true),
        ("reason", "Why the patient comes", true),
        ("reason", "The [`Reason`] why the patient comes.", true),
        ("reason", "Why the patient comes.", false),
    ];
    for (name, said, found) in cases {
        assert_eq!(poor(name, said).is_some(), found, "{name}: {said}");
    }
}

testkit::on_both! {
    /// What is misspelt would be answered as if nobody had asked: a wrong list, taken for a short one.
    async fn a_question_knows_the_names_in_its_query(world: &World) {
        let admin = world.admin().await;
        let (mut refused, mut wrong) = (0, Vec::new());
        let asked = world.operations().into_iter().filter(|operation| {
            let open = matches!(operation.need, Need::Open);
            operation.method == http::Method::GET && !open
        });
        for operation in asked {
            let path = operation.path.replace("{id}", "1").replace(['{', '}'], "");
            let reply = admin.get(&format!("{path}?zqunknown=1")).await;
            let named = reply.json.get("zqunknown").is_some();
            match reply.status.as_u16() {
                400 if named => refused += 1,
                // Not for administrators, or of a record that is not there.
                403 | 404 => {}
                status => wrong.push(format!("{} answered {status}", operation.id)),
            }
        }
        assert!(wrong.is_empty() && refused > 100, "{refused} refused, {wrong:#?}");
        world.settle().await;
    }
}
