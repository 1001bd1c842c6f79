//! How often something may be done, and how long to wait before it is tried again: [`Bucket`] and [`Backoff`].
//!
//! Both are pure: the state is a timestamp or a count that the caller keeps, and the time is an argument.

use jiff::{SignedDuration, Timestamp};

/// A leaky bucket: it holds `capacity` tries and loses one each `interval`, so that as many may be made at once
/// and one more each interval.
///
/// Its state is one timestamp, the moment at which the bucket is empty; a missing one, or one in the past, is an
/// empty bucket.
///
/// ```
/// use jiff::{SignedDuration, Timestamp};
/// use kernel::Bucket;
///
/// let bucket = Bucket::new(2, SignedDuration::from_secs(10));
/// let now: Timestamp = "2026-03-01T08:00:00Z".parse()?;
/// let first = bucket.take(None, now)?;
/// let second = bucket.take(Some(first), now)?;
/// let full = bucket.take(Some(second), now).unwrap_err();
/// assert_eq!(full.room_at, now + SignedDuration::from_secs(10));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    capacity: u32,
    interval: SignedDuration,
}

/// A [`Bucket`] has no room for another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no more tries before {room_at}")]
pub struct Full {
    /// The moment from which there is room for one.
    pub room_at: Timestamp,
}

impl Full {
    /// Whole seconds for `Retry-After`, rounded up and at least 1.
    #[must_use]
    pub fn retry_after(self, now: Timestamp) -> u64 {
        seconds_until(self.room_at, now)
    }
}

impl Bucket {
    /// With room for `capacity` tries, at least one, that loses one each `interval`.
    #[must_use]
    pub const fn new(capacity: u32, interval: SignedDuration) -> Bucket {
        let capacity = if capacity == 0 { 1 } else { capacity };
        Bucket { capacity, interval }
    }

    /// The state after one more try.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn take(self, empty_at: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Full> {
        let room_at = self.room_at(empty_at, now);
        if now < room_at {
            return Err(Full { room_at });
        }
        Ok(self.fill(empty_at, now))
    }

    /// The moment from which there is room for one more try; not after `now` when there is room.
    #[must_use]
    pub fn room_at(self, empty_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
        // Never fuller than full: after the clock was set back the state may lie far ahead.
        let empty_at = empty_at.map_or(now, |at| at.min(self.full(now)));
        saturating_add(empty_at, -self.times(self.capacity - 1))
    }

    /// The state after one more try, whether there was room for it or not.
    #[must_use]
    pub fn fill(self, empty_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let start = empty_at.map_or(now, |at| at.max(now));
        saturating_add(start, self.interval).min(self.full(now))
    }

    /// The state after one try was taken back.
    #[must_use]
    pub fn give_back(self, empty_at: Timestamp) -> Timestamp {
        saturating_add(empty_at, -self.interval)
    }

    /// The state of a full bucket.
    fn full(self, now: Timestamp) -> Timestamp {
        saturating_add(now, self.times(self.capacity))
    }

    fn times(self, count: u32) -> SignedDuration {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        self.interval
            .checked_mul(count)
            .unwrap_or(SignedDuration::MAX)
    }
}

/// Pauses that double from `first` to `longest`.
///
/// ```
/// use jiff::SignedDuration;
/// use kernel::Backoff;
///
/// let backoff = Backoff::new(SignedDuration::from_secs(5), SignedDuration::from_hours(1));
/// assert_eq!(backoff.pause(1), SignedDuration::from_secs(5));
/// assert_eq!(backoff.pause(3), SignedDuration::from_secs(20));
/// assert_eq!(backoff.pause(1_000_000), SignedDuration::from_hours(1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    first: SignedDuration,
    longest: SignedDuration,
}

impl Backoff {
    /// From `first` to `longest`.
    #[must_use]
    pub const fn new(first: SignedDuration, longest: SignedDuration) -> Backoff {
        Backoff { first, longest }
    }

    /// The pause after the `attempt`th failure in a row, counted from 1.
    #[must_use]
    pub fn pause(self, attempt: u32) -> SignedDuration {
        let doublings = attempt.saturating_sub(1).min(30);
        self.first
            .checked_mul(1 << doublings)
            .map_or(self.longest, |pause| pause.min(self.longest))
    }

