//! One operation's entry.

use http::Method;
use kernel::{BuiltinRole, Reach};
use serde_json::{Map, Value as Json, json};

use super::components::Components;
use super::shared::{header, parameter, refusal};
use crate::resource::common_parameters;
use engine::access::PermissionInfo;
use engine::operation::{Effect, Limit, Need, Operation};
use engine::registry::Registry;

/// The path as the document spells it: below the server's address, parameters in braces.
pub(super) fn path(operation: &Operation) -> String {
    format!("/{}", operation.path.replace("{*", "{"))
}

/// The names of a path's parameters, in their order.
pub(super) fn path_parameters(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

/// The entry.
pub(super) fn entry(
    registry: &Registry,
    operation: &Operation,
    components: &mut Components,
) -> Json {
    let doc = &operation.doc;
    let mut entry = Map::new();
    entry.insert("operationId".into(), operation.id.clone().into());
    entry.insert("tags".into(), json!([operation.tag]));
    entry.insert("summary".into(), doc.summary.clone().into());
    if !doc.description.is_empty() {
        entry.insert("description".into(), doc.description.clone().into());
    }
    entry.insert("parameters".into(), parameters(operation));
    if let Some(body) = request_body(operation, components) {
        entry.insert("requestBody".into(), body);
    }
    entry.insert("responses".into(), responses(operation, components));
    if matches!(operation.need, Need::Open) {
        entry.insert("security".into(), json!([]));
    }
    if let Some(permission) = operation.permission() {
        entry.insert("x-permission".into(), permission.name().into());
        entry.insert("x-roles".into(), roles(registry, permission).into());
    }
    if operation.doc.grave {
        entry.insert("x-grave".into(), true.into());
    }
    if operation.patient_data {
        entry.insert("x-patient-data".into(), true.into());
    }
    Json::Object(entry)
}

/// The built-in roles that hold a permission by default. What counts is the declaration that the
/// registry keeps, as that one is stored.
fn roles(registry: &Registry, permission: &PermissionInfo) -> Vec<&'static str> {
    let permission = registry
        .permissions
        .get(&permission.name())
        .unwrap_or(permission);
    BuiltinRole::ALL
        .into_iter()
        .filter(|role| permission.default_for(Some(*role)) != Reach::None)
        .map(BuiltinRole::name)
        .collect()
}

/// Reads `If-Match`: the changes of records that carry a version.
fn conditional(operation: &Operation) -> bool {
    operation.doc.versioned
        && matches!(
            operation.method,
            Method::PUT | Method::PATCH | Method::DELETE
        )
}

/// Answers are kept for signed-in callers of operations that write in one transaction.
fn repeatable(operation: &Operation) -> bool {
    operation.method == Method::POST
        && operation.effect == Effect::Write
        && !matches!(operation.need, Need::Open)
}

fn parameters(operation: &Operation) -> Json {
    let path = path(operation);
    let mut parameters: Vec<Json> = path_parameters(&path)
        .into_iter()
        .map(|name| {
            let whole = name == "id" || name.ends_with("_id");
            let schema = if whole {
                json!({ "type": "integer", "format": "int64", "minimum": 1 })
            } else {
                json!({ "type": "string" })
            };
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": schema,
                "description": named(name),
            })
        })
        .collect();
    let common = common_parameters();
    for declared in &operation.doc.query {
        let (name, schema, what) = declared;
        if common.contains(declared) {
            parameters.push(parameter(name));
            continue;
        }
        let mut schema = schema.clone();
        // What the field's declaration says of writing it is nothing to a filter.
        let said = schema
            .as_object_mut()
            .and_then(|object| object.remove("description"));
        let required = schema
            .as_object_mut()
            .and_then(|object| object.remove(crate::route::REQUIRED));
        let mut parameter = json!({ "name": name, "in": "query", "schema": schema });
        if let Some(required) = required {
            parameter["required"] = required;
        }
        if !what.is_empty() {
            parameter["description"] = what.clone().into();
        } else if let Some(said) = said {
            parameter["description"] = said;
        }
        parameters.push(parameter);
    }
    if conditional(operation) {
        parameters.push(parameter("IfMatch"));
    }
    if repeatable(operation) {
        parameters.push(parameter("IdempotencyKey"));
    }
    if operation.doc.body.is_some() {
        parameters.push(parameter("Prefer"));
    }
    if !matches!(operation.need, Need::Open) {
        parameters.push(parameter("ActAs"));
    }
    parameters.push(parameter("AcceptLanguage"));
    parameters.into()
}

