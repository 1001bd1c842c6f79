//! What tokens carry: as signed, and as verified.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Fingerprint, TokenError};

/// A token just signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The compact JWT.
    pub token: String,
    /// Its identifier.
    pub jti: Uuid,
    /// When it expires, in whole seconds.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued")
            .field("token", &"[redacted]")
            .field("jti", &self.jti)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// A verified access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The user (`sub`).
    pub user_id: i64,
    /// The session (`sid`).
    pub session: Uuid,
    /// The role's id when the token was issued; none without a role.
    pub role: Option<i64>,
    /// The token's identifier.
    pub jti: Uuid,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A verified refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshClaims {
    /// The user (`sub`).
    pub user_id: i64,
    /// The session (`sid`).
    pub session: Uuid,
    /// The token's identifier.
    pub jti: Uuid,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A verified two-factor challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeClaims {
    /// The user whose password was right (`sub`).
    pub user_id: i64,
    /// The challenge's identifier; remember it until `expires_at` to let it be answered once.
    pub jti: Uuid,
    /// When it expires.
    pub expires_at: Timestamp,
    pub(super) fingerprint: String,
}

impl ChallengeClaims {
    /// Compares with the user's current state, as [`UnboundLink::bind`](super::UnboundLink::bind):
    /// a challenge ends with the password that earned it.
    ///
    /// # Errors
    /// [`TokenError::Expired`] when the password was changed since the challenge was issued.
    pub fn bind(&self, current: &Fingerprint) -> Result<(), TokenError> {
        current.must_be(&self.fingerprint)
    }
}

/// The claims of all kinds as they stand in a token.
#[derive(Serialize, Deserialize)]
pub(super) struct Wire {
    pub(super) exp: i64,
    pub(super) iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nbf: Option<i64>,
    pub(super) jti: Uuid,
    pub(super) sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<Uuid>,
    /// Absent, null or an id: access tokens always name it, others never.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "nullable")]
    pub(super) role: Option<Option<i64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fpr: Option<String>,
    pub(super) token_type: String,
}

/// A field that is present and null, as distinct from absent.
mod nullable {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &Option<Option<i64>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.flatten().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<i64>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

/// Claims of one kind before they are dated.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) sid: Option<Uuid>,
    pub(super) role: Option<Option<i64>>,
    pub(super) fpr: Option<String>,
}
