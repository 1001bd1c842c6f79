//! The form of a new record, and of a change.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::record::Part;
use platform::texts::Text;
use serde_json::Value as Json;

use super::{About, detail, do_verb, shown};
use crate::ask::Ask;
use crate::form::Form;
use crate::page::Page;
use crate::{ui, words};

pub(super) async fn new(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let operation = super::find(
        &ask.app().registry,
        about.info.path,
        &http::Method::POST,
        false,
    )
    .ok_or_else(Error::not_found)?;
    // Values in the address, such as the patient whose page this came from.
    let given: serde_json::Map<String, Json> = ask
        .head
        .query
        .iter()
        .map(|(name, value)| (name.clone(), Json::from(value.as_str())))
        .collect();
    let given = Json::Object(given);
    let form = ask
        .form(&operation.id)
        .holding(given.clone())
        .then(about.at("{id}/"))
        .done("done-created")
        .tells();
    let title = Text::new("admin-new-title").with("what", words::resource(ask, about.info.path));
    if let Some(answer) = form.told() {
        let body = do_verb::told(cx, ask, operation, answer).await?;
        return Ok(Page::new(ask.say(&title), body));
    }
    let body = fields(cx, ask, &about, &form, &given, None).await?;
    // What a module has to say before its form is filled in, such as that there is a better way.
    let before = ask.slot(cx, &["new ", about.info.path].concat(), 0).await?;
    let body = html! { (before) (form.show(html! { (body) (form.button("admin-save")) })) };
    Ok(Page::new(ask.say(&title), body))
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let about = About::of(ask)?;
    let id = ask.id()?;
    let record = detail::record(ask, &about).await?;
    let title = detail::title(cx, ask, &about, &record).await?;
    let operation = super::find(
        &ask.app().registry,
        about.info.path,
        &http::Method::PATCH,
        true,
    )
    .ok_or_else(Error::not_found)?;
    let here = about.at(&[&id.to_string(), "/"].concat());
    let version = record.get("version").and_then(Json::as_i64).unwrap_or(1);
    let form = ask
        .form(&operation.id)
        .on(id)
        .version(version)
        .holding(record.clone())
        .only_changes()
        .required_by(super::find(
            &ask.app().registry,
            about.info.path,
            &http::Method::POST,
            false,
        ))
        .then(here.clone())
        .done("done-saved");
    if form.sent().is_none()
        && let Some(notice) = detail::unoffered(cx, ask, &about, id, operation).await?
    {
        return Ok(Page::new(title, notice));
    }
    let stays = about.info.patient.filter(|_| !about.info.patient_changes);
    let body = fields(cx, ask, &about, &form, &record, stays).await?;
    let body = form.show(html! {
        (body)
        div.actions { (form.button("admin-save")) (ui::action(&here, &ask.t("admin-cancel"))) }
    });
    Ok(Page::new(title, body))
}

/// The declared groups, then the fields that stand in none; without one that stays as it is.
async fn fields(
    cx: &mut Cx,
    ask: &Ask,
    about: &About<'_>,
    form: &Form<'_>,
    holding: &Json,
    stays: Option<&str>,
) -> Result<Markup, Error> {
    let schema = about.schema();
    let written: Vec<&str> = about
        .info
        .fields
        .iter()
        .filter(|field| field.part == Part::Client && form.schema(field.name).is_some())
        .map(|field| field.name)
        .filter(|name| Some(*name) != stays)
        .collect();
    let groups = shown::grouped(schema, &written);
    // What was picked before a refusal is named as well.
    let mut held = holding.clone();
    for name in &written {
        if let (Some(typed), Some(map)) = (form.value(name), held.as_object_mut())
            && let Ok(id) = typed.parse::<i64>()
        {
            map.insert((*name).to_owned(), id.into());
        }
    }
    let names = shown::names(cx, ask, schema, &written, std::slice::from_ref(&held)).await?;
    Ok(html! {
        @for (heading, fields) in &groups {
            @if !fields.is_empty() {
                fieldset.group {
                    @if !heading.is_empty() { legend { (words::heading(ask, heading)) } }
                    @for field in fields { (input(form, schema, field, &held, &names)) }
                }
            }
        }
    })
}

fn input(form: &Form<'_>, schema: &Json, name: &str, held: &Json, names: &shown::Names) -> Markup {
    let input = form.field(name);
    let table = shown::property(schema, name)
        .get("x-references")
        .and_then(Json::as_str);
    let picked = table.and_then(|table| {
        let id = held.get(name)?.as_i64()?;
        names.get(&(table.to_owned(), id)).cloned()
    });
    match picked {
        Some(words) => html! { (input.picked(words)) },
        None => html! { (input) },
    }
}
