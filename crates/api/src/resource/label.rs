//! What a link, a picker or a title says of a record.

use kernel::{Language, written};

use super::Resource;
use crate::resource::Visible;
use engine::cx::Cx;
use engine::resource::{Said, spoken};

/// What a caller is told a record is called: its own label, or its kind and number when it has none, or
/// none that this caller may read.
pub fn label_for<R: Resource>(cx: &Cx, row: &R) -> String {
    let parts = row.called();
    if R::NAMED_BY.is_empty() {
        return joined(cx, row, &parts);
    }
    let visible = Visible::to::<R>(cx, &cx.grant_of(R::READ));
    if R::NAMED_BY.iter().any(|named| visible.withheld(named.name)) {
        return said(cx, row, &Said::Numbered);
    }
    joined(cx, row, &parts)
}

/// The parts, one after the other; the kind and the number where they come to nothing.
fn joined<R: Resource>(cx: &Cx, row: &R, parts: &[Said]) -> String {
    let mut whole = String::new();
    for part in parts {
        let words = said(cx, row, part);
        let words = words.trim();
        if words.is_empty() {
            continue;
        }
        if !whole.is_empty() {
            let apart = matches!(
                part,
                Said::Day(_) | Said::Clock(_) | Said::Moment(_) | Said::Amount(_)
            );
            whole.push_str(if apart { ", " } else { " " });
        }
        whole.push_str(words);
    }
    match whole.is_empty() {
        true => said(cx, row, &Said::Numbered),
        false => whole,
    }
}

fn said<R: Resource>(cx: &Cx, row: &R, part: &Said) -> String {
    let language = Language::parse(cx.origin.language).unwrap_or_default();
    let clock = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    match part {
        Said::Words(words) => words.clone(),
        Said::Kind => kind(cx, R::NAME),
        Said::KindOf(name) => kind(cx, name),
        Said::Numbered => format!("{} {}", kind(cx, R::NAME), row.meta().id),
        Said::Choice(field, value) => choice(cx, field, value),
        Said::Day(day) => written::date(*day, language),
        Said::Weekday(day) => written::weekday(*day, language).to_owned(),
        Said::Clock(time) => clock(*time),
        Said::Moment(at) => {
            let there = cx.app.zone.to_local(*at);
            let day = written::date(there.date(), language);
            [&day, ", ", &clock(there.time())].concat()
        }
        Said::Amount(amount) => written::money(*amount, &cx.app.settings.currency, language),
    }
}

/// The kind of a record, one of them: `LabOrder` is a `Laboratory order`.
fn kind(cx: &Cx, name: &str) -> String {
    let words = spoken(name);
    let key = ["kind-", &words.to_lowercase().replace(' ', "-")].concat();
    let known = cx.app.texts.find(cx.origin.language, &key);
    known.unwrap_or_else(|| capital(&words))
}

/// The words of a choice: its field's own, else those of any field.
fn choice(cx: &Cx, field: &str, value: &str) -> String {
    let part = |text: &str| text.to_lowercase().replace(['_', ' ', '.', '/'], "-");
    let keys = [
        ["choice-", &part(field), "-", &part(value)].concat(),
        ["choice-", &part(value)].concat(),
    ];
    let found = |key: &String| cx.app.texts.find(cx.origin.language, key);
    let known = keys.iter().find_map(found);
    known.unwrap_or_else(|| capital(&value.replace(['_', '-'], " ")))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
