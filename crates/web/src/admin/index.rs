//! Everything that the caller may see, by module.

use std::collections::BTreeMap;

use maud::html;
use platform::access::Permission;
use platform::cx::Cx;
use platform::error::Error;

use super::{home, report};
use crate::ask::Ask;
use crate::page::Page;
use crate::{ui, words};

pub(super) async fn show(_cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let mut modules: Vec<(&str, Vec<(String, String)>)> = Vec::new();
    for (address, name, module) in resources(ask) {
        match modules.iter_mut().find(|(known, _)| *known == module) {
            Some((_, links)) => links.push((address, name)),
            None => modules.push((module, vec![(address, name)])),
        }
    }
    let reports = report::all(ask);
    if let Some(address) = home::asked(ask, &reports) {
        return Ok(Page::go(address));
    }
    let overview = match home::is_admin(ask) {
        true => Some(home::show(ask, &reports).await?),
        false => None,
    };
    let body = html! {
        @if let Some(overview) = &overview { (overview) h2 { (ask.t("admin-records")) } }
        @if modules.is_empty() && reports.is_empty() { (ui::empty(&ask.t("admin-nothing"), None)) }
        div.columns {
            @for (module, links) in &modules {
                section.panel {
                    h2 { (words::module(ask, module)) }
                    ul.links { @for (address, name) in links { li { (ui::link(address, name)) } } }
                }
            }
            @if !reports.is_empty() {
                section.panel {
                    h2 { (ask.t("admin-reports")) }
                    ul.links { @for (address, name) in &reports { li { (ui::link(address, name)) } } }
                }
            }
        }
    };
    let title = ask.t(if overview.is_some() {
        "admin-title"
    } else {
        "nav-admin"
    });
    Ok(Page::new(title, body))
}

/// The lists that the caller may see: address, name, module.
pub(crate) fn resources(ask: &Ask) -> Vec<(String, String, &str)> {
    let mut by_path = BTreeMap::new();
    let registry = &ask.app().registry;
    let mut found = Vec::new();
    for info in registry.tables().filter(|info| !info.path.is_empty()) {
        let listed = super::find(registry, info.path, &http::Method::GET, false).is_some();
        let new = by_path.insert(info.path, ()).is_none();
        if listed && new && ask.may(Permission::new(info.path, "read")) {
            let address = ["/admin/", info.path, "/"].concat();
            found.push((address, words::resource(ask, info.path), info.module));
        }
    }
    found
}
