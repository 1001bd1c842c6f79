//! News between modules: an event is stored with the transaction that made it true and heard after
//! the commit, by each subscriber in a transaction of its own, again until it succeeded.
//!
//! There is one queue: hearing an event is a [job](crate::jobs), one for each subscriber, so that one
//! that fails is tried again alone.

use std::sync::Arc;

use contracts::Event;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use crate::cx::Cx;
use crate::jobs::{self, Job};
use records::error::Error;

/// Something that happened, as it is stored.
pub(crate) struct Emitted {
    topic: &'static str,
    payload: Json,
}

impl Emitted {
    /// From a struct of `contracts`.
    pub(crate) fn of<E: Event>(event: &E) -> Result<Emitted, Error> {
        Ok(Emitted {
            topic: E::TOPIC,
            payload: serde_json::to_value(event)?,
        })
    }
}

/// How a module hears an event: in a transaction of its own, again if it failed.
pub type Hear<E> = for<'a> fn(&'a mut Cx, E) -> BoxFuture<'a, Result<(), Error>>;

/// The same for an event as it was stored.
type Deliver =
    Arc<dyn for<'a> Fn(&'a mut Cx, Json) -> BoxFuture<'a, Result<(), Error>> + Send + Sync>;

/// Who hears a topic.
#[derive(Clone)]
pub struct Subscriber {
    /// The topic.
    pub topic: &'static str,
    /// The subscriber's own name, stable across versions.
    pub name: &'static str,
    pub(crate) deliver: Deliver,
}

impl Subscriber {
    /// Of one kind of event.
    pub fn new<E: Event>(name: &'static str, hear: Hear<E>) -> Subscriber {
        Subscriber {
            topic: E::TOPIC,
            name,
            deliver: Arc::new(move |cx, payload| {
                Box::pin(async move { hear(cx, serde_json::from_value(payload)?).await })
            }),
        }
    }
}

/// The kind under which hearing events is queued.
pub const KIND: &str = "event";

/// Queues the unit's events for everybody who hears them.
pub(crate) fn store(cx: &mut Cx) -> Result<(), Error> {
    let events = std::mem::take(&mut cx.events);
    let app = cx.app.clone();
    let mut queued = Vec::new();
    for event in &events {
        for subscriber in app.registry.subscribers(event.topic) {
            queued.push(Job::now(
                KIND,
                json!({ "topic": event.topic, "subscriber": subscriber.name, "payload": event.payload }),
            ));
        }
    }
    jobs::enqueue(cx, queued)
}
