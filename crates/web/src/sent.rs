//! What was sent by a form, and what the operation said of it: what a page shows again when it was refused.

use std::collections::BTreeMap;

use http::StatusCode;
use maud::{Markup, html};
use platform::operation::Operation;
use serde_json::{Map, Value as Json};

use crate::api::Answer;
use crate::ask::{Ask, value};
use crate::convert;
use crate::form::Form;

/// Begins the name of what says how a row is called in words: `_called.items.0`.
pub(crate) const ROW_CALLED: &str = "_called.";

/// Begins the name of what was looked up last for a picker: `_looked.patient`.
pub(crate) const LOOKED: &str = "_looked.";

/// Says that the answer is shown.
pub(crate) const TELLS: &str = "_tells";

/// The address of the paper that comes of it.
pub(crate) const PRINTS: &str = "_prints";

/// What was posted and refused, or only looked up; or what was answered that only this page says.
#[derive(Debug, Clone)]
pub struct Sent {
    pub(crate) operation: String,
    pairs: Vec<(String, String)>,
    status: StatusCode,
    said: Map<String, Json>,
    /// What a look-up found for a picker, by its name.
    pub(crate) found: BTreeMap<String, Vec<(String, String)>>,
    told: Option<Json>,
    next: String,
    /// What was picked is called, by the picker's name.
    pub(crate) called: BTreeMap<String, String>,
}

impl Sent {
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Sent {
        Sent {
            operation: value(&pairs, "_do").unwrap_or_default().to_owned(),
            pairs,
            status: StatusCode::OK,
            said: Map::new(),
            found: BTreeMap::new(),
            told: None,
            next: String::new(),
            called: BTreeMap::new(),
        }
    }

    /// What the operation answered, where its form asks for it.
    pub fn told(&self) -> Option<&Json> {
        self.told.as_ref()
    }

    /// Where the page leads once the answer was read.
    pub fn next(&self) -> &str {
        &self.next
    }

    /// What was typed into a field.
    pub fn typed(&self, name: &str) -> Option<&str> {
        value(&self.pairs, name)
    }

    /// What the page was asked to look up instead of storing anything.
    pub fn looked_for(&self) -> Option<&str> {
        self.typed("_look")
    }

    /// What the operation answered is shown, before the page leads on to `next`.
    pub(crate) fn tells(&mut self, answer: Answer, next: String) {
        self.status = answer.status;
        self.told = Some(answer.json);
        self.next = next;
    }

    /// What the operation refused, in the words of the page.
    pub(crate) fn refused(&mut self, ask: &Ask, operation: &Operation, answer: Answer) {
        self.status = answer.status;
        if let Json::Object(said) = answer.json {
            self.said = said;
            self.reword(ask, operation);
        }
    }

    /// A picker in which somebody typed and chose nothing since: what was chosen before is not meant any more.
    pub(crate) fn unlooked(&self) -> Option<&str> {
        let mut pickers = self.pairs.iter().filter_map(|(name, typed)| {
            let picker = name.strip_suffix("__q")?;
            let looked = self.typed(&[LOOKED, picker].concat())?;
            (typed.trim() != looked.trim()).then_some(picker)
        });
        pickers.next()
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.typed(&["_", name].concat())
    }

    /// The status of the answer; 200 when nothing was asked yet.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code of the refusal, such as `slot_taken`.
    pub fn code(&self) -> Option<&str> {
        self.said.get("code").and_then(Json::as_str)
    }

    /// Another key of the refusal, such as the duplicates that were found.
    pub fn fact(&self, key: &str) -> Option<&Json> {
        self.said.get(key)
    }

    /// Whether somebody else changed the record meanwhile.
    pub fn is_stale(&self) -> bool {
        self.status == StatusCode::PRECONDITION_FAILED
    }

    /// What was wrong with a field. Faults of rows are found under `items.0.quantity`.
    pub fn fault(&self, name: &str) -> Option<String> {
        if self.status != StatusCode::BAD_REQUEST {
            return None;
        }
        let whole = self.said.get(name);
        let found = whole.or_else(|| {
            let mut parts = name.split('.');
            let list = parts.next()?;
            let first = self.said.get(list)?;
            parts.try_fold(first, |json, part| match json {
                Json::Array(rows) => {
                    let number: usize = part.parse().ok()?;
                    let sent = convert::numbers(&self.pairs, list);
                    rows.get(sent.iter().position(|known| *known == number)?)
                }
                other => other.get(part),
            })
        });
        found.and_then(sentence)
    }

    /// What a look-up found for a picker.
    pub(crate) fn found(&self, name: &str) -> Option<&[(String, String)]> {
        self.found.get(name).map(Vec::as_slice)
    }

    /// What is picked is called.
    pub(crate) fn picked(&self, name: &str) -> Option<&str> {
        self.called.get(name).map(String::as_str)
    }

