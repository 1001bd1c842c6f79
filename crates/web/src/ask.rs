//! What is asked of a screen, by whom, in which language.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use kernel::{Language, Reach};
use maud::{Markup, html};
use parking_lot::Mutex;
use platform::access::Permission;
use platform::actor::Actor;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::Head;
use platform::operation::{Need, Operation};
use platform::texts::Text;

use crate::draft::Waiting;
use crate::form::Form;
use crate::house::House;
use crate::screens::Who;
use crate::sent::Sent;

/// A request for a page.
pub struct Ask {
    pub(crate) house: Arc<House>,
    pub(crate) head: Arc<Head>,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) actor: Arc<Actor>,
    pub(crate) language: &'static str,
    pub(crate) sent: Option<Sent>,
    pub(crate) extensions: http::Extensions,
    pub(crate) request_id: String,
    pub(crate) done: Option<String>,
    /// What was typed here earlier and not sent.
    pub(crate) draft: Option<Waiting>,
    /// The tables that the slots shown here watch.
    pub(crate) watched: Mutex<Vec<&'static str>>,
    /// What is said of records that were left out because they cannot be read.
    pub(crate) damaged: Mutex<BTreeSet<String>>,
}

impl Ask {
    /// The application.
    pub fn app(&self) -> &Arc<App> {
        &self.house.app
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The reader's language: `en`, `fr` or `sw`.
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// The reader's language, for what is written by other rules than words.
    pub fn reader(&self) -> Language {
        Language::parse(self.language).unwrap_or_default()
    }

    /// What stands between a word and what it is said of, in the reader's language.
    pub fn colon(&self) -> &'static str {
        self.reader().colon()
    }

    /// A sentence in the reader's language.
    pub fn t(&self, key: &'static str) -> String {
        self.say(&Text::new(key))
    }

    /// A sentence with values in the reader's language.
    pub fn say(&self, text: &Text) -> String {
        self.house.app.texts.render(self.language, text)
    }

    /// The words for a key made at run time (`choice-status-waiting`), or those given.
    pub fn word(&self, key: &str, otherwise: &str) -> String {
        let found = self.house.app.texts.find(self.language, key);
        found.unwrap_or_else(|| otherwise.to_owned())
    }

    /// The resource or report that a derived page is about.
    pub(crate) fn about(&self) -> &str {
        self.param(ABOUT)
    }

    /// A parameter of the address.
    pub fn param(&self, name: &str) -> &str {
        value(&self.params, name).unwrap_or_default()
    }

    /// The record's id in the address.
    ///
    /// # Errors
    /// 404: what is no number names no record.
    pub fn id(&self) -> Result<i64, Error> {
        let id = self.param("id").parse().ok();
        id.filter(|id| *id > 0).ok_or_else(Error::not_found)
    }

    /// A value of the query, when it is there and not empty; the last one counts.
    pub fn query(&self, name: &str) -> Option<&str> {
        let mut found = self.head.query.iter().rev();
        let found = found.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The path of this page.
    pub fn path(&self) -> &str {
        &self.head.path
    }

    /// This page's address with some values of its query set (or, when empty, left out).
    pub fn here(&self, set: &[(&str, &str)]) -> String {
        let kept = self
            .head
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| !set.iter().any(|(other, _)| other == name));
        let set = set.iter().copied().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<(&str, &str)> = kept.chain(set).collect();
        if pairs.is_empty() {
            return self.head.path.clone();
        }
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        [self.head.path.as_str(), "?", &query].concat()
    }

    /// Whether the caller holds a permission, in any reach.
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.grants.reach(permission) != Reach::None
    }

    pub(crate) fn admits(&self, who: Who) -> bool {
        match who {
            Who::SignedIn => self.actor.user().is_some(),
            Who::May(permission) => self.may(permission),
        }
    }

    /// Whether the caller holds what an operation needs; a button for it is shown only then.
    pub fn may_do(&self, operation: &str) -> bool {
        self.operation(operation)
            .is_some_and(|operation| match &operation.need {
                Need::Open | Need::SignedIn => true,
                Need::May(info, _) => self.may(info.permission),
            })
    }

    /// A declared operation, by its id such as `patients_create`.
    pub(crate) fn operation(&self, id: &str) -> Option<&Arc<Operation>> {
        self.house.operation(id)
    }

    /// A form that asks a declared operation, such as `appointments_check_in`. It remembers what was typed
    /// when the operation refused it.
    pub fn form(&self, operation: &str) -> Form<'_> {
        Form::new(self, operation)
    }

    /// What was posted to this page and refused.
    pub fn sent(&self) -> Option<&Sent> {
        self.sent.as_ref()
    }

    /// What the modules put into a slot of this screen, for the record with an id, in their order. All are read
    /// in this page's unit of work.
    ///
    /// # Errors
    /// When a panel cannot be read.
    pub async fn slot(&self, cx: &mut Cx, slot: &str, id: i64) -> Result<Markup, Error> {
        let mut filled = Vec::new();
        for panel in self.house.panels(slot) {
            if !self.may(panel.permission) {
                continue;
            }
            self.watched.lock().extend(panel.watches);
            if let Some(markup) = (panel.fill)(cx, self, id).await? {
                filled.push(markup);
            }
        }
        Ok(html! { @for markup in &filled { (markup) } })
    }

    /// A moment as the reader writes it, at the hospital.
    pub fn moment(&self, at: Timestamp) -> Markup {
        crate::ui::moment(self, at)
    }

    /// A day as the reader writes it.
    pub fn day(&self, day: jiff::civil::Date) -> Markup {
        crate::ui::day(self, day)
    }
}

/// Under which a derived page finds what it is about.
pub(crate) const ABOUT: &str = "_about";

pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = pairs.iter().rev();
    found
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}
