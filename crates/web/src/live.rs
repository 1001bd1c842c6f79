//! News for open pages: which tables changed, never what.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{StreamExt, stream};
use http::StatusCode;
use platform::changes::TOPIC;
use platform::hub::Signal;
use platform::socket::Berth;

use crate::house::House;
use crate::serve::Visit;
use crate::{guard, refused};

/// A stream of news lasts so long.
const LONGEST: Duration = Duration::from_secs(120);

/// `/live?tables=`: an event whenever one of them changed. It ends after a while, and
/// the browser that asks again is let in only while its session lasts.
pub(crate) async fn news(house: Arc<House>, request: Request) -> Response {
    let visit = match Visit::begin(&house, Vec::new(), "/live", request).await {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if visit.ask.actor().user().is_none() {
        return refused::status(StatusCode::UNAUTHORIZED);
    }
    let tables = visit.ask.query("tables").unwrap_or_default();
    let watched: BTreeSet<String> = tables.split(' ').map(str::to_owned).collect();
    let inbox = house.app.hub.subscribe(TOPIC);
    let events = stream::unfold((inbox, watched), |(mut inbox, watched)| async move {
        loop {
            let touched = match inbox.recv().await? {
                Signal::Message(message) => message
                    .payload
                    .split(' ')
                    .any(|table| watched.contains(table)),
                Signal::Lagged(_) | Signal::Reconnected => true,
            };
            if touched {
                return Some((
                    Ok::<_, Infallible>(Event::default().data("changed")),
                    (inbox, watched),
                ));
            }
        }
    });
    let berth = visit.ask.extensions.get::<Berth>().cloned();
    let end = async move {
        let stop = async {
            match berth {
                Some(mut berth) => berth.told_to_go().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(LONGEST) => {}
            () = stop => {}
        }
    };
    let mut response = Sse::new(events.boxed().take_until(Box::pin(end)))
        .keep_alive(KeepAlive::default())
        .into_response();
    guard::headers(&mut response);
    response
}
