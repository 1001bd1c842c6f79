//! Who is in a room, as one participant's socket sees it: a rule without I/O.
//!
//! The sockets of a room tell each other by the hub that they are there: when they come (`hello`), in answer to that and
//! every few seconds (`here`), and when they go (`bye`). A socket that came later takes the place of an earlier one of
//! the same part, so that whoever lost their connection, or opens the call on another device, is not kept out by
//! themselves.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::participant::Role;
use crate::pieces::Piece;

/// How often a socket says that it is there.
pub(crate) const BEAT: Duration = Duration::from_secs(10);
/// Whoever was not heard of for so long is gone, with their node.
const SILENCE: Duration = Duration::from_secs(25);

/// Where the sockets of a room hear each other.
pub(crate) fn topic(room: &str) -> String {
    format!("telemedicine:{room}")
}

/// That the session is another than before.
pub(crate) const LOOK: &str = r#"{"kind":"look"}"#;

/// One socket among those of its part: a UUIDv7, so that a later one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Seat(Uuid);

impl Seat {
    pub(crate) fn new() -> Seat {
        Seat(Uuid::now_v7())
    }
}

/// What the sockets of a room tell each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Note {
    /// Somebody came.
    Hello { role: Role, seat: Seat },
    /// Somebody is there.
    Here { role: Role, seat: Seat },
    /// Somebody went.
    Bye { role: Role, seat: Seat },
    /// A piece of what somebody says.
    Said { seat: Seat, piece: Piece },
    /// The session is another than before.
    Look,
}

/// What a socket is to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Act {
    /// Say this to its client.
    Say(Json),
    /// Tell the others that it is there.
    Answer,
    /// Take this from the other side.
    Take(Piece),
    /// Look at the session again.
    Look,
    /// Make room for a later socket of the same part.
    GiveWay,
}

/// A room as one socket sees it.
#[derive(Debug)]
pub(crate) struct Meeting {
    role: Role,
    seat: Seat,
    other: Option<(Seat, Instant)>,
}

impl Meeting {
    pub(crate) fn new(role: Role, seat: Seat) -> Meeting {
        Meeting {
            role,
            seat,
            other: None,
        }
    }

    /// Whether the other side is there.
    pub(crate) fn is_met(&self) -> bool {
        self.other.is_some()
    }

    pub(crate) fn hello(&self) -> Note {
        Note::Hello {
            role: self.role,
            seat: self.seat,
        }
    }

    pub(crate) fn here(&self) -> Note {
        Note::Here {
            role: self.role,
            seat: self.seat,
        }
    }

    pub(crate) fn bye(&self) -> Note {
        Note::Bye {
            role: self.role,
            seat: self.seat,
        }
    }

    pub(crate) fn said(&self, piece: Piece) -> Note {
        Note::Said {
            seat: self.seat,
            piece,
        }
    }

    /// What follows from a note.
    pub(crate) fn hear(&mut self, note: Note, now: Instant) -> Vec<Act> {
        match note {
            Note::Look => vec![Act::Look],
            Note::Hello { role, seat } | Note::Here { role, seat } if role == self.role => {
                match seat > self.seat {
                    true => vec![Act::GiveWay],
                    false => vec![],
                }
            }
            Note::Hello { seat, .. } => {
                let mut acts = self.see(seat, now);
                acts.insert(0, Act::Answer);
                acts
            }
            Note::Here { seat, .. } => self.see(seat, now),
            Note::Bye { role, seat } if role != self.role => self.lose(|other| other == seat),
            Note::Said { seat, piece } if self.other.is_some_and(|(other, _)| other == seat) => {
                vec![Act::Take(piece)]
            }
            Note::Bye { .. } | Note::Said { .. } => vec![],
        }
    }

    /// What follows from the time that passed.
    pub(crate) fn wait(&mut self, now: Instant) -> Vec<Act> {
        match self.other {
            Some((_, heard)) if now.duration_since(heard) > SILENCE => self.lose(|_| true),
            _ => vec![],
        }
    }

