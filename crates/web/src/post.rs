//! What a page posts: from pairs of a form to a declared operation, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use http::{Method, StatusCode, header};
use kernel::Code;
use maud::{Markup, html};
use platform::error::Error;
use platform::module::TableInfo;
use platform::operation::Operation;
use serde_json::{Map, Value as Json};

use crate::api::{Answer, Question};
use crate::ask::{Ask, value};
use crate::convert;
use crate::form::Form;
use crate::told;

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
    found: BTreeMap<String, Vec<(String, String)>>,
    told: Option<Json>,
    next: String,
    /// What was picked is called, by the picker's name.
    called: BTreeMap<String, String>,
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

    /// A picker in which somebody typed and chose nothing since: what was chosen before is not meant any more.
    fn unlooked(&self) -> Option<&str> {
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

/// How a post ended.
pub(crate) enum Ended {
    /// Done: the next page, the sentence it begins with, and the paper that comes of it.
    Done {
        address: String,
        said: Option<String>,
        paper: Option<String>,
    },
    /// Done, and the page says what was answered.
    Told { sent: Sent, said: Option<String> },
    /// Only kept, for later.
    Kept,
    /// The session ended meanwhile.
    SignedOut(Sent),
    /// To be shown again, with what was typed.
    Again(Sent),
}

/// Sends a form to its operation.
pub(crate) async fn post(
    ask: &Arc<Ask>,
    pairs: Vec<(String, String)>,
    upload: Option<Body>,
) -> Result<Ended, Error> {
    let mut sent = Sent::new(pairs);
    let operation = ask
        .operation(&sent.operation)
        .cloned()
        .ok_or_else(Error::not_found)?;
    let wanted = sent.typed("_look").or_else(|| sent.unlooked());
    if let Some(name) = wanted.map(str::to_owned) {
        look(ask, &operation, &mut sent, &name).await?;
        name_picked(ask, &operation, &mut sent).await?;
        return Ok(Ended::Again(sent));
    }
    let question = question(ask, &operation, &sent, upload)?;
    let answer = ask.put(question).await?;
    if answer.status.is_success() {
        crate::draft::forget(ask.app(), ask.actor.user_id(), &sent.pairs).await?;
        let own = sent.typed(&["_done.", &sent.operation].concat());
        let said = own.or_else(|| sent.typed("_done")).map(str::to_owned);
        let address = next(ask, &sent, &answer);
        let asked = sent.typed(TELLS).is_some();
        if asked && !told::news(ask, &operation, &answer.json, sent.param("id")).is_empty() {
            sent.status = answer.status;
            sent.next = address;
            sent.told = Some(answer.json);
            return Ok(Ended::Told { sent, said });
        }
        let paper = sent.typed(PRINTS).filter(|paper| is_ours(paper));
        let paper = paper.map(|paper| filled(paper, &answer));
        return Ok(Ended::Done {
            address,
            said,
            paper,
        });
    }
    sent.status = answer.status;
    if let Json::Object(said) = answer.json {
        sent.said = said;
        sent.reword(ask, &operation);
    }
    name_picked(ask, &operation, &mut sent).await?;
    // Also where what is asked is grave, and signing in is long ago.
    let again = sent.code() == Some(Code::ReauthenticationRequired.as_str());
    Ok(if again || answer.status == StatusCode::UNAUTHORIZED {
        Ended::SignedOut(sent)
    } else {
        Ended::Again(sent)
    })
}

/// Looks a record up for a picker, for browsers without scripts.
async fn look(
    ask: &Arc<Ask>,
    operation: &Operation,
    sent: &mut Sent,
    name: &str,
) -> Result<(), Error> {
    let typed = sent.typed(&[name, "__q"].concat()).unwrap_or_default();
    let own = sent.typed(&[name, crate::pick::OWN].concat());
    if let Some(found) = own.and_then(|path| ask.house.find(path)) {
        let found = crate::pick::found(ask, found, typed).await?;
        sent.found.insert(name.to_owned(), found);
        return Ok(());
    }
    let Some(info) = picks(ask, operation, sent, name) else {
        return Ok(());
    };
    let typed = sent
        .typed(&[name, "__q"].concat())
        .unwrap_or_default()
        .to_owned();
    let found = crate::pick::candidates(ask, &info, &typed).await?;
    sent.found.insert(name.to_owned(), found);
    Ok(())
}

/// The resource among whose records a picker picks.
fn picks(ask: &Ask, operation: &Operation, sent: &Sent, name: &str) -> Option<TableInfo> {
    let own = sent.typed(&[name, crate::pick::OWN].concat());
    let table = operation.doc.body.as_ref().and_then(|body| {
        let schema = body.json.get("properties")?.get(name)?;
        let schema = schema
            .get("anyOf")
            .and_then(|all| all.get(0))
            .unwrap_or(schema);
        schema.get("x-references")?.as_str().map(str::to_owned)
    });
    let mut tables = ask.app().registry.tables();
    let info = tables.find(|info| {
        let meant = match &table {
            Some(table) => info.table == table.as_str(),
            None => Some(info.path) == own,
        };
        meant && !info.path.is_empty()
    });
    info.cloned()
}

/// A resource, and which of its records were picked by which fields.
type Picks = (TableInfo, Vec<(String, i64)>);

/// What was picked is called when the form is shown again: its screen knows only what it began with. One query for each
/// resource, of those that the reader reaches.
async fn name_picked(ask: &Arc<Ask>, operation: &Operation, sent: &mut Sent) -> Result<(), Error> {
    let mut wanted: BTreeMap<&'static str, Picks> = BTreeMap::new();
    for (field, _) in &sent.pairs {
        let Some(name) = field.strip_prefix(LOOKED) else {
            continue;
        };
        let id = sent.typed(name).and_then(|id| id.parse().ok());
        let info = picks(ask, operation, sent, name);
        if let Some((id, info)) = id.zip(info) {
            let all = wanted
                .entry(info.path)
                .or_insert_with(|| (info, Vec::new()));
            all.1.push((name.to_owned(), id));
        }
    }
    for (info, picked) in wanted.into_values() {
        let ids: Vec<i64> = picked.iter().map(|(_, id)| *id).collect();
        let called = crate::pick::labels(ask, &info, &ids).await?;
        let called: BTreeMap<i64, String> = called.into_iter().collect();
        let named = picked.into_iter();
        let named = named.filter_map(|(name, id)| Some((name, called.get(&id)?.clone())));
        sent.called.extend(named);
    }
    Ok(())
}

/// A form's pairs as the operation's request.
fn question(
    ask: &Ask,
    operation: &Arc<Operation>,
    sent: &Sent,
    upload: Option<Body>,
) -> Result<Question, Error> {
    let mut path = "/api/".to_owned();
    for part in operation.path.split('/').filter(|part| !part.is_empty()) {
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some(name) => path += named(sent, name)?,
            None => path += part,
        }
        path.push('/');
    }
    path += &asked(sent);
    let mut headers = Vec::new();
    if let Some(version) = sent.typed("_version").filter(|version| !version.is_empty()) {
        headers.push((header::IF_MATCH, ["\"", version, "\""].concat()));
    }
    if operation.method == Method::POST
        && let Some(key) = sent.typed("_key").filter(|key| !key.is_empty())
    {
        headers.push((
            header::HeaderName::from_static("idempotency-key"),
            key.to_owned(),
        ));
    }
    let body = match upload {
        Some(body) => {
            let kind = ask.head.header("content-type").unwrap_or_default();
            headers.push((header::CONTENT_TYPE, kind.to_owned()));
            body
        }
        None if operation.method == Method::DELETE => Body::empty(),
        None => {
            headers.push((header::CONTENT_TYPE, "application/json".to_owned()));
            Body::from(convert::body(ask, operation, &sent.pairs).to_string())
        }
    };
    Ok(Question {
        method: operation.method.clone(),
        path,
        headers,
        body,
    })
}