/// What a path's parameter stands for.
fn named(parameter: &str) -> String {
    match parameter {
        "id" => "The record's `id`.".to_owned(),
        "sub_id" => {
            "The `id` of the record below that one; 404 when it belongs to another.".to_owned()
        }
        "uid" => "The record's `uid`.".to_owned(),
        other => format!(
            "The {}, as it was answered or printed.",
            other.replace('_', " ")
        ),
    }
}

fn request_body(operation: &Operation, components: &mut Components) -> Option<Json> {
    if operation.upload {
        return Some(upload(operation));
    }
    let body = operation.doc.body.as_ref()?;
    let required = body
        .json
        .get("required")
        .and_then(Json::as_array)
        .is_some_and(|names| !names.is_empty());
    let schema = components.schema(body);
    Some(json!({ "required": required, "content": { "application/json": { "schema": schema } } }))
}

/// A form with a file, and the declared fields beside it.
fn upload(operation: &Operation) -> Json {
    let mut schema = operation.doc.body.as_ref().map_or_else(
        || json!({ "type": "object", "properties": {} }),
        |body| body.json.clone(),
    );
    if schema.pointer("/properties/file").is_none() {
        schema["properties"]["file"] = json!({ "contentMediaType": "application/octet-stream", "description": "The content, as a part with a file name." });
        match schema.get_mut("required") {
            Some(Json::Array(names)) => names.push("file".into()),
            _ => schema["required"] = json!(["file"]),
        }
    }
    json!({ "required": true, "content": { "multipart/form-data": { "schema": schema } } })
}

fn responses(operation: &Operation, components: &mut Components) -> Json {
    let mut responses = Map::new();
    responses.insert(
        operation.doc.status.to_string(),
        success(operation, components),
    );
    for status in refusals(operation) {
        if let Some(refusal) = refusal(status) {
            responses.insert(status.to_string(), refusal);
        }
    }
    Json::Object(responses)
}

fn success(operation: &Operation, components: &mut Components) -> Json {
    let doc = &operation.doc;
    let list = doc.answer.as_ref().is_some_and(|answer| answer.list);
    let mut names = vec!["X-Request-Id"];
    if list {
        names.extend(["X-Total-Count", "Link"]);
    } else if doc.versioned && doc.answer.is_some() {
        names.push("ETag");
        if doc.status == 201 {
            names.push("Location");
        }
    }
    let headers: Map<String, Json> = names
        .into_iter()
        .map(|name| (name.to_owned(), header(name)))
        .collect();
    let reason = http::StatusCode::from_u16(doc.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Success");
    let mut response = json!({ "description": reason, "headers": headers });
    if let Some(answer) = &doc.answer {
        let schema = if answer.list {
            let labels = doc.query.iter().any(|(name, _, _)| name == "labels");
            components.list(answer, doc.pages, labels)
        } else {
            components.schema(answer)
        };
        response["content"] = json!({ "application/json": { "schema": schema } });
    }
    if let Some(media) = doc.media {
        let schema = json!({ "type": "string", "contentMediaType": media });
        if response.get("content").is_none() {
            response["content"] = json!({});
        }
        response["content"][media] = json!({ "schema": schema });
    }
    response
}

/// The refusals that the operation can answer with.
fn refusals(operation: &Operation) -> Vec<u16> {
    let doc = &operation.doc;
    let open = matches!(operation.need, Need::Open);
    let body = doc.body.is_some() || operation.upload;
    let (conditional, repeatable) = (conditional(operation), repeatable(operation));
    // Anonymous operations that take input refuse wrong credentials.
    let guarded = open && operation.method == Method::POST;
    let possible = [
        (
            400,
            body || !doc.query.is_empty() || conditional || repeatable,
        ),
        (401, !open || guarded),
        (403, !open),
        (404, operation.path.contains('{')),
        (409, doc.conflicts || repeatable),
        (412, conditional),
        (413, body),
        (415, body),
        (429, operation.limit != Limit::Unlimited),
        (500, true),
        (503, true),
    ];
    possible
        .into_iter()
        .filter(|(_, can)| *can)
        .map(|(status, _)| status)
        .collect()
}
