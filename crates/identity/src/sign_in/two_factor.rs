//! Second factors: what somebody has, besides the password they know.

use jiff::Timestamp;
use kernel::Code;
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::Record;
use platform::seal::Sealed;
use platform::texts::Text;
use sea_query::ExprTrait;
use uuid::Uuid;

use crate::credential::recovery;
use crate::credential::secret_text::SecretText;
use crate::credential::totp::TotpSecret;
use crate::door::token_invalid;
use crate::user::User;

platform::choice! {
    /// What kind of second factor it is.
    pub enum FactorKind {
        /// An authenticator app.
        Totp = "totp",
        /// A passkey.
        Passkey = "passkey",
    }
}

platform::record! {
    /// A user's second factor; it counts once it is confirmed. Recovery codes are rows of
    /// `recovery_code`.
    pub struct TwoFactor in "two_factor" {
        client {}
        server {
            /// Whose it is; one for each user.
            user: Ref<User> = Ref::new(0),
            /// What it is.
            kind: FactorKind = FactorKind::Totp,
            /// When the first code proved that it works.
            confirmed_at: Option<Timestamp> = None,
        }
        hidden {
            /// The shared secret in base 32.
            secret: Sealed<Line<200>> = Sealed::new(Line::cut("")),
            /// The last time step whose code was used: it and earlier ones are refused.
            last_used_step: Option<i64> = None,
        }
    }
}

const WHY: &str = "one's own second factor";

/// What proves the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A code of the app only.
    App,
    /// A code of the app, or a recovery code, which is used up.
    Any,
}

