//! One field of a form.

use maud::{Markup, html};

use crate::form::Form;
use crate::kind::{Decimals, Kind, is_nullable, kind_of};

/// One field of a form, with its label, hint and what was wrong with it.
pub struct Input<'a> {
    form: &'a Form<'a>,
    name: String,
    kind: Kind,
    label: Option<String>,
    hint: Option<String>,
    value: Option<String>,
    /// What is picked at the start, in words.
    picked: Option<String>,
    required: bool,
    focus: bool,
    complete: Option<&'static str>,
    /// What it holds whatever was typed.
    instead: Option<String>,
    limits: Option<String>,
    /// Without a word on whether it may be left empty.
    bare: bool,
}

impl<'a> Input<'a> {
    pub(crate) fn new(form: &'a Form<'a>, name: String) -> Input<'a> {
        let kind = form
            .schema(&name)
            .map_or(Kind::Text, |schema| kind_of(form, &name, schema));
        let required = form.requires(&name);
        Input {
            form,
            name,
            kind,
            label: None,
            hint: None,
            value: None,
            picked: None,
            required,
            focus: false,
            complete: None,
            instead: None,
            limits: None,
            bare: false,
        }
    }

    /// Its words, by key; otherwise those that the field has everywhere.
    #[must_use]
    pub fn label(self, key: &'static str) -> Input<'a> {
        let words = self.form.ask.t(key);
        self.labelled(words)
    }

    /// Its words as they are.
    #[must_use]
    pub fn labelled(mut self, words: impl Into<String>) -> Input<'a> {
        self.label = Some(words.into());
        self
    }

    /// What helps to fill it in, by key.
    #[must_use]
    pub fn hint(mut self, key: &'static str) -> Input<'a> {
        self.hint = Some(self.form.ask.t(key));
        self
    }

    /// What helps to fill it in, as it is.
    #[must_use]
    pub fn hinted(mut self, words: impl Into<String>) -> Input<'a> {
        let words: String = words.into();
        self.hint = (!words.is_empty()).then_some(words);
        self
    }

    /// Limits of a number: lowest and highest normal value, and where it is critical, below and above. Scripts say
    /// while typing what a value means, in the words of `data-flags` around the field (normal, low, high,
    /// critical, with `|` between); the server decides.
    #[must_use]
    pub fn limits(mut self, limits: [Option<String>; 4]) -> Input<'a> {
        if limits.iter().any(Option::is_some) {
            self.limits = Some(
                limits
                    .map(|limit| limit.unwrap_or_else(|| "-".to_owned()))
                    .join(" "),
            );
        }
        self
    }

    /// What it begins with, unless something was typed.
    #[must_use]
    pub fn value(mut self, value: impl ToString) -> Input<'a> {
        self.value = Some(value.to_string());
        self
    }

    /// The words of the record that is picked at the start.
    #[must_use]
    pub fn picked(mut self, words: impl Into<String>) -> Input<'a> {
        self.picked = Some(words.into());
        self
    }

    /// Another kind than the declaration's.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Input<'a> {
        self.kind = kind;
        self
    }

    /// Whether it has to be filled in.
    #[must_use]
    pub fn required(mut self, required: bool) -> Input<'a> {
        self.required = required;
        self
    }

    /// Without a word on whether it may be left empty: for many fields of which any may.
    #[must_use]
    pub fn bare(mut self) -> Input<'a> {
        self.bare = true;
        self
    }

    /// What it holds instead of what was typed, such as that with more added.
    #[must_use]
    pub fn instead(mut self, value: impl Into<String>) -> Input<'a> {
        self.instead = Some(value.into());
        self
    }

    /// The cursor is here when the page opens.
    #[must_use]
    pub fn focus(mut self) -> Input<'a> {
        self.focus = true;
        self
    }

    /// What browsers fill in by themselves, such as `username`.
    #[must_use]
    pub fn complete(mut self, what: &'static str) -> Input<'a> {
        self.complete = Some(what);
        self
    }

    /// The element's id, for a label or a control of one's own.
    pub fn id(&self) -> String {
        self.form.element(&self.name)
    }

    pub(crate) fn words(&self) -> String {
        let last = self.name.rsplit('.').next().unwrap_or(&self.name);
        self.label
            .clone()
            .unwrap_or_else(|| crate::words::field(self.form.ask, last))
    }

    pub(crate) fn markup(&self) -> Markup {
        let id = self.form.element(&self.name);
        let fault = self.form.fault(&self.name);
        let described = self.described(&id, fault.is_some());
        let now = self.now();
        html! {
            div.field.wrong[fault.is_some()] {
                @if self.kind == Kind::Tick {
                    (self.tick(&id, described.as_deref()))
                } @else if let Kind::Choice(choices) = &self.kind && choices.len() <= 4 {
                    fieldset.choice aria-describedby=[described.as_deref()] {
                        legend id=(id) { (self.words()) (self.optional()) }
                        (self.radios(choices))
                    }
                } @else if let Kind::Pick(path) = &self.kind {
                    (self.picker(&id, path, described.as_deref()))
                } @else {
                    label for=(id) { (self.words()) (self.optional()) }
                    (self.control(&id, described.as_deref(), fault.is_some()))
                }
                @if let Some(hint) = &self.hint { p.hint id={ (id) "-hint" } { (hint) } }
                @if self.kind == Kind::File && self.form.sent().is_some() { p.hint.again { (self.form.ask.t("form-file-again")) } }
                @if let Some(fault) = &fault { p.error id={ (id) "-error" } { (fault) } }
                @if let Some(now) = now { p.now { (self.form.ask.t("form-stored-now")) " " b { (now) } } }
            }
        }
    }

    fn described(&self, id: &str, wrong: bool) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| [id, "-hint"].concat());
        let error = wrong.then(|| [id, "-error"].concat());
        let all: Vec<String> = hint.into_iter().chain(error).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn optional(&self) -> Markup {
        html! { @if !self.required && !self.bare { " " small { (self.form.ask.t("form-optional")) } } }
    }

    fn begins_with(&self) -> String {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let value = self.form.value(&self.name);
        let value = if self.form.sent().is_some() {
            value
        } else {
            value
                .or_else(|| self.value.clone())
                .or_else(|| self.default())
        };
        value.unwrap_or_default()
    }

    /// What the operation takes it for when it is left out.
    fn default(&self) -> Option<String> {
        self.form
            .schema(&self.name)?
            .get("default")
            .and_then(crate::form::plain)
    }

    /// When somebody else was faster: what the record has now, where it differs from what was typed.
    fn now(&self) -> Option<String> {
        let sent = self.form.sent().filter(|sent| sent.is_stale())?;
        let stored = self.form.stored(&self.name)?;
        (sent.typed(&self.name) != Some(stored.as_str())).then_some(stored)
    }

    fn control(&self, id: &str, described: Option<&str>, wrong: bool) -> Markup {
        let value = self.begins_with();
        let invalid = wrong.then_some("true");
        let name = &self.name;
        match &self.kind {
            Kind::Area => html! {
                textarea id=(id) name=(name) rows="4" aria-describedby=[described] aria-invalid=[invalid]
                    required[self.required] autofocus[self.focus] { (value) }
            },
            Kind::Choice(choices) => html! {
                select id=(id) name=(name) aria-describedby=[described] aria-invalid=[invalid]
                    required[self.required] autofocus[self.focus] {
                    @if !self.required || value.is_empty() { option value="" { "—" } }
                    @for (choice, words) in choices {
                        option value=(choice) selected[*choice == value] { (words) }
                    }
                }
            },
            kind => {
                let (sort, shown) = match kind {
                    Kind::Password => ("password", String::new()),
                    Kind::Date => ("date", value),
                    Kind::Moment => ("datetime-local", crate::ui::local(self.form.ask, &value)),
                    Kind::Time => ("time", value),
                    Kind::File => ("file", String::new()),
                    // Also of numbers: a browser drops the comma of `7,5` from a field of the type `number`, and sends 75.
                    _ => ("text", value),
                };
                let keys = match kind {
                    Kind::Number(Decimals::None) => Some("numeric"),
                    Kind::Number(Decimals::Some) | Kind::Measure => Some("decimal"),
                    _ => None,
                };
                html! {
                    input id=(id) name=(name) type=(sort) step=[(*kind == Kind::Moment).then_some("1")]
                        value=[(*kind != Kind::File).then_some(shown)] inputmode=[keys]
                        data-limits=[self.limits.as_deref()]
                        maxlength=[self.longest()] autocomplete=(self.complete.unwrap_or("off"))
                        aria-describedby=[described] aria-invalid=[invalid]
                        required[self.required] autofocus[self.focus];
                }
            }
        }
    }

    fn longest(&self) -> Option<u64> {
        self.form.schema(&self.name)?.get("maxLength")?.as_u64()
    }

    fn tick(&self, id: &str, described: Option<&str>) -> Markup {
        let on = self.begins_with() == "true";
        html! {
            input type="hidden" name=(self.name) value="false";
            label.tick for=(id) {
                input id=(id) type="checkbox" name=(self.name) value="true" checked[on]
                    aria-describedby=[described] autofocus[self.focus];
                " " (self.words())
            }
        }
    }

    fn radios(&self, choices: &[(String, String)]) -> Markup {
        let value = self.begins_with();
        html! {
            div.radios {
                // What was chosen can be taken back.
                @if !self.required && self.form.schema(&self.name).is_some_and(is_nullable) {
                    label.radio {
                        input type="radio" name=(self.name) value="" checked[value.is_empty()];
                        " " (self.form.ask.t("form-not-said"))
                    }
                }
                @for (at, (choice, words)) in choices.iter().enumerate() {
                    label.radio {
                        input type="radio" name=(self.name) value=(choice) checked[*choice == value]
                            required[self.required] autofocus[self.focus && at == 0];
                        " " (words)
                    }
                }
            }
        }
    }

    /// The words of what is picked.
    fn called(&self, value: &str) -> String {
        let sent = self.form.sent();
        let now = sent.and_then(|sent| sent.picked(&self.name));
        // What the screen began with names only what it began with; one that began with nothing named what was picked.
        let begun = self.picked.as_deref().filter(|_| {
            let typed = sent.and_then(|sent| sent.typed(&self.name));
            typed.is_none()
                || self.value.is_none()
                || typed == self.value.as_deref()
                || now.is_none()
        });
        let words = begun.or(now).map(str::to_owned);
        words.unwrap_or_else(|| ["№ ", value].concat())
    }

    /// Found by a few letters: with scripts while typing, without them by its own button.
    fn picker(&self, id: &str, path: &str, described: Option<&str>) -> Markup {
        let asked = [&self.name, "__q"].concat();
        let typed = self
            .form
            .sent()
            .and_then(|sent| sent.typed(&asked))
            .unwrap_or_default();
        let value = self.begins_with();
        let found = self
            .form
            .sent()
            .and_then(|sent| sent.found(&self.name))
            .unwrap_or_default();
        let looked = match self.form.sent() {
            Some(sent) if sent.found(&self.name).is_some() => typed,
            Some(sent) => sent
                .typed(&[crate::sent::LOOKED, &self.name].concat())
                .unwrap_or_default(),
            None => "",
        };
        let at_start =
            self.form.sent().is_none() || !found.iter().any(|(known, _)| *known == value);
        html! {
            fieldset.pick data-pick=(path) data-name=(self.name) aria-describedby=[described] {
                legend { (self.words()) (self.optional()) }
                div.found {
                    @if !self.required && self.form.stored(&self.name).is_some() {
                        (picked(&self.name, "", &self.form.ask.t("form-nobody"), value.is_empty()))
                    }
                    @if at_start && !value.is_empty() {
                        (picked(&self.name, &value, &self.called(&value), true))
                    }
                    @for (found, words) in found {
                        (picked(&self.name, found, words, *found == value))
                    }
                }
                @if self.form.ask.house.find(path).is_some() || self.name.contains('.') {
                    (self.form.hidden(&[&self.name, crate::pick::OWN].concat(), path))
                }
                // Of what was found for this, one was to be chosen.
                (self.form.hidden(&[crate::sent::LOOKED, &self.name].concat(), looked))
                @if found.is_empty() && self.form.sent().is_some_and(|sent| sent.found(&self.name).is_some()) {
                    (crate::pick::nothing(self.form.ask, path, typed))
                }
                @if !found.is_empty() && !found.iter().any(|(known, _)| *known == value) {
                    p.hint role="status" { (self.form.ask.t("form-choose")) }
                }
                div.search {
                    input id=(id) type="search" name=(asked) value=(typed) autocomplete="off"
                        aria-label=(self.form.ask.t("form-pick")) autofocus[self.focus];
                    button name="_look" value=(self.name) formnovalidate { (self.form.ask.t("form-look")) }
                }
            }
        }
    }
}

/// A record that can be picked.
pub(crate) fn picked(name: &str, id: &str, words: &str, chosen: bool) -> Markup {
    html! {
        label.radio { input type="radio" name=(name) value=(id) checked[chosen]; " " (words) }
    }
}
