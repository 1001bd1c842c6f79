//! Which guideline rules a site has switched on.

use std::collections::HashSet;

use kernel::BuiltinRole;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::record::{Column, Meta};
use platform::resource::Resource;

use crate::rules::guideline::rules;

/// The rule that stands for the vaccination schedule.
pub(crate) const IMMUNISATION: &str = "immunisation";

/// Rules that are on from the start: what they ask for is recorded here, and they hold everywhere. A site
/// switches on others.
const ON: [&str; 13] = [
    IMMUNISATION,
    "bp-adult-yearly",
    "htn-review",
    "dm-bp",
    "dm-foot",
    "dm-hba1c",
    "anc-visit",
    "anc-bp",
    "newborn-contacts",
    "growth-infant",
    "growth-child",
    "cervix-screen",
    "cervix-screen-hiv",
];

platform::record! {
    /// A guideline rule: who is due for what. The rules come with the program; a site switches them on or off.
    pub struct GuidelineRule in "guideline_rule" {
        client {
            /// Whether reminders are raised for the rule.
            is_active: bool,
        }
        server {
            /// The rule's stable name, which alerts carry.
            key: Line<64> = Line::cut("-"),
            /// What is due, in a few words.
            name: Line<255> = Line::cut("-"),
            /// Holds only where this is so, such as `malaria-endemic`; empty for everywhere.
            setting: Blank<255> = Blank::default(),
            /// Keys of the guidelines that it follows.
            source: Blank<255> = Blank::default(),
        }
    }
}

impl Resource for GuidelineRule {
    const PATH: &'static str = "guideline-rules";
    const VERBS: &'static str = "ru";
    const FILTERS: &'static [Column<Self>] = &[GuidelineRule::is_active, GuidelineRule::key];
    const SEARCH: &'static [Column<Self>] = &[GuidelineRule::name];
    const LIST: &'static [Column<Self>] = &[
        GuidelineRule::name,
        GuidelineRule::setting,
        GuidelineRule::source,
        GuidelineRule::is_active,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .role(BuiltinRole::Admin, "ru")
            .roles(BuiltinRole::STAFF, "r")
    }

    fn scope(_grant: &Grant) -> Scope {
        Scope::All
    }

    fn label(&self) -> String {
        self.name.to_string()
    }
}

/// Adds the rules that came with this version; those that are there keep the site's choice.
pub(crate) async fn seed(cx: &mut Cx) -> Result<(), Error> {
    let known: Vec<(String,)> = cx
        .unscoped("which rules are known")
        .all(Statement::raw("SELECT key FROM guideline_rule", values([])))
        .await?;
    let known: HashSet<String> = known.into_iter().map(|(key,)| key).collect();
    let schedule = (
        IMMUNISATION,
        "Vaccination schedule for children",
        "",
        "WHO-RI2023",
    );
    let built_in = rules()
        .iter()
        .filter(|rule| rule.is_countable())
        .map(|rule| (&*rule.id, &*rule.title, &*rule.setting, &*rule.source));
    for (key, name, setting, source) in built_in.chain([schedule]) {
        if known.contains(key) {
            continue;
        }
        let mut row = GuidelineRule {
            meta: Meta::unstored(),
            is_active: ON.contains(&key),
            key: Line::cut(key),
            name: Line::cut(name),
            setting: Blank::cut(setting),
            source: Blank::cut(source),
        };
        cx.insert(&mut row).await?;
    }
    Ok(())
}

/// The names of the rules that are on.
pub(crate) async fn active(cx: &mut Cx) -> Result<HashSet<String>, Error> {
    let keys: Vec<(String,)> = cx
        .unscoped("which rules are on is no secret")
        .all(Statement::raw(
            "SELECT key FROM guideline_rule WHERE is_active",
            values([]),
        ))
        .await?;
    Ok(keys.into_iter().map(|(key,)| key).collect())
}
