//! Finding anything: patients by a few letters, and places by their name; what pickers ask; what a scanned code opens.

use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;
use platform::module::TableInfo;
use platform::texts::Text;

use crate::admin;
use crate::ask::Ask;
use crate::house::House;
use crate::page::Page;
use crate::screens::{Screen, Screens};
use crate::serve::Visit;
use crate::{layout, pick, refused, ui};

const PATIENTS: Permission = Permission::new("patients", "read");

pub(crate) fn screens() -> Screens {
    Screens::new("find")
        .screen(Screen::signed_in("/find", |cx, ask| {
            Box::pin(show(cx, ask))
        }))
        .screen(Screen::signed_in("/scan", |cx, ask| {
            Box::pin(scan(cx, ask))
        }))
}

/// Where a patient's page is: their own screen when a module brings one.
fn patient(ask: &Ask, id: &str) -> String {
    let own = ask.house.leads(ask, "/patients/{id}/");
    [
        if own {
            "/patients/"
        } else {
            "/admin/patients/"
        },
        id,
        "/",
    ]
    .concat()
}

/// Where somebody who is not in reach is found by exactly who they are, to open their record in an emergency.
pub const EMERGENCY: &str = "/emergency";

/// The way there, for those who may open records in an emergency; the same whoever is recorded here.
pub fn emergency(ask: &Ask) -> Markup {
    html! {
        @if ask.house.leads(ask, EMERGENCY) { (ui::action(EMERGENCY, &ask.t("find-emergency"))) }
    }
}

async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let asked = ask.query("q").unwrap_or_default();
    for scan in &ask.house.scans {
        if let Some(address) = scan(cx, asked).await? {
            return Ok(Page::go(address));
        }
    }
    let patients = match asked {
        "" => Vec::new(),
        asked => patients(cx, ask, asked).await?,
    };
    let wanted = asked.to_lowercase();
    let fits = |words: &str| !wanted.is_empty() && words.to_lowercase().contains(&wanted);
    let places = ask
        .house
        .places
        .iter()
        .filter(|place| ask.admits(place.who))
        .map(|place| (place.address.to_owned(), ask.t(place.text)));
    let lists = admin::resources(ask)
        .into_iter()
        .map(|(address, words, _)| (address, words));
    let links: Vec<(String, String)> = places
        .chain(lists)
        .chain(admin::reports(ask))
        .filter(|(_, words)| fits(words))
        .take(20)
        .collect();
    let body = html! {
        form.form.inline role="search" {
            label for="q" { (ask.t("page-find")) }
            input id="q" type="search" name="q" value=(asked) autocomplete="off" autofocus;
            button.primary { (ask.t("form-look")) }
        }
        @if !patients.is_empty() {
            (ui::panel(&ask.t("find-patients"), html! {
                ul.links { @for (id, words) in &patients { li data-row { (ui::link(&patient(ask, id), words)) } } }
            }))
        }
        @if !links.is_empty() {
            (ui::panel(&ask.t("find-places"), html! {
                ul.links { @for (address, words) in &links { li data-row { (ui::link(address, words)) } } }
            }))
        }
        @if patients.is_empty() && links.is_empty() && !asked.is_empty() {
            (ui::empty(&ask.say(&Text::new("find-nothing").with("asked", asked)), Some(emergency(ask))))
        }
    };
    Ok(Page::new(ask.t("find-title"), body))
}

/// Patients that are found, in the words of the module that has them.
async fn patients(cx: &mut Cx, ask: &Ask, asked: &str) -> Result<Vec<(String, String)>, Error> {
    if !ask.may(PATIENTS) {
        return Ok(Vec::new());
    }
    if let Some(finder) = ask.house.find("patients") {
        return (finder.find)(cx, ask, asked.to_owned()).await;
    }
    match table(&ask.house, "patients") {
        Some(info) => pick::candidates(ask, &info, asked).await,
        None => Ok(Vec::new()),
    }
}

async fn scan(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let code = ask.query("code").unwrap_or_default();
    for scan in &ask.house.scans {
        if let Some(address) = scan(cx, code).await? {
            return Ok(Page::go(address));
        }
    }
    let query = serde_urlencoded::to_string([("q", code)]).unwrap_or_default();
    Ok(Page::go(["/find?", &query].concat()))
}

