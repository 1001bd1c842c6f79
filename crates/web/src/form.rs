//! Forms: what a person types, for one declared operation.
//!
//! A form knows the operation's fields from its declaration, carries what makes sending it twice harmless, and
//! shows again what was typed when the operation refused it. It has no rule of its own.

use std::sync::Arc;

use maud::{Markup, Render, html};
use platform::operation::Operation;
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::input::Input;
use crate::sent::Sent;

/// Stands where a fresh idempotency key goes when the page is written; a page's state does not depend on it.
pub(crate) const KEY: &str = "0-idempotency-key-0";

/// A form for an operation.
pub struct Form<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) operation: Option<Arc<Operation>>,
    id: String,
    /// By what its buttons elsewhere on the page know it.
    name: Option<&'static str>,
    /// Other operations that its buttons ask.
    others: Vec<(&'static str, &'static str)>,
    params: Vec<(&'static str, String)>,
    version: Option<i64>,
    holding: Json,
    then: Option<String>,
    done: Option<&'static str>,
    changes: bool,
    mark: String,
    kept: bool,
    tells: bool,
    prints: Option<&'static str>,
    wanted: &'static str,
    required_by: Option<Arc<Operation>>,
    enter: Option<(&'static str, &'static str)>,
}

impl<'a> Form<'a> {
    pub(crate) fn new(ask: &'a Ask, id: &str) -> Form<'a> {
        let operation = ask.operation(id).cloned();
        if operation.is_none() {
            tracing::error!(
                operation = id,
                "a form for an operation that no module declares"
            );
        }
        Form {
            ask,
            operation,
            id: id.to_owned(),
            name: None,
            others: Vec::new(),
            params: Vec::new(),
            version: None,
            holding: Json::Null,
            then: None,
            done: None,
            changes: false,
            mark: String::new(),
            enter: None,
            kept: false,
            tells: false,
            prints: None,
            wanted: "",
            required_by: None,
        }
    }

    /// Another operation about the same record that a button of this form asks with the same fields
    /// ([`Form::button_for`]): what was typed is shown again when that one refused, and `done` is what is said when
    /// it did not.
    #[must_use]
    pub fn or(mut self, operation: &'static str, done: &'static str) -> Form<'a> {
        self.others.push((operation, done));
        self
    }

