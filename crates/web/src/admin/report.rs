//! Reports: a period, a table, and the same as a file.

use jiff::civil::Date;
use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::operation::Operation;
use serde_json::Value as Json;

use super::{bars, list, report_form, shown};
use crate::ask::Ask;
use crate::page::Page;
use crate::screens::{Screen, Screens};
use crate::{ui, words};

/// The tag of reports in the API document.
pub(super) const TAG: &str = "reports";
/// Rows that a page shows; the file has them all.
const ROWS: usize = 500;

pub(super) fn add(screens: Screens, operation: &Operation, permission: Permission) -> Screens {
    let path = operation.path.trim_end_matches('/');
    let address = ["/admin/reports/", path].concat();
    // One text for each report of the program, and the program has a fixed number.
    let about: &'static str = Box::leak(path.to_owned().into_boxed_str());
    let show = Screen::new(address, permission, |cx, ask| Box::pin(show(cx, ask)));
    screens.screen(show.about(about))
}

/// The reports that the caller may ask for: address and name.
pub(crate) fn all(ask: &Ask) -> Vec<(String, String)> {
    let operations = ask.app().registry.operations().iter();
    operations
        .filter(|operation| {
            operation.tag == TAG
                && operation.method == http::Method::GET
                && !operation.path.contains('{')
        })
        .filter(|operation| {
            super::permission(operation).is_some_and(|permission| ask.may(permission))
        })
        .map(|operation| {
            let path = operation.path.trim_end_matches('/');
            (
                ["/admin/reports/", path].concat(),
                words::report(ask, operation),
            )
        })
        .collect()
}

async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let path = [ask.about(), "/"].concat();
    let mut operations = ask.app().registry.operations().iter();
    let operation = operations
        .find(|operation| operation.path == path && operation.method == http::Method::GET)
        .ok_or_else(Error::not_found)?;
    let pairs = report_form::pairs(ask, operation);
    let query = serde_urlencoded::to_string(&pairs).unwrap_or_default();
    let answer = ask.get(&[&path, "?", &query].concat()).await?;
    let refused = (!answer.status.is_success()).then_some(&answer.json);
    let rows = rows(&answer.json);
    let nothing = Json::Null;
    let answer_of = operation.doc.answer.as_ref();
    let schema = answer_of.map_or(&nothing, |answer| &answer.json);
    let columns = columns(&rows, schema);
    let heads: Vec<String> = columns.iter().map(|name| head(ask, schema, name)).collect();
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .take(ROWS)
        .map(|row| {
            columns
                .iter()
                .map(|name| {
                    shown::value(
                        ask,
                        schema,
                        name,
                        row.get(name).unwrap_or(&Json::Null),
                        &shown::Names::new(),
                    )
                })
                .collect()
        })
        .collect();
    let file = &query;
    let files = operation
        .doc
        .query
        .iter()
        .any(|(known, _, _)| known == "format");
    let fields = report_form::fields(ask, operation, &days(cx, ask, operation)).await?;
    // What has to be chosen first was not asked for wrongly.
    let begins = pairs.is_empty() && refused.is_some_and(|said| report_form::says(&fields, said));
    let body = html! {
        form.form.inline {
            (report_form::show(&fields, refused.filter(|_| !begins)))
            button.primary { (ask.t("admin-report-show")) }
            @if files && refused.is_none() {
                a.button href={ "/admin/files/" (path.trim_end_matches('/')) ".csv?" (file) } { "CSV" }
                a.button href={ "/admin/files/" (path.trim_end_matches('/')) ".xlsx?" (file) } { "XLSX" }
            }
        }
        @if begins { (ui::empty(&ask.t("admin-report-choose"), None)) }
        @else if let Some(said) = refused {
            @if report_form::says(&fields, said) { (ui::could_not_check(&ask.t("admin-report-refused"))) }
            @else { (ui::could_not_check(&list::complaint(said))) }
        }
        @else if rows.is_empty() { (ui::empty(&ask.t("admin-report-none"), None)) }
        @else { (bars::show(ask, &columns, &rows, schema)) (ui::table(&heads, &cells)) }
        @if rows.len() > ROWS { p.hint { (ask.t("admin-report-more")) } }
    };
    Ok(Page::new(words::report(ask, operation), body)
        .wide()
        .status(if begins {
            http::StatusCode::OK
        } else {
            answer.status
        }))
}

/// The first and the last day that the figures are about, as the form has them: those asked for, else the usual ones.
fn days(cx: &Cx, ask: &Ask, operation: &Operation) -> [String; 2] {
    let asked = ["start", "end"].map(|name| ask.query(name));
    if asked.iter().any(Option::is_some) {
        return asked.map(|day| day.unwrap_or_default().to_owned());
    }
    let usual = operation.doc.default_days.map(|days| days(cx.today()));
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    usual.unwrap_or_default().map(day)
}

/// What the rows have, in the order of the declaration.
fn columns(rows: &[&Json], schema: &Json) -> Vec<String> {
    let Some(first) = rows.first().and_then(|row| row.as_object()) else {
        return Vec::new();
    };
    let declared = schema.get("required").and_then(Json::as_array);
    let place = |name: &String| {
        let mut declared = declared.into_iter().flatten();
        declared.position(|known| known.as_str() == Some(name))
    };
    let mut columns: Vec<String> = first.keys().cloned().collect();
    columns.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    columns
}

/// What a column is called; of amounts, with their currency.
pub(super) fn head(ask: &Ask, schema: &Json, name: &str) -> String {
    let words = words::field(ask, name);
    match shown::is_money(shown::property(schema, name)) {
        true => [&words, ", ", &ask.app().settings.currency].concat(),
        false => words,
    }
}

/// The rows of an answer, wherever they stand in it.
fn rows(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(rows) => rows.iter().collect(),
        Json::Object(map) => match map.values().find_map(Json::as_array) {
            Some(rows) if map.len() == 1 => rows.iter().collect(),
            _ => vec![json],
        },
        _ => Vec::new(),
    }
}
