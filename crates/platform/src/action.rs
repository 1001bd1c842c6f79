//! A verb with a rule: merge, check in, dispense, refund.
//!
//! One file each: what it takes, what it answers, the pure rule, and a `run` that reads like five
//! sentences. Permission, scope, transaction, audit and document follow from the declaration.

use std::future::Future;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::Value as Json;

use crate::access::{Access, PermissionInfo};
use crate::cx::Cx;
use crate::error::Error;
use crate::http::call::{Call, Reply};
use crate::operation::{Doc, Effect, Need, Operation, Schema, Without};
use crate::record::{Body, Record};
use crate::resource::Resource;

/// A verb on one record of a resource, or on the resource as a whole.
pub trait Action: Send + Sync + 'static {
    /// The resource it belongs to.
    type On: Resource;
    /// What the body carries; `()` when it carries nothing.
    type Input: Input;
    /// What it answers.
    type Output: serde::Serialize + schemars::JsonSchema + Send;

    /// The verb: the path's last part and the permission's name.
    const VERB: &'static str;
    /// Acts on one record, below `{id}/`.
    const ON_RECORD: bool = true;
    /// The method.
    const METHOD: Method = Method::POST;
    /// One line for the document.
    const SUMMARY: &'static str;
    /// Further text for the document.
    const DESCRIPTION: &'static str = "";
    /// Too many calls are refused for a while: 429.
    const LIMITED: bool = false;
    /// Status of a successful answer.
    const STATUS: StatusCode = StatusCode::OK;
    /// Whether the answer shows patient data.
    const PATIENT_DATA: bool = <Self::On as Resource>::PATIENT_DATA;

    /// Who may do it by default.
    fn access() -> Access;

    /// Does it. The row is locked and in scope; `None` when the action is not [on a record](Action::ON_RECORD).
    fn run(
        cx: &mut Cx,
        row: Option<Self::On>,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// What an action's body carries.
pub trait Input: Sized + Send {
    /// From the client's object.
    ///
    /// # Errors
    /// What is wrong, by field.
    fn parse(body: &Body) -> Result<Self, crate::fault::Faults>;
    /// Its JSON Schema.
    fn schema() -> Option<Json>;
}

impl Input for () {
    fn parse(_body: &Body) -> Result<Self, crate::fault::Faults> {
        Ok(())
    }

    fn schema() -> Option<Json> {
        None
    }
}

/// Declares what an action's body carries, field by field, with the same types as a record.
///
/// ```
/// platform::input! {
///     /// Which record is the same person.
///     pub struct MergeInput {
///         /// The record that stays.
///         into: i64,
///         /// Why.
///         reason: platform::field::Blank<500>,
///     }
/// }
/// ```
#[macro_export]
macro_rules! input {
    ($(#[doc = $tdoc:literal])* $vis:vis struct $name:ident {
        $( $(#[doc = $doc:literal])* $field:ident : $ty:ty $(= $default:expr)? ),* $(,)?
    }) => {
        $(#[doc = $tdoc])*
        #[derive(Debug, Clone)]
        $vis struct $name { $( $(#[doc = $doc])* pub $field: $ty, )* }

        impl $crate::action::Input for $name {
            fn parse(body: &$crate::record::Body) -> Result<Self, $crate::fault::Faults> {
                let mut faults = $crate::fault::Faults::new();
                $( let $field = body.create::<$ty>(stringify!($field), $crate::record!(@default $ty $(, $default)?), &mut faults); )*
                $( let Some($field) = $field else { return Err(faults) }; )*
                faults.into_result()?;
                Ok(Self { $( $field, )* })
            }

            fn schema() -> Option<$crate::serde_json::Value> {
                let mut properties = $crate::serde_json::Map::new();
                let mut required: Vec<&str> = Vec::new();
                $(
                    let mut schema = <$ty as $crate::field::Field>::schema();
                    schema["description"] = $crate::record::tidy(concat!($($doc, "\n"),*)).into();
                    properties.insert(stringify!($field).to_owned(), schema);
                    if ($crate::record!(@required $ty $(, $default)?))() {
                        required.push(stringify!($field));
                    }
                )*
                Some($crate::serde_json::json!({
                    "type": "object",
                    "description": $crate::record::tidy(concat!($($tdoc, "\n"),*)),
                    "properties": properties,
                    "required": required,
                }))
            }
        }
    };
}

/// The operation that an action declares.
pub(crate) fn operation<A: Action>(module: &'static str) -> Operation {
    let resource = <A::On as Resource>::PATH;
    let path = if A::ON_RECORD {
        format!("{resource}/{{id}}/{}/", A::VERB)
    } else {
        format!("{resource}/{}/", A::VERB)
    };
    let permission = PermissionInfo {
        name: format!("{resource}:{}", A::VERB.replace('-', "_")),
        letter: 'x',
        access: A::access(),
    };
    Operation {
        module,
        tag: resource,
        method: A::METHOD,
        path,
        id: format!(
            "{}_{}",
            resource.replace(['-', '/'], "_"),
            A::VERB.replace('-', "_")
        ),
        need: Need::May(permission, Without::Forbidden),
        effect: Effect::Write,
        patient_data: A::PATIENT_DATA,
        upload: false,
        doc: Doc {
            summary: A::SUMMARY.to_owned(),
            description: A::DESCRIPTION.to_owned(),
            body: A::Input::schema().map(|json| Schema {
                name: None,
                json,
                list: false,
            }),
            answer: Some(Schema::of::<A::Output>()),
            status: A::STATUS.as_u16(),
            conflicts: true,
            limited: A::LIMITED,
            ..Doc::default()
        },
        before: None,
        run: Arc::new(|cx, call| Box::pin(run::<A>(cx, call))),
    }
}

async fn run<A: Action>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row = if A::ON_RECORD {
        Some(cx.hold::<A::On>(call.id()?).await?)
    } else {
        None
    };
    let input = A::Input::parse(&call.body_for(&[])?)?;
    if let Some(row) = &row
        && A::PATIENT_DATA
    {
        use crate::cx::Audited;
        cx.saw(<A::On as Audited>::NAME, row.meta().id, row.patient_id());
    }
    let output = A::run(cx, row, input).await?;
    Reply::json(A::STATUS, &output)
}
