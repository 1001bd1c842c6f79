//! How guessing is slowed down.
//!
//! Two rules, both pure functions of a small state and the current time:
//!
//! - **Account and address.** After [`FREE_FAILURES`] failures of one account from one address,
//!   each further one doubles the wait, from 30 seconds to 15 minutes. The same account stays
//!   open from any other address, so nobody can lock a user out of their own desk; success
//!   clears the state.
//! - **Address.** An address that fails on many accounts is held back by a bucket of
//!   [`ADDRESS_BURST`] failures that empties by one every ten seconds. It is generous because a
//!   whole hospital may share one public address, and success does not clear it, or an attacker
//!   with one account of their own could reset it at will.
//!
//! Count a failure **before** the password is checked and take it back on success: otherwise a
//! thousand parallel guesses all see the same state. An attempt that is refused here is not
//! counted, so waiting is always enough.

use jiff::{SignedDuration, Timestamp};
use kernel::{Backoff, Bucket, seconds_until};

/// Failures of an account from one address before the first wait.
pub const FREE_FAILURES: u32 = 5;
/// The first wait.
pub const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait.
pub const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// Failures are forgotten when none was added for so long.
pub const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// Failures of an address, over all accounts, before it must wait.
pub const ADDRESS_BURST: u32 = 100;
/// In what time one failure of an address is forgotten.
pub const ADDRESS_INTERVAL: SignedDuration = SignedDuration::from_secs(10);

const WAITS: Backoff = Backoff::new(FIRST_DELAY, LONGEST_DELAY);
const ADDRESS: Bucket = Bucket::new(ADDRESS_BURST, ADDRESS_INTERVAL);

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// Not before this moment (429).
    LockedUntil(Timestamp),
}

impl Verdict {
    /// Seconds for `Retry-After`, rounded up and at least 1; `None` when allowed.
    #[must_use]
    pub fn retry_after(self, now: Timestamp) -> Option<u64> {
        let Self::LockedUntil(until) = self else {
            return None;
        };
        Some(seconds_until(until, now))
    }

    /// The longer of two waits.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::LockedUntil(a), Self::LockedUntil(b)) => Self::LockedUntil(a.max(b)),
            (Self::Allowed, verdict) | (verdict, Self::Allowed) => verdict,
        }
    }

    fn until(until: Timestamp, now: Timestamp) -> Self {
        if now < until {
            Self::LockedUntil(until)
        } else {
            Self::Allowed
        }
    }
}

/// Recent failures of one account from one address. No row is no failures; success deletes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairFailures {
    /// How many, since the last success or since they were forgotten.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

/// Whether the account may try from this address.
#[must_use]
pub fn check_pair(failures: Option<PairFailures>, now: Timestamp) -> Verdict {
    let Some(PairFailures { count, last }) = failures else {
        return Verdict::Allowed;
    };
    let Some(doublings) = count.checked_sub(FREE_FAILURES) else {
        return Verdict::Allowed;
    };
    let delay = WAITS.pause(doublings.saturating_add(1));
    // After the clock was set back, `last` may lie far ahead; the wait stays bounded.
    let until = last.min(now).checked_add(delay).unwrap_or(Timestamp::MAX);
    Verdict::until(until, now)
}

/// The state after one more failure, to be stored.
#[must_use]
pub fn pair_after_failure(failures: Option<PairFailures>, now: Timestamp) -> PairFailures {
    let remembered = failures
        .filter(|f| now.duration_since(f.last) < FORGET_AFTER)
        .map_or(0, |f| f.count);
    PairFailures {
        count: remembered.saturating_add(1),
        last: now,
    }
}

/// Recent failures of one address over all accounts, as the moment when its bucket will be empty.
/// No row, or a moment past, is an empty bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressFailures {
    /// When the last failure will be forgotten.
    pub empty_at: Timestamp,
}

/// Whether anyone may try from this address.
#[must_use]
pub fn check_address(failures: Option<AddressFailures>, now: Timestamp) -> Verdict {
    Verdict::until(ADDRESS.room_at(failures.map(|f| f.empty_at), now), now)
}

/// The state after one more failure, to be stored.
#[must_use]
pub fn address_after_failure(failures: Option<AddressFailures>, now: Timestamp) -> AddressFailures {
    AddressFailures {
        empty_at: ADDRESS.fill(failures.map(|f| f.empty_at), now),
    }
}

