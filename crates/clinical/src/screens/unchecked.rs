//! What of a safety check could not be done, in words.

use platform::texts::Text;
use web::Ask;

use crate::prescription_alert::{NotChecked, UnknownName};

/// `Could not be checked: …`, each part with its reason and what to do; `found` says that something else was found.
pub fn unchecked(ask: &Ask, parts: &[NotChecked], unknown: &[UnknownName], found: bool) -> String {
    let listed: Vec<String> = parts.iter().map(|part| ask.say(&said(part))).collect();
    let mut all = ask.say(&Text::new("clinical-unchecked").with("parts", listed.join("; ")));
    let near = unknown.iter().flat_map(|one| &one.nearest);
    let near: Vec<&str> = near.map(String::as_str).collect();
    if !near.is_empty() {
        let meant = Text::new("clinical-safety-meant").with("names", near.join(", "));
        all = [&all, " ", &ask.say(&meant)].concat();
    }
    if !found {
        all = [&all, " ", &ask.t("clinical-unchecked-rest")].concat();
    }
    all
}

fn said(part: &NotChecked) -> Text {
    let key = match (part.part.as_str(), part.reason.as_str()) {
        ("name", _) => "clinical-unchecked-name",
        ("allergies", _) => "clinical-unchecked-allergies",
        (_, "amount") => "clinical-unchecked-amount",
        (_, "strengths") => "clinical-unchecked-strengths",
        (_, "unit") => "clinical-unchecked-unit",
        (_, "no_limit") => "clinical-unchecked-no-limit",
        (_, "no_child_limit") => "clinical-unchecked-no-child-limit",
        (_, "weight") => "clinical-unchecked-weight",
        (_, "frequency") => "clinical-unchecked-frequency",
        _ => "clinical-unchecked-dose",
    };
    let what = if part.what.is_empty() {
        "empty"
    } else {
        &part.what
    };
    Text::new(key).with("what", what)
}
