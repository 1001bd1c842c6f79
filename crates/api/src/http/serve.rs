//! One request, as a straight line: who asks, have we answered before, may they, do it, answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body as HttpBody;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt};
use http::{HeaderName, HeaderValue, Method, header};
use http_body_util::BodyExt;
use kernel::{Code, Reach};

use super::call::{Call, Head, Incoming, Prepared, Reply, ReplyBody};
use super::entered::Entered;
use super::limit::Limiter;
use super::origin::{self, REQUEST_ID};
use super::{refusal, refusals, unknown};
use engine::actor::{Actor, Origin, Who};
use engine::app::App;
use engine::audit::Action;
use engine::cx::Cx;
use engine::idempotency::{self, Earlier};
use engine::inside::InsideUnit;
use engine::operation::{Effect, Limit, Need, Operation, Without};
use engine::unit::{self, Opening, Work};
use records::error::Error;
use texts::Text;

/// The most of a too large body that is read and thrown away, so that the client gets to see why.
const DISCARD: usize = 32 * 1024 * 1024;

/// What a client calls itself is noted up to here.
const USER_AGENT: usize = 255;

/// Answers a request to an operation.
pub(super) async fn serve(
    app: Arc<App>,
    limiter: Arc<Limiter>,
    operation: Arc<Operation>,
    route: Arc<str>,
    params: Vec<(String, String)>,
    request: axum::extract::Request,
) -> Response {
    let entered = request.extensions().get::<Entered>().cloned();
    let (head, origin, body) = parts(&app, request, route);
    let limit = operation.limit;
    let taken = match limit {
        Limit::Unlimited => Ok(()),
        Limit::Calls | Limit::Refusals => limiter.take(origin.ip, app.clock.now()),
    };
    let mut asking = None;
    let answered = match taken {
        Ok(()) => {
            let (operation, params, head) = (operation.clone(), params.clone(), head.clone());
            answer(
                &app,
                operation,
                params,
                head,
                &origin,
                body,
                (entered, &mut asking),
            )
            .await
        }
        Err(seconds) => Err(rate_limited(seconds)),
    };
    if let Err(error) = &answered
        && let Some(code) = refusals::to_be_noted(&operation, &head, error)
    {
        refusals::note(&app, &limiter, asking, &origin, &operation, &params, code).await;
    }
    if limit == Limit::Refusals
        && let Ok(reply) = &answered
        && reply.status.is_success()
    {
        limiter.give_back(origin.ip);
    }
    finish(&app, &origin, answered)
}

fn rate_limited(seconds: u64) -> Error {
    let text = Text::new("rate-limited").with("seconds", seconds);
    Error::refuse(Code::RateLimited, text).retry_after(seconds)
}

/// Answers a request to a path or a method that does not exist: to those who may know.
pub(super) async fn nowhere(
    app: Arc<App>,
    request: axum::extract::Request,
    allowed: Option<String>,
) -> Response {
    let (head, origin, _) = parts(&app, request, "".into());
    let error = match app.door.enter(&app, &head).await {
        Err(error) => error,
        Ok(_) => match &allowed {
            Some(_) => Error::refuse(
                Code::MethodNotAllowed,
                Text::new("method-not-allowed").with("method", &head.method),
            ),
            None => Error::not_found(),
        },
    };
    let mut reply = refusal(&app, origin.language, &origin.request_id, error);
    if let Some(allowed) = allowed {
        reply.header("allow", &allowed);
    }
    finish(&app, &origin, Ok(reply))
}

fn parts(
    app: &App,
    request: axum::extract::Request,
    route: Arc<str>,
) -> (Arc<Head>, Arc<Origin>, HttpBody) {
    let (parts, body) = request.into_parts();
    let (head, origin) = described(app, parts, route);
    (Arc::new(head), Arc::new(origin), body)
}

/// A request without its body: what was asked, and by whom it says to come.
pub fn described(app: &App, parts: http::request::Parts, route: Arc<str>) -> (Head, Origin) {
    let header = |name: HeaderName| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let proxied = origin::peer(&parts.extensions).is_some_and(|peer| app.settings.trusts(peer));
    let ip = origin::client(&app.settings, &parts.extensions, &parts.headers);
    let origin = Origin {
        request_id: origin::request_id(&parts.headers),
        ip,
        user_agent: header(header::USER_AGENT)
            .map(|agent| agent.get(..USER_AGENT).unwrap_or(agent).to_owned())
            .unwrap_or_default(),
        language: origin::language(app, &parts.headers),
        route,
    };
    let query = parts
        .uri
        .query()
        .map(|query| serde_urlencoded::from_str(query).unwrap_or_default())
        .unwrap_or_default();
    let head = Head {
        path: parts.uri.path().to_owned(),
        query,
        ip,
        proxied,
        method: parts.method,
        headers: parts.headers,
    };
    (head, origin)
}

