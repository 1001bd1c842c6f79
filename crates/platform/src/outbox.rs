//! News between modules: an event is stored with the transaction that made it true and heard after
//! the commit, by each subscriber in a transaction of its own, again until it succeeded.
//!
//! There is one queue: hearing an event is a [job](crate::jobs), one for each subscriber, so that one
//! that fails is tried again alone.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::cx::Cx;
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::module::Hear;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name in the past tense, such as `PatientsMerged`.
    pub topic: String,
    /// What happened, as the struct in `contracts` serialises.
    pub payload: Json,
}

impl Event {
    /// From a struct of `contracts`.
    ///
    /// # Errors
    /// When it does not serialise, which is our own fault.
    pub fn new<T: Serialize>(topic: &str, payload: &T) -> Result<Event, Error> {
        Ok(Event {
            topic: topic.to_owned(),
            payload: serde_json::to_value(payload)?,
        })
    }

    /// As the struct of `contracts` that it was made from.
    ///
    /// # Errors
    /// When it is another one.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(serde_json::from_value(self.payload.clone())?)
    }
}

/// Who hears a topic.
#[derive(Clone, Copy)]
pub struct Subscriber {
    /// The topic.
    pub topic: &'static str,
    /// The subscriber's own name, stable across versions.
    pub name: &'static str,
    /// Hears it.
    pub hear: Hear,
}

/// The kind under which hearing events is queued.
pub const KIND: &str = "event";

/// Queues the unit's events for everybody who hears them.
pub(crate) fn store(cx: &mut Cx) -> Result<(), Error> {
    let events = std::mem::take(&mut cx.events);
    let app = cx.app.clone();
    let mut queued = Vec::new();
    for event in &events {
        for subscriber in app.registry.subscribers(&event.topic) {
            queued.push(Job::now(
                KIND,
                json!({ "topic": event.topic, "subscriber": subscriber.name, "payload": event.payload }),
            ));
        }
    }
    jobs::enqueue(cx, queued)
}
