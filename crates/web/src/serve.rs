//! A request for a page, as a straight line: who asks, may they, what was posted, show it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use kernel::{BuiltinRole, Code, Reach};
use maud::html;
use parking_lot::Mutex;
use platform::access::Permission;
use platform::actor::{Actor, Origin};
use platform::cx::Cx;
use platform::error::Error;
use platform::texts::Text;
use platform::unit::{self, Opening};

use crate::ask::Ask;
use crate::draft;
use crate::house::House;
use crate::layout;
use crate::page::Page;
use crate::parts;
use crate::post::{self, Ended};
use crate::screens::{Screen, Who};
use crate::sent::Sent;
use crate::session::{self, Way};
use crate::{guard, refused, sign_in, ui};

/// The largest form that is no upload.
const LARGEST: usize = 1 << 20;
/// Fields of a form, at most.
const MOST: usize = 5000;
/// A sentence for the next page.
const SAID: &str = "chelal-done";

/// A request with what belongs to it but is no part of the question.
pub(crate) struct Visit {
    pub(crate) ask: Arc<Ask>,
    pub(crate) origin: Arc<Origin>,
    pub(crate) body: Option<Body>,
    pub(crate) way: Option<Way>,
    /// The script asks for news.
    pub(crate) live: bool,
}

impl Visit {
    /// Finds out who asks.
    pub(crate) async fn begin(
        house: &Arc<House>,
        params: Vec<(String, String)>,
        route: &str,
        request: Request,
    ) -> Result<Visit, Box<Response>> {
        let (parts, body) = request.into_parts();
        let extensions = parts.extensions.clone();
        let (head, mut origin) =
            platform::http::described(&house.app, parts, ["page ", route].concat().into());
        let way = Way::of(&house.app, &head);
        let live = head.header("x-live").is_some();
        let mut ask = Ask {
            house: house.clone(),
            language: origin.language,
            request_id: origin.request_id.clone(),
            head: Arc::new(head),
            params,
            actor: Arc::new(Actor::anonymous()),
            sent: None,
            extensions,
            done: None,
            draft: None,
            watched: Mutex::default(),
            damaged: Mutex::default(),
        };
        if let Err(error) = guard::same_origin(&ask.head) {
            return Err(Box::new(refused::page(&ask, error)));
        }
        let token = way.and_then(|way| session::cookie(&ask.head, way.name()));
        if let Some(token) = token.map(str::to_owned) {
            match session::enter(&house.app, &token, live).await {
                Ok(Some(actor)) => {
                    // An account's own choice comes before the browser's, wherever a page's words are made.
                    ask.language = actor.language.unwrap_or(ask.language);
                    origin.language = ask.language;
                    ask.actor = Arc::new(actor);
                }
                Ok(None) => {}
                Err(error) => return Err(Box::new(refused::page(&ask, error))),
            }
        }
        let said = session::cookie(&ask.head, SAID).filter(|key| key.starts_with("done-"));
        ask.done = said.and_then(|key| house.app.texts.find(ask.language, key));
        Ok(Visit {
            ask: Arc::new(ask),
            origin: Arc::new(origin),
            body: Some(body),
            way,
            live,
        })
    }

    /// Changes what is known of the question, while nobody else looks at it.
    pub(crate) fn know(&mut self, change: impl FnOnce(&mut Ask)) {
        if let Some(ask) = Arc::get_mut(&mut self.ask) {
            change(ask);
        }
    }

    /// The pairs of a posted form that is no larger than this.
    pub(crate) async fn pairs(&mut self, most: usize) -> Result<Vec<(String, String)>, Error> {
        let body = self.body.take().unwrap_or_default();
        let bytes = to_bytes(body, most).await.map_err(|_| {
            let text = Text::new("payload-too-large").with("limit", most);
            Error::refuse(Code::PayloadTooLarge, text)
        })?;
        // More than any page asks for, and each costs a look at the others.
        if bytes.iter().filter(|byte| **byte == b'&').count() > MOST {
            return Err(post::unreadable());
        }
        let pairs = serde_urlencoded::from_bytes(&bytes).map_err(|_| post::unreadable())?;
        Ok(parts::lines(pairs))
    }

    fn opening(&self, reach: Reach) -> Opening {
        Opening {
            actor: self.ask.actor.clone(),
            origin: self.origin.clone(),
            reach,
        }
    }
}

/// Reads in a unit of work of the caller's.
pub(crate) async fn read<T>(
    ask: &Ask,
    permission: Permission,
    work: impl for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<T, Error>> + Sync,
) -> Result<T, Error> {
    let origin = Origin {
        request_id: ask.request_id.clone(),
        ip: ask.head.ip,
        user_agent: ask
            .head
            .header("user-agent")
            .unwrap_or_default()
            .chars()
            .take(255)
            .collect(),
        language: ask.language,
        route: ["page ", ask.path()].concat().into(),
    };
    let opening = Opening {
        actor: ask.actor.clone(),
        origin: Arc::new(origin),
        reach: ask.actor.grants.reach(permission),
    };
    unit::read(ask.app(), &opening, work).await
}

