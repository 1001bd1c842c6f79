//! What every operation's entry refers to: refusals, headers, common parameters.

use kernel::Code;
use serde_json::{Map, Value as Json, json};

use super::components::Components;

/// A refusal that operations share: its status, component name and meaning.
const REFUSALS: [(u16, &str, &str); 11] = [
    (
        400,
        "BadRequest",
        "The body or the query is wrong. Field errors have the shape of the body.",
    ),
    (
        401,
        "Unauthorized",
        "Nobody is signed in, or the credentials are wrong, expired or revoked.",
    ),
    (403, "Forbidden", "Signed in, but not entitled."),
    (
        404,
        "NotFound",
        "There is no such thing, or none within the caller's sight.",
    ),
    (
        409,
        "Conflict",
        "Contradicts what is stored; further keys name what it contradicts.",
    ),
    (
        412,
        "PreconditionFailed",
        "`If-Match` names a version that is no longer the current one.",
    ),
    (413, "PayloadTooLarge", "The body is larger than the limit."),
    (
        415,
        "UnsupportedMediaType",
        "The body is of a type that is not read here.",
    ),
    (
        429,
        "TooManyRequests",
        "Too many requests or failed attempts; try again after `Retry-After`.",
    ),
    (
        500,
        "InternalServerError",
        "A fault of the server; quote the request id when reporting it.",
    ),
    (
        503,
        "ServiceUnavailable",
        "The server cannot answer for the moment; try again after `Retry-After`.",
    ),
];

/// A reference to the shared refusal of a status.
pub(super) fn refusal(status: u16) -> Option<Json> {
    REFUSALS
        .iter()
        .find(|(known, _, _)| *known == status)
        .map(|(_, name, _)| json!({ "$ref": format!("#/components/responses/{name}") }))
}

