//! What changed, told at once: to subscribers in this process and, through PostgreSQL, on every other node.
//!
//! Messages are hints ("session 7 was revoked", "there is a notification for user 3"), never the only copy of anything:
//! a subscriber that was too slow gets [`Signal::Lagged`], one that may have missed messages of other nodes gets
//! [`Signal::Reconnected`], and both read the database again.
//!
//! ```
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use outside::hub::{Hub, Signal};
//!
//! let hub = Hub::new();
//! let mut inbox = hub.subscribe("user:3:");
//! hub.publish("user:3:notification", "{}".to_owned())?;
//! let Some(Signal::Message(message)) = inbox.recv().await else { panic!("a message") };
//! assert_eq!(&*message.topic, "user:3:notification");
//! # Ok::<(), outside::hub::HubError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Prefixes match letter by letter: end them with the separator, or `user:3` also hears `user:31`.

pub mod neighbours;
mod postgres;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::Stream;
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use postgres::CHANNEL;

/// The largest message between nodes in bytes, as JSON with node and topic. PostgreSQL refuses 8000 and more.
pub const MAX_BYTES: usize = 7900;

/// How many messages wait for one subscriber before the oldest are dropped.
const CAPACITY: usize = 256;

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// Too large for PostgreSQL; refused on every database, so that a mistake shows before the move to PostgreSQL.
    /// Publish the id of what changed, not its content.
    #[error("a message on `{topic}` has {bytes} bytes; at most {MAX_BYTES} are possible")]
    TooLarge {
        /// The topic it was meant for.
        topic: String,
        /// Its size as JSON.
        bytes: usize,
    },
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub topic: Arc<str>,
    /// Its content, often JSON.
    pub payload: Arc<str>,
}

/// What a subscriber hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A message on a topic it asked for.
    Message(Message),
    /// It was too slow: so many messages, the oldest, were dropped.
    Lagged(u64),
    /// The connection to the other nodes was (re-)established, or is being so: their messages may have been missed.
    /// Drop caches.
    Reconnected,
}

/// The JSON that travels between nodes.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope<'a> {
    node: Uuid,
    topic: std::borrow::Cow<'a, str>,
    payload: std::borrow::Cow<'a, str>,
    /// The sender lost messages on the way: receivers must not rely on having heard everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gap: bool,
}

/// The place where news is published and subscribed to. Clones are the same hub.
#[derive(Debug, Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: Uuid,
    next: AtomicU64,
    subscribers: RwLock<BTreeMap<u64, Subscriber>>,
    /// Those who hear single topics, by topic.
    listeners: RwLock<HashMap<String, Listeners>>,
    /// To the other nodes, when there is a connection task.
    outgoing: Mutex<Option<postgres::Outgoing>>,
}

/// Who hears one topic.
type Listeners = BTreeMap<u64, Arc<Mutex<Queue>>>;

#[derive(Debug)]
struct Subscriber {
    prefix: String,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<Message>,
    lagged: u64,
    reconnected: bool,
    closed: bool,
    waker: Option<Waker>,
}

