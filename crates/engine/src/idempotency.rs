//! One effect for one key: a POST that is sent again because the answer got lost is answered, not done
//! again.
//!
//! The key is claimed by the first statement of the transaction, and the answer is stored (sealed) by
//! the last, so both are there or neither. A second request with the key waits for the first: on
//! PostgreSQL at the unique index, on SQLite for the writer. Only successes are kept: what was refused
//! left nothing behind and may be tried again with the same key.
//!
//! An operation that opens its own units of work ([`Effect::Own`](crate::operation::Effect::Own)) has
//! the key claimed before and its answer stored after, in transactions of their own, and goes on to
//! its end when the client leaves. The claim alone ends by itself after [`LEASE`], should the process
//! die in between; whoever sends the request again then has it done again.
//!
//! What is told once (a key, recovery codes, a temporary password; see [`ONCE`](crate::operation::ONCE)) may be asked for
//! again for [`TOLD_FOR`]: that is a double click, or a line that was cut. Then the answer is erased, and whoever finds the
//! browser unlocked and sends its form once more learns that it was done, and nothing else.
//!
//! Keys belong to the user who sends them. A delegate who acts for the user and a program with the user's API
//! key have keys of their own: they are not shown what only the user may ask for. Anonymous callers, who sign in or register, share none: a
//! key of theirs counts for one operation from one network (an IPv4 address, an IPv6 /64). Replaying a
//! login shows its tokens to nobody new: the body must be the same, so the password is known, and the
//! tokens are worth what their session still is. That another body is refused unread is no way to try
//! passwords unseen, because the key is needed, the network, and a try within the rate limit.

use http::{HeaderMap, StatusCode};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kernel::Code;
use sea_query::{Alias, Expr, ExprTrait, OnConflict, Query};
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::actor::network;
use crate::app::App;
use crate::call::{Call, Reply, ReplyBody};
use crate::cx::{Cx, select};
use crate::jobs::{Job, JobInfo, Run, enqueue};
use crate::operation::Operation;
use db::{DbError, Dialect, Statement, ToValue};
use records::error::Error;
use records::field::{Doc, Hex, Line};
use records::record::{self, Loaded, Meta, Record};
use seal::Sealed;
use texts::Text;

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long an answer with what is told once may be asked for again.
pub const TOLD_FOR: SignedDuration = SignedDuration::from_mins(2);
/// Beside an answer with what is told once: until when it may be asked for again.
const UNTIL: &str = "told_until";
/// How long a key stays claimed for an operation that opens its own units of work and never ends.
pub const LEASE: SignedDuration = SignedDuration::from_mins(1);
/// How long a request waits for another one with its key.
pub const PATIENCE: Duration = Duration::from_secs(10);

records::record! {
    /// An answer that may be asked for again.
    pub struct IdempotentReply in "idempotent_reply" {
        client {}
        server {}
        hidden {
            /// The user who sent it; 0 for anonymous callers.
            actor: i64 = 0,
            /// A keyed hash of the client's key and of whether a user, a delegate, a program or nobody sent it.
            key: Line<255> = Line::cut(""),
            /// Keyed hash of method, address and body.
            request: Hex = Hex::default(),
            /// Status, headers and body; null while an operation that opens its own units is at work.
            reply: Sealed<Doc> = Sealed::new(Doc::default()),
            /// When it is forgotten.
            expires_at: Timestamp = Timestamp::UNIX_EPOCH,
        }
    }
}

/// A key with the request it came with.
#[derive(Clone)]
pub struct Slot {
    actor: i64,
    key: Line<255>,
    request: Hex,
}

/// The request's slot, if it carries a key.
pub fn slot(app: &App, call: &Call, actor: &Actor) -> Result<Option<Slot>, Error> {
    let Some(value) = call.head.headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > 255 {
        return Err(Error::refuse(
            Code::Invalid,
            Text::new("idempotency-key-bad"),
        ));
    }
    let key = match actor.user() {
        None => {
            let operation = (call.operation.method.as_str(), &call.operation.path);
            let network = call.head.ip.map(network);
            hashed(app, &(operation, network, key))?
        }
        Some(user) => match (&user.acting, user.session) {
            (Some((delegate, _)), _) => hashed(app, &("delegate", delegate, key))?,
            (None, None) => hashed(app, &("program", key))?,
            (None, Some(_)) => hashed(app, &("user", key))?,
        },
    };
    let mut request = format!("{} {}?", call.head.method, call.head.path).into_bytes();
    request.extend(serde_json::to_vec(&call.head.query)?);
    request.extend_from_slice(&call.body);
    let request = Hex(app.ring().audit_mac(&request).to_vec());
    Ok(Some(Slot {
        actor: actor.user_id().unwrap_or(0),
        key: Line::cut(&key),
        request,
    }))
}

