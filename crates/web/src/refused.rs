//! Pages that say no.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use maud::html;
use platform::error::Error;
use platform::http::call::ReplyBody;
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::page::Page;
use crate::{guard, layout, ui};

/// An error as a page: what happened, and where to go from here.
pub(crate) fn page(ask: &Ask, error: Error) -> Response {
    let reply = platform::http::refusal(ask.app(), ask.language(), &ask.request_id, error);
    let said: Json = match &reply.body {
        ReplyBody::Whole(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        ReplyBody::Stream(_) => Json::Null,
    };
    let detail = said.get("detail").and_then(Json::as_str).map(str::to_owned);
    let first = || {
        said.as_object()?
            .values()
            .next()?
            .get(0)?
            .as_str()
            .map(str::to_owned)
    };
    said_by(ask, reply.status, detail.or_else(first).unwrap_or_default())
}

/// The page exists, and is not part of this caller's work.
pub(crate) fn not_yours(ask: &Ask) -> Response {
    said_by(ask, StatusCode::FORBIDDEN, ask.t("refused-not-yours"))
}

/// A cookie would travel in the clear.
pub(crate) fn insecure(ask: &Ask) -> Response {
    said_by(ask, StatusCode::FORBIDDEN, ask.t("refused-insecure"))
}

/// Only a status, for scripts.
pub(crate) fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    guard::headers(&mut response);
    response
}

fn said_by(ask: &Ask, status: StatusCode, detail: String) -> Response {
    let title = match status.as_u16() {
        403 => "refused-forbidden",
        404 => "refused-nothing",
        409 | 412 => "refused-conflict",
        429 => "refused-slower",
        500.. => "refused-broken",
        _ => "refused-refused",
    };
    let body = html! {
        p { (detail) }
        p.actions {
            @if ask.actor().user().is_some() {
                (ui::action("/", &ask.t("refused-home")))
                // Also where nothing is: whether somebody out of reach is there is not said.
                @if status == StatusCode::NOT_FOUND { (crate::find::emergency(ask)) }
            } @else {
                (ui::action("/sign-in", &ask.t("sign-in-title")))
            }
        }
        @if status.is_server_error() { p.hint { (ask.t("refused-number")) " " code { (ask.request_id) } } }
    };
    let html = layout::document(ask, Page::new(ask.t(title), body), &[]);
    layout::respond(status, &html)
}
