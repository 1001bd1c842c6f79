//! Time as an argument.
//!
//! Whoever needs the time is given a [`Clock`], so that a test can stop it, and so that everything
//! written in one request carries one moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A source of the current time; a cheap handle that is cloned freely and shared between threads.
///
/// ```
/// use jiff::SignedDuration;
/// use kernel::Clock;
///
/// let clock = Clock::fixed("2026-03-01T08:00:00Z".parse().unwrap());
/// let same = clock.clone();
/// clock.advance(SignedDuration::from_mins(15));
/// assert_eq!(same.now().to_string(), "2026-03-01T08:15:00Z");
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Microseconds since 1970-01-01T00:00:00Z, shared between clones.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` (truncated to the microsecond) until [`Clock::advance`] or
    /// [`Clock::set`] moves it; its clones move with it. For tests.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.as_microsecond()))))
    }

    /// The current time in UTC, truncated to whole microseconds: the resolution that PostgreSQL's
    /// `timestamptz` and the SQLite columns share, so that a stored time equals the one in memory.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the one place that reads the machine's clock"
                )]
                let now = Timestamp::now();
                truncate(now)
            }
            Source::Fixed(at) => from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock by `by` (backwards if negative), stopping at the ends of representable time.
    ///
    /// # Panics
    /// On a system clock, which cannot be moved: only a test would ask.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(if by.is_negative() {
            i64::MIN
        } else {
            i64::MAX
        });
        let at = self.fixed_source();
        // The closure always answers, so the update cannot fail.
        let _ = at.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
            Some(now.saturating_add(micros).clamp(
                Timestamp::MIN.as_microsecond(),
                Timestamp::MAX.as_microsecond(),
            ))
        });
    }

    /// Puts a fixed clock to `at`, truncated to the microsecond.
    ///
    /// # Panics
    /// On a system clock, as [`Clock::advance`].
    pub fn set(&self, at: Timestamp) {
        self.fixed_source()
            .store(at.as_microsecond(), Ordering::SeqCst);
    }

    fn fixed_source(&self) -> &AtomicI64 {
        match &self.0 {
            Source::Fixed(at) => at,
            Source::System => panic!("the system clock cannot be moved"),
        }
    }
}

/// `at` without what is finer than a microsecond.
pub(crate) fn truncate(at: Timestamp) -> Timestamp {
    from_micros(at.as_microsecond())
}

fn from_micros(micros: i64) -> Timestamp {
    // In range: the number came from a timestamp, or was clamped to one.
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clones_share_a_fixed_clock() {
        let clock = Clock::fixed("2026-01-01T00:00:00.123456789Z".parse().unwrap());
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:00.123456Z");
        let other = clock.clone();
        other.advance(SignedDuration::from_secs(-1));
        assert_eq!(clock.now().to_string(), "2025-12-31T23:59:59.123456Z");
        other.set("2030-06-01T12:00:00Z".parse().unwrap());
        assert_eq!(clock.now().to_string(), "2030-06-01T12:00:00Z");
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn the_system_clock_moves_on_in_whole_microseconds() {
        let clock = Clock::system();
        let first = clock.now();
        std::thread::sleep(std::time::Duration::from_millis(2));
        let second = clock.now();
        assert!(second > first);
        assert_eq!(second.subsec_nanosecond() % 1_000, 0);
    }

    #[test]
    #[should_panic(expected = "cannot be moved")]
    fn the_system_clock_cannot_be_set() {
        Clock::system().set(Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn can_be_shared_between_threads() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Clock>();
    }

    proptest! {
        #[test]
        fn any_advance_stays_in_range(secs in any::<i64>(), more in any::<i64>()) {
            let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
            clock.advance(SignedDuration::from_secs(secs));
            clock.advance(SignedDuration::from_secs(more));
            prop_assert!(clock.now() >= Timestamp::MIN && clock.now() <= Timestamp::MAX);
            if secs > 1_000_000_000_000 && more >= 0 {
                prop_assert_eq!(clock.now(), truncate(Timestamp::MAX));
            }
        }
    }
}
