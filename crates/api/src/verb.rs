//! Verbs: what is done to a record besides creating, changing and deleting it, such as merge, check in,
//! dispense or refund.
//!
//! A [`Verb`] acts on one record, which arrives locked and within the caller's scope; a [`Command`] acts
//! on a resource as a whole. One file each: input, answer, the pure rule, and a `run` that reads like five
//! sentences. Permission, scope, transaction, audit, optimistic locking and document follow from the
//! declaration.
//!
//! ```ignore
//! pub struct CheckIn;
//!
//! impl Verb for CheckIn {
//!     type On = Appointment;
//!     type Input = ();
//!     type Answer = One<Appointment>;
//!     const NAME: &'static str = "check_in";
//!     const SUMMARY: &'static str = "Check the patient in";
//!
//!     fn access() -> Access {
//!         Access::may(&[Receptionist, Nurse])
//!     }
//!
//!     async fn run(cx: &mut Cx, held: Appointment, _: ()) -> Result<One<Appointment>, Error> {
//!         change_by(cx, held, |row| row.status = CheckedIn).await.map(One)
//!     }
//! }
//! ```

mod serve;

use std::future::Future;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::Value as Json;

pub(crate) use serve::{command, verb};

use crate::resource::{self, Resource};
use engine::access::{Access, Permission};
use engine::app::App;
use engine::call::{Call, Prepared, Reply};
use engine::cx::Cx;
use engine::operation::Schema;
use engine::unit::Opening;
use records::error::Error;
use records::record::Body;

