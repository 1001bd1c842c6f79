//! Links sent by mail: good once, and only for what they were sent for.

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::TokenError;

/// What a mailed link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// Choose a new password.
    Reset,
    /// Choose the first password of an account made by somebody else.
    Invitation,
    /// Choose the password of the installation's first administrator.
    Setup,
}

impl LinkKind {
    pub(super) fn token_type(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invitation => "invitation",
            Self::Setup => "setup",
        }
    }
}

/// A link whose signature, type and time are right, but which may have been used already.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a link proves nothing before `bind`"]
pub struct UnboundLink {
    /// The user whose current state is to be loaded for [`UnboundLink::bind`].
    pub user_id: i64,
    pub(super) jti: Uuid,
    pub(super) fingerprint: String,
}

/// A link that is still good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkClaims {
    /// The user (`sub`).
    pub user_id: i64,
    /// The token's identifier.
    pub jti: Uuid,
}

impl UnboundLink {
    /// Compares with the user's current state. Do it in the transaction that changes the password
    /// and with the user's row held, or two uses at once may both succeed.
    ///
    /// # Errors
    /// [`TokenError::Expired`] when the password was changed since the link was issued.
    pub fn bind(self, current: &Fingerprint) -> Result<LinkClaims, TokenError> {
        current.must_be(&self.fingerprint)?;
        Ok(LinkClaims {
            user_id: self.user_id,
            jti: self.jti,
        })
    }
}

/// What a link or challenge is bound to: any change to it ends them.
///
/// It goes into the token itself, which is harmless: a password hash has 128 bits of salt that its
/// fingerprint does not give away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(pub(super) String);

impl Fingerprint {
    /// Of the user's stored password hash (none when there is no password yet) and e-mail address,
    /// so that a link sent to an abandoned address ends as well.
    #[must_use]
    pub fn new(password_hash: Option<&str>, email: Option<&str>) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"chelal link fingerprint\0");
        for part in [password_hash, email] {
            // Lengths keep the parts apart; none differs from empty.
            let length = part.map_or(u64::MAX, |text| text.len() as u64);
            context.update(&length.to_be_bytes());
            context.update(part.unwrap_or_default().as_bytes());
        }
        Self(URL_SAFE_NO_PAD.encode(context.finish()))
    }

    /// # Errors
    /// [`TokenError::Expired`] when something was changed since the token was issued.
    pub(super) fn must_be(&self, carried: &str) -> Result<(), TokenError> {
        if bool::from(carried.as_bytes().ct_eq(self.0.as_bytes())) {
            Ok(())
        } else {
            Err(TokenError::Expired)
        }
    }
}
