//! Pages for every record, verb and report, derived from their declarations: nothing is written for one of them.
//!
//! What they show and do they ask of the API's own operations, so that permission, scope, withheld fields and audit
//! are those of the API.

mod bars;
mod change;
mod detail;
mod do_verb;
pub(crate) mod export;
mod history;
mod home;
mod index;
mod list;
mod report;
mod report_form;
mod shown;

use std::sync::Arc;

use http::Method;
use platform::access::Permission;
use platform::error::Error;
use platform::module::{Registry, TableInfo};
use platform::operation::{Need, Operation};

use crate::ask::Ask;
use crate::screens::{Place, Screen, Screens, Who};

/// Where the audit trail is read.
pub(crate) use index::resources;
pub(crate) use report::all as reports;
pub(crate) use shown::property;

pub(crate) const TRAIL: Permission = Permission::new("audit_logs", "read");

/// The pages of everything that the modules declare.
pub(crate) fn screens(registry: &Registry) -> Screens {
    let mut screens = Screens::new("admin")
        .screen(Screen::signed_in("/admin/", |cx, ask| {
            Box::pin(index::show(cx, ask))
        }))
        .place(Place {
            text: "nav-admin",
            address: "/admin/",
            key: 'a',
            who: Who::SignedIn,
            order: 200,
        })
        .workplace(kernel::BuiltinRole::Admin, "/admin/");
    for info in registry.tables().filter(|info| !info.path.is_empty()) {
        screens = of_resource(registry, screens, info);
    }
    for operation in registry.operations() {
        if operation.tag == report::TAG
            && operation.method == Method::GET
            && !operation.path.contains('{')
            && let Some(permission) = permission(operation)
        {
            screens = report::add(screens, operation, permission);
        }
    }
    screens
}

fn of_resource(registry: &Registry, mut screens: Screens, info: &TableInfo) -> Screens {
    let right = |verb: &'static str| Permission::new(info.path, verb);
    let at = |rest: &str| ["/admin/", info.path, "/", rest].concat();
    let has = |method: Method, one: bool| find(registry, info.path, &method, one).is_some();
    if !has(Method::GET, false) {
        return screens;
    }
    let read = |rest: &str, show| Screen::new(at(rest), right("read"), show).about(info.path);
    screens = screens
        .screen(read("", |cx, ask| Box::pin(list::show(cx, ask))).watches_one(info.table))
        .screen(read("{id}/", |cx, ask| Box::pin(detail::show(cx, ask))).watches_one(info.table))
        .screen(
            Screen::new(at("{id}/history"), TRAIL, |cx, ask| {
                Box::pin(history::show(cx, ask))
            })
            .about(info.path),
        );
    if has(Method::POST, false) {
        let show = Screen::new(at("new"), right("create"), |cx, ask| {
            Box::pin(change::new(cx, ask))
        });
        screens = screens.screen(show.about(info.path));
    }
    if has(Method::PATCH, true) {
        let show = Screen::new(at("{id}/change"), right("update"), |cx, ask| {
            Box::pin(change::show(cx, ask))
        });
        screens = screens.screen(show.about(info.path));
    }
    if has(Method::DELETE, true) {
        let show = Screen::new(at("{id}/delete"), right("delete"), |cx, ask| {
            Box::pin(detail::delete(cx, ask))
        });
        screens = screens.screen(show.about(info.path));
    }
    for verb in verbs(registry, info.path) {
        let Some(permission) = permission(verb) else {
            continue;
        };
        let rest = match on_record(verb) {
            true => ["{id}/do/", name(verb)].concat(),
            false => ["do/", name(verb)].concat(),
        };
        let show = Screen::new(at(&rest), permission, |cx, ask| {
            Box::pin(do_verb::show(cx, ask))
        });
        screens = screens.screen(show.about(info.path));
    }
    screens
}

/// What a resource's operation with this method is, on one record or on all.
pub(crate) fn find<'a>(
    registry: &'a Registry,
    path: &str,
    method: &Method,
    one: bool,
) -> Option<&'a Arc<Operation>> {
    let wanted = [path, if one { "/{id}/" } else { "/" }].concat();
    let mut all = registry.operations().iter();
    all.find(|operation| operation.path == wanted && operation.method == *method)
}

/// The verbs and commands of a resource.
pub(crate) fn verbs<'a>(
    registry: &'a Registry,
    path: &'a str,
) -> impl Iterator<Item = &'a Arc<Operation>> {
    let all = registry.operations().iter();
    all.filter(move |operation| {
        let Some(rest) = operation
            .path
            .strip_prefix(path)
            .and_then(|rest| rest.strip_prefix('/'))
        else {
            return false;
        };
        let rest = rest
            .strip_prefix("{id}/")
            .unwrap_or(rest)
            .trim_end_matches('/');
        operation.method == Method::POST
            && !rest.is_empty()
            && !rest.contains(['/', '{'])
            && permission(operation).is_some_and(|own| {
                own.resource() == path && own != Permission::new(own.resource(), "create")
            })
    })
}

pub(crate) fn on_record(verb: &Operation) -> bool {
    verb.path.contains("{id}")
}

/// A verb's name, the last part of its path.
pub(crate) fn name(verb: &Operation) -> &str {
    verb.path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

pub(crate) fn permission(operation: &Operation) -> Option<Permission> {
    match &operation.need {
        Need::May(info, _) => Some(info.permission),
        _ => None,
    }
}

/// The resource that a page is about, and the operation that reads it.
pub(crate) struct About<'a> {
    pub(crate) info: &'a TableInfo,
    pub(crate) list: &'a Operation,
}

impl<'a> About<'a> {
    pub(crate) fn of(ask: &'a Ask) -> Result<About<'a>, Error> {
        let registry = &ask.app().registry;
        let path = ask.about();
        let info = registry.tables().find(|info| info.path == path);
        let list = find(registry, path, &Method::GET, false);
        match (info, list) {
            (Some(info), Some(list)) => Ok(About { info, list }),
            _ => Err(Error::not_found()),
        }
    }

    /// An address below the resource's.
    pub(crate) fn at(&self, rest: &str) -> String {
        ["/admin/", self.info.path, "/", rest].concat()
    }

    pub(crate) fn schema(&self) -> &'a serde_json::Value {
        self.list
            .doc
            .answer
            .as_ref()
            .map_or(&serde_json::Value::Null, |schema| &schema.json)
    }
}
