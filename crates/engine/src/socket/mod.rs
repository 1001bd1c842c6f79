//! Connections that stay: WebSockets below `/ws/`.
//!
//! A module declares a [`Socket`]: its path, who may open it, and what is said on it. Everything that must hold of
//! every one of them is here, once:
//!
//! - A browser's origin must be one that the API allows, since cookies and CORS do not guard sockets.
//! - The caller shows an access token as one of the protocols they offer (`Sec-WebSocket-Protocol`) or as a bearer
//!   token, or a ticket that works once (`?ticket=`). A token in the address is refused: addresses end up in logs.
//!   A socket may also let in whoever offers a [letter](Letter) of the module's own as a protocol, `letter-…`, such as
//!   the link by which a patient without an account joins a call.
//! - A guest's rights are those of now: the [`Door`](crate::app::Door) names the topics on which a change of them is
//!   heard, and is asked again on each of them, when the session ends, and every [`Limits::recheck`]. A guest who is no
//!   longer let in is thrown out; one whose role was narrowed goes on with what is left of it ([`Guest::opening`]).
//! - A client that takes nothing for [`Limits::patience`] is let go with a code that tells it to come back; one that says
//!   nothing, not even to a ping, for [`Limits::idle`], too. What clients say is bounded in size and number.
//! - Sockets count among the server's connections, and are told to go away when it stops.
//!
//! The codes by which a socket is closed are those of [`End::code`].

mod line;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use kernel::Reach;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch as channel};

pub use line::Line;

use crate::access::Permission;
use crate::actor::{Actor, Origin};
use crate::app::{App, Stay};
use crate::unit::Opening;
use records::error::Error;

/// A kind of socket, as a module declares it.
#[derive(Clone, Copy)]
pub struct Socket {
    /// Below `/ws/`, such as `notifications/{user}/`.
    pub path: &'static str,
    /// The largest message that a client may send, in bytes.
    pub largest: usize,
    /// Who may open it; asked again while it is open.
    pub admit: Admit,
    /// What is said on it, until one side ends it.
    pub talk: Talk,
}

/// Refuses a guest who may not open the socket, or who asks for what makes no sense.
pub type Admit = for<'a> fn(&'a Guest) -> BoxFuture<'a, Result<(), Error>>;

/// Who comes with a letter of the module's own instead of an account, and how long they may stay. Asked when the socket
/// is opened, and again while it is open: what only opens is not asked for then.
///
/// A letter that is forged, or too old to open anything, is a 401.
pub type Letter = for<'a> fn(&'a Arc<App>, &'a str, Shown) -> BoxFuture<'a, Result<Stay, Error>>;

/// When a letter is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// To open a socket.
    AtTheDoor,
    /// While the socket that it opened is open.
    Inside,
}

/// Talks with a guest, whose rights may change meanwhile: what it reads, it reads with [`Guest::opening`], each time
/// anew.
pub type Talk = for<'a> fn(&'a Guest, &'a mut Line) -> BoxFuture<'a, Result<(), End>>;

/// Who opened a socket, and with what words.
#[derive(Clone)]
pub struct Guest {
    /// The application.
    pub app: Arc<App>,
    actor: channel::Receiver<Arc<Actor>>,
    /// From where.
    pub origin: Arc<Origin>,
    params: Arc<[(String, String)]>,
    query: Arc<[(String, String)]>,
    letter: Option<Arc<str>>,
}

impl Guest {
    /// Somebody who was let in.
    pub fn new(
        app: Arc<App>,
        actor: channel::Receiver<Arc<Actor>>,
        origin: Arc<Origin>,
        params: Arc<[(String, String)]>,
        query: Arc<[(String, String)]>,
        letter: Option<Arc<str>>,
    ) -> Guest {
        Guest {
            app,
            actor,
            origin,
            params,
            query,
            letter,
        }
    }

    /// A parameter of the path.
    pub fn param(&self, name: &str) -> &str {
        find(&self.params, name).unwrap_or_default()
    }

    /// A parameter of the query; the last one counts.
    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The letter by which they were let in, if they came by one; see [`Letter`].
    pub fn letter(&self) -> Option<&str> {
        self.letter.as_deref()
    }

    /// Who they are now, with the rights that they hold now.
    pub fn actor(&self) -> Arc<Actor> {
        self.actor.borrow().clone()
    }

    /// Tells of each change of their rights, for a conversation that must act on it before it next reads.
    pub fn rights(&self) -> channel::Receiver<Arc<Actor>> {
        self.actor.clone()
    }