async fn answer(
    app: &Arc<App>,
    operation: Arc<Operation>,
    params: Vec<(String, String)>,
    head: Arc<Head>,
    origin: &Arc<Origin>,
    body: HttpBody,
    (entered, asking): (Option<Entered>, &mut Option<Arc<Actor>>),
) -> Result<Reply, Error> {
    let actor = match (&operation.need, entered) {
        (Need::Open, _) => Arc::new(Actor::anonymous()),
        (_, Some(Entered(actor))) => actor,
        _ => Arc::new(app.door.enter(app, &head).await?),
    };
    *asking = Some(actor.clone());
    let reach = reach(&operation, &actor)?;
    let mut incoming = Incoming::default();
    let body = if matches!(head.method, Method::GET | Method::HEAD) {
        Bytes::new()
    } else if operation.upload {
        incoming = Incoming::of(body);
        Bytes::new()
    } else {
        whole(body, app.settings.max_body_bytes).await?
    };
    let opening = Opening {
        actor,
        origin: origin.clone(),
        reach,
    };
    let mut call = Call {
        head,
        params,
        body,
        operation,
        incoming,
        prepared: Prepared::default(),
    };
    if let Err(error) = unknown::refuse(&call) {
        discard(call.incoming.stream(), DISCARD).await;
        return Err(error);
    }
    if let Some(before) = call.operation.before.clone() {
        call.prepared = match before(app, &opening, &call).await {
            Ok(prepared) => prepared,
            Err(error) => {
                discard(call.incoming.stream(), DISCARD).await;
                return Err(error);
            }
        };
        if let Some(fingerprint) = call.prepared.fingerprint() {
            call.body = fingerprint;
        }
    }
    let call = Arc::new(call);
    let mut reply = match call.operation.effect {
        Effect::Read => unit::read(app, &opening, work(&call)).await,
        Effect::Own | Effect::Write => change(app, &opening, &call).await,
    }?;
    unknown::confirm(&call, &mut reply);
    Ok(reply)
}

/// Reads and throws away what is left of a body, so that the client gets to see why it was refused.
async fn discard<E>(stream: impl Stream<Item = Result<Bytes, E>> + Send, most: usize) {
    let mut stream = std::pin::pin!(stream);
    let mut read = 0;
    while read < most
        && let Some(Ok(piece)) = stream.next().await
    {
        read += piece.len();
    }
}

/// The operation as work for a unit, which may run it more than once.
fn work(call: &Arc<Call>) -> impl Work<Reply> + Send + use<> {
    let call = call.clone();
    move |cx: &mut Cx| -> BoxFuture<'_, Result<Reply, Error>> {
        let call = call.clone();
        cx.carry(call.prepared.clone());
        Box::pin(async move {
            let reply = (call.operation.run)(cx, &call).await?;
            owes_no_reading(cx, &call.operation, &reply)?;
            Ok(reply)
        })
    }
}

/// Refuses to show patient data of which the audit trail would learn nothing.
fn owes_no_reading(cx: &Cx, operation: &Operation, reply: &Reply) -> Result<(), Error> {
    let shows = match &reply.body {
        ReplyBody::Whole(bytes) => !bytes.is_empty(),
        ReplyBody::Stream(_) => true,
    };
    if !operation.patient_data || !shows || !reply.status.is_success() || cx.says_whose() {
        return Ok(());
    }
    Err(Error::internal(format!(
        "{} shows patient data, and the audit trail was not told whose",
        operation.id
    )))
}

/// The same, claiming the key first and keeping the answer last.
fn once(call: &Arc<Call>, slot: &idempotency::Slot) -> impl Work<Reply> + use<> {
    let (work, slot, call) = (work(call), slot.clone(), call.clone());
    let work = Arc::new(work);
    move |cx: &mut Cx| -> BoxFuture<'_, Result<Reply, Error>> {
        let (work, slot, call) = (work.clone(), slot.clone(), call.clone());
        Box::pin(async move {
            let claimed = idempotency::claim(cx, &slot, idempotency::KEPT).await?;
            let reply = work(cx).await?;
            let mut answer = idempotency::freeze(&reply);
            answer["patients"] = cx.whose().into();
            idempotency::keep(cx, claimed, answer, &call.operation).await?;
            Ok(reply)
        })
    }
}

/// An answer that is given again shows its patients again.
async fn shown_again(
    app: &Arc<App>,
    opening: &Opening,
    call: &Call,
    patients: Vec<i64>,
) -> Result<(), Error> {
    if patients.is_empty() {
        return Ok(());
    }
    let said = format!("{} (answered again)", call.operation.id);
    unit::read(app, opening, move |cx| {
        cx.seen_as(Action::View, &said);
        cx.shows(&patients);
        Box::pin(std::future::ready(Ok(())))
    })
    .await
}