    fn see(&mut self, seat: Seat, now: Instant) -> Vec<Act> {
        let known = self.other.map(|(other, _)| other);
        // One that gave way may still say that it is there.
        if known.is_some_and(|known| known > seat) {
            return vec![];
        }
        self.other = Some((seat, now));
        match known == Some(seat) {
            true => vec![],
            false => vec![Act::Say(json!({ "event": "joined" }))],
        }
    }

    fn lose(&mut self, gone: impl Fn(Seat) -> bool) -> Vec<Act> {
        if !self.other.is_some_and(|(other, _)| gone(other)) {
            return vec![];
        }
        self.other = None;
        vec![Act::Say(json!({ "event": "left" }))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(order: u128) -> Seat {
        Seat(Uuid::from_u128(order))
    }

    fn joined() -> Act {
        Act::Say(json!({ "event": "joined" }))
    }

    fn left() -> Act {
        Act::Say(json!({ "event": "left" }))
    }

    #[test]
    fn two_who_come_in_any_order_see_each_other() {
        let now = Instant::now();
        let mut patient = Meeting::new(Role::Patient, seat(1));
        let mut doctor = Meeting::new(Role::Doctor, seat(2));
        assert!(!patient.is_met());
        assert_eq!(patient.hear(doctor.hello(), now), [Act::Answer, joined()]);
        assert_eq!(doctor.hear(patient.here(), now), [joined()]);
        // Once is enough.
        assert_eq!(doctor.hear(patient.here(), now), []);
        assert!(patient.is_met() && doctor.is_met());
        assert_eq!(patient.hear(doctor.bye(), now), [left()]);
        assert_eq!(patient.hear(doctor.bye(), now), []);
        assert!(!patient.is_met());
    }

    #[test]
    fn the_later_socket_of_a_part_takes_the_place_of_the_earlier() {
        let now = Instant::now();
        let (mut first, mut second) = (
            Meeting::new(Role::Patient, seat(1)),
            Meeting::new(Role::Patient, seat(2)),
        );
        let mut doctor = Meeting::new(Role::Doctor, seat(3));
        doctor.hear(first.hello(), now);
        // Whoever of the two hears the other: one gives way, and not both.
        assert_eq!(first.hear(second.hello(), now), [Act::GiveWay]);
        assert_eq!(second.hear(first.hello(), now), []);
        assert_eq!(doctor.hear(second.hello(), now), [Act::Answer, joined()]);
        // What the first still says counts no more.
        assert_eq!(doctor.hear(first.here(), now), []);
        assert_eq!(doctor.hear(first.bye(), now), []);
        assert!(doctor.is_met());
    }

    #[test]
    fn only_the_other_side_is_heard() {
        let now = Instant::now();
        let piece: Piece =
            serde_json::from_value(json!({ "message": 1, "at": 0, "of": 1, "data": "" })).unwrap();
        let (mut doctor, patient) = (
            Meeting::new(Role::Doctor, seat(1)),
            Meeting::new(Role::Patient, seat(2)),
        );
        assert_eq!(doctor.hear(patient.said(piece.clone()), now), []);
        doctor.hear(patient.hello(), now);
        assert_eq!(
            doctor.hear(patient.said(piece.clone()), now),
            [Act::Take(piece.clone())]
        );
        assert_eq!(doctor.hear(doctor.said(piece), now), []);
    }

    #[test]
    fn whoever_falls_silent_is_gone_and_may_come_again() {
        let now = Instant::now();
        let mut doctor = Meeting::new(Role::Doctor, seat(1));
        let patient = Meeting::new(Role::Patient, seat(2));
        doctor.hear(patient.here(), now);
        assert_eq!(doctor.wait(now + SILENCE), []);
        assert_eq!(doctor.wait(now + SILENCE + BEAT), [left()]);
        assert_eq!(doctor.wait(now + SILENCE + BEAT), []);
        assert_eq!(doctor.hear(patient.here(), now), [joined()]);
        assert_eq!(doctor.hear(Note::Look, now), [Act::Look]);
        assert_eq!(serde_json::to_string(&Note::Look).unwrap(), LOOK);
    }
}
