//! A list: the declared columns, search, filters, order, pages.

use std::sync::Arc;

use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::operation::Operation;
use serde_json::Value as Json;

use super::{About, name, on_record, shown, verbs};
use crate::ask::Ask;
use crate::page::Page;
use crate::{ui, words};

/// Rows of a page.
const ROWS: &str = "50";
/// Columns that a list shows at most on its own; the record has them all.
const COLUMNS: usize = 8;
/// Parameters that are no filters.
const OTHERS: [&str; 13] = [
    "ordering",
    "search",
    "labels",
    "id__in",
    "uid",
    "limit",
    "offset",
    "page",
    "page_size",
    "cursor",
    "created_at__gte",
    "created_at__lte",
    "updated_at__gte",
];

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let answer = ask
        .get(&[about.info.path, "/?", &query(ask, ROWS, None)].concat())
        .await?;
    let title = words::resource(ask, about.info.path);
    // What a module has to say of all of them, such as that nothing happens at night.
    let said = ask
        .slot(cx, &["list ", about.info.path].concat(), 0)
        .await?;
    if !answer.status.is_success() {
        let said = html! { (ui::notice(ui::Tone::Bad, html! { p { (complaint(&answer.json)) } })) (tools(ask, &about)) };
        return Ok(Page::new(title, said).status(answer.status));
    }
    let rows = answer
        .json
        .get("results")
        .and_then(Json::as_array)
        .cloned()
        .unwrap_or_default();
    let schema = about.schema();
    let mut columns: Vec<&str> = schema
        .get("x-list-columns")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .take(COLUMNS)
        .collect();
    let names = shown::names(cx, ask, schema, &columns, &rows).await?;
    let labels = own_labels(cx, &about, &rows).await?;
    // A first column that says what the record is called anyway is the link itself.
    let called = |row: &Json| {
        let id = row.get("id").and_then(Json::as_i64).unwrap_or_default();
        let mut known = labels.iter().filter(|(known, _)| *known == id);
        known.next().map(|(_, words)| words.as_str())
    };
    let twice = columns.first().is_some_and(|first| {
        let same = |row: &Json| row.get(*first).and_then(Json::as_str) == called(row);
        rows.iter().all(same)
    });
    let columns = if twice { columns.split_off(1) } else { columns };
    let heads: Vec<String> = std::iter::once(ask.t("admin-record"))
        .chain(columns.iter().map(|column| words::field(ask, column)))
        .collect();
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            let id = row.get("id").and_then(Json::as_i64).unwrap_or_default();
            let label = labels
                .iter()
                .find(|(known, _)| *known == id)
                .map(|(_, words)| words.clone());
            let label = label.unwrap_or_else(|| ["№ ", &id.to_string()].concat());
            std::iter::once(ui::link(
                &about.at(&[&id.to_string(), "/"].concat()),
                &label,
            ))
            .chain(columns.iter().map(|column| {
                shown::value(
                    ask,
                    schema,
                    column,
                    row.get(*column).unwrap_or(&Json::Null),
                    &names,
                )
            }))
            .collect()
        })
        .collect();
    let body = html! {
        (said)
        (tools(ask, &about))
        @if rows.is_empty() { (nothing(ask, &about)) } @else { (ui::table(&heads, &cells)) }
        div.actions {
            (pages(ask, &answer.json))
            @if !rows.is_empty() { (files(ask, &about)) }
        }
    };
    Ok(Page::new(title, body).wide())
}

/// What was asked, as the list's own parameters: so many rows, from a place on or from the page's own.
pub(super) fn query(ask: &Ask, rows: &str, from: Option<&str>) -> String {
    let mut pairs: Vec<(&str, &str)> = ask
        .head
        .query
        .iter()
        .filter(|(name, value)| {
            let own = match name.as_str() {
                "limit" | "labels" | "page_size" => true,
                "cursor" => from.is_some(),
                _ => false,
            };
            !own && !value.is_empty()
        })
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.push(("limit", rows));
    match from {
        Some(from) => pairs.push(("cursor", from)),
        None if ask.query("cursor").is_none() => pairs.push(("cursor", "")),
        None => {}
    }
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}

async fn own_labels(
    cx: &mut Cx,
    about: &About<'_>,
    rows: &[Json],
) -> Result<Vec<(i64, String)>, Error> {
    let ids: Vec<i64> = rows
        .iter()
        .filter_map(|row| row.get("id").and_then(Json::as_i64))
        .collect();
    match about.info.labels {
        Some(labels) if !ids.is_empty() => labels(cx, ids).await,
        _ => Ok(Vec::new()),
    }
}

pub(super) fn complaint(json: &Json) -> String {
    let first = |json: &Json| json.get(0).and_then(Json::as_str).map(str::to_owned);
    let detail = json.get("detail").and_then(Json::as_str).map(str::to_owned);
    detail
        .or_else(|| json.as_object()?.values().find_map(first))
        .unwrap_or_default()
}

