//! Values as people read them, by their declared schema.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use kernel::{Language, Money, written};
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use serde_json::{Map, Number, Value as Json};

use crate::ask::Ask;
use crate::{ui, words};

/// What referenced records are called: by table and id.
pub(super) type Names = BTreeMap<(String, i64), String>;

/// A field's schema in that of its record.
pub(crate) fn property<'a>(schema: &'a Json, name: &str) -> &'a Json {
    let found = schema.get("properties").and_then(|all| all.get(name));
    let found = found.unwrap_or(&Json::Null);
    found
        .get("anyOf")
        .and_then(|all| all.get(0))
        .unwrap_or(found)
}

/// Looks up what the references in some rows are called: one query for each table.
pub(super) async fn names(
    cx: &mut Cx,
    ask: &Ask,
    schema: &Json,
    columns: &[&str],
    rows: &[Json],
) -> Result<Names, Error> {
    let mut wanted: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for column in columns {
        if let Some(table) = property(schema, column)
            .get("x-references")
            .and_then(Json::as_str)
        {
            let ids = rows
                .iter()
                .filter_map(|row| row.get(*column).and_then(Json::as_i64));
            wanted.entry(table.to_owned()).or_default().extend(ids);
        }
    }
    let mut names = Names::new();
    for (table, ids) in wanted {
        let mut tables = ask.app().registry.tables();
        let labels = tables.find(|info| info.table == table && info.labels.is_some());
        let Some(labels) = labels
            .and_then(|info| info.labels)
            .filter(|_| !ids.is_empty())
        else {
            continue;
        };
        for (id, words) in labels(cx, ids).await? {
            names.insert((table.clone(), id), words);
        }
    }
    Ok(names)
}

/// A value; links lead to what it names.
pub(super) fn value(ask: &Ask, schema: &Json, name: &str, json: &Json, names: &Names) -> Markup {
    let field = property(schema, name);
    if let Some(table) = field.get("x-references").and_then(Json::as_str)
        && let Some(id) = json.as_i64()
    {
        return reference(ask, table, id, names);
    }
    let format = field
        .get("format")
        .and_then(Json::as_str)
        .unwrap_or_default();
    match json {
        Json::Null => html! { span.hint { "—" } },
        Json::Bool(yes) => html! { (ask.t(if *yes { "yes" } else { "no" })) },
        Json::String(text) if text.is_empty() => html! { span.hint { "—" } },
        Json::String(text) => {
            if format == "date-time"
                && let Ok(at) = text.parse::<Timestamp>()
            {
                ui::moment(ask, at)
            } else if format == "date"
                && let Ok(day) = text.parse::<Date>()
            {
                ui::day(ask, day)
            } else if matches!(format, "time" | "partial-time")
                && let Ok(time) = text.parse::<Time>()
            {
                html! { span.clock { (time.strftime("%H:%M").to_string()) } }
            } else if field.get("enum").is_some() {
                html! { (words::choice(ask, name, text)) }
            } else {
                html! { (text) }
            }
        }
        Json::Number(written) if named(ask, name, written).is_some() => {
            html! { (named(ask, name, written).unwrap_or_default()) }
        }
        Json::Number(written) => html! { span.number { (number(ask, field, written)) } },
        Json::Array(items) if items.is_empty() => html! { span.hint { "—" } },
        Json::Array(items)
            if items
                .iter()
                .all(|item| item.is_string() || item.is_number()) =>
        {
            let texts: Vec<String> = items.iter().filter_map(crate::form::plain).collect();
            html! { (texts.join(", ")) }
        }
        // What is told with its name is called by it, such as a user's role.
        Json::Object(named) if named.get("name").is_some_and(Json::is_string) => {
            html! { (named.get("name").and_then(Json::as_str).unwrap_or_default()) }
        }
        nested => html! { details { summary { (ask.t("admin-more")) } (inside(ask, nested)) } },
    }
}

/// What a number is the name of.
fn named(ask: &Ask, name: &str, number: &Number) -> Option<String> {
    words::of_number(ask, name, number.as_i64()?)
}

/// Keys of a nested record that say nothing to a reader.
const UNREAD: [&str; 4] = ["uid", "version", "created_at", "updated_at"];
/// Rows of a nested list that are shown.
const INSIDE: usize = 50;