/// Whether signing in needs the second factor.
///
/// # Errors
/// When the database fails.
pub async fn is_on(cx: &mut Cx, user: i64) -> Result<bool, Error> {
    Ok(find(cx, user)
        .await?
        .is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// A user's factor, confirmed or not.
///
/// # Errors
/// When the database fails.
pub async fn find(cx: &mut Cx, user: i64) -> Result<Option<TwoFactor>, Error> {
    let mut query = select::<TwoFactor>();
    query.and_where(TwoFactor::user.eq(user));
    cx.unscoped(WHY).record(query).await
}

/// The secret as it computes codes.
///
/// # Errors
/// When the stored secret is none, which is our own fault.
pub fn secret(factor: &TwoFactor) -> Result<TotpSecret, Error> {
    let bytes = base32(factor.secret.open()).ok_or_else(|| Error::internal("no secret"))?;
    TotpSecret::from_bytes(&bytes).map_err(Error::internal)
}

/// Uses a code up. A code of the app counts once, also when it comes on twenty connections at once:
/// only one of them moves the last used step.
///
/// # Errors
/// 401 when the code is wrong or was used.
pub async fn prove(
    cx: &mut Cx,
    user: i64,
    code: &SecretText,
    accepted: Proof,
) -> Result<(), Error> {
    let factor = find(cx, user).await?.ok_or_else(wrong_code)?;
    let last = factor
        .last_used_step
        .and_then(|step| u64::try_from(step).ok());
    if let Some(step) = secret(&factor)?.verify(code.expose(), cx.now(), last) {
        return use_step(cx, &factor, step).await;
    }
    if accepted == Proof::Any {
        return use_recovery_code(cx, &factor, user, code).await;
    }
    Err(wrong_code())
}

/// Moves the last used step forward.
///
/// # Errors
/// 401 when another request was faster.
pub async fn use_step(cx: &mut Cx, factor: &TwoFactor, step: u64) -> Result<(), Error> {
    let sql = "UPDATE two_factor SET last_used_step = $1 WHERE id = $2 AND (last_used_step IS NULL OR last_used_step < $1)";
    let step = i64::try_from(step).map_err(Error::internal)?;
    let values = vec![step.to_value(), factor.meta.id.to_value()];
    match cx
        .unscoped("a proof is on record as what was proved for")
        .untraced()
        .execute(Statement::raw(sql, values))
        .await?
    {
        1 => Ok(()),
        _ => Err(wrong_code()),
    }
}

async fn use_recovery_code(
    cx: &mut Cx,
    factor: &TwoFactor,
    user: i64,
    code: &SecretText,
) -> Result<(), Error> {
    let sql = "SELECT hash FROM recovery_code WHERE two_factor = $1 AND used_at IS NULL";
    let hashes: Vec<(String,)> = cx
        .unscoped(WHY)
        .all(Statement::raw(sql, vec![factor.meta.id.to_value()]))
        .await?;
    let hashes: Vec<String> = hashes.into_iter().map(|(hash,)| hash).collect();
    let found = recovery::matches(user, code.expose(), &hashes).ok_or_else(wrong_code)?;
    let sql = "UPDATE recovery_code SET used_at = $1 WHERE two_factor = $2 AND hash = $3 AND used_at IS NULL";
    let values = vec![
        cx.now().to_value(),
        factor.meta.id.to_value(),
        hashes[found].to_value(),
    ];
    match cx
        .unscoped(WHY)
        .execute(Statement::raw(sql, values))
        .await?
    {
        1 => Ok(()),
        _ => Err(wrong_code()),
    }
}

/// Replaces a factor's recovery codes and answers the new ones, to be shown once.
///
/// # Errors
/// When there is no randomness or the database fails.
pub async fn renew_codes(cx: &mut Cx, factor: &TwoFactor) -> Result<Vec<String>, Error> {
    let codes = recovery::RecoveryCodes::generate().map_err(Error::internal)?;
    let clear = "DELETE FROM recovery_code WHERE two_factor = $1";
    cx.unscoped(WHY)
        .execute(Statement::raw(clear, vec![factor.meta.id.to_value()]))
        .await?;
    for hash in codes.hashes(factor.user.get()) {
        let sql = "INSERT INTO recovery_code (two_factor, hash) VALUES ($1, $2)";
        let values = vec![factor.meta.id.to_value(), hash.to_value()];
        cx.unscoped(WHY)
            .execute(Statement::raw(sql, values))
            .await?;
    }
    Ok(codes.expose().map(str::to_owned).collect())
}

/// Removes a factor with its recovery codes.
///
/// # Errors
/// When the database fails.
pub(crate) async fn erase(cx: &mut Cx, factor: &TwoFactor) -> Result<(), Error> {
    let sql = "DELETE FROM two_factor WHERE id = $1";
    cx.unscoped(WHY)
        .execute(Statement::raw(sql, vec![factor.meta.id.to_value()]))
        .await?;
    let id = Some(factor.meta.id);
    cx.audit(AuditEntry::new(Action::Delete, TwoFactor::NAME, id));
    Ok(())
}

/// Uses a token up that works once.
///
/// # Errors
/// 401 when it was used before.
pub async fn use_token(cx: &mut Cx, jti: Uuid, expires_at: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO used_token (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let values = vec![jti.to_value(), expires_at.to_value()];
    match cx
        .unscoped(WHY)
        .execute(Statement::raw(sql, values))
        .await?
    {
        1 => Ok(()),
        _ => Err(token_invalid()),
    }
}

/// 401: not the code, or not any more.
pub fn wrong_code() -> Error {
    Error::refuse(Code::NotAuthenticated, Text::new("wrong-code"))
}

/// RFC 4648 base 32 without padding, as authenticator apps show it.
fn base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        buffer = (buffer << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_stored_secret_is_the_one_shown() {
        // RFC 4648 section 10.
        assert_eq!(base32("MZXW6YTBOI").unwrap(), b"foobar");
        assert_eq!(base32("MZXW6YQ").unwrap(), b"foob");
        assert!(base32("mz").is_none() && base32("M1").is_none());
        let made = TotpSecret::generate().unwrap();
        assert_eq!(base32(&made.to_base32()).unwrap(), made.expose());
    }
}