/// A key as it is stored: the client's own may say whom it was made for.
fn hashed(app: &App, whose: &impl serde::Serialize) -> Result<String, Error> {
    let mac = app.ring().audit_mac(&serde_json::to_vec(whose)?);
    Ok(kernel::hex(&mac))
}

/// What became of an earlier request with the same key.
pub enum Earlier {
    /// It was answered, and showed data of these patients.
    Answered(Reply, Vec<i64>),
    /// It is being worked on.
    InFlight,
}

/// The earlier request with this key, if there is one.
pub async fn earlier(app: &App, slot: &Slot, now: Timestamp) -> Result<Option<Earlier>, Error> {
    let mut query = select::<IdempotentReply>();
    query
        .and_where(Expr::col(Alias::new("actor")).eq(slot.actor))
        .and_where(Expr::col(Alias::new("key")).eq(slot.key.to_string()));
    let statement = Statement::build(app.db.dialect(), &query).with_keys(app.ring());
    let found: Option<Loaded<IdempotentReply>> = app.db.optional(statement).await?;
    let Some(Loaded(row)) = found.filter(|Loaded(row)| row.expires_at > now) else {
        return Ok(None);
    };
    if row.request != slot.request {
        return Err(Error::refuse(
            Code::IdempotencyKeyReused,
            Text::new("idempotency-key-reused"),
        ));
    }
    Ok(Some(match &row.reply.open().0 {
        Json::Null => Earlier::InFlight,
        answer if is_over(answer, now) => {
            return Err(Error::refuse(Code::AlreadyTold, Text::new("already-told")));
        }
        answer => {
            let patients = answer.get("patients").cloned().unwrap_or_default();
            let patients = serde_json::from_value(patients).unwrap_or_default();
            Earlier::Answered(thaw(answer)?, patients)
        }
    }))
}

/// Claims the key for this transaction, and for so long after it, unless the answer is
/// [kept](keep()).
///
/// # Errors
/// [`Error::AnsweredBefore`] when another request was faster, 409 when it does not come to an end.
pub async fn claim(
    cx: &mut Cx,
    slot: &Slot,
    lease: SignedDuration,
) -> Result<IdempotentReply, Error> {
    if cx.dialect() == Dialect::Postgres {
        let wait = Statement::raw("SET LOCAL lock_timeout = '10s'", Vec::new());
        cx.tx()?.execute(wait).await?;
    }
    let mut expired = Query::delete();
    expired
        .from_table(Alias::new(IdempotentReply::TABLE))
        .and_where(Expr::col(Alias::new("actor")).eq(slot.actor))
        .and_where(Expr::col(Alias::new("key")).eq(slot.key.to_string()))
        .and_where(
            Expr::col(Alias::new("expires_at")).lte(Expr::val(ToValue::to_value(&cx.now()))),
        );
    let mut row = IdempotentReply {
        meta: Meta::unstored(),
        actor: slot.actor,
        key: slot.key.clone(),
        request: slot.request.clone(),
        reply: Sealed::new(Doc::default()),
        expires_at: cx.now() + lease,
    };
    row.meta.uid = uuid::Uuid::now_v7();
    row.meta.created_at = cx.now();
    row.meta.updated_at = cx.now();
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(IdempotentReply::TABLE))
        .columns(
            IdempotentReply::columns()
                .iter()
                .skip(1)
                .map(|name| Alias::new(*name)),
        )
        .values(
            record::values(&row, &cx.app.ring())?
                .into_iter()
                .map(Expr::val),
        )
        .map_err(Error::internal)?
        .on_conflict(
            OnConflict::columns([Alias::new("actor"), Alias::new("key")])
                .do_nothing()
                .to_owned(),
        );
    let (expired, insert) = (
        Statement::build(cx.dialect(), &expired),
        Statement::build(cx.dialect(), &insert),
    );
    cx.tx()?.execute(expired).await.map_err(in_flight)?;
    if cx.tx()?.execute(insert).await.map_err(in_flight)? == 0 {
        return Err(Error::AnsweredBefore);
    }
    Ok(row)
}

fn in_flight(error: DbError) -> Error {
    match error {
        DbError::Timeout | DbError::Busy => Error::refuse(
            Code::IdempotencyInFlight,
            Text::new("idempotency-in-flight"),
        )
        .retry_after(PATIENCE.as_secs()),
        other => other.into(),
    }
}

/// Whether an answer was told once, and that is over.
fn is_over(answer: &Json, now: Timestamp) -> bool {
    let until = answer.get(UNTIL).and_then(Json::as_str);
    until.is_some_and(|until| until.parse::<Timestamp>().is_ok_and(|until| until <= now))
}