/// A reference to a shared header.
pub(super) fn header(name: &str) -> Json {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// A reference to a shared parameter.
pub(super) fn parameter(name: &str) -> Json {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// The schemas of refusals; put first, so that no module takes their names.
pub(super) fn schemas(components: &mut Components) {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let detail =
        json!({ "type": "string", "description": "A sentence for people, in their language." });
    let code = json!({ "$ref": "#/components/schemas/ErrorCode" });
    components.named(
        "ErrorCode",
        json!({
            "type": "string",
            "enum": codes,
            "description": "What went wrong, for programs. Stable: a code keeps its name, its meaning and its status.",
        }),
    );
    components.named(
        "Error",
        json!({
            "type": "object",
            "description": "A refusal. Further keys name what it is about, such as the conflicting records.",
            "properties": { "detail": detail, "code": code },
            "required": ["detail", "code"],
            "additionalProperties": true,
        }),
    );
    components.named(
        "ServerError",
        json!({
            "type": "object",
            "description": "A fault of the server. Says nothing of its insides.",
            "properties": {
                "detail": detail,
                "code": code,
                "request_id": { "type": "string", "description": "As in the header `X-Request-Id`." },
            },
            "required": ["detail", "code", "request_id"],
        }),
    );
    components.named(
        "FieldErrors",
        json!({
            "type": "object",
            "description": "What is wrong, by field; `non_field_errors` is about the whole. Nested objects and lists of \
                items are complained about in their own shape; an item without a complaint is `{}`.",
            "minProperties": 1,
            "additionalProperties": {
                "anyOf": [
                    { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                    { "type": "object", "additionalProperties": true },
                    { "type": "array", "items": { "type": "object", "additionalProperties": true } },
                ],
            },
            "examples": [{ "date_of_birth": ["This field is required."] }],
        }),
    );
}

/// The shared refusals.
pub(super) fn responses() -> Json {
    let answer = |(status, name, what): &(u16, &str, &str)| {
        let mut headers = Map::new();
        headers.insert("X-Request-Id".into(), header("X-Request-Id"));
        match status {
            401 => {
                headers.insert("WWW-Authenticate".into(), header("WWW-Authenticate"));
            }
            409 | 429 | 503 => {
                headers.insert("Retry-After".into(), header("Retry-After"));
            }
            _ => {}
        }
        let response = json!({
            "description": what,
            "headers": headers,
            "content": { "application/json": { "schema": refusal_schema(*status) } },
        });
        ((*name).to_owned(), response)
    };
    REFUSALS.iter().map(answer).collect::<Map<_, _>>().into()
}

/// The form of a refusal, with the codes that imply the status.
fn refusal_schema(status: u16) -> Json {
    let codes: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| code.status() == status)
        .map(|code| code.as_str())
        .collect();
    let form = if status >= 500 {
        "ServerError"
    } else {
        "Error"
    };
    let refusal = json!({
        "allOf": [
            { "$ref": format!("#/components/schemas/{form}") },
            { "properties": { "code": { "enum": codes } } },
        ],
    });
    if status == 400 {
        json!({ "anyOf": [{ "$ref": "#/components/schemas/FieldErrors" }, refusal] })
    } else {
        refusal
    }
}

/// The shared headers of answers.
pub(super) fn headers() -> Json {
    let text = |what: &str| json!({ "description": what, "schema": { "type": "string" } });
    json!({
        "X-Request-Id": text("Names the request in the server's log. Echoes the request's own `X-Request-Id` of up to 64 letters, digits, `-`, `_` and `.`."),
        "X-Total-Count": {
            "description": "Rows of the whole list; `10000+` where counting stopped.",
            "schema": { "type": "string", "pattern": "^[0-9]+\\+?$" },
        },
        "Link": text("The next part of the list (RFC 8288, `rel=\"next\"`), while there is one."),
        "ETag": {
            "description": "The record's version, for `If-Match`.",
            "schema": { "type": "string", "pattern": "^\"[0-9]+\"$", "examples": ["\"3\""] },
        },
        "Location": {
            "description": "The new record's path.",
            "schema": { "type": "string", "format": "uri-reference" },
        },
        "Retry-After": {
            "description": "Seconds after which trying again makes sense, where that is known.",
            "schema": { "type": "integer", "minimum": 1 },
        },
        "WWW-Authenticate": text("`Bearer`."),
    })
}

/// The shared parameters: what every list takes, and headers of requests.
pub(super) fn parameters() -> Json {
    let mut parameters = request_headers();
    for (name, schema, what) in crate::resource::common_parameters() {
        parameters[&name] =
            json!({ "name": name, "in": "query", "description": what, "schema": schema });
    }
    parameters
}

fn request_headers() -> Json {
    json!({
        "AcceptLanguage": {
            "name": "Accept-Language",
            "in": "header",
            "description": "The language of texts for people: `en`, `fr` or `sw`.",
            "schema": { "type": "string", "examples": ["fr", "sw, en;q=0.5"] },
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Makes sending again safe: for 24 hours the same key with the same request is answered as the first \
                time and not done again. With another request it is a 409. What is told once, such as a key, is told \
                again for two minutes; then it is a 409 `already_told`.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        },
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "description": "The version that the change was made from, as its `ETag` said. A stale one is a 412, and nothing changes.",
            "schema": { "type": "string", "examples": ["\"3\""] },
        },
        "ActAs": {
            "name": "X-Act-As",
            "in": "header",
            "description": "The `id` of a user who let the caller act for them (`delegateaccess/`); both names are on record.",
            "schema": { "type": "integer", "format": "int64", "minimum": 1 },
        },
        "Prefer": {
            "name": "Prefer",
            "in": "header",
            "description": "With `handling=strict` a key of the body that is not in this document is a 400; otherwise it is left out.",
            "schema": { "type": "string", "examples": ["handling=strict"] },
        },
    })
}

/// How callers say who they are.
pub(super) fn security_schemes() -> Json {
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token that `POST auth/` answers.",
        },
        "apiKey": {
            "type": "apiKey",
            "in": "header",
            "name": super::API_KEY_HEADER,
            "description": "A key of a program. Acts with its owner's rights.",
        },
    })
}