/// Answers a request for a screen.
pub(crate) async fn screen(
    house: Arc<House>,
    screen: Screen,
    params: Vec<(String, String)>,
    request: Request,
) -> Response {
    let mut visit = match Visit::begin(&house, params, &screen.address, request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if visit.ask.actor.user().is_none() && visit.ask.head.method != Method::POST {
        return sign_in::first(&visit);
    }
    if must_change_password(&visit.ask) && screen.address != crate::account::PASSWORD {
        return go(&visit, crate::account::PASSWORD, None);
    }
    match answer(&screen, &mut visit).await {
        Ok(response) => response,
        Err(error) => refused::page(&visit.ask, error),
    }
}

fn must_change_password(ask: &Ask) -> bool {
    ask.actor
        .user()
        .is_some_and(|user| user.must_change_password)
}

async fn answer(screen: &Screen, visit: &mut Visit) -> Result<Response, Error> {
    if visit.ask.actor.user().is_some() && !visit.ask.admits(screen.who) {
        return Ok(refused::not_yours(&visit.ask));
    }
    if visit.ask.head.method == Method::POST {
        match posted(visit).await? {
            Ended::Done {
                address,
                said,
                paper,
            } => {
                let mut response = go(visit, &address, said.as_deref());
                let paper = paper.and_then(|paper| HeaderValue::from_str(&paper).ok());
                if let Some(paper) = paper {
                    let name = HeaderName::from_static("x-print");
                    response.headers_mut().insert(name, paper);
                }
                return Ok(response);
            }
            Ended::Kept => return Ok(refused::status(StatusCode::NO_CONTENT)),
            Ended::SignedOut(sent) => return Ok(sign_in::over(visit, &sent)),
            Ended::Again(sent) => visit.know(|ask| ask.sent = Some(sent)),
            Ended::Told { sent, said } => visit.know(|ask| {
                let said = said.filter(|key| is_said(key));
                ask.done = said.and_then(|key| ask.house.app.texts.find(ask.language, &key));
                ask.sent = Some(sent);
            }),
        }
    } else if !visit.live {
        let waiting = draft::waiting(&visit.ask).await?;
        visit.know(|ask| ask.draft = waiting);
    }
    show(screen, visit).await
}

/// What was posted to the page's address, sent to its operation.
async fn posted(visit: &mut Visit) -> Result<Ended, Error> {
    let kind = visit.ask.head.header("content-type").unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let pairs = visit.ask.head.query.clone();
        if crate::ask::value(&pairs, "_do").is_none() {
            let pairs = parts::pairs(kind, visit.body.take(), LARGEST).await?;
            return sent(visit, pairs).await;
        }
        let body = visit.body.take();
        if visit.ask.actor.user().is_none() {
            return Ok(Ended::SignedOut(Sent::new(Vec::new())));
        }
        return post::post(&visit.ask, pairs, body).await;
    }
    let pairs = visit.pairs(LARGEST).await?;
    sent(visit, pairs).await
}

/// The pairs of a form.
async fn sent(visit: &mut Visit, pairs: Vec<(String, String)>) -> Result<Ended, Error> {
    if visit.ask.actor.user().is_none() {
        return Ok(Ended::SignedOut(Sent::new(pairs)));
    }
    // Somebody signed in over the page: what they had typed is shown again, and sent when they say so.
    if let Some(kept) = crate::ask::value(&pairs, sign_in::KEPT) {
        let kept = serde_urlencoded::from_str(kept).map_err(|_| post::unreadable())?;
        return Ok(Ended::Again(Sent::new(kept)));
    }
    let wanted = crate::ask::value(&pairs, draft::ASKED).map(str::to_owned);
    match wanted.as_deref() {
        Some("keep") => {
            draft::keep(&visit.ask, pairs).await?;
            Ok(Ended::Kept)
        }
        Some("resume") => Ok(match draft::resume(&visit.ask, &pairs).await? {
            Some(typed) => Ended::Again(Sent::new(typed)),
            None => here(visit),
        }),
        Some(_) => {
            draft::forget(visit.ask.app(), visit.ask.actor.user_id(), &pairs).await?;
            Ok(here(visit))
        }
        None => post::post(&visit.ask, pairs, None).await,
    }
}

/// The same page again.
fn here(visit: &Visit) -> Ended {
    Ended::Done {
        address: visit.ask.here(&[]),
        said: None,
        paper: None,
    }
}

/// Whether the screen is where a member of staff works.
fn is_workplace(screen: &Screen, ask: &Ask) -> bool {
    let role = ask.actor.user().and_then(|user| user.role);
    role != Some(BuiltinRole::Patient.id()) && ask.house.workplace(role) == Some(&*screen.address)
}