/// How far the caller's permission goes, or what they are told without it.
fn reach(operation: &Operation, actor: &Actor) -> Result<Reach, Error> {
    if let Who::User(user) = &actor.who
        && user.must_change_password
        && !operation.with_temporary_password
    {
        return Err(Error::refuse(
            Code::PasswordChangeRequired,
            Text::new("password-change-required"),
        ));
    }
    match &operation.need {
        Need::Open | Need::SignedIn => Ok(Reach::Own),
        Need::May(permission, without) => {
            match (actor.grants.reach(permission.permission), without) {
                (Reach::None, Without::Forbidden) => Err(Error::denied()),
                (reach, _) => Ok(reach),
            }
        }
    }
}

/// Does what changes something: once, if the request carries a key.
async fn change(app: &Arc<App>, opening: &Opening, call: &Arc<Call>) -> Result<Reply, Error> {
    let own = call.operation.effect == Effect::Own;
    let slot = match call.head.method {
        Method::POST => idempotency::slot(app, call, &opening.actor)?,
        _ => None,
    };
    let Some(slot) = slot else {
        return if own {
            unit::read(app, opening, work(call)).await
        } else {
            unit::write(app, opening, work(call)).await
        };
    };
    // Whoever was faster is about to commit: on SQLite their transaction may stand in the same group as
    // ours, done but not yet durable, and only what is durable is replayed.
    let mut pause = Duration::from_millis(1);
    let patience = Instant::now() + idempotency::PATIENCE;
    while Instant::now() < patience {
        let done = match idempotency::earlier(app, &slot, app.clock.now()).await? {
            Some(Earlier::Answered(reply, patients)) => {
                shown_again(app, opening, call, patients).await?;
                return Ok(reply);
            }
            Some(Earlier::InFlight) => Err(Error::AnsweredBefore),
            None if own => once_in_own_units(app, opening, call, &slot).await,
            None => unit::write(app, opening, once(call, &slot)).await,
        };
        match done {
            Err(Error::AnsweredBefore) => {}
            done => return done,
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
    Err(Error::refuse(
        Code::IdempotencyInFlight,
        Text::new("idempotency-in-flight"),
    )
    .retry_after(1))
}

/// Claims the key, runs the operation to its end even when the client leaves meanwhile, and keeps the
/// answer if it is a success.
async fn once_in_own_units(
    app: &Arc<App>,
    opening: &Opening,
    call: &Arc<Call>,
    slot: &idempotency::Slot,
) -> Result<Reply, Error> {
    let slot = slot.clone();
    let claimed = unit::write(app, opening, move |cx| {
        let slot = slot.clone();
        Box::pin(async move { idempotency::claim(cx, &slot, idempotency::LEASE).await })
    })
    .await?;
    let (app, opening, call) = (app.clone(), opening.clone(), call.clone());
    let running = tokio::spawn(async move {
        let answered = unit::read(&app, &opening, work(&call)).await;
        let answer = answered
            .as_ref()
            .ok()
            .filter(|reply| reply.status.is_success())
            .map(idempotency::freeze);
        let ended = unit::write(&app, &opening, move |cx| {
            let (claimed, answer) = (claimed.clone(), answer.clone());
            let operation = call.operation.clone();
            Box::pin(async move {
                match answer {
                    Some(answer) => idempotency::keep(cx, claimed, answer, &operation).await,
                    None => idempotency::release(cx, &claimed).await,
                }
            })
        });
        if let Err(error) = ended.await {
            // What was done is done: the answer is the truth, whether it can be asked for again or not.
            tracing::warn!(?error, "an answer was not kept under its idempotency key");
        }
        answered
    });
    running.await.map_err(Error::internal)?
}

/// The whole body; a larger one is read on and thrown away for a while, so that clients that send
/// before they listen see the refusal.
async fn whole(mut body: HttpBody, limit: usize) -> Result<Bytes, Error> {
    let mut kept: Vec<u8> = Vec::new();
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        // A client that stops in the middle gets no answer anyway.
        let frame = frame.map_err(|_| {
            Error::refuse(
                Code::Invalid,
                Text::new("malformed-json").with("reason", "…"),
            )
        })?;
        if let Ok(data) = frame.into_data() {
            seen += data.len();
            if seen <= limit {
                kept.extend_from_slice(&data);
            } else if seen > DISCARD {
                break;
            }
        }
    }
    if seen > limit {
        return Err(Error::refuse(
            Code::PayloadTooLarge,
            Text::new("payload-too-large").with("limit", limit),
        ));
    }
    Ok(kept.into())
}

pub(crate) fn finish(app: &App, origin: &Origin, answered: Result<Reply, Error>) -> Response {
    let reply =
        answered.unwrap_or_else(|error| refusal(app, origin.language, &origin.request_id, error));
    respond(reply, &origin.request_id)
}

/// An answer as it is sent.
pub fn respond(reply: Reply, request_id: &str) -> Response {
    let body = match reply.body {
        ReplyBody::Whole(bytes) => HttpBody::from(bytes),
        ReplyBody::Stream(stream) => HttpBody::from_stream(
            stream.map(|piece| piece.map_err(|error| std::io::Error::other(format!("{error:?}")))),
        ),
    };
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.append(
        header::VARY,
        HeaderValue::from_static("accept-language, authorization"),
    );
    response
}
