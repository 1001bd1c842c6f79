//! How far a role's rights reach: over one's own records, those of patients in one's care, or all.

use std::collections::BTreeMap;

use kernel::Reach;
use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use serde_json::{Map, Value as Json};

use crate::ask::Ask;
use crate::form::Form;
use crate::page::Page;
use crate::screens::{Panel, Screen, Screens};
use crate::{admin, ui, words};

const ROLES: &str = "roles";
const READ: Permission = Permission::new(ROLES, "read");
const UPDATE: Permission = Permission::new(ROLES, "update");
/// Begins the name of a field: the right follows.
const SCOPES: &str = "scopes.";

pub(crate) fn screens() -> Screens {
    let shown = Screen::new("/admin/roles/{id}/reach", READ, |cx, ask| {
        Box::pin(show(cx, ask))
    });
    let link = Panel::new("Role", READ, 10, |_, ask, id| {
        let address = ["/admin/roles/", &id.to_string(), "/reach"].concat();
        let link = ui::action(&address, &ask.t("role-reach"));
        Box::pin(async move { Ok(Some(html! { div.actions { (link) } })) })
    });
    Screens::new("web")
        .screen(shown.watches(&["role"]))
        .panel(link)
}

async fn show(_cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let answer = ask.get(&["roles/", &id.to_string(), "/"].concat()).await?;
    if !answer.status.is_success() {
        return Err(Error::not_found());
    }
    let role = answer.json;
    let name = role.get("name").and_then(Json::as_str).unwrap_or_default();
    let rights = rights(&role);
    let record = ["/admin/roles/", &id.to_string(), "/"].concat();
    let change = admin::find(&ask.app().registry, ROLES, &http::Method::PATCH, true);
    let form = change.filter(|_| ask.may(UPDATE)).map(|change| {
        let version = role.get("version").and_then(Json::as_i64).unwrap_or(1);
        ask.form(&change.id)
            .on(id)
            .version(version)
            .holding(held(&rights))
            .only_changes()
            .then(ask.here(&[]))
            .done("done-saved")
    });
    let body = html! {
        p { (ui::link(&record, name)) }
        p { (ask.t("role-reach-what")) }
        @if let Some(form) = &form {
            (form.show(html! { (groups(ask, &rights, Some(form))) div.actions { (form.button("admin-save")) } }))
        } @else {
            (groups(ask, &rights, None))
        }
    };
    let title = platform::texts::Text::new("role-reach-title").with("role", name);
    Ok(Page::new(ask.say(&title), body))
}

/// What the role may do, by resource, and how far.
type Rights = BTreeMap<String, Vec<(String, String)>>;

fn rights(role: &Json) -> Rights {
    let scopes = role.get("scopes");
    let reach = |name: &str| scopes?.get(name)?.as_str();
    let names = role.get("permissions").and_then(Json::as_array);
    let names = names.into_iter().flatten().filter_map(Json::as_str);
    let mut rights = Rights::new();
    for name in names {
        let resource = name.split(':').next().unwrap_or_default();
        let reach = reach(name).or_else(|| reach(resource)).unwrap_or_default();
        let of = rights.entry(resource.to_owned()).or_default();
        of.push((name.to_owned(), reach.to_owned()));
    }
    rights
}

/// The fields as they are stored, by their names.
fn held(rights: &Rights) -> Json {
    let all = rights.values().flatten();
    let held: Map<String, Json> = all
        .map(|(name, reach)| ([SCOPES, name].concat(), reach.as_str().into()))
        .collect();
    Json::Object(held)
}

fn groups(ask: &Ask, rights: &Rights, form: Option<&Form<'_>>) -> Markup {
    let heads = ["role-reach-right", "role-reach-far"].map(|key| ask.t(key));
    html! {
        @for (resource, of) in rights {
            @let called = words::resource(ask, resource);
            @let rows: Vec<Vec<Markup>> = of.iter().map(|(name, reach)| {
                let right = right(ask, name);
                let far = match form {
                    Some(form) => choice(ask, form, name, reach, &[&called, ask.colon(), &right].concat()),
                    None => html! { (words_of(ask, reach)) },
                };
                vec![html! { (right) }, far]
            }).collect();
            details {
                summary { (called) " " small { (summary(ask, of)) } }
                (ui::table(&heads, &rows))
            }
        }
    }
}

/// The reaches that occur, so that a role is read without opening every part.
fn summary(ask: &Ask, of: &[(String, String)]) -> String {
    let mut reaches: Vec<&str> = of.iter().map(|(_, reach)| reach.as_str()).collect();
    reaches.sort_unstable();
    reaches.dedup();
    let said: Vec<String> = reaches.iter().map(|reach| words_of(ask, reach)).collect();
    said.join(", ")
}

fn choice(ask: &Ask, form: &Form<'_>, name: &str, stored: &str, label: &str) -> Markup {
    let name = [SCOPES, name].concat();
    let typed = form.sent().and_then(|sent| sent.typed(&name));
    let now = typed.unwrap_or(stored);
    html! {
        select name=(name) aria-label=(label) {
            @for reach in [Reach::Own, Reach::Assigned, Reach::All] {
                option value=(reach.as_str()) selected[reach.as_str() == now] { (words_of(ask, reach.as_str())) }
            }
        }
    }
}

fn words_of(ask: &Ask, reach: &str) -> String {
    ask.word(&["reach-", reach].concat(), reach)
}

/// What a right is called: what is done to every record has words of its own, a verb those of its button.
fn right(ask: &Ask, name: &str) -> String {
    let verb = name.split(':').nth(1).unwrap_or_default();
    let mut operations = ask.app().registry.operations().iter();
    let crud = ["create", "read", "update", "delete"].contains(&verb);
    let operation = operations.find(|operation| {
        let needs = operation
            .permission()
            .map(|info| info.permission.to_string());
        needs.as_deref() == Some(name)
    });
    match operation {
        Some(operation) if !crud => words::verb(ask, operation),
        _ => ask.word(&["right-", verb].concat(), &words::readable(verb)),
    }
}
