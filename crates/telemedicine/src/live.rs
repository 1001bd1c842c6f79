//! `/ws/telemedicine/<room>/`: the two of a call, and nobody else.
//!
//! The server says `welcome`, and then `joined` and `left` of the other side; it passes on offers, answers, candidates
//! and chat while both are there. It stores nothing of what is said: the call is on record as that, who came and when.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use platform::access::Grants;
use platform::actor::{Actor, SignedIn, Who};
use platform::app::{App, Stay};
use platform::audit::Action;
use platform::error::Error;
use platform::hub::{Hub, Signal};
use platform::record::Record;
use platform::resource::Resource;
use platform::socket::{End, Guest, Line, Shown, Socket};
use platform::texts::Text;
use platform::unit;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::ice;
use crate::link::{self, Holder};
use crate::meeting::{Act, BEAT, Meeting, Note, Seat, topic};
use crate::participant::{Call, Role};
use crate::pieces::{self, Assembly};
use crate::session::TelemedicineSession;

/// The declared socket.
pub(crate) const SOCKET: Socket = Socket {
    path: "telemedicine/{room}/",
    // A description of a session with every codec has some 10 KiB.
    largest: 32 * 1024,
    admit,
    talk,
};

/// The longest chat message, in characters.
const CHAT: usize = 2000;

/// How long somebody without an account may stay in a call.
const STAY: SignedDuration = SignedDuration::from_hours(12);

/// What a client may say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Said {
    /// How the doctor's browser would talk.
    Offer { sdp: String },
    /// How the patient's browser will.
    Answer { sdp: String },
    /// Where a browser may be reached; null when there are no more places.
    Candidate { candidate: Option<Json> },
    /// A line of text.
    Chat { text: String },
}

/// Who comes by a join link. A participant's link stands for the sign-in that asked for it.
pub(crate) fn letter<'a>(
    app: &'a Arc<App>,
    letter: &'a str,
    shown: Shown,
) -> BoxFuture<'a, Result<Stay, Error>> {
    Box::pin(async move {
        let claims = match shown {
            Shown::AtTheDoor => link::open_in_time(app, letter)?,
            Shown::Inside => link::open(app, letter)?,
        };
        match claims.holder {
            Holder::SignedIn((user, session)) => {
                app.door.stay(app, &signed_in(user, session)).await
            }
            Holder::Anybody => Ok(Stay {
                actor: Arc::new(Actor::anonymous()),
                until: claims.until.checked_add(STAY).map_err(Error::internal)?,
                topics: Vec::new(),
            }),
        }
    })
}

/// Somebody of whom no more is known than their sign-in; the door knows the rest.
fn signed_in(user: i64, session: Uuid) -> Actor {
    Actor {
        who: Who::User(SignedIn {
            id: user,
            username: "".into(),
            role: None,
            session: Some(session),
            acting: None,
            must_change_password: false,
        }),
        grants: Arc::new(Grants::default()),
        language: None,
    }
}

fn admit(guest: &Guest) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move { Call::of(guest).await.map(drop) })
}

fn talk<'a>(guest: &'a Guest, line: &'a mut Line) -> BoxFuture<'a, Result<(), End>> {
    Box::pin(async move {
        let (call, role) = Call::of(guest).await.map_err(refused)?;
        let room = guest.param("room").to_owned();
        note_arrival(guest, &call, role).await?;
        let mut news = guest.app.hub.subscribe_to(&[topic(&room)]);
        let mut desk = Desk::new(guest, room, role, call.scheduled_start)?;
        line.say(welcome(guest, &call, role)).await?;
        desk.tell(&desk.meeting.hello())?;
        let mut beat = tokio::time::interval(BEAT);
        loop {
            let acts = tokio::select! {
                signal = news.recv() => desk.hear(signal.ok_or(End::GoingAway)?)?,
                said = line.hear() => desk.pass_on(&said?)?,
                _ = beat.tick() => {
                    desk.tell(&desk.meeting.here())?;
                    desk.meeting.wait(Instant::now())
                }
            };
            for act in acts {
                desk.act(act, guest, line).await?;
            }
        }
    })
}

/// What a participant is told first.
fn welcome(guest: &Guest, call: &Call, role: Role) -> String {
    let (app, now) = (&guest.app, guest.app.clock.now());
    json!({
        "event": "welcome",
        "role": role,
        "scheduled_start": call.scheduled_start,
        "ice_servers": ice::servers(&app.settings, now),
    })
    .to_string()
}

