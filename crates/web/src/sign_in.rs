//! Signing in and out.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use identity::door::by_token;
use identity::state::Identity;
use maud::{Markup, html};
use platform::error::Error;
use serde_json::{Map, Value as Json, json};

use crate::api::Question;
use crate::ask::{Ask, value};
use crate::house::House;
use crate::page::Page;
use crate::refused;
use crate::sent::Sent;
use crate::serve::{Visit, go, written};
use crate::session::{self, Way};
use crate::ui::{self, Tone};

/// Under which what was typed travels through signing in again.
pub(crate) const KEPT: &str = "_kept";

/// What the form of signing in carries along.
struct Carried<'a> {
    next: &'a str,
    kept: &'a str,
    username: &'a str,
    challenge: Option<&'a str>,
    said: Option<&'a str>,
}

/// For somebody who asks for a page and is not signed in.
pub(crate) fn first(visit: &Visit) -> Response {
    if visit.live {
        return refused::status(StatusCode::UNAUTHORIZED);
    }
    let here = visit.ask.here(&[]);
    let query = serde_urlencoded::to_string([("next", here.as_str())]).unwrap_or_default();
    go(visit, &["/sign-in?", &query].concat(), None)
}

/// For somebody whose session ended while they filled in a form: nothing of it is lost.
pub(crate) fn over(visit: &Visit, sent: &Sent) -> Response {
    let kept = serde_urlencoded::to_string(sent.pairs()).unwrap_or_default();
    let said = visit.ask.t(match visit.ask.actor.user() {
        Some(_) => "sign-in-grave",
        None => "sign-in-again",
    });
    let here = visit.ask.here(&[]);
    let carried = Carried {
        next: &here,
        kept: &kept,
        username: "",
        challenge: None,
        said: Some(&said),
    };
    written(
        visit,
        page(&visit.ask, &carried).status(StatusCode::UNAUTHORIZED),
        &[],
    )
}