/// What waits for the reader, whatever their work is, stands at the end of the page on which they work.
async fn add_mine(cx: &mut Cx, ask: &Ask, page: &mut Page) -> Result<(), Error> {
    let mine = ask.slot(cx, "mine", cx.user_id()?).await?;
    if !mine.0.is_empty() {
        let body = &page.body;
        page.body = html! { (body) div.grid { (mine) } };
    }
    Ok(())
}

/// Runs the screen in one unit of work, and writes the page.
async fn show(screen: &Screen, visit: &mut Visit) -> Result<Response, Error> {
    let reach = match screen.who {
        Who::SignedIn => Reach::Own,
        Who::May(permission) => visit.ask.actor.grants.reach(permission),
    };
    let opening = visit.opening(reach);
    let (show, patient_data) = (screen.show, screen.patient_data);
    let at_work = is_workplace(screen, &visit.ask);
    let ask = visit.ask.clone();
    let page = unit::read(visit.ask.app(), &opening, move |cx| {
        let ask = ask.clone();
        Box::pin(async move {
            let mut page = show(cx, &ask).await?;
            if at_work && page.go.is_none() {
                add_mine(cx, &ask, &mut page).await?;
            }
            say_damaged(cx, &ask, &mut page);
            crate::unplaced::say(&ask, &mut page);
            if patient_data && page.go.is_none() && !cx.said_whose() {
                let text = [
                    ask.path(),
                    " shows patient data, and the audit trail was not told whose",
                ];
                return Err(Error::internal(text.concat()));
            }
            Ok(page)
        })
    })
    .await?;
    if let Some(address) = &page.go {
        return Ok(go(visit, address, None));
    }
    let mut watches: Vec<&str> = screen.watches.to_vec();
    watches.extend(visit.ask.watched.lock().iter());
    // What is told once would be gone with the first news.
    if visit
        .ask
        .sent
        .as_ref()
        .is_some_and(|sent| sent.told().is_some())
    {
        watches.clear();
    }
    watches.sort_unstable();
    watches.dedup();
    Ok(written(visit, page, &watches))
}

/// Above a page that had to leave records out because they cannot be read: which, so that nobody takes what is left
/// for all there is.
fn say_damaged(cx: &Cx, ask: &Ask, page: &mut Page) {
    let mut said = std::mem::take(&mut *ask.damaged.lock());
    for damage in cx.damaged() {
        let words = ask.app().said_of(ask.language, damage);
        let detail = words.get("detail").and_then(|json| json.as_str());
        said.extend(detail.map(str::to_owned));
    }
    if !said.is_empty() {
        let body = std::mem::take(&mut page.body.0);
        page.body = html! {
            (ui::notice(ui::Tone::Bad, html! { @for words in &said { p { (words) } } }))
            (maud::PreEscaped(body))
        };
    }
}

/// A page as it is sent; nothing when the one who asks for news has it already.
pub(crate) fn written(visit: &Visit, mut page: Page, watches: &[&str]) -> Response {
    if let Some(sent) = &visit.ask.sent
        && !sent.status().is_success()
    {
        page.status = sent.status();
    }
    let status = page.status;
    let html = layout::document(&visit.ask, page, watches);
    let etag = layout::state(&html);
    if visit.live && visit.ask.head.header("if-none-match") == Some(etag.as_str()) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        guard::headers(&mut response);
        return response;
    }
    let mut response = layout::respond(status, &html);
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    if visit.ask.done.is_some() && !visit.live {
        say(visit, &mut response, "", 0);
    }
    response
}

/// Leads to another page, which begins with a sentence.
pub(crate) fn go(visit: &Visit, address: &str, said: Option<&str>) -> Response {
    let mut response = Response::new(Body::empty());
    let (status, name) = if visit.ask.head.header("x-form").is_some() {
        // The script, which cannot see where an answer leads, is told.
        (StatusCode::OK, HeaderName::from_static("x-go"))
    } else {
        (StatusCode::SEE_OTHER, header::LOCATION)
    };
    *response.status_mut() = status;
    if let Ok(address) = HeaderValue::from_str(crate::ui::safe(address)) {
        response.headers_mut().insert(name, address);
    }
    guard::headers(&mut response);
    if let Some(said) = said.filter(|key| is_said(key)) {
        say(visit, &mut response, said, 60);
    }
    response
}

/// A key of a sentence that a page may begin with.
fn is_said(key: &str) -> bool {
    key.starts_with("done-") && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn say(visit: &Visit, response: &mut Response, said: &str, seconds: u32) {
    let Some(way) = visit.way else { return };
    if let Ok(cookie) = HeaderValue::from_str(&way.cookie(SAID, said, Some(seconds))) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
