//! Who changed a record, when, and what it was before.

use jiff::Timestamp;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use serde_json::Value as Json;

use super::{About, detail};
use crate::ask::Ask;
use crate::page::Page;
use crate::{ui, words};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let id = ask.id()?;
    let number = id.to_string();
    let title = detail::title(cx, &about, id).await?;
    let pairs = [
        ("object_type", about.info.name),
        ("object_id", number.as_str()),
        ("ordering", "-id"),
        ("limit", "100"),
    ];
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let answer = ask.get(&["audit_logs/?", &query].concat()).await?;
    if !answer.status.is_success() {
        return Ok(
            Page::new(title, ui::could_not_check(&ask.t("admin-history-unknown")))
                .status(answer.status),
        );
    }
    let rows = answer
        .json
        .get("results")
        .unwrap_or(&answer.json)
        .as_array()
        .cloned()
        .unwrap_or_default();
    let heads = ["admin-when", "admin-who", "admin-what", "admin-changes"].map(|key| ask.t(key));
    let cells: Vec<Vec<Markup>> = rows.iter().map(|row| entry(ask, row)).collect();
    let body = html! {
        p { (ui::link(&about.at(&[&number, "/"].concat()), &title)) }
        @if rows.is_empty() { (ui::empty(&ask.t("admin-history-none"), None)) }
        @else { div.history { (ui::table(&heads, &cells)) } }
    };
    let heading = Text::new("admin-history-title").with("what", title);
    Ok(Page::new(ask.say(&heading), body))
}

fn entry(ask: &Ask, row: &Json) -> Vec<Markup> {
    let text = |name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default();
    let at = text("timestamp").parse::<Timestamp>().ok();
    let changes = row
        .get("details")
        .and_then(|details| details.get("fields"))
        .and_then(Json::as_object);
    vec![
        html! { @if let Some(at) = at { (ask.moment(at)) } },
        html! { (text("username")) },
        html! { (words::choice(ask, "action", text("action"))) },
        html! {
            @for (name, change) in changes.into_iter().flatten() {
                div { (words::field(ask, name)) ": " (difference(change)) }
            }
        },
    ]
}

/// Old and new, or what it began with.
fn difference(change: &Json) -> Markup {
    let shown = |json: &Json| crate::form::plain(json).unwrap_or_else(|| "—".to_owned());
    match change.as_array().map(Vec::as_slice) {
        Some([old, new]) => html! { del { (shown(old)) } " → " ins { (shown(new)) } },
        _ => html! { ins { (shown(change)) } },
    }
}