/// Puts on record who came to the call.
async fn note_arrival(guest: &Guest, call: &Call, role: Role) -> Result<(), Error> {
    let (session, patient) = (call.session, call.patient);
    let opening = guest.opening(TelemedicineSession::READ);
    unit::read(&guest.app, &opening, move |cx| {
        cx.saw(TelemedicineSession::NAME, session, Some(patient));
        cx.seen_as(
            Action::View,
            &format!("joined the call as {}", role.as_str()),
        );
        Box::pin(std::future::ready(Ok(())))
    })
    .await
}

/// A refusal of somebody who is inside already.
fn refused(error: Error) -> End {
    match error.code() {
        Some(kernel::Code::StateConflict) => End::Over,
        Some(kernel::Code::PermissionDenied) => End::Denied,
        Some(_) => End::SignedOut,
        None => End::Failed(error),
    }
}

/// One participant's side of a room; tells the others when it is given up, however that comes about.
struct Desk {
    hub: Hub,
    ring: Arc<platform::seal::KeyRing>,
    room: String,
    /// The room as a number, for the seal.
    id: Uuid,
    meeting: Meeting,
    assembly: Assembly,
    messages: u64,
    scheduled_start: Timestamp,
}

impl Desk {
    fn new(
        guest: &Guest,
        room: String,
        role: Role,
        scheduled_start: Timestamp,
    ) -> Result<Desk, Error> {
        Ok(Desk {
            hub: guest.app.hub.clone(),
            ring: guest.app.ring(),
            id: room.parse().map_err(Error::internal)?,
            room,
            meeting: Meeting::new(role, Seat::new()),
            assembly: Assembly::default(),
            messages: 0,
            scheduled_start,
        })
    }

    fn tell(&self, note: &Note) -> Result<(), Error> {
        let note = serde_json::to_string(note)?;
        let told = self.hub.publish(&topic(&self.room), note);
        told.map_err(Error::internal)
    }

    /// What follows from what the hub says.
    fn hear(&mut self, signal: Signal) -> Result<Vec<Act>, Error> {
        match signal {
            Signal::Message(message) => {
                let note = serde_json::from_str(&message.payload);
                Ok(note.map_or_else(
                    |_| Vec::new(),
                    |note| self.meeting.hear(note, Instant::now()),
                ))
            }
            // Somebody may have come or gone, and the session may be another.
            Signal::Lagged(_) | Signal::Reconnected => {
                self.tell(&self.meeting.hello())?;
                Ok(vec![Act::Look])
            }
        }
    }

    /// Passes on what the client says, to the other side and to nobody else.
    fn pass_on(&mut self, said: &str) -> Result<Vec<Act>, Error> {
        let no = |reason| {
            Ok(vec![Act::Say(
                json!({ "event": "refused", "reason": reason }),
            )])
        };
        let Ok(said) = serde_json::from_str::<Said>(said) else {
            return no("unknown");
        };
        if let Said::Chat { text } = &said
            && (text.trim().is_empty() || text.chars().count() > CHAT)
        {
            return no("length");
        }
        if !self.meeting.is_met() {
            return no("alone");
        }
        self.messages += 1;
        let whole = serde_json::to_string(&said)?;
        for piece in pieces::cut(&self.ring, self.id, self.messages, &whole)? {
            self.tell(&self.meeting.said(piece))?;
        }
        Ok(vec![])
    }

    async fn act(&mut self, act: Act, guest: &Guest, line: &mut Line) -> Result<(), End> {
        match act {
            Act::Say(json) => line.say(json.to_string()).await,
            Act::Answer => Ok(self.tell(&self.meeting.here())?),
            Act::Take(piece) => match self.assembly.add(&guest.app.ring(), self.id, &piece) {
                Some(whole) => line.say(whole).await,
                None => Ok(()),
            },
            Act::GiveWay => Err(End::Elsewhere),
            Act::Look => self.look(guest, line).await,
        }
    }

    /// Looks at the session again: it may be over, at another time, or not theirs any more.
    async fn look(&mut self, guest: &Guest, line: &mut Line) -> Result<(), End> {
        let (call, _) = Call::of(guest).await.map_err(refused)?;
        if call.scheduled_start == self.scheduled_start {
            return Ok(());
        }
        self.scheduled_start = call.scheduled_start;
        let moved = json!({ "event": "moved", "scheduled_start": call.scheduled_start });
        line.say(moved.to_string()).await
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The others find out by themselves when this is lost.
        let _ = self.tell(&self.meeting.bye());
    }
}

/// Clients see the length of what they may say in this text, so that it is translated where it is shown.
pub(crate) fn limits() -> Text {
    Text::new("telemedicine-page-too-long").with("max", CHAT.to_string())
}
