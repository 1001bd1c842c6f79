//! Finding a record by a few letters, for pickers.

use std::sync::Arc;

use maud::{Markup, html};
use platform::error::Error;
use platform::module::TableInfo;
use platform::texts::Text;
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::screens::Finder;

/// So many are offered.
const MOST: &str = "8";

/// Ends the name of the value that says by which module's way a picker finds what it offers.
pub(crate) const OWN: &str = "__p";

/// What a module's own way finds; nothing for readers without its permission.
pub(crate) async fn found(
    ask: &Arc<Ask>,
    finder: Finder,
    typed: &str,
) -> Result<Vec<(String, String)>, Error> {
    if !ask.may(finder.permission) {
        return Ok(Vec::new());
    }
    let typed = typed.trim().to_owned();
    let here = ask.clone();
    crate::serve::read(ask, finder.permission, move |cx| {
        let (ask, typed) = (here.clone(), typed.clone());
        Box::pin(async move { (finder.find)(cx, &ask, typed).await })
    })
    .await
}

/// Records that a search finds, in the caller's reach: id and what they are called.
pub(crate) async fn candidates(
    ask: &Ask,
    info: &TableInfo,
    typed: &str,
) -> Result<Vec<(String, String)>, Error> {
    let query =
        serde_urlencoded::to_string([("search", typed), ("limit", MOST)]).unwrap_or_default();
    let answer = ask.get(&[info.path, "/?", &query].concat()).await?;
    let rows = answer
        .json
        .get("results")
        .unwrap_or(&answer.json)
        .as_array()
        .cloned()
        .unwrap_or_default();
    let ids: Vec<i64> = rows
        .iter()
        .filter_map(|row| row.get("id").and_then(Json::as_i64))
        .collect();
    let called = labels(ask, info, &ids).await?;
    let patients: Vec<(&TableInfo, i64)> = rows
        .iter()
        .filter_map(|row| whose(ask, info, row))
        .collect();
    let names = match patients.first() {
        Some((of, _)) => {
            let ids: Vec<i64> = patients.iter().map(|(_, id)| *id).collect();
            labels(ask, of, &ids).await?
        }
        None => Vec::new(),
    };
    let known = |all: &[(i64, String)], id: i64| {
        let mut found = all.iter().filter(|(known, _)| *known == id);
        found.next().map(|(_, words)| words.clone())
    };
    let offered = rows.iter().filter_map(|row| {
        let id = row.get("id").and_then(Json::as_i64)?;
        let words = known(&called, id).unwrap_or_else(|| ["№ ", &id.to_string()].concat());
        let patient = whose(ask, info, row).and_then(|(_, patient)| known(&names, patient));
        let words = match patient {
            Some(patient) => [&words, " · ", &patient].concat(),
            None => words,
        };
        Some((id.to_string(), words))
    });
    Ok(offered.collect())
}

/// Whose a record is, if it is a patient's: the patients' table, and the id.
pub(crate) fn whose<'a>(
    ask: &'a Ask,
    info: &TableInfo,
    record: &Json,
) -> Option<(&'a TableInfo, i64)> {
    let column = info.patient?;
    let field = info.fields.iter().find(|field| field.name == column)?;
    let schema = (field.schema)();
    let one = schema.get("anyOf").and_then(|all| all.get(0));
    let named = one.unwrap_or(&schema).get("x-references")?.as_str()?;
    let mut tables = ask.app().registry.tables();
    let patients = tables.find(|known| known.table == named && known.table != info.table)?;
    Some((patients, record.get(column)?.as_i64()?))
}

/// What records are called, of those that the caller reaches.
pub(crate) async fn labels(
    ask: &Ask,
    info: &TableInfo,
    ids: &[i64],
) -> Result<Vec<(i64, String)>, Error> {
    let Some(labels) = info.labels else {
        return Ok(Vec::new());
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids.to_vec();
    crate::serve::read(
        ask,
        platform::access::Permission::new(info.path, "read"),
        move |cx| {
            let ids = ids.clone();
            Box::pin(async move { labels(cx, ids).await })
        },
    )
    .await
}

/// That nothing was found for what was typed, and what to do.
pub(crate) fn nothing(ask: &Ask, path: &str, typed: &str) -> Markup {
    let text = Text::new("form-found-nothing").with("asked", typed.trim());
    html! {
        p.hint role="status" {
            (ask.say(&text))
            @if path == "patients" { " " (crate::find::emergency(ask)) }
        }
    }
}

/// What `/pick/{path}` answers: what a script puts into the picker.
pub(crate) fn offered(ask: &Ask, path: &str, name: &str, found: &[(String, String)]) -> Markup {
    html! {
        @for (id, words) in found { (crate::input::picked(name, id, words, false)) }
        @if found.is_empty() { (nothing(ask, path, ask.query("q").unwrap_or_default())) }
    }
}
