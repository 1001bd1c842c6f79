//! How a declared verb or command becomes an operation, and runs.

use std::any::Any;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{Method, StatusCode};

use super::{Answer, Command, Input, Verb};
use crate::resource::{self, Resource};
use engine::access::PermissionInfo;
use engine::call::{Call, Reply};
use engine::cx::Cx;
use engine::operation::{Doc, Effect, Limit, Need, Operation, Schema, Without};
use records::error::Error;
use records::record::{Body, Record};

/// What both kinds of verbs declare.
struct Declared {
    resource: &'static str,
    name: &'static str,
    path: String,
    permission: PermissionInfo,
    patient_data: bool,
    method: Method,
    limited: bool,
    doc: Doc,
}

fn declared(of: Declared, module: &'static str) -> Operation {
    Operation {
        module,
        tag: of.resource,
        method: of.method,
        path: of.path,
        id: format!("{}_{}", of.resource, of.name).replace(['-', '/'], "_"),
        need: Need::May(of.permission, Without::Forbidden),
        effect: Effect::Write,
        patient_data: of.patient_data,
        upload: false,
        limit: if of.limited {
            Limit::Calls
        } else {
            Limit::Unlimited
        },
        with_temporary_password: false,
        any_query: false,
        doc: of.doc,
        offered: None,
        before: None,
        run: Arc::new(|_, _| Box::pin(async { Err(Error::not_found()) })),
    }
}

fn doc<I: Input, A: Answer>(summary: &str, description: &str, status: StatusCode) -> Doc {
    Doc {
        summary: summary.to_owned(),
        description: description.to_owned(),
        body: I::schema().map(|json| Schema {
            name: None,
            json,
            list: false,
        }),
        answer: Some(A::schema()),
        status: status.as_u16(),
        conflicts: true,
        versioned: A::VERSIONED,
        ..Doc::default()
    }
}

/// The operation that a verb declares.
pub(crate) fn verb<V: Verb>(module: &'static str) -> Operation {
    let resource = <V::On as Resource>::PATH;
    let of = Declared {
        resource,
        name: V::NAME,
        path: format!("{resource}/{{id}}/{}/", V::NAME),
        permission: PermissionInfo::verb(V::PERMISSION, V::access()),
        patient_data: V::PATIENT_DATA,
        method: V::METHOD,
        limited: V::LIMITED,
        doc: Doc {
            grave: V::GRAVE,
            ..doc::<V::Input, V::Answer>(V::SUMMARY, V::DESCRIPTION, V::STATUS)
        },
    };
    Operation {
        before: Some(Arc::new(|app, opening, call| {
            Box::pin(V::before(app, opening, call))
        })),
        offered: Some(offers::<V>),
        run: Arc::new(|cx, call| Box::pin(run_verb::<V>(cx, call))),
        ..declared(of, module)
    }
}

/// The operation that a command declares.
pub(crate) fn command<C: Command>(module: &'static str) -> Operation {
    let resource = <C::Of as Resource>::PATH;
    let of = Declared {
        resource,
        name: C::NAME,
        path: format!("{resource}/{}/", C::NAME),
        permission: PermissionInfo::verb(C::PERMISSION, C::access()),
        patient_data: C::PATIENT_DATA,
        method: Method::POST,
        limited: C::LIMITED,
        doc: Doc {
            grave: C::GRAVE,
            ..doc::<C::Input, C::Answer>(C::SUMMARY, C::DESCRIPTION, C::STATUS)
        },
    };
    Operation {
        run: Arc::new(|cx, call| Box::pin(run_command::<C>(cx, call))),
        ..declared(of, module)
    }
}

/// Whether pages show its button for a record as it is.
fn offers<'a, V: Verb>(
    cx: &'a mut Cx,
    row: &'a (dyn Any + Send + Sync),
) -> BoxFuture<'a, Result<bool, Error>> {
    Box::pin(async move {
        match row.downcast_ref::<V::On>() {
            Some(row) if V::offered(row) => V::of_use(cx, row).await,
            _ => Ok(false),
        }
    })
}

async fn run_verb<V: Verb>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let held: V::On = if V::HOLDS {
        cx.hold(call.id()?).await?
    } else {
        cx.load(call.id()?).await?
    };
    resource::check_version(&held, call.if_match()?)?;
    let above = Some((V::On::TABLE, held.meta().id));
    let input: V::Input = input(call, V::ALIASES, above)?;
    if !V::offered(&held) {
        return Err(V::refusal(cx, &held).await?);
    }
    if V::PATIENT_DATA {
        cx.saw_record(&held);
    }
    let answer = V::run(cx, held, input).await?;
    answer.reply(cx, V::STATUS).await
}

/// What the body carries; one of which nothing is expected is not looked at. A body that names the record of the path,
/// though the input does not ask for it, names no other one.
fn input<I: Input>(
    call: &Call,
    aliases: &[(&str, &str)],
    above: Option<(&str, i64)>,
) -> Result<I, Error> {
    let Some(schema) = I::schema() else {
        return Ok(I::parse(&Body::default())?);
    };
    let body = call.body_for(aliases)?;
    if let Some((name, id)) = above
        && schema["properties"][name].is_null()
        && schema["properties"][format!("{name}_id")].is_null()
    {
        body.check_path(name, id)?;
    }
    Ok(I::parse(&body)?)
}

async fn run_command<C: Command>(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let input: C::Input = input(call, C::ALIASES, None)?;
    let answer = C::run(cx, input).await?;
    answer.reply(cx, C::STATUS).await
}