/// `/` and `/sign-in`.
pub(crate) async fn show(house: Arc<House>, request: Request) -> Response {
    let mut visit = match Visit::begin(&house, Vec::new(), "/sign-in", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if visit.ask.head.method == Method::POST {
        return match send(&mut visit).await {
            Ok(response) => response,
            Err(error) => refused::page(&visit.ask, error),
        };
    }
    let next = visit.ask.query("next").unwrap_or_default().to_owned();
    if visit.ask.actor.user().is_some() {
        return go(&visit, &home(&visit.ask, &next), None);
    }
    let carried = Carried {
        next: &next,
        kept: "",
        username: "",
        challenge: None,
        said: None,
    };
    written(&visit, page(&visit.ask, &carried), &[])
}

/// Where somebody who came in goes.
fn home(ask: &Ask, next: &str) -> String {
    if ui::safe(next) == next && next.starts_with('/') {
        return next.to_owned();
    }
    let role = ask.actor().user().and_then(|user| user.role);
    let workplace = ask
        .house
        .workplace(role)
        .filter(|address| ask.house.leads(ask, address));
    let place = || {
        ask.house
            .places
            .iter()
            .find(|place| ask.admits(place.who))
            .map(|place| place.address)
    };
    workplace.or_else(place).unwrap_or("/account/").to_owned()
}

async fn send(visit: &mut Visit) -> Result<Response, Error> {
    let Some(way) = visit.way else {
        return Ok(refused::insecure(&visit.ask));
    };
    let pairs = visit.pairs(1 << 20).await?;
    let field = |name: &str| value(&pairs, name).unwrap_or_default();
    let challenge = field("challenge");
    let question = if challenge.is_empty() {
        Question::post(
            "/api/auth/",
            &json!({ "username": field("username"), "password": field("password") }),
        )
    } else {
        Question::post(
            "/api/auth/2fa/",
            &json!({ "challenge": challenge, "code": field("code") }),
        )
    };
    let answer = visit.ask.put(question).await?;
    let text = |key: &str| answer.json.get(key).and_then(Json::as_str);
    let mut carried = Carried {
        next: field("next"),
        kept: field(KEPT),
        username: field("username"),
        challenge: None,
        said: None,
    };
    if let Some(access) = text("access") {
        let mut response = enter_by(visit, way, access, carried.next).await?;
        if !carried.kept.is_empty() {
            // The same form once more, at the page where it was typed: that page finds what was kept in it.
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        }
        return Ok(response);
    }
    let said = faults(&answer.json);
    if answer.status.is_success() {
        carried.challenge = text("challenge");
        return Ok(written(visit, page(&visit.ask, &carried), &[]));
    }
    carried.challenge = Some(challenge)
        .filter(|challenge| !challenge.is_empty() && text("code") != Some("token_expired"));
    carried.said = Some(&said);
    Ok(written(
        visit,
        page(&visit.ask, &carried).status(answer.status),
        &[],
    ))
}

/// Opens a page's session by an access token, and leads on.
async fn enter_by(
    visit: &mut Visit,
    way: Way,
    access: &str,
    next: &str,
) -> Result<Response, Error> {
    let app = visit.ask.app().clone();
    let (user, sid) = by_token(&Identity::of(&app)?, &app, access).await?;
    let token = session::open(&app, user.id, user.role, sid).await?;
    if let Some(actor) = session::enter(&app, &token, false).await? {
        visit.know(|ask| {
            ask.language = actor.language.unwrap_or(ask.language);
            ask.actor = Arc::new(actor);
        });
    }
    let mut response = go(visit, &home(&visit.ask, next), None);
    let cookie = way.cookie(way.name(), &token, None);
    let cookie = HeaderValue::from_str(&cookie).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Signs in somebody who has just made their account; where a cookie cannot be sent safely, they do it themselves.
pub(crate) async fn enter(
    visit: &mut Visit,
    username: &str,
    password: &str,
) -> Result<Response, Error> {
    let body = json!({ "username": username, "password": password });
    let answer = visit.ask.put(Question::post("/api/auth/", &body)).await?;
    let access = answer.json.get("access").and_then(Json::as_str);
    match (visit.way, access) {
        (Some(way), Some(access)) => enter_by(visit, way, access, "").await,
        _ => Ok(go(visit, "/sign-in", Some("done-account"))),
    }
}

/// What the API said, in one line.
fn faults(json: &Json) -> String {
    let nothing = Map::new();
    let map = json.as_object().unwrap_or(&nothing);
    let mut said: Vec<String> = Vec::new();
    for (name, value) in map {
        match value {
            Json::String(text) if name == "detail" => said.push(text.clone()),
            Json::Array(texts) => {
                said.extend(texts.iter().filter_map(Json::as_str).map(str::to_owned))
            }
            _ => {}
        }
    }
    said.join(" ")
}

fn page(ask: &Ask, carried: &Carried<'_>) -> Page {
    let body = html! {
        @if let Some(said) = carried.said { (ui::notice(Tone::Bad, html! { p { (said) } })) }
        form.form.narrow method="post" action="/sign-in" {
            input type="hidden" name="next" value=(carried.next);
            @if !carried.kept.is_empty() { input type="hidden" name=(KEPT) value=(carried.kept); }
            @match carried.challenge {
                Some(challenge) => (second(ask, challenge)),
                None => (factors(ask, carried.username)),
            }
        }
        p { (ui::link("/password-reset", &ask.t("sign-in-forgot"))) }
        p { small { (ui::link("/docs/", &ask.t("sign-in-docs"))) } }
    };
    Page::new(ask.t("sign-in-title"), body).bare()
}

fn factors(ask: &Ask, username: &str) -> Markup {
    html! {
        div.field {
            label for="f-username" { (ask.t("page-login")) }
            input id="f-username" name="username" value=(username) autocomplete="username" autocapitalize="none"
                spellcheck="false" required autofocus[username.is_empty()];
        }
        div.field {
            label for="f-password" { (ask.t("page-password")) }
            input id="f-password" name="password" type="password" autocomplete="current-password" required
                autofocus[!username.is_empty()];
        }
        button.primary { (ask.t("sign-in-button")) }
    }
}

fn second(ask: &Ask, challenge: &str) -> Markup {
    html! {
        input type="hidden" name="challenge" value=(challenge);
        div.field {
            label for="f-code" { (ask.t("sign-in-code")) }
            p.hint id="f-code-hint" { (ask.t("sign-in-code-hint")) }
            input id="f-code" name="code" autocomplete="one-time-code" inputmode="numeric" required autofocus
                aria-describedby="f-code-hint";
        }
        button.primary { (ask.t("sign-in-button")) }
    }
}

/// `/sign-out`.
pub(crate) async fn out(house: Arc<House>, request: Request) -> Response {
    let mut visit = match Visit::begin(&house, Vec::new(), "/sign-out", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    match leave(&mut visit).await {
        Ok(response) => response,
        Err(error) => refused::page(&visit.ask, error),
    }
}

async fn leave(visit: &mut Visit) -> Result<Response, Error> {
    let mut response = go(visit, "/sign-in", Some("done-signed-out"));
    let Some(way) = visit.way else {
        return Ok(response);
    };
    if visit.ask.actor.user().is_some() {
        visit
            .ask
            .put(Question::post("/api/auth/logout/", &json!({})))
            .await?;
    }
    if let Some(token) = session::cookie(&visit.ask.head, way.name()) {
        session::close(visit.ask.app(), token).await?;
    }
    let gone =
        HeaderValue::from_str(&way.cookie(way.name(), "", Some(0))).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}
