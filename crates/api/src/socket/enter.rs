//! From the request to the socket: who comes in.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::response::Response;
use axum::routing::get;
use http::HeaderValue;
use http::header::{AUTHORIZATION, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use http::request::Parts;
use kernel::Code;
use parking_lot::Mutex;
use tokio::sync::watch as channel;

use super::watch::Held;
use crate::http::{described, finish};
use engine::actor::{Actor, Origin};
use engine::app::{App, Stay};
use engine::call::{Head, Reply};
use engine::socket::{Berth, Guest, Letter, Limits, Shown, Socket};
use records::error::Error;
use texts::Text;

/// What tungstenite keeps for each direction of each socket; messages here are small.
const BUFFER: usize = 4 * 1024;
/// What may wait for a client while it takes a message.
const WAITING: usize = 256 * 1024;

/// The declared sockets below `/ws/`, with and without the last slash.
pub(crate) fn routes(app: &Arc<App>) -> Router {
    let crowd = Arc::new(Crowd::default());
    let mut router = Router::new();
    for (socket, letter) in app.registry.sockets() {
        let path = format!("/ws/{}", socket.path);
        let (app, crowd, socket) = (app.clone(), crowd.clone(), (*socket, *letter));
        let handler = get(move |params: RawPathParams, request: Request| {
            let params = params
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let parts = request.into_parts().0;
            enter(app.clone(), crowd.clone(), socket, params, parts)
        });
        router = router
            .route(path.trim_end_matches('/'), handler.clone())
            .route(&path, handler);
    }
    router
}

async fn enter(
    app: Arc<App>,
    crowd: Arc<Crowd>,
    socket: (Socket, Option<Letter>),
    params: Arc<[(String, String)]>,
    mut parts: Parts,
) -> Response {
    let (head, origin) = described(
        &app,
        parts.clone(),
        format!("GET ws/{}", socket.0.path).into(),
    );
    let origin = Arc::new(origin);
    match upgraded(&app, crowd, socket, params, &mut parts, head, &origin).await {
        Ok(response) => response,
        Err(error) => finish(&app, &origin, Err::<Reply, _>(error)),
    }
}

async fn upgraded(
    app: &Arc<App>,
    crowd: Arc<Crowd>,
    (socket, letter): (Socket, Option<Letter>),
    params: Arc<[(String, String)]>,
    parts: &mut Parts,
    head: Head,
    origin: &Arc<Origin>,
) -> Result<Response, Error> {
    let limits = app
        .shared
        .get::<Limits>()
        .map_or(Limits::default(), |limits| *limits);
    if !from_here(app, &head) {
        return Err(Error::refuse(
            Code::PermissionDenied,
            Text::new("socket-origin"),
        ));
    }
    if head.query.iter().any(|(name, value)| is_token(name, value)) {
        return Err(Error::refuse(
            Code::Invalid,
            Text::new("socket-token-in-address"),
        ));
    }
    let offered = offered(parts);
    let berth = parts.extensions.get::<Berth>().cloned();
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let shown = offered.iter().find_map(|protocol| letter_in(protocol));
    let (stay, shown, chosen) = match (letter, shown) {
        (Some(read), Some(shown)) => {
            let stay = read(app, shown, Shown::AtTheDoor).await?;
            (stay, Some(Arc::from(shown)), chosen(&offered))
        }
        _ => {
            let actor = arrive(app, &head, &offered).await?;
            (app.door.stay(app, &actor).await?, None, chosen(&offered))
        }
    };
    let (rights, now) = channel::channel(stay.actor.clone());
    let guest = Guest::new(
        app.clone(),
        now,
        origin.clone(),
        params,
        head.query.into(),
        shown,
    );
    (socket.admit)(&guest).await?;
    let (Ok(mut upgrade), Some(berth)) = (upgrade, berth) else {
        return Err(Error::refuse(Code::Invalid, Text::new("socket-expected")));
    };
    let who = who(&stay, &guest);
    let place = crowd.enter(who, limits.each).ok_or_else(|| {
        Error::refuse(Code::RateLimited, Text::new("socket-too-many")).retry_after(60)
    })?;
    let seat = berth
        .board()
        .ok_or_else(|| Error::refuse(Code::Unavailable, Text::new("unavailable")).retry_after(5))?;
    if let Some(chosen) = chosen.and_then(|chosen| HeaderValue::from_str(chosen).ok()) {
        upgrade.set_selected_protocol(chosen);
    }
    let held = Held {
        declared: socket,
        letter,
        guest,
        rights,
        stay,
        limits,
        berth,
        _places: (seat, place),
    };
    Ok(upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WAITING)
        .max_message_size(socket.largest)
        .max_frame_size(socket.largest)
        .on_upgrade(move |socket| Box::pin(held.attend(socket))))
}

/// Whether a page on the request's origin may open sockets: as CORS, and our own pages. Programs that are no browser
/// name none.
fn from_here(app: &App, head: &Head) -> bool {
    let Some(origin) = head.headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let settings = &app.settings;
    settings.cors_origins.iter().any(|known| known == origin)
        || origin == settings.public_url()
        || origin == head.base()
}

