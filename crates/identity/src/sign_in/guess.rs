//! Slows guessing down: counts attempts before they are looked at, in rows that all nodes share.
//!
//! The rules are [`lockout`]'s; here they get their rows. Each count is a
//! transaction of its own that holds the rows it decides by, so that a thousand parallel guesses are
//! counted one after the other.

use std::net::{IpAddr, Ipv4Addr};

use jiff::{SignedDuration, Timestamp};
use kernel::{Bucket, Code};
use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::http::origin;
use platform::texts::Text;

use crate::credential::lockout::{self, AddressFailures, PairFailures, Verdict};
use crate::everywhere;
use crate::user::User;

const WHY: &str = "counters of attempts belong to nobody";

/// What an attempt is counted under: an account, as far as there is one, and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    account: String,
    address: String,
}

impl Attempt {
    /// An attempt at a user's account, or at a name that nobody has. A name may be a password typed
    /// into the wrong box, so only a keyed hash of it is kept.
    pub fn at(cx: &Cx, user: Option<&User>, typed: &str) -> Attempt {
        let account = match user {
            Some(user) => format!("user:{}", user.meta.id),
            None => {
                let mac = cx.app.ring().audit_mac(typed.as_bytes());
                format!("name:{}", kernel::hex(&mac[..16]))
            }
        };
        Attempt {
            account,
            address: address(cx),
        }
    }

    /// An attempt at a user's second factor; counted apart from passwords.
    pub fn at_factor(cx: &Cx, user: i64) -> Attempt {
        Attempt {
            account: format!("2fa:{user}"),
            address: address(cx),
        }
    }
}

/// The caller's address as counted.
pub fn address(cx: &Cx) -> String {
    let ip = cx.origin.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    origin::network(ip).to_string()
}

/// Counts an attempt as a failure, unless it may not be made at all. Call it before the secret is
/// looked at, in a transaction that commits whatever comes of it.
///
/// # Errors
/// When the database fails.
pub async fn count(cx: &mut Cx, attempt: &Attempt) -> Result<Verdict, Error> {
    let now = cx.now();
    let pair = pair(cx, attempt).await?;
    let address = bucket(cx, &attempt.address).await?;
    let verdict = lockout::check_pair(pair, now).and(lockout::check_address(address, now));
    if verdict != Verdict::Allowed {
        return Ok(verdict);
    }
    if let Err(full) = everywhere::count(cx, &attempt.account).await? {
        return Ok(Verdict::LockedUntil(full.room_at));
    }
    let pair = lockout::pair_after_failure(pair, now);
    let sql =
        "UPDATE login_failure SET failures = $1, last_at = $2 WHERE account = $3 AND address = $4";
    let values = vec![
        i64::from(pair.count).to_value(),
        pair.last.to_value(),
        attempt.account.to_value(),
        attempt.address.to_value(),
    ];
    run(cx, sql, values).await?;
    let address = lockout::address_after_failure(address, now);
    fill(cx, &attempt.address, address).await?;
    Ok(verdict)
}

/// Takes a counted attempt back because it succeeded, and forgets the account's failures from this
/// address.
///
/// # Errors
/// When the database fails.
pub async fn forgive(cx: &mut Cx, attempt: &Attempt) -> Result<(), Error> {
    let sql = "DELETE FROM login_failure WHERE account = $1 AND address = $2";
    let values = vec![attempt.account.to_value(), attempt.address.to_value()];
    run(cx, sql, values).await?;
    everywhere::forgive(cx, &attempt.account).await?;
    if let Some(failures) = bucket(cx, &attempt.address).await? {
        let failures = lockout::address_after_success(failures);
        fill(cx, &attempt.address, failures).await?;
    }
    Ok(())
}

/// Forgets an account's failures from every address: its password is a new one.
///
/// # Errors
/// When the database fails.
pub async fn forget_account(cx: &mut Cx, user: i64) -> Result<(), Error> {
    let sql = "DELETE FROM login_failure WHERE account = $1";
    run(cx, sql, vec![format!("user:{user}").to_value()]).await
}

/// Attempts at one user's second factor that may fail at once, from all addresses together, and in what time one of them is forgotten: some 1,500 guesses a day, of a million codes.
const FACTOR: Bucket = Bucket::new(50, SignedDuration::from_mins(1));