    /// The pause between half and the whole of [`Backoff::pause`], so that those who failed together do not all
    /// try again at the same moment. `spread` is a random number from 0 to 1.
    #[must_use]
    pub fn spread_pause(self, attempt: u32, spread: f64) -> SignedDuration {
        self.pause(attempt)
            .mul_f64(0.5 + spread.clamp(0.0, 1.0) / 2.0)
    }
}

/// Whole seconds from `now` until `moment`, rounded up and at least 1.
#[must_use]
pub fn seconds_until(moment: Timestamp, now: Timestamp) -> u64 {
    let wait = moment.duration_since(now);
    let rounded = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    u64::try_from(rounded).unwrap_or(0).max(1)
}

/// At the end of time the end of time.
fn saturating_add(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// How many of these tries, each at a second, are let through.
    fn let_through(bucket: Bucket, tries: &[i64]) -> Vec<i64> {
        let mut state = None;
        let mut through = Vec::new();
        for second in tries {
            if let Ok(next) = bucket.take(state, at(*second)) {
                state = Some(next);
                through.push(*second);
            }
        }
        through
    }

    proptest! {
        #[test]
        fn in_any_window_no_more_than_the_capacity_and_one_each_interval(
            capacity in 1..20u32,
            interval in 1..60i64,
            mut tries in prop::collection::vec(0..2_000i64, 1..200),
        ) {
            tries.sort_unstable();
            let bucket = Bucket::new(capacity, SignedDuration::from_secs(interval));
            let through = let_through(bucket, &tries);
            for (first, from) in through.iter().enumerate() {
                for (last, to) in through.iter().enumerate().skip(first) {
                    let most = i64::from(capacity) + (to - from) / interval;
                    prop_assert!((last - first + 1) as i64 <= most);
                }
            }
        }

        #[test]
        fn whoever_waits_as_told_is_let_through(
            capacity in 1..20u32,
            interval in 1..60i64,
            state in -1_000..1_000i64,
        ) {
            let bucket = Bucket::new(capacity, SignedDuration::from_secs(interval));
            let state = Some(at(state.min(i64::from(capacity) * interval)));
            if let Err(full) = bucket.take(state, at(0)) {
                let waited = full.retry_after(at(0));
                prop_assert!(waited <= u64::from(capacity) * interval as u64);
                prop_assert!(bucket.take(state, at(waited as i64)).is_ok());
                prop_assert!(bucket.take(state, at(waited as i64 - 1)).is_err());
            }
        }

        #[test]
        fn what_is_given_back_can_be_taken_again(capacity in 1..20u32, taken in 1..20u32) {
            let bucket = Bucket::new(capacity, SignedDuration::from_secs(10));
            let mut state = None;
            for _ in 0..taken.min(capacity) {
                state = Some(bucket.take(state, at(0)).unwrap());
            }
            let state = bucket.give_back(state.unwrap());
            prop_assert!(bucket.take(Some(state), at(0)).is_ok());
        }

        #[test]
        fn nothing_overflows(capacity: u32, seconds: i64, state: i64, attempt: u32, spread: f64) {
            let bucket = Bucket::new(capacity, SignedDuration::from_secs(seconds.saturating_abs()));
            let state = Timestamp::from_second(state % 200_000_000_000).ok();
            let _ = bucket.take(state, at(0));
            let _ = bucket.give_back(bucket.fill(state, at(0)));
            let backoff = Backoff::new(SignedDuration::from_secs(seconds.saturating_abs()), SignedDuration::from_hours(1));
            let pause = backoff.pause(attempt);
            prop_assert!(pause <= SignedDuration::from_hours(1));
            let spread = backoff.spread_pause(attempt, spread);
            prop_assert!(spread <= pause && spread >= pause / 2 - SignedDuration::from_nanos(2));
        }

        #[test]
        fn pauses_never_shrink(first in 1..100i64, longest in 100..10_000i64, attempt in 1..200u32) {
            let backoff = Backoff::new(SignedDuration::from_secs(first), SignedDuration::from_secs(longest));
            prop_assert!(backoff.pause(attempt) <= backoff.pause(attempt + 1));
            prop_assert_eq!(backoff.pause(1).as_secs(), first);
        }
    }
}