/// New, commands, search, filters.
fn tools(ask: &Ask, about: &About<'_>) -> Markup {
    let registry = &ask.app().registry;
    let creates = super::find(registry, about.info.path, &http::Method::POST, false).is_some()
        && ask.may(Permission::new(about.info.path, "create"));
    let commands: Vec<&Arc<Operation>> = verbs(registry, about.info.path)
        .filter(|verb| !on_record(verb) && ask.may_do(&verb.id))
        .collect();
    html! {
        div.actions {
            @if creates { (ui::primary(&about.at("new"), &ask.t("admin-new"), "n")) }
            @for command in commands {
                (ui::action(&about.at(&["do/", name(command)].concat()), &words::verb(ask, command)))
            }
        }
        form.form.inline role="search" {
            label for="search" { (ask.t("admin-search")) }
            input id="search" type="search" name="search" value=(ask.query("search").unwrap_or_default()) autocomplete="off";
            button { (ask.t("form-look")) }
            (filters(ask, about))
        }
    }
}

fn filters(ask: &Ask, about: &About<'_>) -> Markup {
    let mut all: Vec<(&str, &Json)> = Vec::new();
    for (name, schema, _) in &about.list.doc.query {
        let twin = name
            .strip_suffix("_id")
            .is_some_and(|one| all.iter().any(|(known, _)| *known == one));
        let spelt = name.ends_with("__in") || name.ends_with("__gte") || name.ends_with("__lte");
        if !OTHERS.contains(&name.as_str()) && !twin && !spelt {
            all.push((name, schema));
        }
    }
    let set = all.iter().any(|(name, _)| ask.query(name).is_some());
    html! {
        @if !all.is_empty() {
            details open[set] {
                summary { (ask.t("admin-filters")) }
                div.grid { @for (name, schema) in &all { (filter(ask, name, schema)) } }
            }
        }
    }
}

fn filter(ask: &Ask, name: &str, schema: &Json) -> Markup {
    let value = ask.query(name).unwrap_or_default();
    let id = ["filter-", name].concat();
    let choices = schema.get("enum").and_then(Json::as_array);
    let yes_or_no = schema.get("type").and_then(Json::as_str) == Some("boolean");
    let day = schema.get("format").and_then(Json::as_str) == Some("date");
    html! {
        div.field {
            label for=(id) { (words::field(ask, name)) }
            @if yes_or_no || choices.is_some() {
                select id=(id) name=(name) {
                    option value="" { (ask.t("admin-any")) }
                    @if yes_or_no {
                        option value="true" selected[value == "true"] { (ask.t("yes")) }
                        option value="false" selected[value == "false"] { (ask.t("no")) }
                    }
                    @for choice in choices.into_iter().flatten().filter_map(Json::as_str) {
                        option value=(choice) selected[value == choice] { (words::choice(ask, name, choice)) }
                    }
                }
            } @else {
                input id=(id) name=(name) value=(value) type=(if day { "date" } else { "text" }) autocomplete="off";
            }
        }
    }
}

/// Nothing at all, or nothing of what was asked for.
fn nothing(ask: &Ask, about: &About<'_>) -> Markup {
    let asked = ask
        .head
        .query
        .iter()
        .any(|(name, value)| name != "cursor" && !value.is_empty());
    if asked {
        let all = ui::action(&about.at(""), &ask.t("admin-all"));
        ui::empty(&ask.t("admin-nothing-matches"), Some(all))
    } else {
        ui::empty(&ask.t("admin-nothing-yet"), None)
    }
}

/// Where the next rows of a list begin, if there are more.
pub(super) fn cursor_of(json: &Json) -> Option<String> {
    let (_, query) = json.get("next")?.as_str()?.split_once('?')?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    crate::ask::value(&pairs, "cursor").map(str::to_owned)
}

fn pages(ask: &Ask, json: &Json) -> Markup {
    let cursor = cursor_of(json);
    html! {
            @if ask.query("cursor").is_some() { (ui::action(&ask.here(&[("cursor", "")]), &ask.t("admin-first-page"))) }
            @if let Some(cursor) = cursor { (ui::action(&ask.here(&[("cursor", &cursor)]), &ask.t("admin-next-page"))) }
    }
}

/// The whole list as a file.
fn files(ask: &Ask, about: &About<'_>) -> Markup {
    let kept = ask
        .head
        .query
        .iter()
        .filter(|(name, value)| name != "cursor" && !value.is_empty());
    let query = serde_urlencoded::to_string(kept.collect::<Vec<_>>()).unwrap_or_default();
    let file = |ending: &str| ["/admin/files/", about.info.path, ending, "?", &query].concat();
    html! {
        @if super::export::is_for(ask, about.info) {
            a.button href=(file(".csv")) { (ask.t("admin-export")) " CSV" }
            a.button href=(file(".xlsx")) { (ask.t("admin-export")) " XLSX" }
        }
    }
}
