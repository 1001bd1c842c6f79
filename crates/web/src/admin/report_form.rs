//! What a report is asked with: a field for every parameter that it declares.

use maud::{Markup, html};
use platform::error::Error;
use platform::module::TableInfo;
use platform::operation::Operation;
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::{pick, words};

/// Ends the name of what is typed to find a record by.
const TYPED: &str = "__q";

/// A parameter with its field.
pub(super) struct Asked {
    name: String,
    field: Markup,
}

/// The query of the operation, of what the page was asked with: only what is declared and said.
pub(super) fn pairs<'a>(ask: &'a Ask, operation: &'a Operation) -> Vec<(&'a str, &'a str)> {
    let declared = |name: &str| parameters(operation).any(|(known, _)| known == name);
    let asked = ask.head.query.iter();
    asked
        .map(|(name, value)| (name.as_str(), value.trim()))
        .filter(|(name, value)| declared(name) && !value.is_empty())
        .collect()
}

/// The parameters but for the form of the answer, and but for other names of one.
fn parameters(operation: &Operation) -> impl Iterator<Item = (&str, &Json)> {
    let all = operation.doc.query.iter();
    all.filter(|(name, schema, _)| name != "format" && schema.get("deprecated").is_none())
        .map(|(name, schema, _)| (name.as_str(), schema))
}

/// The fields in the order of the declaration, days first; `days` are those that the figures are about.
pub(super) async fn fields(
    ask: &Ask,
    operation: &Operation,
    days: &[String; 2],
) -> Result<Vec<Asked>, Error> {
    let mut fields = Vec::new();
    for (name, schema) in parameters(operation) {
        let value = match name {
            "start" => &days[0],
            "end" => &days[1],
            other => ask.query(other).unwrap_or_default(),
        };
        let field = match table(ask, schema) {
            Some(info) => picker(ask, info, name, value).await?,
            None => plain(ask, name, schema, value),
        };
        fields.push(Asked {
            name: name.to_owned(),
            field,
        });
    }
    fields.sort_by_key(|asked| !matches!(asked.name.as_str(), "start" | "end"));
    Ok(fields)
}

/// The fields as they stand in the form, each with what was wrong with it.
pub(super) fn show(fields: &[Asked], refused: Option<&Json>) -> Markup {
    html! {
        @for asked in fields {
            @let fault = refused.and_then(|json| json.get(&asked.name)?.get(0)?.as_str());
            div.field.wrong[fault.is_some()] {
                (asked.field)
                @if let Some(fault) = fault { p.error { (fault) } }
            }
        }
    }
}

/// Whether what was refused stands at one of the fields.
pub(super) fn says(fields: &[Asked], refused: &Json) -> bool {
    fields
        .iter()
        .any(|asked| refused.get(&asked.name).is_some())
}

/// The table that a parameter names a record of.
fn table<'a>(ask: &'a Ask, schema: &Json) -> Option<&'a TableInfo> {
    let named = schema.get("x-references")?.as_str()?;
    let mut tables = ask.app().registry.tables();
    tables.find(|info| info.table == named && !info.path.is_empty())
}

/// A record, found by a few letters: with scripts while typing, without them by the form's button.
async fn picker(ask: &Ask, info: &TableInfo, name: &str, value: &str) -> Result<Markup, Error> {
    let asked = [name, TYPED].concat();
    let typed = ask.query(&asked).unwrap_or_default();
    let chosen: Option<i64> = value.parse().ok();
    let called = pick::labels(ask, info, &chosen.into_iter().collect::<Vec<_>>()).await?;
    let found = match typed.trim() {
        "" => Vec::new(),
        typed => pick::candidates(ask, info, typed).await?,
    };
    let id = ["of-", name].concat();
    let others = found
        .iter()
        .filter(|(found, _)| found.as_str() != value.trim());
    Ok(html! {
        fieldset.pick data-pick=(info.path) data-name=(name) {
            legend { (words::field(ask, name)) }
            div.found {
                @for (known, words) in &called { (crate::input::picked(name, &known.to_string(), words, true)) }
                @for (found, words) in others { (crate::input::picked(name, found, words, false)) }
            }
            @if !typed.trim().is_empty() && found.is_empty() { (pick::nothing(ask, info.path, typed)) }
            div.search {
                input id=(id) type="search" name=(asked) value=(typed) autocomplete="off" aria-label=(ask.t("form-pick"));
                button { (ask.t("form-look")) }
            }
        }
    })
}

fn plain(ask: &Ask, name: &str, schema: &Json, value: &str) -> Markup {
    let choices = schema.get("enum").and_then(Json::as_array);
    let is = |key: &str, what: &str| schema.get(key).and_then(Json::as_str) == Some(what);
    let sort = match () {
        () if is("format", "date") => "date",
        () if is("type", "integer") => "number",
        () => "text",
    };
    let text = |key: &str| schema.get(key).map(ToString::to_string);
    let usual = text("default").filter(|_| value.is_empty() && sort == "number");
    let value = usual.as_deref().unwrap_or(value);
    html! {
        label for=(name) { (words::field(ask, name)) }
        @if let Some(choices) = choices {
            select id=(name) name=(name) {
                option value="" { (ask.t("admin-any")) }
                @for choice in choices.iter().filter_map(Json::as_str) {
                    option value=(choice) selected[value == choice] { (words::choice(ask, name, choice)) }
                }
            }
        } @else {
            input id=(name) name=(name) type=(sort) value=(value) min=[text("minimum")] max=[text("maximum")]
                autocomplete="off";
        }
    }
}
