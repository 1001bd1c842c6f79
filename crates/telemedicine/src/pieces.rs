//! What one participant says to the other on its way between nodes: sealed, and in pieces that the hub takes.
//!
//! A description of a session (SDP) is larger than what PostgreSQL lets through as one notice; and what two people say
//! to each other is nothing for the logs of a database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use platform::error::Error;
use platform::seal::{Aad, KeyRing};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Bytes of one piece: with its seal, as base64 and with what stands around it, well below the hub's limit.
const SIZE: usize = 4000;

/// One of several pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// The number of what it is a piece of.
    message: u64,
    /// Its place, from 0.
    at: usize,
    /// How many there are.
    of: usize,
    /// Sealed, in base64.
    data: String,
}

fn place(room: Uuid) -> Aad<'static> {
    Aad::new("telemedicine_session", "said", room)
}

/// Cuts and seals a text for a room.
///
/// # Errors
/// When the system has no randomness to give.
pub(crate) fn cut(
    ring: &KeyRing,
    room: Uuid,
    message: u64,
    text: &str,
) -> Result<Vec<Piece>, Error> {
    let chunks = text.as_bytes().chunks(SIZE);
    let of = chunks.len();
    let seal = |(at, chunk)| {
        let data = STANDARD_NO_PAD.encode(ring.seal(&place(room), chunk)?);
        Ok(Piece {
            message,
            at,
            of,
            data,
        })
    };
    chunks.enumerate().map(seal).collect()
}

/// Puts pieces together. Pieces of one sender come in their order; where some were lost, the whole is.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    message: u64,
    next: usize,
    bytes: Vec<u8>,
}

impl Assembly {
    /// The whole text, with its last piece.
    pub(crate) fn add(&mut self, ring: &KeyRing, room: Uuid, piece: &Piece) -> Option<String> {
        if piece.at == 0 {
            *self = Assembly {
                message: piece.message,
                ..Assembly::default()
            };
        }
        if piece.message != self.message || piece.at != self.next {
            return None;
        }
        let sealed = STANDARD_NO_PAD.decode(&piece.data).ok()?;
        self.bytes.extend(ring.open(&place(room), &sealed).ok()?);
        self.next += 1;
        if self.next < piece.of {
            return None;
        }
        String::from_utf8(std::mem::take(&mut self.bytes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::hub::Hub;
    use seal::MasterKey;

    fn ring() -> KeyRing {
        let master = MasterKey::generate().unwrap();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let rows = KeyRing::bootstrap(&master, 1, now).unwrap();
        KeyRing::unlock(&master, &rows).unwrap()
    }

    #[test]
    fn a_long_text_arrives_whole_through_the_hub() {
        let (ring, room) = (ring(), Uuid::new_v4());
        let text = "v=0\r\n\"é\u{0}".repeat(3000);
        let pieces = cut(&ring, room, 7, &text).unwrap();
        assert!(pieces.len() > 5, "{}", pieces.len());
        let hub = Hub::new();
        let mut assembly = Assembly::default();
        let mut whole = None;
        for piece in &pieces {
            let note = serde_json::to_string(piece).unwrap();
            hub.publish(&format!("telemedicine:{room}"), note.clone())
                .unwrap();
            assert_eq!(whole, None);
            whole = assembly.add(&ring, room, &serde_json::from_str(&note).unwrap());
        }
        assert_eq!(whole.as_deref(), Some(&*text));
    }

    #[test]
    fn what_lost_a_piece_or_is_of_another_room_is_nothing() {
        let (ring, room) = (ring(), Uuid::new_v4());
        let pieces = cut(&ring, room, 1, &"x".repeat(9000)).unwrap();
        let mut assembly = Assembly::default();
        assert_eq!(assembly.add(&ring, room, &pieces[0]), None);
        assert_eq!(assembly.add(&ring, room, &pieces[2]), None);
        let next = cut(&ring, room, 2, "hello").unwrap();
        assert_eq!(
            assembly.add(&ring, room, &next[0]).as_deref(),
            Some("hello")
        );
        assert_eq!(
            Assembly::default().add(&ring, Uuid::new_v4(), &next[0]),
            None
        );
        assert!(!next[0].data.contains("hello"));
    }
}