/// A verb on one record, at `{path}/{id}/{name}/`.
pub trait Verb: Send + Sync + 'static {
    /// The resource whose records it acts on.
    type On: Resource;
    /// What the body carries; `()` when it carries nothing.
    type Input: Input;
    /// What it answers: the record ([`One`]) or a struct of its own.
    type Answer: Answer;
    /// The path's last part, and the permission's name.
    const NAME: &'static str;
    /// One line for the document.
    const SUMMARY: &'static str;
    /// Further text for the document.
    const DESCRIPTION: &'static str = "";
    /// The method.
    const METHOD: Method = Method::POST;
    /// Other names under which clients send the input's fields: (other name, field).
    const ALIASES: &'static [(&'static str, &'static str)] = &[];
    /// The record is locked before [`Verb::run`]. Off for a verb that locks several records, in an order
    /// of its own so that two of them never wait for each other.
    const HOLDS: bool = true;
    /// Status of a successful answer.
    const STATUS: StatusCode = StatusCode::OK;
    /// Calls from one address are counted, and too many refused for a while: 429.
    const LIMITED: bool = false;
    /// It cannot be taken back, or weighs much: clients ask for a confirmation before they send it.
    const GRAVE: bool = false;
    /// The answer shows patient data.
    const PATIENT_DATA: bool = <Self::On as Resource>::PATIENT_DATA;
    /// The permission that a caller needs.
    const PERMISSION: Permission = Permission::new(<Self::On as Resource>::PATH, Self::NAME);

    /// Who may do it by default.
    fn access() -> Access;

    /// Whether it makes sense for a record as it is: pages show its button only then. A verb that is not
    /// offered is refused with [`Verb::not_offered`].
    fn offered(_row: &Self::On) -> bool {
        true
    }

    /// The refusal of a verb that is not offered for the record as it is.
    fn not_offered(_row: &Self::On) -> Error {
        Error::refuse(
            kernel::Code::StateConflict,
            texts::Text::new("verb-not-offered"),
        )
    }

    /// Whether it would do anything for a record that it is offered for: pages show its button only then. Nothing is
    /// refused for it, since it is said once more without harm, or the day is not there yet: that is [`Verb::run`]'s
    /// to answer.
    fn of_use(_cx: &mut Cx, _row: &Self::On) -> impl Future<Output = Result<bool, Error>> + Send {
        async { Ok(true) }
    }

    /// As [`Verb::not_offered`], where saying it takes more than the record: who did it before, for instance.
    fn refusal(_cx: &mut Cx, row: &Self::On) -> impl Future<Output = Result<Error, Error>> + Send {
        let refused = Self::not_offered(row);
        async { Ok(refused) }
    }

    /// Works something slow out before the transaction begins; [`Cx::prepared`] has it then.
    fn before(
        _app: &Arc<App>,
        _opening: &Opening,
        _call: &Call,
    ) -> impl Future<Output = Result<Prepared, Error>> + Send {
        async { Ok(Prepared::default()) }
    }

    /// Does it. The record is in scope and locked (see [`Verb::HOLDS`]), and has the version that `If-Match`
    /// names.
    fn run(
        cx: &mut Cx,
        held: Self::On,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

/// A verb on a resource as a whole, at `{path}/{name}/`.
pub trait Command: Send + Sync + 'static {
    /// The resource it belongs to.
    type Of: Resource;
    /// What the body carries; `()` when it carries nothing.
    type Input: Input;
    /// What it answers.
    type Answer: Answer;
    /// The path's last part, and the permission's name.
    const NAME: &'static str;
    /// One line for the document.
    const SUMMARY: &'static str;
    /// Further text for the document.
    const DESCRIPTION: &'static str = "";
    /// Status of a successful answer.
    const STATUS: StatusCode = StatusCode::OK;
    /// Further names of the body's fields, each with the field that it stands for.
    const ALIASES: &'static [(&'static str, &'static str)] = &[];
    /// Calls from one address are counted, and too many refused for a while: 429.
    const LIMITED: bool = false;
    /// It cannot be taken back, or weighs much: clients ask for a confirmation before they send it.
    const GRAVE: bool = false;
    /// The answer shows patient data.
    const PATIENT_DATA: bool = <Self::Of as Resource>::PATIENT_DATA;
    /// The permission that a caller needs.
    const PERMISSION: Permission = Permission::new(<Self::Of as Resource>::PATH, Self::NAME);

    /// Who may do it by default.
    fn access() -> Access;

    /// Does it.
    fn run(
        cx: &mut Cx,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

/// The record itself as a verb's answer, shown as the resource shows it, with its `ETag`.
pub struct One<R>(pub R);

/// What a verb answers.
pub trait Answer: Sized + Send {
    /// Its schema for the document.
    fn schema() -> Schema;

    /// It carries the version of the record that it shows.
    const VERSIONED: bool = false;

    /// As a reply.
    fn reply(
        self,
        cx: &mut Cx,
        status: StatusCode,
    ) -> impl Future<Output = Result<Reply, Error>> + Send;
}

impl<R: Resource> Answer for One<R> {
    const VERSIONED: bool = true;

    fn schema() -> Schema {
        Schema {
            list: false,
            ..resource::list_schema::<R>()
        }
    }

    async fn reply(self, cx: &mut Cx, status: StatusCode) -> Result<Reply, Error> {
        let mut reply = resource::show_one(cx, &self.0).await?;
        reply.status = status;
        Ok(reply)
    }
}

impl<T: serde::Serialize + schemars::JsonSchema + Send> Answer for T {
    fn schema() -> Schema {
        Schema::of::<T>()
    }

    async fn reply(self, _cx: &mut Cx, status: StatusCode) -> Result<Reply, Error> {
        Reply::json(status, &self)
    }
}

/// What a verb's body carries.
pub trait Input: Sized + Send {
    /// From the client's object.
    ///
    /// # Errors
    /// What is wrong, by field.
    fn parse(body: &Body) -> Result<Self, records::fault::Faults>;
    /// Its JSON Schema.
    fn schema() -> Option<Json>;
}

impl Input for () {
    fn parse(_body: &Body) -> Result<Self, records::fault::Faults> {
        Ok(())
    }

    fn schema() -> Option<Json> {
        None
    }
}

/// Declares what a verb's body carries, field by field, with the same types as a record.
///
/// ```
/// api::input! {
///     /// Which record is the same person.
///     pub struct MergeInput {
///         /// The record that stays.
///         into: i64,
///         /// Why.
///         reason: records::field::Blank<500>,
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

        impl $crate::verb::Input for $name {
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
                    $crate::record::say_default(&mut schema, $crate::record!(@shown $ty $(, $default)?));
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