impl Queue {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn push(&mut self, message: Message) {
        if self.messages.len() == CAPACITY {
            self.messages.pop_front();
            self.lagged += 1;
        }
        self.messages.push_back(message);
        self.wake();
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Hub {
    /// A hub for one process. See [`Hub::connect_postgres`] for several.
    #[must_use]
    pub fn new() -> Self {
        Self {
            inner: Arc::new(Inner {
                node: Uuid::new_v4(),
                next: AtomicU64::new(0),
                subscribers: RwLock::default(),
                listeners: RwLock::default(),
                outgoing: Mutex::default(),
            }),
        }
    }

    /// Tells subscribers here at once, and those on other nodes soon (when connected). For news that belongs to a
    /// transaction, see [`Hub::notify_statement`].
    ///
    /// # Errors
    /// A message that is too large; nobody hears it then.
    pub fn publish(&self, topic: &str, payload: String) -> Result<(), HubError> {
        let envelope = self.envelope(topic, &payload)?;
        if let Some(outgoing) = &*self.inner.outgoing.lock() {
            outgoing.send(envelope);
        }
        self.deliver(topic, payload);
        Ok(())
    }

    /// Tells subscribers in this process only: the other half of [`Hub::notify_statement`], after the commit.
    pub fn publish_here(&self, topic: &str, payload: String) {
        self.deliver(topic, payload);
    }

    /// The statement by which a PostgreSQL transaction tells the *other* nodes: they hear it if and when it commits.
    /// This node ignores its own, so call [`Hub::publish_here`] after the commit.
    ///
    /// PostgreSQL serialises the commits of notifying transactions: put it last, and only into transactions that
    /// others must hear of.
    ///
    /// # Errors
    /// A message that is too large.
    pub fn notify_statement(
        &self,
        topic: &str,
        payload: &str,
    ) -> Result<(&'static str, [String; 2]), HubError> {
        Ok((
            postgres::NOTIFY,
            [CHANNEL.to_owned(), self.envelope(topic, payload)?],
        ))
    }

    /// Hears every topic that starts with `topic_prefix`, from now on; the empty prefix hears all.
    #[must_use]
    pub fn subscribe(&self, topic_prefix: &str) -> Subscription {
        let queue = Arc::new(Mutex::new(Queue::default()));
        let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let subscriber = Subscriber {
            prefix: topic_prefix.to_owned(),
            queue: Arc::clone(&queue),
        };
        self.inner.subscribers.write().insert(id, subscriber);
        Subscription {
            id,
            queue,
            topics: Vec::new(),
            hub: Arc::downgrade(&self.inner),
        }
    }

    /// Hears these topics and no others, from now on. However many do, a message costs only those who hear its topic:
    /// the way for what exists once for each open socket. Whoever hears a prefix, such as a cache, has a message before
    /// those who hear single topics.
    #[must_use]
    pub fn subscribe_to(&self, topics: &[String]) -> Subscription {
        let queue = Arc::new(Mutex::new(Queue::default()));
        let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let mut listeners = self.inner.listeners.write();
        for topic in topics {
            let same = listeners.entry(topic.clone()).or_default();
            same.insert(id, Arc::clone(&queue));
        }
        Subscription {
            id,
            queue,
            topics: topics.to_vec(),
            hub: Arc::downgrade(&self.inner),
        }
    }

    fn envelope(&self, topic: &str, payload: &str) -> Result<String, HubError> {
        let envelope = Envelope {
            node: self.inner.node,
            topic: topic.into(),
            payload: payload.into(),
            gap: false,
        };
        // Strings and a UUID always serialise; were it otherwise, the empty text is ignored by every receiver.
        let json = serde_json::to_string(&envelope).unwrap_or_default();
        if json.len() > MAX_BYTES {
            return Err(HubError::TooLarge {
                topic: topic.to_owned(),
                bytes: json.len(),
            });
        }
        Ok(json)
    }

    fn deliver(&self, topic: &str, payload: String) {
        let message = Message {
            topic: topic.into(),
            payload: payload.into(),
        };
        for subscriber in self.inner.subscribers.read().values() {
            if topic.starts_with(&subscriber.prefix) {
                subscriber.queue.lock().push(message.clone());
            }
        }
        if let Some(same) = self.inner.listeners.read().get(topic) {
            for queue in same.values() {
                queue.lock().push(message.clone());
            }
        }
    }

    fn tell_reconnected(&self) {
        let tell = |queue: &Mutex<Queue>| {
            let mut queue = queue.lock();
            queue.reconnected = true;
            queue.wake();
        };
        for subscriber in self.inner.subscribers.read().values() {
            tell(&subscriber.queue);
        }
        for queue in self
            .inner
            .listeners
            .read()
            .values()
            .flat_map(BTreeMap::values)
        {
            tell(queue);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let prefixes = self.subscribers.get_mut().values().map(|s| &s.queue);
        let single = self.listeners.get_mut().values().flat_map(BTreeMap::values);
        for queue in prefixes.chain(single) {
            let mut queue = queue.lock();
            queue.closed = true;
            queue.wake();
        }
    }
}

/// An inbox. It ends when the hub is gone; dropping it unsubscribes.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    queue: Arc<Mutex<Queue>>,
    topics: Vec<String>,
    hub: Weak<Inner>,
}

impl Subscription {
    /// The next signal; `None` when the hub is gone. Safe to use in `select!`: nothing is lost when it is dropped.
    pub async fn recv(&mut self) -> Option<Signal> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Signal>> {
        let mut queue = self.queue.lock();
        if std::mem::take(&mut queue.reconnected) {
            return Poll::Ready(Some(Signal::Reconnected));
        }
        match std::mem::take(&mut queue.lagged) {
            0 => {}
            lagged => return Poll::Ready(Some(Signal::Lagged(lagged))),
        }
        if let Some(message) = queue.messages.pop_front() {
            return Poll::Ready(Some(Signal::Message(message)));
        }
        if queue.closed {
            return Poll::Ready(None);
        }
        queue.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Stream for Subscription {
    type Item = Signal;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Signal>> {
        self.poll(cx)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(inner) = self.hub.upgrade() else {
            return;
        };
        if self.topics.is_empty() {
            inner.subscribers.write().remove(&self.id);
            return;
        }
        let mut listeners = inner.listeners.write();
        for topic in &self.topics {
            if let Some(same) = listeners.get_mut(topic) {
                same.remove(&self.id);
                if same.is_empty() {
                    listeners.remove(topic);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
