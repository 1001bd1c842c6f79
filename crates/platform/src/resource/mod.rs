//! A table with its list, create, retrieve, update and delete: declared in one file, served by
//! generic handlers.
//!
//! A declaration says what is particular: path, rights, row scope, filters. Everything else — paging,
//! merging a change, optimistic locking, references, audit, the document — is here, once.

pub mod count;
mod draft;
mod filters;
mod handlers;
mod list;
mod nested;
mod page;
mod parameters;
mod view;

use std::future::Future;
use std::sync::Arc;

use http::{Method, StatusCode};

pub use handlers::{change, show_one};
pub use list::{list, list_results};
pub(crate) use nested::nested;
pub(crate) use parameters::common as common_parameters;
pub use parameters::parameters as list_parameters;
pub use view::{View, schema as view_schema};

use crate::access::{Access, Grant, PermissionInfo, Scope};
use crate::app::App;
use crate::cx::{Audited, Cx};
use crate::error::Error;
use crate::http::call::{Call, Prepared};
use crate::module::PatientColumn;
use crate::operation::{Doc, Effect, Need, Operation, Schema, Without};
use crate::record::{Body, Record};
use crate::unit::Opening;

/// What a search found.
pub enum Found {
    /// The rows for which the condition holds, in the list's own order.
    Where(sea_query::Condition),
    /// These ids, best first.
    Ranked(Vec<i64>),
}

