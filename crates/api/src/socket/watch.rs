//! A conversation from its first word to its last, watched over.

use axum::extract::ws::WebSocket;
use kernel::Code;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, watch as channel};
use tokio::time::Duration;

use super::enter::Place;
use engine::actor::Actor;
use engine::app::Stay;
use engine::socket::{Berth, End, Guest, Letter, Limits, Line, Shown, Socket};
use outside::hub::Subscription;
use records::error::Error;

/// The pause before the door is asked again when it could not be asked.
const AGAIN: Duration = Duration::from_secs(1);

/// What a conversation holds until it ends.
pub(super) struct Held {
    pub(super) declared: Socket,
    /// Who else than users is let in.
    pub(super) letter: Option<Letter>,
    pub(super) guest: Guest,
    /// Where the guest's rights are renewed.
    pub(super) rights: channel::Sender<Arc<Actor>>,
    pub(super) stay: Stay,
    pub(super) limits: Limits,
    pub(super) berth: Berth,
    /// Among the sockets of the server, and of the user.
    pub(super) _places: (OwnedSemaphorePermit, Place),
}

impl Held {
    /// Talks until the client, the module, the door or the server ends it.
    pub(super) async fn attend(mut self, socket: WebSocket) {
        let open = metrics::gauge!("websockets_open", "socket" => self.declared.path);
        open.increment(1.0);
        let mut line = Line::new(socket, self.limits);
        let inbox = self.guest.app.hub.subscribe_to(&self.stay.topics);
        let end = tokio::select! {
            biased;
            () = self.berth.told_to_go() => End::GoingAway,
            end = watch(&self.declared, self.letter, &self.guest, &self.rights, self.stay, self.limits, inbox) => end,
            done = (self.declared.talk)(&self.guest, &mut line) => done.err().unwrap_or(End::Client),
        };
        if let End::Failed(error) = &end {
            tracing::warn!(?error, path = self.declared.path, "a socket was given up");
        }
        line.close(&end).await;
        open.decrement(1.0);
    }
}

/// Until the guest may stay no longer.
async fn watch(
    declared: &Socket,
    letter: Option<Letter>,
    guest: &Guest,
    rights: &channel::Sender<Arc<Actor>>,
    mut stay: Stay,
    limits: Limits,
    mut inbox: Subscription,
) -> End {
    // What happened between the door and the subscription was not heard.
    let mut pause = Duration::ZERO;
    loop {
        let left = stay.until.duration_since(guest.app.clock.now());
        let left = Duration::try_from(left).unwrap_or_default();
        tokio::select! {
            news = inbox.recv() => if news.is_none() {
                return End::GoingAway;
            },
            () = tokio::time::sleep(pause.min(left)) => {}
        }
        pause = limits.recheck;
        match still_welcome(declared, letter, guest).await {
            Ok(renewed) => {
                rights.send_if_modified(|now| {
                    let old = std::mem::replace(now, renewed.actor.clone());
                    old.grants != now.grants
                });
                stay = renewed;
            }
            Err(Error::Refused(refusal)) => match refusal.code {
                Code::PermissionDenied | Code::PasswordChangeRequired => return End::Denied,
                Code::StateConflict => return End::Over,
                _ => return End::SignedOut,
            },
            Err(error) => {
                tracing::debug!(?error, "the door could not be asked about a socket");
                pause = AGAIN;
            }
        }
    }
}

/// Asks the door, or whoever wrote the letter, and the module again.
async fn still_welcome(
    declared: &Socket,
    letter: Option<Letter>,
    guest: &Guest,
) -> Result<Stay, Error> {
    let stay = match (letter, guest.letter()) {
        (Some(read), Some(letter)) => read(&guest.app, letter, Shown::Inside).await?,
        _ => guest.app.door.stay(&guest.app, &guest.actor()).await?,
    };
    (declared.admit)(&guest.with(stay.actor.clone())).await?;
    Ok(stay)
}