/// What is nested in an answer: a list as a table, a record as its facts. Nothing is declared of it but its names.
pub(super) fn inside(ask: &Ask, json: &Json) -> Markup {
    let rows: Vec<&Map<String, Json>> = match json {
        Json::Array(items) => items.iter().filter_map(Json::as_object).collect(),
        Json::Object(map) => {
            let facts = map.iter().filter(|(name, json)| is_read(name, json));
            let facts =
                facts.map(|(name, json)| (words::field(ask, name), plainly(ask, name, json)));
            return ui::facts(&facts.collect::<Vec<_>>());
        }
        _ => Vec::new(),
    };
    if rows.is_empty() {
        return html! { (plainly(ask, "", json)) };
    }
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows
        .iter()
        .flat_map(|row| row.iter().filter(|(name, json)| is_read(name, json)))
    {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let heads: Vec<String> = columns.iter().map(|name| words::field(ask, name)).collect();
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .take(INSIDE)
        .map(|row| {
            let cell = |name: &&str| plainly(ask, name, row.get(*name).unwrap_or(&Json::Null));
            columns.iter().map(cell).collect()
        })
        .collect();
    html! { (ui::table(&heads, &cells)) @if rows.len() > INSIDE { p.hint { (ask.t("admin-report-more")) } } }
}

fn is_read(name: &str, json: &Json) -> bool {
    let empty = json.is_null() || json.as_array().is_some_and(Vec::is_empty);
    !empty && !UNREAD.contains(&name) && !name.ends_with("_id")
}

/// A value by what it looks like.
fn plainly(ask: &Ask, name: &str, json: &Json) -> Markup {
    match json {
        Json::String(text) => match (text.parse::<Timestamp>(), text.parse::<Date>()) {
            (Ok(at), _) => ui::moment(ask, at),
            (_, Ok(day)) if text.len() == 10 => ui::day(ask, day),
            _ => html! { (words::choice_or(ask, name, text)) },
        },
        Json::Bool(yes) => html! { (ask.t(if *yes { "yes" } else { "no" })) },
        Json::Array(items) => {
            let one = |item: &Json| match item {
                Json::Object(map) => {
                    let facts = map.iter().filter(|(name, json)| is_read(name, json));
                    let said = facts.map(|(name, json)| {
                        [
                            &words::field(ask, name),
                            ask.colon(),
                            &crate::form::plain(json).unwrap_or_default(),
                        ]
                        .concat()
                    });
                    said.collect::<Vec<_>>().join(", ")
                }
                Json::String(text) => words::choice_or(ask, name, text),
                other => crate::form::plain(other).unwrap_or_default(),
            };
            html! { ul.stack { @for item in items { li { (one(item)) } } } }
        }
        Json::Object(map) => match map.get("name").and_then(Json::as_str) {
            Some(name) => html! { (name) },
            None => {
                html! { ul.stack { @for (name, json) in map.iter().filter(|(name, json)| is_read(name, json)) {
                    li { (words::field(ask, name)) ": " (crate::form::plain(json).unwrap_or_default()) }
                } } }
            }
        },
        other => html! { (crate::form::plain(other).unwrap_or_else(|| "—".to_owned())) },
    }
}

/// A number as the reader writes it: amounts of money with both places, others without idle ones. Whole numbers stay as they
/// are, for many are names of something.
pub(super) fn number(ask: &Ask, field: &Json, number: &Number) -> String {
    let language = Language::parse(ask.language()).unwrap_or_default();
    if is_money(field)
        && let Some(value) = number.as_f64()
        && let Ok(amount) = Money::from_sum(&value.to_string())
    {
        return written::money(amount, &ask.app().settings.currency, language);
    }
    match number.as_f64() {
        Some(value) if number.is_f64() => written::number(value, language),
        _ => number.to_string(),
    }
}

/// Whether a field is an amount of money.
pub(super) fn is_money(field: &Json) -> bool {
    field.get("multipleOf").and_then(Json::as_f64) == Some(0.01)
}

/// A value as a cell of a file: with the words of what it names.
pub(super) fn plain(ask: &Ask, schema: &Json, name: &str, json: &Json, names: &Names) -> Json {
    let field = property(schema, name);
    if let Some(table) = field.get("x-references").and_then(Json::as_str)
        && let Some(id) = json.as_i64()
    {
        let words = names.get(&(table.to_owned(), id)).cloned();
        return words
            .unwrap_or_else(|| ["№ ", &id.to_string()].concat())
            .into();
    }
    match json {
        Json::String(text) if field.get("enum").is_some() => words::choice(ask, name, text).into(),
        Json::Array(items)
            if items
                .iter()
                .all(|item| item.is_string() || item.is_number()) =>
        {
            let texts: Vec<String> = items.iter().filter_map(crate::form::plain).collect();
            texts.join(", ").into()
        }
        Json::Object(named) if named.get("name").is_some_and(Json::is_string) => {
            named.get("name").cloned().unwrap_or_default()
        }
        Json::Array(_) | Json::Object(_) => json.to_string().into(),
        other => other.clone(),
    }
}

/// Whether a field is the name of what another one refers to, `patient_name` beside `patient`, and that one is shown by
/// its name already.
pub(super) fn repeats_a_name(schema: &Json, name: &str, record: &Json, names: &Names) -> bool {
    let Some(one) = name.strip_suffix("_name") else {
        return false;
    };
    let table = property(schema, one)
        .get("x-references")
        .and_then(Json::as_str);
    let id = record.get(one).and_then(Json::as_i64);
    let known = table.zip(id).map(|(table, id)| (table.to_owned(), id));
    known.is_some_and(|known| names.contains_key(&known))
}

fn reference(ask: &Ask, table: &str, id: i64, names: &Names) -> Markup {
    let words = names.get(&(table.to_owned(), id)).cloned();
    let mut tables = ask.app().registry.tables();
    let path = tables
        .find(|info| info.table == table && !info.path.is_empty())
        .map(|info| info.path);
    match (words, path) {
        (Some(words), Some(path)) => ui::link(
            &["/admin/", path, "/", &id.to_string(), "/"].concat(),
            &words,
        ),
        (Some(words), None) => html! { (words) },
        // Out of the caller's reach.
        (None, _) => html! { "№ " (id) },
    }
}

/// Fields in the groups that the declaration puts them in, each with the key of its heading; those of no group come
/// last, without one.
pub(super) fn grouped<'a>(schema: &'a Json, fields: &[&'a str]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut left = fields.to_vec();
    let mut groups = Vec::new();
    let declared = schema.get("x-field-groups").and_then(Json::as_array);
    for group in declared.into_iter().flatten() {
        let heading = group.get("heading").and_then(Json::as_str);
        let named = group.get("fields").and_then(Json::as_array);
        let inside: Vec<&str> = named
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .filter(|field| left.contains(field))
            .collect();
        left.retain(|field| !inside.contains(field));
        groups.push((heading.unwrap_or_default(), inside));
    }
    groups.push(("", left));
    groups
}