/// As [`count`], and also under the account alone: a code has six digits, and whoever is asked for it
/// knows the password already, so that waiting for one address is no bound (RFC 4226 §7.3).
///
/// # Errors
/// When the database fails.
pub async fn count_factor(cx: &mut Cx, attempt: &Attempt, user: i64) -> Result<Verdict, Error> {
    let (now, key) = (cx.now(), factor_key(user));
    let empty_at = bucket(cx, &key).await?.map(|bucket| bucket.empty_at);
    let empty_at = match FACTOR.take(empty_at, now) {
        Ok(empty_at) => empty_at,
        Err(full) => return Ok(Verdict::LockedUntil(full.room_at)),
    };
    let verdict = count(cx, attempt).await?;
    if verdict == Verdict::Allowed {
        fill(cx, &key, AddressFailures { empty_at }).await?;
    }
    Ok(verdict)
}

/// The right code was given: the account's failures are forgotten.
///
/// # Errors
/// When the database fails.
pub async fn forgive_factor(cx: &mut Cx, user: i64) -> Result<(), Error> {
    let sql = "DELETE FROM login_address WHERE address = $1";
    run(cx, sql, vec![factor_key(user).to_value()]).await
}

fn factor_key(user: i64) -> String {
    format!("2fa:{user}")
}

/// Lets `burst` calls through at once and then one each `interval`, for each key, such as
/// `reset:10.0.0.7`, over all nodes.
///
/// # Errors
/// 429 when there were too many, and when the database fails.
pub async fn throttle(
    cx: &mut Cx,
    key: &str,
    burst: u32,
    interval: SignedDuration,
) -> Result<(), Error> {
    let now = cx.now();
    let empty_at = bucket(cx, key).await?.map(|bucket| bucket.empty_at);
    let empty_at = Bucket::new(burst, interval)
        .take(empty_at, now)
        .map_err(|full| {
            let wait = full.retry_after(now);
            let text = Text::new("rate-limited").with("seconds", wait);
            Error::refuse(Code::RateLimited, text).retry_after(wait)
        })?;
    fill(cx, key, AddressFailures { empty_at }).await
}

/// 429 for whoever must wait.
pub fn locked_out(verdict: Verdict, now: Timestamp) -> Option<Error> {
    let wait = verdict.retry_after(now)?;
    let text = Text::new("locked-out").with("seconds", wait);
    Some(Error::refuse(Code::LockedOut, text).retry_after(wait))
}

/// The pair's failures, with the row held: whoever counts at the same time waits.
async fn pair(cx: &mut Cx, attempt: &Attempt) -> Result<Option<PairFailures>, Error> {
    let sql = "INSERT INTO login_failure (account, address, failures, last_at) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING";
    let key = vec![attempt.account.to_value(), attempt.address.to_value()];
    let mut values = key.clone();
    values.push(cx.now().to_value());
    run(cx, sql, values).await?;
    let sql = held(
        cx,
        "SELECT failures, last_at FROM login_failure WHERE account = $1 AND address = $2",
        "SELECT failures, last_at FROM login_failure WHERE account = $1 AND address = $2 FOR UPDATE",
    );
    let found: Option<(i64, Timestamp)> =
        cx.unscoped(WHY).optional(Statement::raw(sql, key)).await?;
    Ok(found
        .filter(|(count, _)| *count > 0)
        .map(|(count, last)| PairFailures {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            last,
        }))
}

/// A bucket, with its row held.
pub(crate) async fn bucket(cx: &mut Cx, key: &str) -> Result<Option<AddressFailures>, Error> {
    let sql =
        "INSERT INTO login_address (address, empty_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let values = vec![key.to_value(), cx.now().to_value()];
    run(cx, sql, values).await?;
    let sql = held(
        cx,
        "SELECT empty_at FROM login_address WHERE address = $1",
        "SELECT empty_at FROM login_address WHERE address = $1 FOR UPDATE",
    );
    let found: Option<(Timestamp,)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(sql, vec![key.to_value()]))
        .await?;
    Ok(found.map(|(empty_at,)| AddressFailures { empty_at }))
}

pub(crate) async fn fill(cx: &mut Cx, key: &str, bucket: AddressFailures) -> Result<(), Error> {
    let sql = "UPDATE login_address SET empty_at = $1 WHERE address = $2";
    run(cx, sql, vec![bucket.empty_at.to_value(), key.to_value()]).await
}

fn held(cx: &Cx, sqlite: &'static str, postgres: &'static str) -> &'static str {
    match cx.dialect() {
        Dialect::Sqlite => sqlite,
        Dialect::Postgres => postgres,
    }
}

async fn run(
    cx: &mut Cx,
    sql: &'static str,
    values: Vec<platform::db::Value>,
) -> Result<(), Error> {
    cx.unscoped(WHY)
        .execute(Statement::raw(sql, values))
        .await?;
    Ok(())
}