    /// Says names of fields as the page does, in what was complained about.
    fn reword(&mut self, ask: &Ask, operation: &Operation) {
        let body = operation.doc.body.as_ref();
        let fields = body.and_then(|body| body.json.get("properties")?.as_object());
        let fields: Vec<&str> = fields
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        let faults = self.status == StatusCode::BAD_REQUEST;
        for (name, said) in &mut self.said {
            if name == "detail" || (faults && !matches!(name.as_str(), "code" | "request_id")) {
                reworded(ask, &fields, said);
            }
        }
    }

    /// What stands above a form that was refused.
    pub(crate) fn summary(&self, form: &Form<'_>) -> Markup {
        if self.status.is_success() {
            return html! {};
        }
        let ask = form.ask;
        let faults = self.faults();
        let detail = self.said.get("detail").and_then(Json::as_str);
        html! {
            div.summary #error-summary role="alert" tabindex="-1" {
                @if self.status == StatusCode::BAD_REQUEST && detail.is_none() {
                    h2 { (ask.t("form-check")) }
                    ul { @for (name, said) in &faults {
                        li {
                            @if name != "non_field_errors" {
                                a href={ "#" (form.element(name)) } { (self.called(ask, name)) }
                                (ask.colon())
                            }
                            (said)
                        }
                    } }
                } @else if self.is_stale() {
                    h2 { (ask.t("form-stale")) }
                    p { (ask.t("form-stale-what")) }
                } @else if self.status.is_server_error() {
                    h2 { (ask.t("form-not-saved")) }
                    p { (detail.unwrap_or_default()) " " small { (ask.request_id) } }
                } @else {
                    h2 { (detail.unwrap_or_default()) }
                }
            }
        }
    }

    /// What was wrong, by the names of the fields: those in rows as `items.0.quantity`.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let named = self
            .said
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "code" | "request_id" | "detail"));
        let mut all = Vec::new();
        for (name, json) in named {
            spread(name, json, &mut all);
        }
        for (name, _) in &mut all {
            self.as_on_the_page(name);
        }
        all
    }

    /// What a field is called: in a row by the row's own words, where the form says them.
    fn called(&self, ask: &Ask, name: &str) -> String {
        let row = name.rsplit_once('.').map_or("", |(row, _)| row);
        let words = self.typed(&[ROW_CALLED, row].concat());
        words.map_or_else(|| titled(ask, name), str::to_owned)
    }

    /// The row of a complaint with the number that it has on the page.
    fn as_on_the_page(&self, name: &mut String) {
        let mut parts = name.splitn(3, '.');
        let (Some(list), Some(row), Some(field)) = (parts.next(), parts.next(), parts.next())
        else {
            return;
        };
        let Ok(at) = row.parse::<usize>() else { return };
        if let Some(number) = convert::numbers(&self.pairs, list).get(at) {
            *name = [list, ".", &number.to_string(), ".", field].concat();
        }
    }
}

/// Complaints about one thing, or about each part of it.
fn spread(name: &str, json: &Json, all: &mut Vec<(String, String)>) {
    let inside = |part: &str| [name, ".", part].concat();
    match json {
        Json::Object(map) => map
            .iter()
            .for_each(|(part, json)| spread(&inside(part), json, all)),
        Json::Array(items) if items.iter().any(Json::is_object) => {
            for (at, item) in items.iter().enumerate() {
                spread(&inside(&at.to_string()), item, all);
            }
        }
        _ => all.extend(sentence(json).map(|said| (name.to_owned(), said))),
    }
}

/// What a field is called, with the number of its row.
fn titled(ask: &Ask, name: &str) -> String {
    let row = name.split('.').find_map(|part| part.parse::<usize>().ok());
    let last = name.rsplit('.').next().unwrap_or(name);
    let field = crate::words::field(ask, last);
    match row {
        Some(row) => {
            let text = platform::texts::Text::new("form-row").with("row", row + 1);
            [&ask.say(&text), ", ", &field].concat()
        }
        None => field,
    }
}

/// What the API said of one thing, as one sentence or several.
fn sentence(json: &Json) -> Option<String> {
    let mut all = Vec::new();
    collect(json, &mut all);
    (!all.is_empty()).then(|| all.join(" "))
}

fn collect(json: &Json, all: &mut Vec<String>) {
    match json {
        Json::String(text) => all.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| collect(item, all)),
        Json::Object(map) => map.values().for_each(|item| collect(item, all)),
        _ => {}
    }
}

fn reworded(ask: &Ask, fields: &[&str], json: &mut Json) {
    match json {
        Json::String(text) => *text = crate::words::said(ask, fields, text),
        Json::Array(items) => items
            .iter_mut()
            .for_each(|item| reworded(ask, fields, item)),
        Json::Object(map) => map
            .values_mut()
            .for_each(|item| reworded(ask, fields, item)),
        _ => {}
    }
}