/// The state after an attempt, counted as a failure beforehand, has succeeded.
#[must_use]
pub fn address_after_success(failures: AddressFailures) -> AddressFailures {
    AddressFailures {
        empty_at: ADDRESS.give_back(failures.empty_at),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use Verdict::{Allowed, LockedUntil};
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn waits_grow_with_failures() {
        // (failures, seconds since the last, locked until this many seconds after it)
        let cases = [
            (0, 0, None),
            (1, 0, None),
            (4, 0, None),
            (5, 0, Some(30)),
            (5, 29, Some(30)),
            (5, 30, None),
            (6, 30, Some(60)),
            (6, 60, None),
            (7, 0, Some(120)),
            (8, 0, Some(240)),
            (9, 0, Some(480)),
            (10, 0, Some(900)),
            (11, 899, Some(900)),
            (11, 900, None),
            (u32::MAX, 0, Some(900)),
        ];
        for (count, since, locked) in cases {
            let failures = Some(PairFailures { count, last: at(0) });
            let expected = locked.map_or(Allowed, |s| LockedUntil(at(s)));
            assert_eq!(
                check_pair(failures, at(since)),
                expected,
                "{count} after {since} s"
            );
        }
        assert_eq!(check_pair(None, at(0)), Allowed);
    }

    #[test]
    fn failures_add_up_and_are_forgotten() {
        let cases = [
            (None, 0, 1),
            (Some(1), 0, 2),
            (Some(4), 24 * 3600 - 1, 5),
            (Some(4), 24 * 3600, 1),
            (Some(u32::MAX), 0, u32::MAX),
        ];
        for (count, since, expected) in cases {
            let before = count.map(|count| PairFailures { count, last: at(0) });
            let after = pair_after_failure(before, at(since));
            assert_eq!(
                after,
                PairFailures {
                    count: expected,
                    last: at(since)
                }
            );
        }
    }

    #[test]
    fn a_clock_set_back_does_not_lock_for_long() {
        let failures = Some(PairFailures {
            count: 99,
            last: at(1_000_000),
        });
        assert_eq!(check_pair(failures, at(0)), LockedUntil(at(900)));
        let failures = Some(AddressFailures {
            empty_at: at(1_000_000),
        });
        assert_eq!(check_address(failures, at(0)), LockedUntil(at(10)));
    }

    #[test]
    fn an_address_has_a_burst_and_then_one_in_ten_seconds() {
        let mut state = None;
        for n in 0..i64::from(ADDRESS_BURST) {
            assert_eq!(check_address(state, at(0)), Allowed, "failure {n}");
            state = Some(address_after_failure(state, at(0)));
        }
        assert_eq!(check_address(state, at(0)), LockedUntil(at(10)));
        assert_eq!(check_address(state, at(9)), LockedUntil(at(10)));
        assert_eq!(check_address(state, at(10)), Allowed);
        let state = Some(address_after_failure(state, at(10)));
        assert_eq!(check_address(state, at(10)), LockedUntil(at(20)));
        assert_eq!(
            check_address(state, at(20 + 10 * i64::from(ADDRESS_BURST))),
            Allowed
        );
    }

    #[test]
    fn success_takes_back_only_its_own_count() {
        let one = address_after_failure(None, at(0));
        let two = address_after_failure(Some(one), at(0));
        assert_eq!(address_after_success(two), one);
    }

    #[test]
    fn the_longer_wait_counts() {
        assert_eq!(Allowed.and(Allowed), Allowed);
        assert_eq!(Allowed.and(LockedUntil(at(5))), LockedUntil(at(5)));
        assert_eq!(
            LockedUntil(at(9)).and(LockedUntil(at(5))),
            LockedUntil(at(9))
        );
    }

    #[test]
    fn retry_after_rounds_up() {
        let until = LockedUntil(at(30));
        assert_eq!(until.retry_after(at(0)), Some(30));
        let half = at(0) + SignedDuration::from_millis(500);
        assert_eq!(until.retry_after(half), Some(30));
        assert_eq!(until.retry_after(at(31)), Some(1));
        assert_eq!(Allowed.retry_after(at(0)), None);
    }

    proptest! {
        /// Whatever the pace, a patient attacker gets at most the free failures and then one
        /// guess per longest delay, plus those while the delay still grows.
        #[test]
        fn guesses_in_a_day_are_few(pauses in prop::collection::vec(0_i64..2000, 1..400)) {
            let (mut state, mut now, mut guesses) = (None, 0, 0);
            for pause in pauses {
                now += pause;
                if now >= 86_400 {
                    break;
                }
                if check_pair(state, at(now)) == Allowed {
                    state = Some(pair_after_failure(state, at(now)));
                    guesses += 1;
                }
            }
            prop_assert!(guesses <= 5 + 6 + 86_400 / 900);
        }

        /// A locked pair is always opened by waiting as long as it is told.
        #[test]
        fn waiting_is_enough(count: u32, last in -100_000_i64..100_000, drained in -100_000_i64..100_000) {
            let pair = Some(PairFailures { count, last: at(last) });
            if let LockedUntil(until) = check_pair(pair, at(0)) {
                prop_assert!(until.duration_since(at(0)) <= LONGEST_DELAY);
            }
            let address = Some(AddressFailures { empty_at: at(drained) });
            if let LockedUntil(until) = check_address(address, at(0)) {
                prop_assert!(until.duration_since(at(0)) <= ADDRESS_INTERVAL);
            }
        }

        /// No pace of failures gets more than the burst and one in ten seconds.
        #[test]
        fn an_address_is_held_to_its_rate(pauses in prop::collection::vec(0_i64..12, 1..600)) {
            let (mut state, mut now, mut guesses) = (None, 0, 0);
            for pause in pauses {
                now += pause;
                if check_address(state, at(now)) == Allowed {
                    state = Some(address_after_failure(state, at(now)));
                    guesses += 1;
                }
            }
            prop_assert!(guesses <= i64::from(ADDRESS_BURST) + now / 10);
        }
    }
}
