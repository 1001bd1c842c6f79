//! Who changed a record, when, and what it was before.

use std::collections::BTreeSet;

use jiff::Timestamp;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use serde_json::Value as Json;

use super::{About, detail, shown};
use crate::ask::Ask;
use crate::page::Page;
use crate::{ui, words};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let number = ask.id()?.to_string();
    let title = detail::title(cx, ask, &about, &Json::Null).await?;
    let pairs = [
        ("object_type", about.info.name),
        ("object_id", number.as_str()),
        ("ordering", "-id"),
        ("limit", "100"),
    ];
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let answer = ask.get(&["audit_logs/?", &query].concat()).await?;
    if !answer.status.is_success() {
        return Ok(
            Page::new(title, ui::could_not_check(&ask.t("admin-history-unknown")))
                .status(answer.status),
        );
    }
    let rows = answer
        .json
        .get("results")
        .unwrap_or(&answer.json)
        .as_array()
        .cloned()
        .unwrap_or_default();
    let heads = ["admin-when", "admin-who", "admin-what", "admin-changes"].map(|key| ask.t(key));
    let schema = about.schema();
    let names = names(cx, ask, schema, &rows).await?;
    let cells = rows.iter().map(|row| entry(ask, schema, &names, row));
    let cells: Vec<Vec<Markup>> = cells.collect();
    let body = html! {
        p { (ui::link(&about.at(&[&number, "/"].concat()), &title)) }
        @if rows.is_empty() { (ui::empty(&ask.t("admin-history-none"), None)) }
        @else { div.history { (ui::table(&heads, &cells)) } }
    };
    let heading = Text::new("admin-history-title").with("what", title);
    Ok(Page::new(ask.say(&heading), body))
}

/// What was stored, changed or not, of one entry.
fn changes(row: &Json) -> impl Iterator<Item = (&String, &Json)> {
    let fields = row.get("details").and_then(|details| details.get("fields"));
    fields.and_then(Json::as_object).into_iter().flatten()
}

/// Before and after, or what it began with alone.
fn sides(change: &Json) -> (Option<&Json>, &Json) {
    match change.as_array().map(Vec::as_slice) {
        Some([old, new]) => (Some(old), new),
        _ => (None, change),
    }
}

/// What the records are called that were named then: one query for each table.
async fn names(
    cx: &mut Cx,
    ask: &Ask,
    schema: &Json,
    rows: &[Json],
) -> Result<shown::Names, Error> {
    let all = rows.iter().flat_map(changes);
    let fields: BTreeSet<&str> = all.map(|(name, _)| name.as_str()).collect();
    let fields: Vec<&str> = fields.into_iter().collect();
    let one = |name: &String, json: &Json| {
        Json::Object([(name.clone(), json.clone())].into_iter().collect())
    };
    let values: Vec<Json> = rows
        .iter()
        .flat_map(changes)
        .flat_map(|(name, change)| {
            let (old, new) = sides(change);
            old.into_iter()
                .chain([new])
                .map(move |json| one(name, json))
        })
        .collect();
    shown::names(cx, ask, schema, &fields, &values).await
}

fn entry(ask: &Ask, schema: &Json, names: &shown::Names, row: &Json) -> Vec<Markup> {
    let text = |name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default();
    let at = text("timestamp").parse::<Timestamp>().ok();
    // What began empty is no news.
    let changed = changes(row).filter(|(_, change)| {
        let (old, new) = sides(change);
        old.is_some() || !(new.is_null() || *new == "")
    });
    let value = |name: &str, json: &Json| shown::value(ask, schema, name, json, names);
    vec![
        html! { @if let Some(at) = at { (ask.moment(at)) } },
        html! { (text("username")) },
        html! { (words::choice(ask, "action", text("action"))) },
        html! {
            @for (name, change) in changed {
                div {
                    (words::field(ask, name)) (ask.colon())
                    @match sides(change) {
                        (Some(old), new) => { del { (value(name, old)) } " → " ins { (value(name, new)) } },
                        (None, new) => ins { (value(name, new)) },
                    }
                }
            }
        },
    ]
}
