//! How often an address may try what is open to everybody: signing in, registering, resetting a
//! password.
//!
//! The lock of an account against guessing is identity's; this bounds what one address can make the
//! server do at all.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use parking_lot::Mutex;

/// Addresses remembered at most.
const ADDRESSES: u64 = 100_000;

/// One budget for each address: `per_minute` tries at once, which refill evenly over a minute.
pub(super) struct RateLimit {
    per_minute: u32,
    /// When the address's budget is full again.
    full_at: Cache<IpAddr, Arc<Mutex<Timestamp>>>,
}

impl RateLimit {
    /// With so many tries a minute; 0 is no limit.
    pub(super) fn new(per_minute: u32) -> RateLimit {
        RateLimit {
            per_minute,
            full_at: Cache::builder()
                .max_capacity(ADDRESSES)
                .time_to_idle(Duration::from_secs(120))
                .build(),
        }
    }

    /// Takes one try.
    ///
    /// # Errors
    /// The seconds to wait, at least 1, when there is none left.
    pub(super) fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let refill =
            SignedDuration::from_secs(60) / i32::try_from(self.per_minute).unwrap_or(i32::MAX);
        let budget = self
            .full_at
            .get_with(network(address), || Arc::new(Mutex::new(now)));
        let mut full_at = budget.lock();
        let next = (*full_at).max(now) + refill;
        let ahead = next.duration_since(now) - SignedDuration::from_secs(60);
        if ahead > SignedDuration::ZERO {
            return Err(ahead.as_secs().unsigned_abs() + 1);
        }
        *full_at = next;
        Ok(())
    }
}

/// Whoever has one IPv6 address has the whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

/// Whether a path is open to guessing.
pub(super) fn is_limited(path: &str) -> bool {
    let page = path.trim_matches('/');
    if matches!(page, "setup" | "password-reset" | "accept-invitation") {
        return true;
    }
    let rest = path.strip_prefix("/api/v1/").or(path.strip_prefix("/api/"));
    let Some(rest) = rest.map(|rest| rest.trim_end_matches('/')) else {
        return false;
    };
    matches!(rest, "auth" | "auth/2fa" | "register") || rest.starts_with("auth/password-reset")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_budget_is_spent_at_once_and_refills_evenly() {
        let limit = RateLimit::new(6);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        for _ in 0..6 {
            assert_eq!(limit.take(address, start), Ok(()));
        }
        let wait = limit.take(address, start).unwrap_err();
        assert!((10..=11).contains(&wait), "{wait}");
        assert_eq!(limit.take("192.0.2.2".parse().unwrap(), start), Ok(()));
        let later = start + SignedDuration::from_secs(10);
        assert_eq!(limit.take(address, later), Ok(()));
        assert!(limit.take(address, later).is_err());
        assert_eq!(
            limit.take(address, start + SignedDuration::from_mins(5)),
            Ok(())
        );
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let limit = RateLimit::new(1);
        let now = Timestamp::UNIX_EPOCH;
        assert!(limit.take("2001:db8::1".parse().unwrap(), now).is_ok());
        assert!(limit.take("2001:db8::2".parse().unwrap(), now).is_err());
        assert!(limit.take("2001:db8:0:1::1".parse().unwrap(), now).is_ok());
        assert!(limit.take("192.0.2.1".parse().unwrap(), now).is_ok());
        assert!(
            limit
                .take("::ffff:192.0.2.1".parse().unwrap(), now)
                .is_err()
        );
    }

    #[test]
    fn only_what_is_open_to_everybody_is_limited() {
        for path in [
            "/api/auth/",
            "/api/auth",
            "/api/v1/register/",
            "/api/auth/password-reset/confirm/",
        ] {
            assert!(is_limited(path), "{path}");
        }
        for path in [
            "/api/auth/refresh/",
            "/api/patients/",
            "/auth/",
            "/api/auth/sessions/",
        ] {
            assert!(!is_limited(path), "{path}");
        }
    }
}
