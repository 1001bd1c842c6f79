//! One account guessed at from very many addresses: a slower count over all of them together.
//!
//! It keeps the guesser waiting and never the owner: where the account has signed in before, only the counts of
//! that address hold. The owner is told, once a day at most (ASVS 5, V6.3.1).

use jiff::SignedDuration;
use kernel::{Bucket, Code, Full};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;

use crate::accounts::{by_id, ip};
use crate::credential::lockout::AddressFailures;
use crate::guess::{bucket, fill, throttle};
use crate::mail;

/// Failures of one account from addresses it was never used from, and in what time one of them is forgotten.
const ACCOUNT: Bucket = Bucket::new(50, SignedDuration::from_mins(2));
/// How often the owner is told.
const TOLD: SignedDuration = SignedDuration::from_hours(24);

/// Counts an attempt at an account, as named by [`Attempt`](crate::guess::Attempt).
///
/// # Errors
/// When the database fails. The inner error says from when on there is room for another attempt.
pub(crate) async fn count(cx: &mut Cx, account: &str) -> Result<Result<(), Full>, Error> {
    let user = user_of(account);
    if is_counted_by_itself(account) || is_known_here(cx, user).await? {
        return Ok(Ok(()));
    }
    let (now, key) = (cx.now(), key(account));
    let empty_at = bucket(cx, &key).await?.map(|bucket| bucket.empty_at);
    match ACCOUNT.take(empty_at, now) {
        Ok(empty_at) => {
            fill(cx, &key, AddressFailures { empty_at }).await?;
            Ok(Ok(()))
        }
        Err(full) => {
            if let Some(user) = user {
                tell(cx, user).await?;
            }
            Ok(Err(full))
        }
    }
}

/// Takes a counted attempt back.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forgive(cx: &mut Cx, account: &str) -> Result<(), Error> {
    if is_counted_by_itself(account) || is_known_here(cx, user_of(account)).await? {
        return Ok(());
    }
    let key = key(account);
    if let Some(failures) = bucket(cx, &key).await? {
        let empty_at = ACCOUNT.give_back(failures.empty_at);
        fill(cx, &key, AddressFailures { empty_at }).await?;
    }
    Ok(())
}

fn key(account: &str) -> String {
    format!("all:{account}")
}

/// A second factor has a count over all addresses of its own.
fn is_counted_by_itself(account: &str) -> bool {
    account.starts_with("2fa:")
}

fn user_of(account: &str) -> Option<i64> {
    account.strip_prefix("user:")?.parse().ok()
}

/// The account was signed in to from this address before.
async fn is_known_here(cx: &mut Cx, user: Option<i64>) -> Result<bool, Error> {
    let Some(user) = user else { return Ok(false) };
    let sql = r#"SELECT 1 FROM "session" WHERE "user" = $1 AND ip_address = $2 LIMIT 1"#;
    let values = vec![user.to_value(), ip(cx).to_value()];
    let found: Option<(i64,)> = cx
        .unscoped("where an account was used before is known to nobody but the rule")
        .optional(Statement::raw(sql, values))
        .await?;
    Ok(found.is_some())
}

async fn tell(cx: &mut Cx, user: i64) -> Result<(), Error> {
    match throttle(cx, &format!("told:{user}"), 1, TOLD).await {
        Err(error) if error.code() == Some(Code::RateLimited) => return Ok(()),
        said => said?,
    }
    let Some(user) = by_id(cx, user).await? else {
        return Ok(());
    };
    mail::warn(cx, &user)
}
