//! What would make the document poor or wrong.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use kernel::BuiltinRole;
use serde_json::Value as Json;

use super::entry::path_parameters;
use super::{Info, assemble};
use engine::operation::{Limit, Need};
use engine::registry::Registry;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Everything that is wrong with the document of these modules; empty when all is well.
///
/// Looked for: operation ids and method-path pairs that occur twice, two paths that differ in a
/// parameter's name only, missing summaries, missing schemas of successful answers (204, redirects and
/// declared streams have none), one name for two schemas, references to nothing, path parameters that
/// are not declared or declared in vain, parameters that are declared twice, permissions that are declared with different
/// defaults, and operations other than GET that serve anonymous callers without a limit.
pub fn problems(registry: &Registry) -> Vec<String> {
    let (document, mut problems) = assemble(registry, &Info::default());
    let mut seen = BTreeSet::new();
    for operation in registry.operations() {
        if !seen.insert((operation.path.clone(), operation.method.to_string())) {
            problems.push(format!("{operation:?} is declared twice"));
        }
        let doc = &operation.doc;
        if doc.summary.trim().is_empty() {
            problems.push(format!("{operation:?} has no summary"));
        }
        let bodiless = doc.status == 204 || (300..400).contains(&doc.status);
        if doc.answer.is_none() && doc.media.is_none() && !bodiless {
            problems.push(format!(
                "{operation:?} does not say what it answers with {}",
                doc.status
            ));
        }
        if !operation.path.ends_with('/') || operation.path.starts_with('/') {
            problems.push(format!("{operation:?} should end, and not start, with /"));
        }
        let open = matches!(operation.need, Need::Open);
        if open && operation.method != Method::GET && operation.limit == Limit::Unlimited {
            problems.push(format!(
                "{operation:?} answers anonymous callers as often as they like"
            ));
        }
        if let Some(own) = operation.permission()
            && let Some(kept) = registry.permissions.get(&own.name())
            && BuiltinRole::ALL
                .into_iter()
                .map(Some)
                .chain([None])
                .any(|role| own.default_for(role) != kept.default_for(role))
        {
            problems.push(format!(
                "{operation:?} declares other defaults of {}",
                own.name()
            ));
        }
    }
    problems.extend(ids(&document));
    problems.extend(templates(&document));
    problems.extend(references(&document));
    problems.sort();
    problems.dedup();
    problems
}

fn entries(document: &Json) -> impl Iterator<Item = (&String, &str, &Json)> {
    let paths = document.get("paths").and_then(Json::as_object);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        METHODS
            .iter()
            .filter_map(move |method| Some((path, *method, item.get(method)?)))
    })
}

fn ids(document: &Json) -> Vec<String> {
    let mut by_id: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, method, entry) in entries(document) {
        let id = entry
            .get("operationId")
            .and_then(Json::as_str)
            .unwrap_or_default();
        by_id
            .entry(id)
            .or_default()
            .push(format!("{method} {path}"));
    }
    by_id
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(id, places)| format!("the id {id} names {}", places.join(" and ")))
        .collect()
}

fn templates(document: &Json) -> Vec<String> {
    let mut problems = Vec::new();
    let mut shapes: BTreeMap<String, &str> = BTreeMap::new();
    for (path, method, entry) in entries(document) {
        let declared: BTreeSet<&str> = entry
            .get("parameters")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter(|parameter| parameter.get("in").and_then(Json::as_str) == Some("path"))
            .filter_map(|parameter| parameter.get("name").and_then(Json::as_str))
            .collect();
        let mut all = BTreeSet::new();
        for parameter in entry["parameters"].as_array().into_iter().flatten() {
            let key = (&parameter["in"], &parameter["name"], &parameter["$ref"]);
            if !all.insert(format!("{key:?}")) {
                let name = parameter["name"].as_str().or(parameter["$ref"].as_str());
                problems.push(format!(
                    "{method} {path} declares {} twice",
                    name.unwrap_or_default()
                ));
            }
        }
        let named = path_parameters(path);
        if declared.len() != named.len() || named.iter().any(|name| !declared.contains(name)) {
            problems.push(format!("{method} {path} declares {declared:?}"));
        }
        let shape = named.iter().fold(path.clone(), |shape, name| {
            shape.replace(&format!("{{{name}}}"), "{}")
        });
        if let Some(other) = shapes.insert(shape, path)
            && other != path
        {
            problems.push(format!("{other} and {path} are the same path"));
        }
    }
    problems
}

fn references(document: &Json) -> Vec<String> {
    fn visit(node: &Json, root: &Json, problems: &mut Vec<String>) {
        if let Some(path) = node.get("$ref").and_then(Json::as_str) {
            let found = path
                .strip_prefix('#')
                .is_some_and(|pointer| !pointer.is_empty() && root.pointer(pointer).is_some());
            if !found {
                problems.push(format!("{path} refers to nothing"));
            }
        }
        match node {
            Json::Object(object) => object
                .values()
                .for_each(|inner| visit(inner, root, problems)),
            Json::Array(items) => items.iter().for_each(|inner| visit(inner, root, problems)),
            _ => {}
        }
    }
    let mut problems = Vec::new();
    visit(document, document, &mut problems);
    problems
}
