//! What is neither a resource nor a verb: login, streaming exports, reports. It still enters
//! through the same door.

use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::Method;
use serde_json::Value as Json;

use crate::resource::{self, Resource};
use engine::access::{Access, Permission, PermissionInfo, Right};
use engine::app::App;
use engine::call::{Call, Prepared, Reply};
use engine::cx::Cx;
use engine::operation::{
    DefaultDays, Doc, Effect, Handler, Limit, Need, Operation, Schema, Without,
};
use engine::unit::Opening;
use records::error::Error;

/// The key under which a parameter's schema says that it must be there; the document says so beside the schema.
pub(crate) const REQUIRED: &str = "x-required";

/// Parameters of lists that choose a page or a form, and no rows.
const PAGES: [&str; 7] = [
    "search",
    "labels",
    "limit",
    "offset",
    "page",
    "page_size",
    "cursor",
];

/// A handler as a plain function.
pub type Run = for<'a> fn(&'a mut Cx, &'a Call) -> BoxFuture<'a, Result<Reply, Error>>;

/// What runs before the unit of work, as a plain function.
pub type Prepare =
    for<'a> fn(&'a Arc<App>, &'a Opening, &'a Call) -> BoxFuture<'a, Result<Prepared, Error>>;

/// A route of which nobody has said yet what its callers need: it cannot become an operation.
pub struct Undecided(());
/// A route of which it is said what its callers need.
pub struct Decided(());

/// Builds an [`Operation`] by saying what is particular about it. What its callers need is said with
/// [`Route::open`], [`Route::signed_in`], [`Route::may`] or [`Route::with`], and without it
/// [`Route::done`] does not exist:
///
/// ```compile_fail
/// # use api::route::Route;
/// Route::get("wards", "wards/board/", |_, _| unreachable!()).done();
/// ```
pub struct Route<Need = Decided>(Operation, PhantomData<Need>);

impl Route<Undecided> {
    /// A route that answers GET.
    pub fn get(tag: &'static str, path: &str, run: Run) -> Route<Undecided> {
        Route::new(Method::GET, tag, path, Effect::Read, run)
    }

    /// A route that answers POST and writes.
    pub fn post(tag: &'static str, path: &str, run: Run) -> Route<Undecided> {
        Route::new(Method::POST, tag, path, Effect::Write, run)
    }

    /// A route by method and effect.
    pub fn new(
        method: Method,
        tag: &'static str,
        path: &str,
        effect: Effect,
        run: Run,
    ) -> Route<Undecided> {
        Route::handled(method, tag, path, effect, Arc::new(run))
    }

    /// The same, with a handler that was put together.
    pub(crate) fn handled(
        method: Method,
        tag: &'static str,
        path: &str,
        effect: Effect,
        run: Handler,
    ) -> Route<Undecided> {
        let id = format!(
            "{}_{}",
            path.trim_end_matches('/')
                .replace(['/', '-'], "_")
                .replace(['{', '}'], ""),
            method.as_str().to_lowercase()
        );
        let operation = Operation {
            module: "",
            tag,
            method,
            path: path.to_owned(),
            id,
            need: Need::SignedIn,
            effect,
            patient_data: false,
            upload: false,
            limit: Limit::Unlimited,
            with_temporary_password: false,
            any_query: false,
            doc: Doc {
                status: 200,
                ..Doc::default()
            },
            offered: None,
            before: None,
            run,
        };
        Route(operation, PhantomData)
    }

    fn decided(mut self, need: Need) -> Route {
        self.0.need = need;
        Route(self.0, PhantomData)
    }

    /// Anonymous callers are served.
    #[must_use]
    pub fn open(self) -> Route {
        self.decided(Need::Open)
    }

    /// Needs a signed-in caller; it concerns their own affairs.
    #[must_use]
    pub fn signed_in(self) -> Route {
        self.decided(Need::SignedIn)
    }

    /// Needs a permission; callers without it are refused.
    #[must_use]
    pub fn may(self, permission: Permission, access: Access) -> Route {
        let permission = PermissionInfo::verb(permission, access);
        self.decided(Need::May(permission, Without::Forbidden))
    }

    /// Needs a permission; to callers without it the record does not exist.
    #[must_use]
    pub fn may_or_hidden(self, permission: Permission, access: Access) -> Route {
        let permission = PermissionInfo::verb(permission, access);
        self.decided(Need::May(permission, Without::Nothing))
    }

    /// Needs a right to a resource that is declared elsewhere.
    #[must_use]
    pub fn with<R: Resource>(self, right: Right, without: Without) -> Route {
        self.decided(Need::May(resource::permission_of::<R>(right), without))
    }
}

impl<N> Route<N> {
    /// Works something slow out before the unit of work begins; see
    /// [`Cx::prepared`](engine::cx::Cx::prepared).
    #[must_use]
    pub fn before(mut self, before: Prepare) -> Route<N> {
        self.0.before = Some(Arc::new(before));
        self
    }

    /// Opens its own units of work.
    #[must_use]
    pub fn own_units(mut self) -> Route<N> {
        self.0.effect = Effect::Own;
        self
    }

    /// Shows patient data: it is answered only when the handler says whose; see [`Cx::saw`],
    /// [`Cx::seen_as`] and [`Cx::saw_nothing`].
    #[must_use]
    pub fn patient_data(mut self) -> Route<N> {
        self.0.patient_data = true;
        self
    }

