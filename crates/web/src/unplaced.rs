//! A refusal whose form is not on the page any more: somebody else was faster, and what was to be done has no place there
//! now. It is said on top, with what was typed, so that neither is lost.

use maud::{Markup, html};
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::page::Page;
use crate::sent::Sent;
use crate::words;

/// Every summary of a refused form has this mark.
const SAID: &str = "id=\"error-summary\"";

/// Puts the refusal above a page that shows no form which would say it.
pub(crate) fn say(ask: &Ask, page: &mut Page) {
    let Some(sent) = ask.sent().filter(|sent| !sent.status().is_success()) else {
        return;
    };
    if page.body.0.contains(SAID) {
        return;
    }
    let body = std::mem::replace(&mut page.body, html! {});
    page.body = html! { (refused(ask, sent)) (body) };
}

fn refused(ask: &Ask, sent: &Sent) -> Markup {
    let detail = sent.fact("detail").and_then(Json::as_str);
    let faults = sent.faults();
    let typed = typed(ask, sent);
    html! {
        div.summary #error-summary role="alert" tabindex="-1" {
            @match detail {
                Some(detail) => { h2 { (detail) } },
                None => {
                    h2 { (ask.t(if sent.is_stale() { "form-stale" } else { "form-not-done" })) }
                    ul { @for (_, said) in &faults { li { (said) } } }
                },
            }
            @if !typed.is_empty() {
                h3 { (ask.t("form-typed")) }
                dl { @for (label, text) in &typed { dt { (label) } dd.text { (text) } } }
            }
        }
    }
}

/// What was written by hand, by what its fields are called: texts, and no numbers of records.
fn typed(ask: &Ask, sent: &Sent) -> Vec<(String, String)> {
    let body = ask.operation(&sent.operation).cloned();
    let body = body
        .as_ref()
        .and_then(|operation| operation.doc.body.as_ref());
    let Some(fields) = body.and_then(|body| body.json.get("properties")?.as_object()) else {
        return Vec::new();
    };
    let texts = fields.iter().filter(|(_, schema)| is_text(schema));
    let typed = texts.filter_map(|(name, _)| {
        let text = sent.typed(name)?.trim();
        (!text.is_empty()).then(|| (words::field(ask, name), text.to_owned()))
    });
    typed.collect()
}

/// Words, whatever their length: no day, no choice, no other record.
fn is_text(schema: &Json) -> bool {
    let one = schema.get("anyOf").and_then(|all| all.get(0));
    let schema = one.unwrap_or(schema);
    let text = match schema.get("type") {
        Some(Json::Array(types)) => types.iter().any(|one| one == "string"),
        other => other.is_some_and(|one| one == "string"),
    };
    text && ["format", "enum", "x-references"]
        .iter()
        .all(|key| schema.get(key).is_none())
}

#[cfg(test)]
mod tests {
    use super::is_text;
    use serde_json::json;

    #[test]
    fn what_is_written_by_hand_is_told_from_days_and_choices() {
        for (schema, text) in [
            (json!({ "type": "string" }), true),
            (
                json!({ "type": ["string", "null"], "maxLength": 65536 }),
                true,
            ),
            (
                json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
                true,
            ),
            (json!({ "type": "string", "format": "date" }), false),
            (json!({ "type": "string", "enum": ["a"] }), false),
            (json!({ "type": "integer", "x-references": "bed" }), false),
            (json!({ "type": "boolean" }), false),
        ] {
            assert_eq!(is_text(&schema), text, "{schema}");
        }
    }
}