/// `/pick/{path}?q=&name=`: what a picker's script asks.
pub(crate) async fn picks(
    house: Arc<House>,
    Path(path): Path<String>,
    request: Request,
) -> Response {
    let visit = match Visit::begin(&house, Vec::new(), "/pick", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    let ask = &visit.ask;
    if ask.actor().user().is_none() {
        return refused::status(StatusCode::UNAUTHORIZED);
    }
    if let Some(finder) = house.find(&path) {
        if !ask.may(finder.permission) {
            return refused::status(StatusCode::FORBIDDEN);
        }
        let found = pick::found(ask, finder, ask.query("q").unwrap_or_default()).await;
        return picked(ask, &path, found);
    }
    let Some(info) = table(&house, &path) else {
        return refused::status(StatusCode::NOT_FOUND);
    };
    if !ask.may(Permission::new(info.path, "read")) {
        return refused::status(StatusCode::FORBIDDEN);
    }
    let found = pick::candidates(ask, &info, ask.query("q").unwrap_or_default()).await;
    picked(ask, &path, found)
}

/// What was found, as the script puts it into the picker.
fn picked(ask: &Ask, path: &str, found: Result<Vec<(String, String)>, Error>) -> Response {
    match found {
        Ok(found) => {
            let html =
                pick::offered(ask, path, ask.query("name").unwrap_or("id"), &found).into_string();
            layout::respond(StatusCode::OK, &html)
        }
        Err(error) => refused::page(ask, error),
    }
}

/// The resource at a path.
fn table(house: &House, path: &str) -> Option<TableInfo> {
    let mut tables = house.app.registry.tables();
    tables
        .find(|info| !info.path.is_empty() && info.path == path)
        .cloned()
}

/// A list as a file.
async fn exported(ask: &Arc<Ask>, info: &TableInfo, form: admin::export::Form) -> Response {
    if !ask.may(Permission::new(info.path, "read")) {
        return refused::not_yours(ask);
    }
    let registry = &ask.app().registry;
    let list = admin::find(registry, info.path, &http::Method::GET, false);
    let Some(operation) = list else {
        return refused::page(ask, Error::not_found());
    };
    match admin::export::file(ask, info, operation, form).await {
        Ok(mut response) => {
            crate::guard::headers(&mut response);
            response
        }
        Err(error) => refused::page(ask, error),
    }
}

/// `/admin/files/{path}.csv` and `.xlsx`: a report or a list as a file.
pub(crate) async fn file(
    house: Arc<House>,
    Path(path): Path<String>,
    request: Request,
) -> Response {
    let visit = match Visit::begin(&house, Vec::new(), "/admin/files", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    let ask = &visit.ask;
    if ask.actor().user().is_none() {
        return crate::sign_in::first(&visit);
    }
    let named = ["csv", "xlsx"].into_iter().find_map(|form| {
        let report = path.strip_suffix(form)?.strip_suffix('.')?;
        Some((report, form))
    });
    let Some((report, form)) = named else {
        return refused::page(ask, Error::not_found());
    };
    if let Some(info) = table(&house, report)
        && let Some(form) = admin::export::Form::of(form)
    {
        return exported(ask, &info, form).await;
    }
    let mut query: Vec<(&str, &str)> = ask
        .head
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| *name != "format")
        .collect();
    query.push(("format", form));
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let declared = house
        .app
        .registry
        .operations()
        .iter()
        .any(|operation| operation.path.trim_end_matches('/') == report);
    if !declared {
        return refused::page(ask, Error::not_found());
    }
    match ask
        .raw(crate::api::Question::get(
            ["/api/", report, "/?", &query].concat(),
        ))
        .await
    {
        Ok(mut response) if response.status().is_success() => {
            crate::guard::headers(&mut response);
            response
        }
        Ok(response) if response.status() == StatusCode::FORBIDDEN => refused::not_yours(ask),
        Ok(response) if response.status() == StatusCode::BAD_REQUEST => {
            refused::page(ask, admin::export::refusal(response).await)
        }
        Ok(_) => refused::page(ask, Error::not_found()),
        Err(error) => refused::page(ask, error),
    }
}