    /// One line for the document.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Route<N> {
        self.0.doc.summary = summary.to_owned();
        self
    }

    /// The body's schema.
    #[must_use]
    pub fn takes<I: crate::verb::Input>(mut self) -> Route<N> {
        self.0.doc.body = I::schema().map(|json| Schema {
            name: None,
            json,
            list: false,
        });
        self
    }

    /// The answer's schema.
    #[must_use]
    pub fn answers<T: schemars::JsonSchema>(mut self, status: u16) -> Route<N> {
        self.0.doc.answer = Some(Schema::of::<T>());
        self.0.doc.status = status;
        self
    }

    /// The answer's schema, put together, with 200.
    #[must_use]
    pub(crate) fn answer(mut self, schema: Schema) -> Route<N> {
        self.0.doc.answer = Some(schema);
        self.0.doc.status = 200;
        self
    }

    /// The answer has no body.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16) -> Route<N> {
        self.0.doc.answer = None;
        self.0.doc.status = status;
        self
    }

    /// A query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, schema: Json, what: &str) -> Route<N> {
        self.0
            .doc
            .query
            .push((name.to_owned(), schema, what.to_owned()));
        self
    }

    /// A query parameter that must be there.
    #[must_use]
    pub fn needs(self, name: &str, mut schema: Json, what: &str) -> Route<N> {
        schema[REQUIRED] = true.into();
        self.query(name, schema, what)
    }

    /// The answer is one record of a resource.
    #[must_use]
    pub fn answers_record<R: Resource>(mut self, status: u16) -> Route<N> {
        self.0.doc.answer = Some(Schema {
            list: false,
            ..resource::list_schema::<R>()
        });
        self.0.doc.status = status;
        self
    }

    /// The body makes a record of a resource.
    #[must_use]
    pub fn takes_record<R: Resource>(mut self) -> Route<N> {
        self.0.doc.body = Some(resource::draft_schema::<R>());
        self.0.doc.conflicts = true;
        self
    }

    /// The body changes a record of a resource.
    #[must_use]
    pub fn takes_change<R: Resource>(mut self) -> Route<N> {
        self.0.doc.body = Some(resource::change_schema::<R>());
        self.0.doc.conflicts = true;
        self
    }

    /// The answer is a list of a resource's records, page by page, with the resource's filters.
    #[must_use]
    pub fn answers_pages<R: Resource>(mut self) -> Route<N> {
        self.0.doc.answer = Some(resource::list_schema::<R>());
        self.0.doc.query = resource::list_parameters::<R>();
        // The list says itself which names it knows, with those that its filters are made of.
        self.0.any_query = true;
        self.0.doc.pages = true;
        self.0.doc.status = 200;
        self
    }

    /// The answer is a list of a resource's records as the resource's own list is, with its filters.
    #[must_use]
    pub fn answers_list<R: Resource>(mut self) -> Route<N> {
        self = self.answers_pages::<R>();
        self.0.doc.pages = false;
        self
    }

    /// Takes a resource's filters, as its list does; see [`resource::filtered`].
    #[must_use]
    pub fn filters<R: Resource>(mut self) -> Route<N> {
        let filters = resource::list_parameters::<R>()
            .into_iter()
            .filter(|(name, _, _)| name != "ordering" && !PAGES.contains(&name.as_str()));
        self.0.doc.query.extend(filters);
        self
    }

    /// The answer is some of a resource's records, chosen by the question and not by the resource's filters.
    #[must_use]
    pub fn answers_records<R: Resource>(mut self) -> Route<N> {
        self.0.doc.answer = Some(resource::list_schema::<R>());
        self.0.doc.status = 200;
        self
    }

    /// The answer is no JSON but of this content type, such as an export.
    #[must_use]
    pub fn answers_file(mut self, content_type: &'static str) -> Route<N> {
        self.0.doc.answer = None;
        self.0.doc.media = Some(content_type);
        self.0.doc.status = 200;
        self
    }

    /// Deals with one versioned record: shows its `ETag`, and a change honours `If-Match`.
    #[must_use]
    pub fn versioned(mut self) -> Route<N> {
        self.0.doc.versioned = true;
        self
    }

    /// The period of a request that names none.
    #[must_use]
    pub(crate) fn default_days(mut self, days: DefaultDays) -> Route<N> {
        self.0.doc.default_days = Some(days);
        self
    }

    /// Can contradict what is stored: 409.
    #[must_use]
    pub fn conflicts(mut self) -> Route<N> {
        self.0.doc.conflicts = true;
        self
    }

    /// Takes a form with a `file`, as large as uploads may be.
    #[must_use]
    pub fn uploads(mut self) -> Route<N> {
        self.0.upload = true;
        self
    }

    /// Counts calls from one address, and refuses too many for a while: 429. What anonymous callers may POST is
    /// limited in one of these ways, or the document's problems name it.
    #[must_use]
    pub fn limited(mut self) -> Route<N> {
        self.0.limit = Limit::Calls;
        self
    }

    /// The same, but a call that succeeds does not count; see [`Limit::Refusals`].
    #[must_use]
    pub fn limited_by_refusals(mut self) -> Route<N> {
        self.0.limit = Limit::Refusals;
        self
    }

    /// A caller who must replace a temporary password first may use it.
    #[must_use]
    pub fn with_temporary_password(mut self) -> Route<N> {
        self.0.with_temporary_password = true;
        self
    }

    /// Further text for the document.
    #[must_use]
    pub fn description(mut self, description: &str) -> Route<N> {
        self.0.doc.description = description.to_owned();
        self
    }
}

impl Route<Decided> {
    /// The operation.
    pub fn done(self) -> Operation {
        self.0
    }
}
