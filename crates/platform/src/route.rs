//! What is neither a resource nor an action: login, streaming exports, reports. It still enters
//! through the same door.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::Method;
use serde_json::Value as Json;

use crate::access::{Access, PermissionInfo};
use crate::app::App;
use crate::cx::Cx;
use crate::error::Error;
use crate::http::call::{Call, Prepared, Reply};
use crate::operation::{Doc, Effect, Handler, Need, Operation, Schema, Without};
use crate::resource::{self, Resource};
use crate::unit::Opening;

/// A handler as a plain function.
pub type Run = for<'a> fn(&'a mut Cx, &'a Call) -> BoxFuture<'a, Result<Reply, Error>>;

/// What runs before the unit of work, as a plain function.
pub type Prepare =
    for<'a> fn(&'a Arc<App>, &'a Opening, &'a Call) -> BoxFuture<'a, Result<Prepared, Error>>;

/// Builds an [`Operation`] by saying what is particular about it.
pub struct Route(Operation);

impl Route {
    /// A route that answers GET.
    pub fn get(tag: &'static str, path: &str, run: Run) -> Route {
        Route::new(Method::GET, tag, path, Effect::Read, run)
    }

    /// A route that answers POST and writes.
    pub fn post(tag: &'static str, path: &str, run: Run) -> Route {
        Route::new(Method::POST, tag, path, Effect::Write, run)
    }

    /// A route by method and effect. Needs a signed-in caller unless said otherwise.
    pub fn new(method: Method, tag: &'static str, path: &str, effect: Effect, run: Run) -> Route {
        Route::handled(method, tag, path, effect, Arc::new(run))
    }

    /// The same, with a handler that was put together.
    pub(crate) fn handled(
        method: Method,
        tag: &'static str,
        path: &str,
        effect: Effect,
        run: Handler,
    ) -> Route {
        let id = format!(
            "{}_{}",
            path.trim_end_matches('/')
                .replace(['/', '-'], "_")
                .replace(['{', '}'], ""),
            method.as_str().to_lowercase()
        );
        Route(Operation {
            module: "",
            tag,
            method,
            path: path.to_owned(),
            id,
            need: Need::SignedIn,
            effect,
            patient_data: false,
            upload: false,
            doc: Doc {
                status: 200,
                ..Doc::default()
            },
            before: None,
            run,
        })
    }

    /// Works something slow out before the unit of work begins; see
    /// [`Cx::prepared`](crate::cx::Cx::prepared).
    #[must_use]
    pub fn before(mut self, before: Prepare) -> Route {
        self.0.before = Some(Arc::new(before));
        self
    }

    /// Anonymous callers are served.
    #[must_use]
    pub fn open(mut self) -> Route {
        self.0.need = Need::Open;
        self
    }

    /// Needs a permission; callers without it are refused.
    #[must_use]
    pub fn may(mut self, permission: &str, access: Access) -> Route {
        self.0.need = Need::May(
            PermissionInfo {
                name: permission.to_owned(),
                letter: 'x',
                access,
            },
            Without::Forbidden,
        );
        self
    }

    /// Needs a verb of a resource that is declared elsewhere.
    #[must_use]
    pub fn with(mut self, permission: PermissionInfo, without: Without) -> Route {
        self.0.need = Need::May(permission, without);
        self
    }

    /// Opens its own units of work.
    #[must_use]
    pub fn own_units(mut self) -> Route {
        self.0.effect = Effect::Own;
        self
    }

    /// Shows patient data: it is answered only when the handler says whose; see [`Cx::saw`],
    /// [`Cx::seen_as`] and [`Cx::saw_nothing`].
    #[must_use]
    pub fn patient_data(mut self) -> Route {
        self.0.patient_data = true;
        self
    }

    /// One line for the document.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Route {
        self.0.doc.summary = summary.to_owned();
        self
    }

    /// The body's schema.
    #[must_use]
    pub fn takes<I: crate::action::Input>(mut self) -> Route {
        self.0.doc.body = I::schema().map(|json| Schema {
            name: None,
            json,
            list: false,
        });
        self
    }

    /// The answer's schema.
    #[must_use]
    pub fn answers<T: schemars::JsonSchema>(mut self, status: u16) -> Route {
        self.0.doc.answer = Some(Schema::of::<T>());
        self.0.doc.status = status;
        self
    }

    /// The answer's schema, put together, with 200.
    #[must_use]
    pub(crate) fn answer(mut self, schema: Schema) -> Route {
        self.0.doc.answer = Some(schema);
        self.0.doc.status = 200;
        self
    }

    /// The answer has no body.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16) -> Route {
        self.0.doc.answer = None;
        self.0.doc.status = status;
        self
    }

    /// A query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, schema: Json, what: &str) -> Route {
        self.0
            .doc
            .query
            .push((name.to_owned(), schema, what.to_owned()));
        self
    }

    /// The answer is one record of a resource.
    #[must_use]
    pub fn answers_record<R: Resource>(mut self, status: u16) -> Route {
        self.0.doc.answer = Some(Schema {
            list: false,
            ..resource::list_schema::<R>()
        });
        self.0.doc.status = status;
        self
    }

    /// The body changes a record of a resource.
    #[must_use]
    pub fn takes_change<R: Resource>(mut self) -> Route {
        self.0.doc.body = Some(resource::change_schema::<R>());
        self.0.doc.conflicts = true;
        self
    }

    /// The answer is a list of a resource's records, page by page, with the resource's filters.
    #[must_use]
    pub fn answers_pages<R: Resource>(mut self) -> Route {
        self.0.doc.answer = Some(resource::list_schema::<R>());
        self.0.doc.query = resource::list_parameters::<R>();
        self.0.doc.pages = true;
        self.0.doc.status = 200;
        self
    }

    /// The answer is a list of a resource's records as the resource's own list is, with its filters.
    #[must_use]
    pub fn answers_list<R: Resource>(mut self) -> Route {
        self = self.answers_pages::<R>();
        self.0.doc.pages = false;
        self
    }

    /// The answer is no JSON but of this content type, such as an export.
    #[must_use]
    pub fn answers_file(mut self, content_type: &'static str) -> Route {
        self.0.doc.answer = None;
        self.0.doc.media = Some(content_type);
        self.0.doc.status = 200;
        self
    }

    /// Deals with one versioned record: shows its `ETag`, and a change honours `If-Match`.
    #[must_use]
    pub fn versioned(mut self) -> Route {
        self.0.doc.versioned = true;
        self
    }

    /// Can contradict what is stored: 409.
    #[must_use]
    pub fn conflicts(mut self) -> Route {
        self.0.doc.conflicts = true;
        self
    }

    /// Takes a form with a `file`, as large as uploads may be.
    #[must_use]
    pub fn uploads(mut self) -> Route {
        self.0.upload = true;
        self
    }

    /// Refuses too many calls for a while: 429.
    #[must_use]
    pub fn limited(mut self) -> Route {
        self.0.doc.limited = true;
        self
    }

    /// Further text for the document.
    #[must_use]
    pub fn description(mut self, description: &str) -> Route {
        self.0.doc.description = description.to_owned();
        self
    }

    /// The operation.
    pub fn done(self) -> Operation {
        self.0
    }
}
