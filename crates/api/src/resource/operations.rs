//! The operations that a declared table has, with their permissions and schemas.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::{Resource, draft, handlers, list, list_parameters, offers, view};
use engine::access::{PermissionInfo, Right};
use engine::operation::{Doc, Effect, Limit, Need, Operation, Schema, Without};
use engine::resource::spoken;
use records::column;
use records::error::Error;

/// The permission of a resource's verb with its defaults, for a route that stands in for it.
pub fn permission_of<R: Resource>(right: Right) -> PermissionInfo {
    PermissionInfo {
        permission: match right {
            Right::Create => R::CREATE,
            Right::Read => R::READ,
            Right::Update => R::UPDATE,
            Right::Delete => R::DELETE,
        },
        letter: right.letter(),
        access: R::access(),
    }
}

/// The permissions that a resource declares.
pub(crate) fn permissions<R: Resource>() -> Vec<PermissionInfo> {
    const {
        column::in_the_clear(R::FILTERS);
        column::in_the_clear(R::ORDERING);
        column::in_the_clear(R::SEARCH);
    }
    Right::ALL
        .into_iter()
        .filter(|right| R::VERBS.contains(right.letter()))
        .map(permission_of::<R>)
        .collect()
}

/// The schema of a resource's list.
pub(crate) fn list_schema<R: Resource>() -> Schema {
    Schema {
        name: Some(R::NAME.to_owned()),
        json: view::schema::<R>(),
        list: true,
    }
}

/// The schema of a change of a resource's record.
pub(crate) fn change_schema<R: Resource>() -> Schema {
    Schema {
        name: Some(format!("{}Change", R::NAME)),
        json: draft::of_change::<R>(),
        list: false,
    }
}

pub(crate) fn draft_schema<R: Resource>() -> Schema {
    Schema {
        name: Some(format!("{}Write", R::NAME)),
        json: draft::schema::<R>(),
        list: false,
    }
}

/// The operations that a resource declares.
pub(crate) fn operations<R: Resource>(module: &'static str) -> Vec<Operation> {
    let record = Schema {
        name: Some(R::NAME.to_owned()),
        json: view::schema::<R>(),
        list: false,
    };
    let draft = draft_schema::<R>();
    let base =
        |method: Method, one: bool, right: Right, verb: &str, without: Without, summary: String| {
            Operation {
                module,
                tag: R::PATH,
                effect: if method == Method::GET {
                    Effect::Read
                } else {
                    Effect::Write
                },
                method,
                path: if one {
                    format!("{}/{{id}}/", R::PATH)
                } else {
                    format!("{}/", R::PATH)
                },
                id: format!("{}_{verb}", R::PATH.replace(['-', '/'], "_")),
                need: Need::May(permission_of::<R>(right), without),
                patient_data: R::PATIENT_DATA,
                upload: false,
                limit: Limit::Unlimited,
                with_temporary_password: false,
                any_query: false,
                doc: Doc {
                    summary,
                    answer: Some(record.clone()),
                    status: 200,
                    versioned: true,
                    ..Doc::default()
                },
                offered: None,
                before: None,
                run: Arc::new(|_, _| Box::pin(async { Err(Error::not_found()) })),
            }
        };
    let mut operations = Vec::new();
    if R::VERBS.contains('r') {
        let mut list = base(
            Method::GET,
            false,
            Right::Read,
            "list",
            Without::Nothing,
            format!("List {}", R::PATH.replace(['-', '_', '/'], " ")),
        );
        list.doc.answer = Some(Schema {
            list: true,
            ..record.clone()
        });
        list.doc.versioned = false;
        list.doc.query = list_parameters::<R>();
        // The list says itself which names it knows, with those that its filters are made of.
        list.any_query = true;
        list.run = Arc::new(|cx, call| Box::pin(list::list::<R>(cx, call)));
        let mut retrieve = base(
            Method::GET,
            true,
            Right::Read,
            "read",
            Without::Nothing,
            format!("Show one {}", spoken(R::NAME)),
        );
        retrieve.id = format!("{}_retrieve", R::PATH.replace(['-', '/'], "_"));
        retrieve.run = Arc::new(|cx, call| Box::pin(handlers::retrieve::<R>(cx, call)));
        operations.extend([list, retrieve]);
    }
    if R::VERBS.contains('c') {
        let mut create = base(
            Method::POST,
            false,
            Right::Create,
            "create",
            Without::Forbidden,
            format!("Create one {}", spoken(R::NAME)),
        );
        let flag = |(name, what): &(&str, &str)| {
            let schema = serde_json::json!({ "type": "boolean" });
            ((*name).to_owned(), schema, (*what).to_owned())
        };
        create.doc.query = R::CREATE_FLAGS.iter().map(flag).collect();
        create.doc.body = Some(draft.clone());
        create.doc.status = StatusCode::CREATED.as_u16();
        create.doc.conflicts = true;
        create.before = Some(Arc::new(|app, opening, call| {
            Box::pin(R::before(app, opening, call))
        }));
        create.run = Arc::new(|cx, call| Box::pin(handlers::create::<R>(cx, call)));
        operations.push(create);
    }
    if R::VERBS.contains('u') {
        for method in [Method::PATCH, Method::PUT] {
            let name = method.as_str().to_lowercase();
            let mut update = base(
                method,
                true,
                Right::Update,
                "update",
                Without::Forbidden,
                format!("Change one {}", spoken(R::NAME)),
            );
            update.id = format!("{}_{name}", R::PATH.replace(['-', '/'], "_"));
            update.doc.body = Some(change_schema::<R>());
            update.doc.conflicts = true;
            update.offered = Some(offers::change::<R>);
            update.before = Some(Arc::new(|app, opening, call| {
                Box::pin(R::before(app, opening, call))
            }));
            update.run = Arc::new(|cx, call| Box::pin(handlers::update::<R>(cx, call)));
            operations.push(update);
        }
    }
    if R::VERBS.contains('d') {
        let mut delete = base(
            Method::DELETE,
            true,
            Right::Delete,
            "delete",
            Without::Forbidden,
            format!("Delete one {}", spoken(R::NAME)),
        );
        delete.doc.answer = None;
        delete.doc.status = StatusCode::NO_CONTENT.as_u16();
        delete.doc.conflicts = true;
        delete.offered = Some(offers::delete::<R>);
        delete.run = Arc::new(|cx, call| Box::pin(handlers::delete::<R>(cx, call)));
        operations.push(delete);
    }
    operations
}
