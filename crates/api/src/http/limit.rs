//! How often one address may call what is limited, such as signing in, registering or resetting a password.
//!
//! The lock of an account against guessing is identity's; this bounds what one address can make the server do at
//! all. Which operations count is declared with them: [`Operation::limit`](engine::operation::Operation::limit).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kernel::Bucket;
use moka::sync::Cache;
use parking_lot::Mutex;

use super::origin;

/// Addresses remembered at most.
const ADDRESSES: u64 = 100_000;

/// One budget for each address, over all limited operations: so many calls at once, and a minute until all of them
/// are free again.
pub(super) struct Limiter {
    bucket: Option<Bucket>,
    /// The state of each address's bucket.
    addresses: Cache<IpAddr, Arc<Mutex<Option<Timestamp>>>>,
    /// The same for what is put on record of callers who are not known.
    noted: Cache<IpAddr, Arc<Mutex<Option<Timestamp>>>>,
}

fn remembered() -> Cache<IpAddr, Arc<Mutex<Option<Timestamp>>>> {
    Cache::builder()
        .max_capacity(ADDRESSES)
        .time_to_idle(Duration::from_secs(120))
        .build()
}

impl Limiter {
    /// With this budget a minute; 0 is no limit.
    pub(super) fn new(per_minute: u32) -> Limiter {
        let calls = i32::try_from(per_minute).unwrap_or(i32::MAX);
        Limiter {
            bucket: (per_minute > 0)
                .then(|| Bucket::new(per_minute, SignedDuration::from_secs(60) / calls)),
            addresses: remembered(),
            noted: remembered(),
        }
    }

    /// Counts one call.
    ///
    /// # Errors
    /// The seconds to wait, at least 1, when the budget is spent.
    pub(super) fn take(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), u64> {
        let (Some(bucket), Some(address)) = (self.bucket, address) else {
            return Ok(());
        };
        let state = self
            .addresses
            .get_with(origin::network(address), Default::default);
        let mut state = state.lock();
        let taken = bucket.take(*state, now);
        *state = Some(taken.map_err(|full| full.retry_after(now))?);
        Ok(())
    }

    /// Counts one refusal that is to be put on record; these have a budget of their own.
    ///
    /// # Errors
    /// When the budget is spent.
    pub(super) fn note(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), ()> {
        const NOTED: Bucket = Bucket::new(30, SignedDuration::from_secs(2));
        let address = address.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
        let state = self
            .noted
            .get_with(origin::network(address), Default::default);
        let mut state = state.lock();
        *state = Some(NOTED.take(*state, now).map_err(|_| ())?);
        Ok(())
    }

    /// A call that was counted does not count after all.
    pub(super) fn give_back(&self, address: Option<IpAddr>) {
        if let (Some(bucket), Some(address)) = (self.bucket, address)
            && let Some(state) = self.addresses.get(&origin::network(address))
        {
            let mut state = state.lock();
            *state = state.map(|at| bucket.give_back(at));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_budget_is_spent_at_once_and_refills_evenly() {
        let limiter = Limiter::new(6);
        let address = at("192.0.2.1");
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        for _ in 0..6 {
            assert_eq!(limiter.take(address, start), Ok(()));
        }
        assert_eq!(limiter.take(address, start), Err(10));
        assert_eq!(limiter.take(at("192.0.2.2"), start), Ok(()));
        let later = start + SignedDuration::from_secs(10);
        assert_eq!(limiter.take(address, later), Ok(()));
        assert!(limiter.take(address, later).is_err());
        limiter.give_back(address);
        assert_eq!(limiter.take(address, later), Ok(()));
        let much_later = start + SignedDuration::from_mins(5);
        assert_eq!(limiter.take(address, much_later), Ok(()));
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let limiter = Limiter::new(1);
        let take = |address| limiter.take(at(address), Timestamp::UNIX_EPOCH);
        assert!(take("2001:db8::1").is_ok());
        assert!(take("2001:db8::2").is_err());
        assert!(take("2001:db8:0:1::1").is_ok());
        assert!(take("192.0.2.1").is_ok());
        assert!(take("::ffff:192.0.2.1").is_err());
    }

    #[test]
    fn without_a_budget_or_an_address_nothing_is_limited() {
        let (off, on) = (Limiter::new(0), Limiter::new(1));
        for _ in 0..3 {
            assert!(off.take(at("192.0.2.1"), Timestamp::UNIX_EPOCH).is_ok());
            assert!(on.take(None, Timestamp::UNIX_EPOCH).is_ok());
        }
    }
}