/// Whether a parameter of the query is, or looks like, a token.
fn is_token(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("token") || matches!(&*name, "access" | "jwt" | "authorization") || is_jwt(value)
}

/// Three parts in base64, the shape of every access token.
fn is_jwt(text: &str) -> bool {
    let part = |part: &str| {
        part.len() > 8
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b))
    };
    text.split('.').count() == 3 && text.split('.').all(part)
}

/// The protocols that the client offers, in their order.
fn offered(parts: &Parts) -> Vec<String> {
    let values = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|protocol| protocol.trim().to_owned())
        .filter(|protocol| !protocol.is_empty())
        .collect()
}

/// The letter in a protocol that is offered.
fn letter_in(protocol: &str) -> Option<&str> {
    protocol.strip_prefix("letter-")
}

/// The protocol to agree on: browsers insist on one of those they offered. It is neither token nor letter, unless they
/// offered nothing else.
fn chosen(offered: &[String]) -> Option<&str> {
    let secret = |protocol: &&String| is_jwt(protocol) || letter_in(protocol).is_some();
    let plain = offered.iter().find(|protocol| !secret(protocol));
    plain.or(offered.first()).map(String::as_str)
}

/// Among whose sockets it counts: the user's, or those of the letter.
fn who(stay: &Stay, guest: &Guest) -> Box<str> {
    match (stay.actor.user_id(), guest.letter()) {
        (Some(user), _) => user.to_string().into(),
        (None, letter) => letter.unwrap_or_default().into(),
    }
}

/// Who it is, by what they show.
async fn arrive(app: &Arc<App>, head: &Head, offered: &[String]) -> Result<Actor, Error> {
    let token = offered.iter().find(|protocol| is_jwt(protocol));
    let ticket = head.query.iter().rev().find(|(name, _)| name == "ticket");
    let actor = match (ticket, token) {
        (Some((_, ticket)), _) => app.door.redeem(app, ticket).await?,
        (None, token) => {
            let mut head = head.clone();
            // Own id only: nobody comes on behalf of somebody else, or with a key that has no session.
            for name in ["x-act-as", "x-api-key"] {
                head.headers.remove(name);
            }
            if let Some(token) = token
                && let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {token}"))
            {
                head.headers.insert(AUTHORIZATION, bearer);
            }
            app.door.enter(app, &head).await?
        }
    };
    if actor.user().is_some_and(|user| user.must_change_password) {
        return Err(Error::refuse(
            Code::PasswordChangeRequired,
            Text::new("password-change-required"),
        ));
    }
    Ok(actor)
}

/// How many sockets each user, or the holder of each letter, has open here.
#[derive(Default)]
struct Crowd(Mutex<HashMap<Box<str>, usize>>);

/// One of a user's sockets, until it is dropped.
pub(super) struct Place {
    crowd: Arc<Crowd>,
    who: Box<str>,
}

impl Crowd {
    fn enter(self: &Arc<Crowd>, who: Box<str>, most: usize) -> Option<Place> {
        let mut open = self.0.lock();
        let count = open.entry(who.clone()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place {
            crowd: self.clone(),
            who,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.crowd.0.lock();
        if let Some(count) = open.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_addresses_are_recognised_by_name_and_by_shape() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0123.c2lnbmF0dXJlLWhlcmU";
        assert!(is_jwt(jwt));
        for (name, value, token) in [
            ("token", "x", true),
            ("access_token", "x", true),
            ("Authorization", "x", true),
            ("q", jwt, true),
            ("ticket", "0123456789abcdefghjkmnpqrstvwxyz", false),
            ("since", "17", false),
            ("v", "1.2.3", false),
        ] {
            assert_eq!(is_token(name, value), token, "{name}={value}");
        }
    }

    #[test]
    fn nothing_secret_is_agreed_on_while_there_is_a_choice() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0123.c2lnbmF0dXJlLWhlcmU";
        let of = |offered: &[&str]| {
            let offered: Vec<String> = offered.iter().map(|text| (*text).to_owned()).collect();
            chosen(&offered).map(str::to_owned)
        };
        assert_eq!(of(&[jwt, "chelal"]).as_deref(), Some("chelal"));
        assert_eq!(of(&["letter-x", "chelal"]).as_deref(), Some("chelal"));
        assert_eq!(of(&[jwt]).as_deref(), Some(jwt));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_user_has_so_many_places_and_gets_them_back() {
        let crowd = Arc::new(Crowd::default());
        let first = crowd.enter("1".into(), 2);
        let second = crowd.enter("1".into(), 2);
        assert!(first.is_some() && second.is_some() && crowd.enter("1".into(), 2).is_none());
        assert!(crowd.enter("2".into(), 2).is_some());
        drop(first);
        assert!(crowd.enter("1".into(), 2).is_some());
        drop(second);
        assert!(crowd.0.lock().is_empty());
    }
}