/// A declared table.
pub trait Resource: Record + Audited {
    /// Below `/api/`, without slashes; also the permissions' resource name.
    const PATH: &'static str;
    /// Which of `c`reate, `r`ead, `u`pdate, `d`elete exist.
    const VERBS: &'static str = "crud";
    /// Its rows are about patients: reading them is audited.
    const PATIENT_DATA: bool = false;
    /// Deleted rows are voided and kept; the table has `voided_at` and `voided_by`.
    const RETAINED: bool = false;
    /// A client may choose the `uid` on create, as offline clients do.
    const CLIENT_UID: bool = false;
    /// Other names under which clients write and read fields: (other, declared).
    const ALIASES: &'static [(&'static str, &'static str)] = &[];
    /// Fields that `?name=` filters; dates, numbers and enums also take `__gte`, `__lte`, `__in`.
    const FILTERS: &'static [&'static str] = &[];
    /// Filters of its own, answered by [`Resource::filter`].
    const OWN_FILTERS: &'static [&'static str] = &[];
    /// Fields that `?ordering=` takes, besides `id`, `created_at` and `updated_at`.
    const ORDERING: &'static [&'static str] = &[];
    /// The order of a list that asks for none.
    const ORDER: &'static str = "-id";
    /// Text columns in the clear that `?search=` looks into.
    const SEARCH: &'static [&'static str] = &[];
    /// The column that names the patient, if there is one: merging moves it.
    const PATIENT: Option<&'static str> = None;
    /// References to records that the caller need not reach, such as the person somebody names as
    /// their delegate.
    const OPEN_REFERENCES: &'static [&'static str] = &[];
    /// References that do not keep the record they name from being voided: these rows only follow it,
    /// such as the messages about an appointment.
    const FOLLOWS: &'static [&'static str] = &[];
    /// Fields that [`Resource::Extra`] shows in another form.
    const REPLACED: &'static [&'static str] = &[];
    /// Further keys of an answer, worked out for a whole page at once.
    type Extra: serde::Serialize + schemars::JsonSchema + Default + Send + Sync;

    /// Who may do what by default.
    fn access() -> Access;

    /// Which rows a grant reaches. There is no default: every table decides.
    fn scope(grant: &Grant) -> Scope;

    /// Rows that lists, counts and searches leave out although they can still be retrieved by their
    /// id, such as a record merged into another: the condition that holds for those listed.
    fn listed() -> Option<sea_query::Condition> {
        None
    }

    /// Fields that a caller does not get to see.
    fn withheld(_grant: &Grant) -> &'static [&'static str] {
        &[]
    }

    /// The only fields that a caller may change; `None` means all.
    fn writable(_grant: &Grant) -> Option<&'static [&'static str]> {
        None
    }

    /// Works out the further keys of a page of rows, in their order.
    fn extras(
        _cx: &mut Cx,
        rows: &[Self],
    ) -> impl Future<Output = Result<Vec<Self::Extra>, Error>> + Send {
        let extras = rows.iter().map(|_| Self::Extra::default()).collect();
        async move { Ok(extras) }
    }

    /// The further keys in the answer to a create.
    fn extra_created(
        cx: &mut Cx,
        row: &Self,
        _call: &Call,
    ) -> impl Future<Output = Result<Self::Extra, Error>> + Send {
        async move {
            Ok(Self::extras(cx, std::slice::from_ref(row))
                .await?
                .pop()
                .unwrap_or_default())
        }
    }

    /// Folds other forms of a reference, such as a name, into the declared fields of a body, before
    /// it is parsed.
    fn fold(_cx: &mut Cx, _body: &mut Body) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// A body that asks for several records at once, as one body for each: all are created or none, and
    /// the answer is an array. `None` for a body that asks for one.
    fn several(
        _cx: &mut Cx,
        _body: &Body,
    ) -> impl Future<Output = Result<Option<Vec<Body>>, Error>> + Send {
        async { Ok(None) }
    }

    /// Works something slow out before a create's or an update's transaction begins, such as a
    /// password's hash; [`Cx::prepared`] has it then.
    fn before(
        _app: &Arc<App>,
        _opening: &Opening,
        _call: &Call,
    ) -> impl Future<Output = Result<Prepared, Error>> + Send {
        async { Ok(Prepared::default()) }
    }

    /// Checks the whole row against the table's rules and fills in what the program keeps, before it
    /// is stored. `before` is the row as it was, on a change; `body` what the client sent.
    fn prepare(
        _cx: &mut Cx,
        _row: &mut Self,
        _before: Option<&Self>,
        _body: &Body,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// What else must change with the row, in the same transaction.
    fn stored(
        _cx: &mut Cx,
        _row: &Self,
        _before: Option<&Self>,
        _body: &Body,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// What else must change before the row is deleted or voided.
    fn removing(_cx: &mut Cx, _row: &Self) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// Answers one of [`Resource::OWN_FILTERS`].
    ///
    /// # Errors
    /// A field error when the value makes no sense.
    fn filter(_cx: &Cx, _name: &str, _value: &str) -> Result<sea_query::Condition, Error> {
        Ok(sea_query::Condition::all())
    }

    /// Answers `?search=`.
    fn search(
        _cx: &mut Cx,
        text: &str,
    ) -> impl Future<Output = Result<Option<Found>, Error>> + Send {
        let found = (!Self::SEARCH.is_empty()).then(|| filters::contains::<Self>(text));
        async move { Ok(found.map(Found::Where)) }
    }

    /// The column that merging two patients moves.
    fn patient_column() -> Option<PatientColumn> {
        let column = Self::PATIENT?;
        Some(PatientColumn {
            table: Self::TABLE,
            column,
            unique_with: &[],
            apart: None,
            label: Self::PATH,
        })
    }
}

fn permission<R: Resource>(verb: &str, letter: char) -> PermissionInfo {
    PermissionInfo {
        name: format!("{}:{verb}", R::PATH),
        letter,
        access: R::access(),
    }
}

const VERBS: [(char, &str); 4] = [
    ('c', "create"),
    ('r', "read"),
    ('u', "update"),
    ('d', "delete"),
];

/// The permission of a resource's verb, for a route that stands in for it.
pub fn permission_of<R: Resource>(letter: char) -> PermissionInfo {
    let verb = VERBS
        .iter()
        .find(|(known, _)| *known == letter)
        .map_or("read", |(_, verb)| verb);
    permission::<R>(verb, letter)
}

/// The permissions that a resource declares.
pub(crate) fn permissions<R: Resource>() -> Vec<PermissionInfo> {
    VERBS
        .iter()
        .filter(|(letter, _)| R::VERBS.contains(*letter))
        .map(|(letter, verb)| permission::<R>(verb, *letter))
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
        json: draft::optional(&draft::schema::<R>()),
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
    let draft = Schema {
        name: Some(format!("{}Write", R::NAME)),
        json: draft::schema::<R>(),
        list: false,
    };
    let base =
        |method: Method, one: bool, letter: char, verb: &str, without: Without, summary: String| {
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
                need: Need::May(
                    permission::<R>(if verb == "list" { "read" } else { verb }, letter),
                    without,
                ),
                patient_data: R::PATIENT_DATA,
                upload: false,
                doc: Doc {
                    summary,
                    answer: Some(record.clone()),
                    status: 200,
                    versioned: true,
                    ..Doc::default()
                },
                before: None,
                run: Arc::new(|_, _| Box::pin(async { Err(Error::not_found()) })),
            }
        };
    let mut operations = Vec::new();
    if R::VERBS.contains('r') {
        let mut list = base(
            Method::GET,
            false,
            'r',
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
        list.run = Arc::new(|cx, call| Box::pin(list::list::<R>(cx, call)));
        let mut retrieve = base(
            Method::GET,
            true,
            'r',
            "read",
            Without::Nothing,
            format!("Show one {}", draft::spoken(R::NAME)),
        );
        retrieve.id = format!("{}_retrieve", R::PATH.replace(['-', '/'], "_"));
        retrieve.run = Arc::new(|cx, call| Box::pin(handlers::retrieve::<R>(cx, call)));
        operations.extend([list, retrieve]);
    }
    if R::VERBS.contains('c') {
        let mut create = base(
            Method::POST,
            false,
            'c',
            "create",
            Without::Forbidden,
            format!("Create one {}", draft::spoken(R::NAME)),
        );
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
                'u',
                "update",
                Without::Forbidden,
                format!("Change one {}", draft::spoken(R::NAME)),
            );
            update.id = format!("{}_{name}", R::PATH.replace(['-', '/'], "_"));
            update.doc.body = Some(change_schema::<R>());
            update.doc.conflicts = true;
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
            'd',
            "delete",
            Without::Forbidden,
            format!("Delete one {}", draft::spoken(R::NAME)),
        );
        delete.doc.answer = None;
        delete.doc.status = StatusCode::NO_CONTENT.as_u16();
        delete.doc.conflicts = true;
        delete.run = Arc::new(|cx, call| Box::pin(handlers::delete::<R>(cx, call)));
        operations.push(delete);
    }
    operations
}
