//! One line a minute while the database is away.
//!
//! Every request, job and round fails then, for the same reason. The first failure is logged in full, and
//! from then on one a minute with the number of those that were not.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use db::Damage;
use records::error::Error;

/// How often an outage is mentioned.
const PAUSE: Duration = Duration::from_secs(60);

static MENTIONED: Limiter = Limiter::new();

/// Logs why something could not be done: at once, or, when the database is to blame, once a minute.
pub fn log(what: &'static str, error: &Error) {
    let passing = matches!(error, Error::Db(error) if error.is_passing());
    if !passing {
        tracing::error!(?error, "{what}");
        return;
    }
    if let Some(unsaid) = MENTIONED.take(Instant::now()) {
        tracing::error!(
            ?error,
            unsaid,
            "{what}: the database cannot be used; this is said once a minute"
        );
    }
}

static DAMAGED: Limiter = Limiter::new();

/// Logs that a row was met that cannot be read, once a minute: a list that is looked at every second meets it every
/// second. `chelal doctor` names them all.
pub fn damaged(damage: &Damage) {
    if let Some(unsaid) = DAMAGED.take(Instant::now()) {
        tracing::error!(
            table = damage.table,
            id = damage.id,
            why = damage.why,
            unsaid,
            "a row cannot be read: it was changed outside of Chelal, or the disk is damaged; `chelal doctor` names all such rows"
        );
    }
}

/// So long a refusal for want of room counts: what fits into a page that is there already still succeeds on a full disk.
const SHORT: Duration = Duration::from_secs(15);

/// Whether the database had no room for what was written, a moment ago.
#[derive(Default)]
pub struct Room(Mutex<Option<Instant>>);

impl Room {
    /// Something was refused for want of room.
    pub fn refused(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    /// Whether that was a moment ago.
    pub fn is_short(&self) -> bool {
        self.0.lock().is_some_and(|last| last.elapsed() < SHORT)
    }
}

struct Limiter(Mutex<(Option<Instant>, u64)>);

impl Limiter {
    const fn new() -> Limiter {
        Limiter(Mutex::new((None, 0)))
    }

    /// The number of lines left out since the last one, when it is time for another.
    fn take(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock();
        if state.0.is_some_and(|last| now < last + PAUSE) {
            state.1 += 1;
            return None;
        }
        state.0 = Some(now);
        Some(std::mem::take(&mut state.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_mentioned_once_a_minute_with_the_number_of_lines_left_out() {
        let (limiter, start) = (Limiter::new(), Instant::now());
        assert_eq!(limiter.take(start), Some(0));
        for second in 1..60 {
            assert_eq!(limiter.take(start + Duration::from_secs(second)), None);
        }
        assert_eq!(limiter.take(start + PAUSE), Some(59));
        assert_eq!(limiter.take(start + PAUSE), None);
    }
}
