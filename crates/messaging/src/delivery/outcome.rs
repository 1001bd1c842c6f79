//! What a message's row says after an attempt to send it. Pure: see `docs/decisions/0008-sending-once.md`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kernel::Backoff;
use platform::mail::MailError;

use super::appointment_notification::MessageStatus;

/// So often a message is handed over before it is given up.
pub const MOST_ATTEMPTS: i64 = 8;
/// The pause after the first attempt; it doubles with each further one.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// What came of handing a message to its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider accepted it and calls it so.
    Accepted(String),
    /// The provider will never accept it, or there is none.
    Refused(String),
    /// It was not accepted now; the provider may have said when to come again.
    Later(String, Option<Duration>),
    /// It was handed over and no answer came.
    Unknown(String),
}

impl Outcome {
    /// What came of an e-mail.
    #[must_use]
    pub fn of_mail(sent: Result<String, MailError>) -> Self {
        match sent {
            Ok(id) => Self::Accepted(id),
            Err(MailError::Temporary(why)) => Self::Later(why, None),
            Err(MailError::Permanent(why)) => Self::Refused(why),
            Err(MailError::Unknown(why)) => Self::Unknown(why),
            Err(error @ MailError::NotConfigured) => Self::Refused(error.to_string()),
        }
    }
}

/// What the row is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub status: MessageStatus,
    /// When it is tried again.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was accepted.
    pub sent_at: Option<Timestamp>,
    /// The provider's name for it.
    pub provider_message_id: Option<String>,
    /// What went wrong.
    pub error_message: String,
}

/// The rule. `attempts` counts the one that is judged; after `useless_after` nobody needs the message
/// any more; `jitter` from 0 to 1 spreads those that failed together.
pub fn settle(
    outcome: Outcome,
    attempts: i64,
    now: Timestamp,
    useless_after: Timestamp,
    jitter: f64,
) -> Standing {
    let standing = |status, error_message| Standing {
        status,
        next_attempt_at: None,
        sent_at: None,
        provider_message_id: None,
        error_message,
    };
    match outcome {
        Outcome::Accepted(id) => Standing {
            sent_at: Some(now),
            provider_message_id: Some(id).filter(|id| !id.is_empty()),
            ..standing(MessageStatus::Sent, String::new())
        },
        Outcome::Refused(why) => standing(MessageStatus::Failed, why),
        Outcome::Unknown(why) => standing(MessageStatus::Unknown, why),
        Outcome::Later(why, after) => {
            let next = now + pause(attempts, after, jitter);
            if attempts >= MOST_ATTEMPTS {
                let text = format!("given up after {attempts} attempts: {why}");
                standing(MessageStatus::Failed, text)
            } else if next >= useless_after {
                let text = format!("given up, it would come too late: {why}");
                standing(MessageStatus::Failed, text)
            } else {
                Standing {
                    next_attempt_at: Some(next),
                    ..standing(MessageStatus::Pending, why)
                }
            }
        }
    }
}

/// Half of the doubled pause and up to as much again, or what the provider asked for if that is longer.
fn pause(attempts: i64, after: Option<Duration>, jitter: f64) -> SignedDuration {
    let attempt = u32::try_from(attempts).unwrap_or(0);
    let spread = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE).spread_pause(attempt, jitter);
    let asked = after.and_then(|after| SignedDuration::try_from(after).ok());
    asked.map_or(spread, |asked| spread.max(asked.min(LONGEST_PAUSE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_outcome_has_its_standing() {
        use MessageStatus::{Failed, Pending, Sent, Unknown};
        let busy = || "429".to_owned();
        let minutes = |n: u64| Some(Duration::from_secs(60 * n));
        for (outcome, attempts, status, next) in [
            (Outcome::Accepted("SM1".into()), 1, Sent, None),
            (Outcome::Refused("no such number".into()), 1, Failed, None),
            (Outcome::Unknown("time-out".into()), 1, Unknown, None),
            (
                Outcome::Later(busy(), None),
                1,
                Pending,
                Some("2027-05-26T10:00:30Z"),
            ),
            (
                Outcome::Later(busy(), None),
                2,
                Pending,
                Some("2027-05-26T10:01:00Z"),
            ),
            (
                Outcome::Later(busy(), None),
                7,
                Pending,
                Some("2027-05-26T10:32:00Z"),
            ),
            (
                Outcome::Later(busy(), minutes(5)),
                1,
                Pending,
                Some("2027-05-26T10:05:00Z"),
            ),
            (
                Outcome::Later(busy(), minutes(600)),
                1,
                Pending,
                Some("2027-05-26T11:00:00Z"),
            ),
            (Outcome::Later(busy(), None), MOST_ATTEMPTS, Failed, None),
        ] {
            let now = at("2027-05-26T10:00:00Z");
            let said = settle(
                outcome.clone(),
                attempts,
                now,
                at("2027-05-27T10:00:00Z"),
                1.0,
            );
            assert_eq!(
                (said.status, said.next_attempt_at),
                (status, next.map(at)),
                "{outcome:?}"
            );
            assert_eq!(said.sent_at.is_some(), status == Sent);
            assert_eq!(said.error_message.is_empty(), status == Sent);
        }
        let now = at("2027-05-27T09:59:40Z");
        let said = settle(
            Outcome::Later(busy(), None),
            1,
            now,
            at("2027-05-27T10:00:00Z"),
            0.9,
        );
        assert_eq!(said.status, Failed);
        assert!(said.error_message.contains("too late"));
    }

    proptest! {
        #[test]
        fn pauses_grow_within_bounds(attempts in -5i64..100, asked in proptest::option::of(0u64..1_000_000), jitter in -1.0f64..2.0) {
            let pause = pause(attempts, asked.map(Duration::from_secs), jitter);
            prop_assert!(pause >= SignedDuration::from_secs(15) && pause <= LONGEST_PAUSE);
        }
    }
}
