//! A list as a file: the rows that it finds, in its order, with every field that the caller may see.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use kernel::Code;
use platform::access::Permission;
use platform::audit::Action;
use platform::error::Error;
use platform::module::TableInfo;
use platform::operation::Operation;
use platform::texts::Text;
use platform::{csv, xlsx};
use serde_json::Value as Json;

use super::{list, shown};
use crate::ask::Ask;
use crate::words;

/// Rows of a file, at most. Whoever needs more narrows the list.
const MOST: usize = 10_000;
/// Rows that are asked for at once: as many as are looked up by name at once.
const PART: usize = 500;

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    Xlsx,
}

impl Form {
    /// By the end of a file's name.
    pub(crate) fn of(ending: &str) -> Option<Form> {
        match ending {
            "csv" => Some(Form::Csv),
            "xlsx" => Some(Form::Xlsx),
            _ => None,
        }
    }
}

/// Whether the caller may take a list along: what has an export of its own is exported by those who may use that.
pub(crate) fn is_for(ask: &Ask, info: &TableInfo) -> bool {
    let own = [info.path, "/export/"].concat();
    let mut operations = ask.app().registry.operations().iter();
    let own = operations.find(|operation| operation.path == own);
    own.is_none_or(|own| ask.may_do(&own.id))
}

/// The list as the page's query asks for it.
pub(crate) async fn file(
    ask: &Arc<Ask>,
    info: &TableInfo,
    operation: &Operation,
    form: Form,
) -> Result<Response, Error> {
    if !is_for(ask, info) {
        return Err(Error::denied());
    }
    let schema = operation.doc.answer.as_ref();
    let schema = schema.map_or(Json::Null, |schema| schema.json.clone());
    let rows = rows(ask, info).await?;
    let columns = columns(&schema, &rows);
    let table = named(ask, info, &schema, &columns, rows).await?;
    let heads: Vec<String> = columns.iter().map(|name| words::field(ask, name)).collect();
    let (bytes, kind, ending) = match form {
        Form::Csv => (comma_separated(heads, table)?, CSV, "csv"),
        Form::Xlsx => {
            let columns = columns.iter().zip(heads);
            let columns = columns.map(|(column, name)| xlsx::Column {
                money: shown::property(&schema, column).get("multipleOf") == Some(&0.01.into()),
                name,
            });
            let (columns, zone) = (columns.collect::<Vec<_>>(), ask.app().zone.clone());
            let written = tokio::task::spawn_blocking(move || xlsx::write(&columns, &table, &zone));
            let bytes = written.await.map_err(Error::internal)??;
            (bytes, xlsx::MEDIA_TYPE, "xlsx")
        }
    };
    let name = info.path.replace('/', "-");
    let saved = ["attachment; filename=\"", &name, ".", ending, "\""].concat();
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    Ok(response)
}

const CSV: &str = "text/csv; charset=utf-8";

/// The most of a refusal that is read.
const SAID: usize = 64 << 10;

/// What a report as a file was refused for: something of what it was asked with.
pub(crate) async fn refusal(response: Response) -> Error {
    let said = axum::body::to_bytes(response.into_body(), SAID).await;
    let said = said
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let said = list::complaint(&said.unwrap_or(Json::Null));
    let text = Text::new("admin-export-refused").with("said", said);
    Error::refuse(Code::Invalid, text)
}

/// All rows, part by part.
async fn rows(ask: &Ask, info: &TableInfo) -> Result<Vec<Json>, Error> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let query = list::query(ask, &PART.to_string(), Some(&cursor));
        let answer = ask.get(&[info.path, "/?", &query].concat()).await?;
        if !answer.status.is_success() {
            let text =
                Text::new("admin-export-refused").with("said", list::complaint(&answer.json));
            return Err(Error::refuse(Code::Invalid, text));
        }
        let part = answer.json.get("results").and_then(Json::as_array);
        rows.extend(part.into_iter().flatten().cloned());
        if rows.len() > MOST {
            let text = Text::new("admin-export-many").with("most", MOST);
            return Err(Error::refuse(Code::Invalid, text));
        }
        match list::cursor_of(&answer.json) {
            Some(next) => cursor = next,
            None => return Ok(rows),
        }
    }
}

/// The fields of the rows in the order in which the API shows them, each once.
fn columns(schema: &Json, rows: &[Json]) -> Vec<String> {
    let shown = |name: &str| match rows.first().and_then(Json::as_object) {
        Some(row) => row.contains_key(name),
        None => true,
    };
    let declared = schema.get("x-list-columns").and_then(Json::as_array);
    let first = declared.into_iter().flatten().filter_map(Json::as_str);
    let rest = schema.get("properties").and_then(Json::as_object);
    let rest = rest.into_iter().flatten().map(|(name, _)| name.as_str());
    let mut columns: Vec<String> = Vec::new();
    for name in ["id"].into_iter().chain(first).chain(rest) {
        let twin = name.strip_suffix("_id").is_some_and(|one| {
            schema
                .get("properties")
                .is_some_and(|all| all.get(one).is_some())
        });
        let again = columns.iter().any(|known| known == name);
        if !twin && !again && name != "uid" && shown(name) {
            columns.push(name.to_owned());
        }
    }
    columns
}

/// The rows' cells, with what references and choices are called. It is on record as an export.
async fn named(
    ask: &Arc<Ask>,
    info: &TableInfo,
    schema: &Json,
    columns: &[String],
    rows: Vec<Json>,
) -> Result<Vec<Vec<Json>>, Error> {
    let mut table = Vec::with_capacity(rows.len());
    let (labels, path) = (info.labels, info.path);
    for part in rows.chunks(PART) {
        let (asked, schema) = (ask.clone(), schema.clone());
        let (columns, part) = (columns.to_vec(), part.to_vec());
        let read = Permission::new(path, "read");
        let cells = crate::serve::read(ask, read, move |cx| {
            let (ask, schema) = (asked.clone(), schema.clone());
            let (columns, part) = (columns.clone(), part.clone());
            Box::pin(async move {
                cx.seen_as(Action::Export, path);
                let ids = part.iter().filter_map(|row| row.get("id")?.as_i64());
                if let Some(labels) = labels {
                    labels(cx, ids.collect()).await?;
                }
                let wanted: Vec<&str> = columns.iter().map(String::as_str).collect();
                let names = shown::names(cx, &ask, &schema, &wanted, &part).await?;
                let cells = part.iter().map(|row| {
                    let cell = |name: &&str| {
                        let value = row.get(*name).unwrap_or(&Json::Null);
                        shown::plain(&ask, &schema, name, value, &names)
                    };
                    wanted.iter().map(cell).collect()
                });
                Ok(cells.collect::<Vec<Vec<Json>>>())
            })
        });
        table.extend(cells.await?);
    }
    Ok(table)
}

fn comma_separated(heads: Vec<String>, table: Vec<Vec<Json>>) -> Result<Bytes, Error> {
    let text = |value: Json| match value {
        Json::Null => String::new(),
        Json::String(text) => csv::harmless(text),
        other => other.to_string(),
    };
    let lines = table
        .into_iter()
        .map(|row| row.into_iter().map(text).collect());
    csv::write(std::iter::once(heads).chain(lines))
}