    /// Opens units of work for them, with the reach that they now hold of a permission. Make one for each unit: one
    /// that is kept has the rights of the moment in which it was made.
    pub fn opening(&self, permission: Permission) -> Opening {
        let actor = self.actor();
        Opening {
            reach: actor.grants.reach(permission),
            actor,
            origin: self.origin.clone(),
        }
    }

    /// How far a permission of theirs goes now.
    pub fn reach(&self, permission: Permission) -> Reach {
        self.actor.borrow().grants.reach(permission)
    }

    /// The same guest with other rights, fixed.
    pub fn with(&self, actor: Arc<Actor>) -> Guest {
        Guest {
            actor: channel::channel(actor).1,
            ..self.clone()
        }
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = pairs.iter().rev().filter(|(known, _)| known == name);
    found.next().map(|(_, value)| value.as_str())
}

/// Why a conversation ended.
#[derive(Debug)]
pub enum End {
    /// The client closed it, or is gone.
    Client,
    /// The server stops: come back, to another node.
    GoingAway,
    /// The client sent what is not text.
    Unsupported,
    /// The client sent too much, or too often.
    TooMuch,
    /// The client took too long to take what it was sent: come back, and say what was last seen.
    TooSlow,
    /// The client was silent for too long, pings included.
    Silent,
    /// The session ended or expired, or the account is not active: sign in again.
    SignedOut,
    /// They may no longer open it.
    Denied,
    /// What it was about is over, such as a call that somebody ended.
    Over,
    /// The same guest came in elsewhere, and talks there now.
    Elsewhere,
    /// Our own fault: come back.
    Failed(Error),
}

impl End {
    /// The code by which the socket is closed (RFC 6455, section 7.4; 4000 and more are ours).
    pub fn code(&self) -> u16 {
        match self {
            End::Client => 1000,
            End::GoingAway => 1001,
            End::Unsupported => 1003,
            End::TooMuch => 1009,
            End::Failed(_) => 1011,
            End::TooSlow => 1013,
            End::SignedOut => 4401,
            End::Denied => 4403,
            End::Silent => 4408,
            End::Elsewhere => 4409,
            End::Over => 4410,
        }
    }

    /// For people who look at the connection; in English.
    pub fn reason(&self) -> &'static str {
        match self {
            End::Client => "",
            End::GoingAway => "the server stops",
            End::Unsupported => "text only",
            End::TooMuch => "too large or too many messages",
            End::Failed(_) => "internal error",
            End::TooSlow => "too slow, connect again",
            End::SignedOut => "signed out",
            End::Denied => "not allowed",
            End::Silent => "silent for too long",
            End::Elsewhere => "opened elsewhere",
            End::Over => "over",
        }
    }
}

impl From<Error> for End {
    fn from(error: Error) -> End {
        End::Failed(error)
    }
}

/// How long, how much and how many. An application that keeps none ([`App::shared`]) has the default.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A client must take a message within so long.
    pub patience: Duration,
    /// Between two pings.
    pub ping: Duration,
    /// A client must answer a ping, or say something else, within so long.
    pub idle: Duration,
    /// Whether a guest may stay is asked at least so often, besides when news says so.
    pub recheck: Duration,
    /// Messages that a client may send between two pings.
    pub messages: u32,
    /// Sockets of one user at the same time, on one node.
    pub each: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            patience: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            idle: Duration::from_secs(45),
            recheck: Duration::from_secs(30),
            messages: 100,
            each: 20,
        }
    }
}

/// A connection's place in the server that accepted it; put into each request's extensions, so that a socket keeps it.
#[derive(Clone)]
pub struct Berth {
    stop: channel::Receiver<bool>,
    sockets: Arc<Semaphore>,
    _place: Arc<OwnedSemaphorePermit>,
}

impl Berth {
    /// For a connection: `stop` becomes true when the server stops, `sockets` has a permit for each socket that it
    /// allows, and `place` is free again once the connection and its socket have ended.
    pub fn new(
        stop: channel::Receiver<bool>,
        sockets: Arc<Semaphore>,
        place: Arc<OwnedSemaphorePermit>,
    ) -> Berth {
        Berth {
            stop,
            sockets,
            _place: place,
        }
    }

    /// Takes a place among the sockets, if one is free.
    pub fn board(&self) -> Option<OwnedSemaphorePermit> {
        self.sockets.clone().try_acquire_owned().ok()
    }

    /// Until the server stops.
    pub async fn told_to_go(&mut self) {
        // An error means that the server is gone, which is a stop as well.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }
}

impl std::fmt::Debug for Berth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Berth")
    }
}