    /// A name, unique on the page, so that buttons of this form may stand elsewhere on it.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Form<'a> {
        self.name = Some(name);
        self
    }

    /// The record that the operation is about.
    #[must_use]
    pub fn on(self, id: i64) -> Form<'a> {
        self.param("id", id)
    }

    /// Another parameter of the operation's path.
    #[must_use]
    pub fn param(mut self, name: &'static str, value: impl ToString) -> Form<'a> {
        self.params.push((name, value.to_string()));
        self
    }

    /// One of several forms for the same operation on a page, told apart by a mark such as a record's number.
    #[must_use]
    pub fn apart(mut self, mark: impl ToString) -> Form<'a> {
        self.mark = mark.to_string();
        let mark = self.mark.clone();
        self.param("mark", mark)
    }

    /// The element of a field.
    pub(crate) fn element(&self, name: &str) -> String {
        if self.mark.is_empty() {
            ["f-", name].concat()
        } else {
            ["f-", &self.mark, "-", name].concat()
        }
    }

    /// The version that the person looks at: when somebody else was faster, nothing is overwritten.
    #[must_use]
    pub fn version(mut self, version: i64) -> Form<'a> {
        self.version = Some(version);
        self
    }

    /// The values that the fields begin with, by name: for a change, the record as the API shows it.
    #[must_use]
    pub fn holding(mut self, values: Json) -> Form<'a> {
        self.holding = values;
        self
    }

    /// Where to go when it is done; `{id}` and other names stand for keys of the answer. The same page when
    /// this is not said.
    #[must_use]
    pub fn then(mut self, address: impl Into<String>) -> Form<'a> {
        self.then = Some(address.into());
        self
    }

    /// The key of the sentence that the next page begins with; it begins with `done-`.
    #[must_use]
    pub fn done(mut self, text: &'static str) -> Form<'a> {
        self.done = Some(text);
        self
    }

    /// Sends only what is not as the record has it ([`Form::holding`]): what somebody else changes meanwhile in other
    /// fields stays.
    #[must_use]
    pub fn only_changes(mut self) -> Form<'a> {
        self.changes = true;
        self
    }

    /// What is typed is sent whenever a field is left, without waiting for the button, where scripts run. For
    /// operations that may be asked again and again with the same.
    #[must_use]
    pub fn kept(mut self) -> Form<'a> {
        self.kept = true;
        self
    }

    /// When the operation answers something that no other page says, the screen is shown again with it ([`Form::told`])
    /// instead of the next page.
    #[must_use]
    pub fn tells(mut self) -> Form<'a> {
        self.tells = true;
        self
    }

    /// The paper that comes of it, such as `/print/receipt/{first}.pdf`: the script opens it beside the next page, which
    /// offers it as well. With `wanted`, only where [`ui::remembered`](crate::ui::remembered) of that name is ticked.
    #[must_use]
    pub fn prints(mut self, address: &'static str, wanted: &'static str) -> Form<'a> {
        self.prints = Some(address);
        self.wanted = wanted;
        self
    }

    /// Which fields may be left empty is said by another operation, such as the one that makes what this one changes.
    pub(crate) fn required_by(mut self, operation: Option<&Arc<Operation>>) -> Form<'a> {
        self.required_by = operation.cloned();
        self
    }

    /// What the operation answered, of a form that [tells](Form::tells) it.
    pub fn told(&self) -> Option<&'a Json> {
        self.sent()?.told()
    }

    /// What Enter in a field sends besides, where the main button does: a form with a look-up has that button first.
    #[must_use]
    pub fn enter(mut self, name: &'static str, value: &'static str) -> Form<'a> {
        self.enter = Some((name, value));
        self
    }

    /// A field of the operation's body. What kind of input it is follows from the declaration. The name may lead into
    /// rows: `items.0.quantity`.
    pub fn field(&self, name: impl Into<String>) -> Input<'_> {
        Input::new(self, name.into())
    }

    /// A value that is sent with the form and that nobody edits.
    pub fn hidden(&self, name: &str, value: impl ToString) -> Markup {
        html! { input type="hidden" name=(name) value=(value.to_string()); }
    }

    /// The fields of a row, such as `items.0`, that the page gives: when nothing else is typed in it, it is not sent.
    pub fn given(&self, row: &str, fields: &[&str]) -> Markup {
        self.hidden(&[crate::convert::GIVEN, row].concat(), fields.join(" "))
    }

    /// Says that a list such as `items` is sent even when no row of it is filled in.
    pub fn list(&self, name: &str) -> Markup {
        self.hidden(&[crate::convert::LIST, name].concat(), "")
    }

    /// How a row such as `items.0` is called when something is wrong with it.
    pub fn row_called(&self, row: &str, words: &str) -> Markup {
        self.hidden(&[crate::sent::ROW_CALLED, row].concat(), words)
    }

    /// The main button. Its key, if it has one, is shown on it.
    pub fn button(&self, text: &'static str) -> Markup {
        html! { button.primary { (self.ask.t(text)) kbd aria-hidden="true" { "Ctrl+↵" } } }
    }

    /// Another button of the same form, which sends one more value, such as `("force", "true")`.
    pub fn button_with(&self, text: &'static str, name: &str, value: &str) -> Markup {
        html! { button name=(name) value=(value) { (self.ask.t(text)) } }
    }

    /// The button that asks another operation of the form ([`Form::or`]), which ends what the form is for.
    pub fn button_for(&self, text: &'static str, operation: &str) -> Markup {
        html! {
            button.primary name="_do" value=(operation) form=[self.name] data-final {
                (self.ask.t(text)) kbd aria-hidden="true" { "Ctrl+⇧+↵" }
            }
        }
    }

    /// A button that keeps what was typed and then leads to another page, with its key.
    pub fn button_then(&self, text: &'static str, address: &str, key: &str) -> Markup {
        html! {
            button name="_then" value=(crate::ui::safe(address)) form=[self.name] data-key=(key) {
                (self.ask.t(text)) @if !key.is_empty() { kbd aria-hidden="true" { (key) } }
            }
        }
    }

    /// A button that asks nothing to be stored: the page is shown again with what was typed, and
    /// [`Sent::looked_for`](crate::Sent::looked_for) says what for.
    pub fn button_look(&self, text: &'static str, what: &str) -> Markup {
        html! { button name="_look" value=(what) form=[self.name] formnovalidate { (self.ask.t(text)) } }
    }

    /// The button that stores what was typed and stays, where another one ends what the form is for.
    pub fn button_keep(&self, text: &'static str) -> Markup {
        html! { button form=[self.name] { (self.ask.t(text)) kbd aria-hidden="true" { "Ctrl+↵" } } }
    }

    /// What was sent by this form and refused.
    pub fn sent(&self) -> Option<&'a Sent> {
        let sent = self.ask.sent.as_ref()?;
        let mut others = self.others.iter();
        let asked = sent.operation == self.id || others.any(|(other, _)| *other == sent.operation);
        let same = asked
            && self
                .params
                .iter()
                .all(|(name, value)| sent.param(name) == Some(value.as_str()));
        same.then_some(sent)
    }

    /// What a field holds: what was typed, else what the record has.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        match self.sent().filter(|sent| sent.told().is_none()) {
            Some(sent) => sent.typed(name).map(str::to_owned),
            None => self.stored(name),
        }
    }

    /// What the record has.
    pub(crate) fn stored(&self, name: &str) -> Option<String> {
        let found = name
            .split('.')
            .try_fold(&self.holding, |json, part| match json {
                Json::Array(rows) => rows.get(part.parse::<usize>().ok()?),
                other => other.get(part),
            });
        found.and_then(plain)
    }

    pub(crate) fn fault(&self, name: &str) -> Option<String> {
        self.sent().and_then(|sent| sent.fault(name))
    }

    /// The form around its fields and buttons.
    pub fn show(&self, inner: Markup) -> Markup {
        let upload = self
            .operation
            .as_ref()
            .is_some_and(|operation| operation.upload);
        let control = self.control();
        let address = if upload {
            let query = serde_urlencoded::to_string(&control).unwrap_or_default();
            [self.ask.path(), "?", &query].concat()
        } else {
            self.ask.here(&[])
        };
        let kept = self
            .operation
            .as_deref()
            .is_some_and(crate::draft::may_be_kept)
            && !self.kept;
        html! {
            form.form id=[self.name] method="post" action=(address) data-form data-draft[kept]
                data-sent[self.sent().is_some()] data-keep=[self.kept.then(|| self.ask.t("form-kept"))]
                data-prints=[(!self.wanted.is_empty()).then_some(self.wanted)] novalidate
                enctype=[upload.then_some("multipart/form-data")] {
                @if !upload { @for (name, value) in &control { (self.hidden(name, value)) } }
                @if let Some(sent) = self.sent() { (sent.summary(self)) }
                // Enter presses the first button, which would be that of a look-up.
                @if inner.0.contains("name=\"_look\"") {
                    button.sr tabindex="-1" aria-hidden="true" name=[self.enter.map(|(name, _)| name)]
                        value=[self.enter.map(|(_, value)| value)] {}
                }
                (inner)
            }
        }
    }

    /// The form of an operation that takes no input: one button.
    pub fn only_button(&self, text: &'static str) -> Markup {
        self.show(html! { button { (self.ask.t(text)) } })
    }

    /// What makes sending the form twice harmless. A form that nobody refused, or of which nobody knows whether it
    /// was done, keeps its own.
    fn key(&self) -> String {
        let open = |sent: &&Sent| !sent.status().is_client_error() && sent.told().is_none();
        let kept = self.sent().filter(open);
        let kept = kept.and_then(|sent| sent.typed("_key"));
        kept.filter(|key| !key.is_empty()).unwrap_or(KEY).to_owned()
    }

    /// What the form says about itself.
    fn control(&self) -> Vec<(String, String)> {
        let mut control = vec![
            ("_do".to_owned(), self.id.clone()),
            ("_key".to_owned(), self.key()),
        ];
        for (name, value) in &self.params {
            control.push((["_", name].concat(), value.clone()));
        }
        if let Some(version) = self.version {
            control.push(("_version".to_owned(), version.to_string()));
        }
        if let Some(then) = &self.then {
            control.push(("_then".to_owned(), then.clone()));
        }
        if self.tells {
            control.push((crate::sent::TELLS.to_owned(), "1".to_owned()));
        }
        if let Some(prints) = self.prints {
            control.push((crate::sent::PRINTS.to_owned(), prints.to_owned()));
        }
        if self.changes {
            control.push(("_was".to_owned(), self.was()));
        }
        if let Some(done) = self.done {
            control.push(("_done".to_owned(), done.to_owned()));
        }
        for (other, done) in &self.others {
            control.push((["_done.", other].concat(), (*done).to_owned()));
        }
        control
    }

    /// What the fields begin with, as inputs show it.
    fn was(&self) -> String {
        let fields = self.holding.as_object().into_iter().flatten();
        let shown: serde_json::Map<String, Json> = fields
            .map(|(name, json)| {
                let text = plain(json).unwrap_or_default();
                let moment = self.schema(name).is_some_and(crate::kind::is_moment);
                let text = if moment {
                    crate::ui::local(self.ask, &text)
                } else {
                    text
                };
                (name.clone(), text.into())
            })
            .collect();
        Json::Object(shown).to_string()
    }

    /// The declared schema of a field; rows are looked into.
    pub(crate) fn schema(&self, name: &str) -> Option<&Json> {
        let body = &self.operation.as_ref()?.doc.body.as_ref()?.json;
        name.split('.').try_fold(body, |schema, part| {
            if part.bytes().all(|b| b.is_ascii_digit()) {
                schema.get("items")
            } else {
                schema.get("properties")?.get(part)
            }
        })
    }

    pub(crate) fn requires(&self, name: &str) -> bool {
        let operation = self.required_by.as_ref().or(self.operation.as_ref());
        let body = operation.and_then(|operation| operation.doc.body.as_ref());
        let required = body.and_then(|body| body.json.get("required")?.as_array());
        required.is_some_and(|names| names.iter().any(|known| known == name))
    }
}

/// A value as an input shows it; null is nothing.
pub(crate) fn plain(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        Json::Object(_) | Json::Array(_) => serde_json::to_string(json).ok(),
        other => Some(other.to_string()),
    }
}

impl Render for Input<'_> {
    fn render(&self) -> Markup {
        self.markup()
    }
}
