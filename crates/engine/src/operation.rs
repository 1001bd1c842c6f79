//! An operation: one method of one path, with everything that router, document, permissions, audit
//! and coverage tests need to know of it.

use std::any::Any;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::Method;
use jiff::civil::Date;
use serde_json::Value as Json;

use crate::access::PermissionInfo;
use crate::app::App;
use crate::call::{Call, Prepared, Reply};
use crate::cx::Cx;
use crate::unit::Opening;
use records::error::Error;

/// What a caller needs.
#[derive(Debug, Clone)]
pub enum Need {
    /// Nothing: anonymous callers are served.
    Open,
    /// To be signed in; the operation concerns their own affairs.
    SignedIn,
    /// A permission.
    May(PermissionInfo, Without),
}

/// What a caller without the permission is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// That there is nothing: lists are empty and records not found.
    Nothing,
    /// That it is forbidden.
    Forbidden,
}

/// Whether calls from one address are counted, and too many refused for a while with 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limit {
    /// They are not.
    #[default]
    Unlimited,
    /// Every call counts.
    Calls,
    /// Calls that are refused count; those that succeed do not. For what another service calls as often as it
    /// has something to tell, with a signature.
    Refusals,
}

/// Whether it changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reads, without a transaction.
    Read,
    /// Writes, in one transaction.
    Write,
    /// Opens its own units of work, such as a login that must record a failure although it answers 401.
    Own,
}

/// What the API document says of an operation.
#[derive(Debug, Clone, Default)]
pub struct Doc {
    /// One line.
    pub summary: String,
    /// Further text.
    pub description: String,
    /// The schema of the body, if it takes one.
    pub body: Option<Schema>,
    /// The schema of a successful answer.
    pub answer: Option<Schema>,
    /// Status of a successful answer.
    pub status: u16,
    /// Query parameters: name, schema, what it does.
    pub query: Vec<(String, Json, String)>,
    /// Can contradict what is stored: 409.
    pub conflicts: bool,
    /// Deals with one record that carries a version: answers have its `ETag`, changes honour `If-Match`.
    pub versioned: bool,
    /// A list that is always answered page by page, never as a bare array.
    pub pages: bool,
    /// The content type of an answer that is not JSON, such as an export's.
    pub media: Option<&'static str>,
    /// It cannot be taken back, or weighs much: clients ask for a confirmation first.
    pub grave: bool,
    /// The first and the last day that it is about when nobody says which, from the day it is asked on; no day where
    /// there is no limit. For those who show the answer, so that they can say which days it is about.
    pub default_days: Option<DefaultDays>,
}

/// A first and a last day, from the day of the question; none where there is no limit.
pub type DefaultDays = fn(Date) -> [Option<Date>; 2];

/// A JSON Schema, named when it belongs among the document's components.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Its name among the components.
    pub name: Option<String>,
    /// The schema.
    pub json: Json,
    /// The answer is a list of it.
    pub list: bool,
}

impl Schema {
    /// Of an answer's type that derives its schema.
    pub fn of<T: schemars::JsonSchema>() -> Schema {
        let json = schemars::SchemaGenerator::new(
            schemars::generate::SchemaSettings::draft2020_12().with(|s| {
                s.inline_subschemas = true;
                s.meta_schema = None;
                // What answers always have is required, also where reading it back would not ask for it.
                s.contract = schemars::generate::Contract::Serialize;
            }),
        )
        .into_root_schema_for::<T>()
        .to_value();
        Schema {
            name: Some(T::schema_name().into_owned()),
            json,
            list: false,
        }
    }
}

/// Runs an operation inside an opened unit of work.
pub type Handler =
    Arc<dyn for<'a> Fn(&'a mut Cx, &'a Call) -> BoxFuture<'a, Result<Reply, Error>> + Send + Sync>;

/// Works something out before the unit of work begins, such as a password's hash.
pub type Before = Arc<
    dyn for<'a> Fn(&'a Arc<App>, &'a Opening, &'a Call) -> BoxFuture<'a, Result<Prepared, Error>>
        + Send
        + Sync,
>;

/// Whether an operation makes sense for a record of its resource as it is.
pub type Offered =
    for<'a> fn(&'a mut Cx, &'a (dyn Any + Send + Sync)) -> BoxFuture<'a, Result<bool, Error>>;

/// One method of one path.
#[derive(Clone)]
pub struct Operation {
    /// The module that declares it.
    pub module: &'static str,
    /// The resource or group it belongs to: the document's tag.
    pub tag: &'static str,
    /// The method.
    pub method: Method,
    /// Below `/api/`, such as `patients/{id}/merge/`.
    pub path: String,
    /// A stable name, such as `patients_merge`.
    pub id: String,
    /// What a caller needs.
    pub need: Need,
    /// Whether it changes anything.
    pub effect: Effect,
    /// Its answer shows patient data: it is answered only when the audit trail is told whose, by
    /// [`Cx::saw`], [`Cx::seen_as`] or [`Cx::saw_nothing`].
    pub patient_data: bool,
    /// Takes a body larger than JSON's limit.
    pub upload: bool,
    /// Whether too many calls are refused: 429.
    pub limit: Limit,
    /// A caller who must replace a temporary password first may use it.
    pub with_temporary_password: bool,
    /// Which names its query may have is for itself to say, not for the document alone.
    pub any_query: bool,
    /// What the document says.
    pub doc: Doc,
    /// Whether it makes sense for a record of its resource as it is; always where nothing is said.
    pub offered: Option<Offered>,
    /// Runs before the unit of work begins; what it answers is the unit's to use.
    pub before: Option<Before>,
    /// Runs it.
    pub run: Handler,
}

/// Marks a field of an answer's schema that is told this once and never again, such as a key.
pub const ONCE: &str = "x-once";

impl Operation {
    /// The fields of its answer that are told once: see [`ONCE`].
    pub fn told_once(&self) -> impl Iterator<Item = &str> {
        let schema = self.doc.answer.as_ref().map(|answer| &answer.json);
        let fields = schema.and_then(|schema| schema.get("properties")?.as_object());
        let fields = fields.into_iter().flatten();
        fields
            .filter(|(_, field)| field.get(ONCE) == Some(&Json::Bool(true)))
            .map(|(name, _)| name.as_str())
    }

    /// The permission it needs, if it needs one.
    pub fn permission(&self) -> Option<&PermissionInfo> {
        match &self.need {
            Need::May(permission, _) => Some(permission),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
