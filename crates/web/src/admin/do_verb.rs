//! What else is done to a record or a resource: the input that a verb takes, and one button.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::operation::Operation;
use serde_json::Value as Json;

use super::{About, detail, name, on_record, shown, verbs};
use crate::ask::Ask;
use crate::page::Page;
use crate::{told, ui, words};

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let registry = &ask.app().registry;
    let one = ask.id().ok();
    let asked = ask
        .path()
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let mut all = verbs(registry, about.info.path);
    let verb = all
        .find(|verb| name(verb) == asked && on_record(verb) == one.is_some())
        .ok_or_else(Error::not_found)?;
    // Whoever posts here is answered here.
    if let Some(address) = ask.house.instead(&verb.id).filter(|_| ask.sent().is_none()) {
        let id = one.map(|id| id.to_string()).unwrap_or_default();
        cx.saw_nothing();
        return Ok(Page::go(address.replace("{id}", &id)));
    }
    let mut form = ask.form(&verb.id).done("done-done");
    let mut said = String::new();
    let mut back = about.at("");
    if let Some(id) = one {
        let record = detail::record(ask, &about).await?;
        said = detail::title(cx, ask, &about, &record).await?;
        back = about.at(&[&id.to_string(), "/"].concat());
        form = form.on(id);
        if verb.doc.versioned
            && let Some(version) = record.get("version").and_then(Json::as_i64)
        {
            form = form.version(version);
        }
    }
    if let Some(id) = one.filter(|_| form.sent().is_none())
        && let Some(notice) = detail::unoffered(cx, ask, &about, id, verb).await?
    {
        return Ok(Page::new(
            words::verb(ask, verb),
            html! { p { b { (said) } } (notice) },
        ));
    }
    let form = form.then(back.clone()).tells();
    if let Some(answer) = form.told() {
        let body = html! { @if !said.is_empty() { p { b { (said) } } } (told(cx, ask, verb, answer).await?) };
        return Ok(Page::new(words::verb(ask, verb), body));
    }
    let body = form.show(html! {
        @if verb.doc.grave { (ui::notice(ui::Tone::Warning, html! { p { (ask.t("admin-grave")) } })) }
        @for field in inputs(verb) { (form.field(field)) }
        div.actions {
            (button(ask, verb))
            (ui::action(&back, &ask.t("admin-cancel")))
        }
    });
    let body = html! { @if !said.is_empty() { p { b { (said) } } } (body) };
    Ok(Page::new(words::verb(ask, verb), body))
}

/// What was answered, and where to go on.
pub(super) async fn told(
    cx: &mut Cx,
    ask: &Ask,
    operation: &Operation,
    answer: &Json,
) -> Result<Markup, Error> {
    let Some(sent) = ask.sent() else {
        return Ok(html! {});
    };
    let news = told::news(ask, operation, answer, sent.param("id"));
    let nothing = Json::Null;
    let schema = operation.doc.answer.as_ref();
    let schema = schema.map_or(&nothing, |answer| &answer.json);
    let names = shown::names(cx, ask, schema, &news, std::slice::from_ref(answer)).await?;
    let rows: Vec<(String, Markup)> = news
        .iter()
        .map(|name| {
            let json = answer.get(*name).unwrap_or(&nothing);
            let value = match json {
                Json::Array(_) | Json::Object(_) => shown::inside(ask, json),
                _ => shown::value(ask, schema, name, json, &names),
            };
            (words::field(ask, name), value)
        })
        .collect();
    Ok(html! {
        @if told::any_once(operation, &news) { (ui::notice(ui::Tone::Warning, html! { p { (ask.t("told-once")) } })) }
        section.panel.told { (ui::facts(&rows)) }
        div.actions { (ui::primary(sent.next(), &ask.t("told-go-on"), "n")) }
    })
}

fn button(ask: &Ask, verb: &Operation) -> Markup {
    let words = words::verb(ask, verb);
    if verb.doc.grave {
        html! { button.bad { (words) } }
    } else {
        html! { button.primary { (words) } }
    }
}

/// The fields of its input; those that must be there first.
fn inputs(verb: &Operation) -> Vec<&str> {
    let Some(body) = &verb.doc.body else {
        return Vec::new();
    };
    let required: Vec<&str> = body
        .json
        .get("required")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let all = body
        .json
        .get("properties")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    let mut names: Vec<&str> = all.map(|(name, _)| name.as_str()).collect();
    names.sort_by_key(|name| !required.contains(name));
    names
}