/// Stores the answer under the claimed key, for [`KEPT`]; one that tells something once is erased after [`TOLD_FOR`].
pub async fn keep(
    cx: &mut Cx,
    row: IdempotentReply,
    mut answer: Json,
    operation: &Operation,
) -> Result<(), Error> {
    if tells_once(&answer, operation) {
        let until = cx.now() + TOLD_FOR;
        answer[UNTIL] = until.to_string().into();
        let forget = Job::at(ERASURE.kind, json!({ "uid": row.meta.uid }), until);
        enqueue(cx, vec![forget])?;
    }
    store(cx, row, answer).await
}

/// Whether the answer has a field that is told once.
fn tells_once(answer: &Json, operation: &Operation) -> bool {
    let mut once = operation.told_once().peekable();
    if once.peek().is_none() {
        return false;
    }
    let body = answer.get("body").and_then(Json::as_str);
    let body: Json = body
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    once.any(|field| body.get(field).is_some_and(|value| !value.is_null()))
}

/// Erases an answer that may not be asked for any more. The key stays claimed.
pub const ERASURE: JobInfo = JobInfo {
    kind: "platform:told-once",
    run: Run::Inside(|cx, payload| Box::pin(erase(cx, payload))),
    attempts: 5,
    every: None,
};

async fn erase(cx: &mut Cx, payload: &Json) -> Result<(), Error> {
    let uid = payload.get("uid").and_then(Json::as_str);
    let Some(uid) = uid.and_then(|uid| uid.parse::<uuid::Uuid>().ok()) else {
        return Ok(());
    };
    let mut query = select::<IdempotentReply>();
    query.and_where(Expr::col(Alias::new("uid")).eq(Expr::val(ToValue::to_value(&uid))));
    let Some(row) = cx.record::<IdempotentReply>(query).await? else {
        return Ok(());
    };
    let until = row.reply.open().0.get(UNTIL).cloned().unwrap_or_default();
    store(cx, row, json!({ UNTIL: until })).await
}

async fn store(cx: &mut Cx, mut row: IdempotentReply, answer: Json) -> Result<(), Error> {
    row.reply = Sealed::new(Doc(answer));
    let mut values = record::values(&row, &cx.app.ring())?;
    let at = IdempotentReply::columns()
        .iter()
        .skip(1)
        .position(|name| *name == record::SEALED_COLUMN)
        .unwrap_or(0);
    let expires_at = ToValue::to_value(&(row.meta.created_at + KEPT));
    let mut update = Query::update();
    update
        .table(Alias::new(IdempotentReply::TABLE))
        .value(
            Alias::new(record::SEALED_COLUMN),
            Expr::val(values.swap_remove(at)),
        )
        .value(Alias::new("expires_at"), Expr::val(expires_at))
        .and_where(is(&row));
    let statement = Statement::build(cx.dialect(), &update);
    cx.tx()?.execute(statement).await?;
    Ok(())
}

/// Gives a claimed key back: what was refused may be tried again.
pub async fn release(cx: &mut Cx, row: &IdempotentReply) -> Result<(), Error> {
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(IdempotentReply::TABLE))
        .and_where(is(row));
    let statement = Statement::build(cx.dialect(), &delete);
    cx.tx()?.execute(statement).await?;
    Ok(())
}

/// This claim, and not a later one of the same key.
fn is(row: &IdempotentReply) -> Expr {
    Expr::col(Alias::new("uid")).eq(Expr::val(ToValue::to_value(&row.meta.uid)))
}

/// An answer as it is kept.
pub fn freeze(reply: &Reply) -> Json {
    let headers: Vec<(&str, &str)> = reply
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let body = match &reply.body {
        ReplyBody::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        // No operation that writes answers piece by piece.
        ReplyBody::Stream(_) => String::new(),
    };
    json!({ "status": reply.status.as_u16(), "headers": headers, "body": body })
}

fn thaw(json: &Json) -> Result<Reply, Error> {
    let status = json["status"]
        .as_u64()
        .and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok());
    let mut headers = HeaderMap::new();
    let pairs: Vec<(String, String)> = serde_json::from_value(json["headers"].clone())?;
    for (name, value) in pairs {
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::try_from(name),
            http::HeaderValue::try_from(value),
        ) {
            headers.insert(name, value);
        }
    }
    headers.insert(
        "idempotency-replayed",
        http::HeaderValue::from_static("true"),
    );
    let status = status.ok_or_else(|| Error::internal("a stored answer has no status"))?;
    let body = json["body"].as_str().unwrap_or_default().to_owned();
    Ok(Reply {
        status,
        headers,
        body: ReplyBody::Whole(body.into()),
    })
}