/// What a form says in the operation's query: fields named `_query.…`, of which the last of a name counts.
fn asked(sent: &Sent) -> String {
    let named = sent.pairs.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("_query.")?;
        Some((name, value.as_str()))
    });
    let last: BTreeMap<&str, &str> = named.collect();
    if last.is_empty() {
        return String::new();
    }
    let query = serde_urlencoded::to_string(last).unwrap_or_default();
    ["?", &query].concat()
}

/// A parameter of the operation's path, which names a record and nothing else.
fn named<'a>(sent: &'a Sent, name: &str) -> Result<&'a str, Error> {
    let value = sent.param(name).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if value.is_empty() || !value.bytes().all(plain) {
        return Err(Error::not_found());
    }
    Ok(value)
}

/// Where to go when it is done: an address of ours.
fn next(ask: &Ask, sent: &Sent, answer: &Answer) -> String {
    match sent.typed("_then").filter(|then| is_ours(then)) {
        Some(then) => filled(then, answer),
        None => ask.here(&[]),
    }
}

fn is_ours(address: &str) -> bool {
    crate::ui::safe(address) == address
}

/// An address with keys of the answer in it, such as `{id}` or `{logs.0.id}`.
fn filled(template: &str, answer: &Answer) -> String {
    let mut address = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        address.push_str(before);
        match after.split_once('}') {
            Some((key, after)) => {
                let value = answer
                    .json
                    .pointer(&["/", &key.replace('.', "/")].concat())
                    .and_then(crate::form::plain)
                    .unwrap_or_default();
                let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                address.extend(value.chars().filter(|c| plain(*c)));
                rest = after;
            }
            None => rest = after,
        }
    }
    address.push_str(rest);
    address
}

/// The refusal of a form that a page cannot read.
pub(crate) fn unreadable() -> Error {
    Error::refuse(Code::Invalid, platform::texts::Text::new("form-unreadable"))
}
