//! Signed tokens (JWT, RFC 7519), all HS256 under one secret and told apart by `token_type`.
//!
//! | kind | lives | carries besides `exp`, `iat`, `jti`, `sub`, `token_type` |
//! |---|---|---|
//! | access | 30 min (15 to 60) | `sid`, `role` |
//! | refresh | 14 days | `sid` |
//! | challenge | 5 min | `fpr`: the password was right, the second factor is due |
//! | reset, invitation, setup | 1 h, 7 days, 24 h | `fpr`, a fingerprint of what the link may change |
//!
//! The algorithm is pinned, whatever a token's header says. The time is an argument and has no
//! leeway: a token is expired at the second of its `exp` (RFC 7519 §4.1.4). Revocation is the
//! caller's: a valid signature says nothing about the session's being still open.
//!
//! Links work once without a table of used ones: they are bound to a [`Fingerprint`] of the
//! current password hash, so that setting the password ends every link sent before.
//!
//! To rotate the secret, make the active one `previous` and start with a new one; drop it when the
//! longest-lived token has expired.

use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use uuid::Uuid;

mod claims;
mod link;

use claims::{Draft, Wire};

pub use claims::{AccessClaims, ChallengeClaims, Issued, RefreshClaims};
pub use link::{Fingerprint, LinkClaims, LinkKind, UnboundLink};

use super::random::random;

/// Longer texts are refused unread; ours have some 300 bytes.
pub const MAX_BYTES: usize = 4096;
/// Shortest secret in bytes: as long as the hash's output (RFC 7518 §3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// Why a presented token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours in shape: not a JWT, an unknown algorithm (`none` among them), longer
    /// than [`MAX_BYTES`], claims missing or of the wrong type.
    #[error("the token is malformed")]
    Malformed,
    /// Signed by another secret or with another algorithm, or changed after signing.
    #[error("the token's signature is wrong")]
    Forged,
    /// Outside its time (at or after `exp`, before `nbf`), or a link that was used or superseded.
    #[error("the token has expired")]
    Expired,
    /// Genuine, but made for another purpose.
    #[error("the token is of another type")]
    WrongType,
}

/// Why tokens cannot be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// A secret has fewer than [`MIN_SECRET_BYTES`] bytes.
    #[error("a token secret has fewer than {MIN_SECRET_BYTES} bytes")]
    WeakSecret,
    /// A lifetime is zero, or that of access tokens is outside 15 to 60 minutes.
    #[error("a token lifetime is out of range")]
    Lifetime,
    /// No randomness, or the time is at the end of the calendar.
    #[error("the token could not be signed")]
    Failed,
}

/// How long tokens live, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Access tokens: 900 to 3600, default 1800.
    pub access: u32,
    /// Refresh tokens: default 14 days.
    pub refresh: u32,
    /// Two-factor challenges: default 5 minutes.
    pub challenge: u32,
    /// Password reset links: default 1 hour.
    pub reset: u32,
    /// Invitation links: default 7 days.
    pub invitation: u32,
    /// First-administrator setup links: default 24 hours.
    pub setup: u32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access: 30 * 60,
            refresh: 14 * 24 * 3600,
            challenge: 5 * 60,
            reset: 3600,
            invitation: 7 * 24 * 3600,
            setup: 24 * 3600,
        }
    }
}

/// Issues and verifies every kind of token. Build it once: the keys are prepared.
pub struct Tokens {
    signing: EncodingKey,
    /// The active key first.
    verifying: Vec<DecodingKey>,
    header: Header,
    validation: Validation,
    lifetimes: Lifetimes,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("lifetimes", &self.lifetimes)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// Prepares the keys. `active` signs and verifies, `previous` only verify.
    ///
    /// # Errors
    /// [`IssueError::WeakSecret`] and [`IssueError::Lifetime`].
    pub fn new(
        active: &[u8],
        previous: &[&[u8]],
        lifetimes: Lifetimes,
    ) -> Result<Self, IssueError> {
        let mut secrets = std::iter::once(active).chain(previous.iter().copied());
        if secrets.any(|secret| secret.len() < MIN_SECRET_BYTES) {
            return Err(IssueError::WeakSecret);
        }
        let Lifetimes {
            access,
            refresh,
            challenge,
            reset,
            invitation,
            setup,
        } = lifetimes;
        if !(900..=3600).contains(&access)
            || [refresh, challenge, reset, invitation, setup].contains(&0)
        {
            return Err(IssueError::Lifetime);
        }

        let mut validation = Validation::new(Algorithm::HS256);
        // Time is checked here against the caller's clock, not there against the system's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            signing: EncodingKey::from_secret(active),
            verifying: std::iter::once(active)
                .chain(previous.iter().copied())
                .map(DecodingKey::from_secret)
                .collect(),
            header: Header::new(Algorithm::HS256),
            validation,
            lifetimes,
        })
    }

    /// Signs an access token of a user's session. `role` is the id of the role, if any.
    ///
    /// # Errors
    /// [`IssueError::Failed`].
    pub fn issue_access(
        &self,
        user_id: i64,
        session: Uuid,
        role: Option<i64>,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let draft = Draft {
            sid: Some(session),
            role: Some(role),
            ..Draft::default()
        };
        self.issue("access", self.lifetimes.access, user_id, draft, now)
    }

    /// Signs a refresh token of a user's session.
    ///
    /// # Errors
    /// [`IssueError::Failed`].
    pub fn issue_refresh(
        &self,
        user_id: i64,
        session: Uuid,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let draft = Draft {
            sid: Some(session),
            ..Draft::default()
        };
        self.issue("refresh", self.lifetimes.refresh, user_id, draft, now)
    }

    /// Signs a challenge for a user who has given the right password and owes the second factor,
    /// bound to their current state.
    ///
    /// # Errors
    /// [`IssueError::Failed`].
    pub fn issue_challenge(
        &self,
        user_id: i64,
        current: &Fingerprint,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let draft = Draft {
            fpr: Some(current.0.clone()),
            ..Draft::default()
        };
        self.issue("challenge", self.lifetimes.challenge, user_id, draft, now)
    }

    /// Signs a link bound to the user's current state.
    ///
    /// # Errors
    /// [`IssueError::Failed`].
    pub fn issue_link(
        &self,
        kind: LinkKind,
        user_id: i64,
        current: &Fingerprint,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let lifetime = match kind {
            LinkKind::Reset => self.lifetimes.reset,
            LinkKind::Invitation => self.lifetimes.invitation,
            LinkKind::Setup => self.lifetimes.setup,
        };
        let draft = Draft {
            fpr: Some(current.0.clone()),
            ..Draft::default()
        };
        self.issue(kind.token_type(), lifetime, user_id, draft, now)
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// Any [`TokenError`].
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenError> {
        let wire = self.verify("access", token, now)?;
        Ok(AccessClaims {
            user_id: user_id(&wire)?,
            session: wire.sid.ok_or(TokenError::Malformed)?,
            role: wire.role.ok_or(TokenError::Malformed)?,
            jti: wire.jti,
            issued_at: moment(wire.iat)?,
            expires_at: moment(wire.exp)?,
        })
    }

    /// Verifies a refresh token.
    ///
    /// # Errors
    /// Any [`TokenError`].
    pub fn verify_refresh(&self, token: &str, now: Timestamp) -> Result<RefreshClaims, TokenError> {
        let wire = self.verify("refresh", token, now)?;
        Ok(RefreshClaims {
            user_id: user_id(&wire)?,
            session: wire.sid.ok_or(TokenError::Malformed)?,
            jti: wire.jti,
            expires_at: moment(wire.exp)?,
        })
    }

    /// Verifies all of a two-factor challenge but whether the password is still the same: see
    /// [`ChallengeClaims::bind`].
    ///
    /// # Errors
    /// Any [`TokenError`].
    pub fn verify_challenge(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ChallengeClaims, TokenError> {
        let wire = self.verify("challenge", token, now)?;
        Ok(ChallengeClaims {
            user_id: user_id(&wire)?,
            jti: wire.jti,
            expires_at: moment(wire.exp)?,
            fingerprint: wire.fpr.ok_or(TokenError::Malformed)?,
        })
    }

    /// Verifies all of a link but whether it was used, for which the user must be loaded first:
    /// see [`UnboundLink::bind`].
    ///
    /// # Errors
    /// Any [`TokenError`].
    pub fn verify_link(
        &self,
        kind: LinkKind,
        token: &str,
        now: Timestamp,
    ) -> Result<UnboundLink, TokenError> {
        let wire = self.verify(kind.token_type(), token, now)?;
        Ok(UnboundLink {
            user_id: user_id(&wire)?,
            jti: wire.jti,
            fingerprint: wire.fpr.ok_or(TokenError::Malformed)?,
        })
    }

    fn issue(
        &self,
        token_type: &str,
        lifetime: u32,
        user_id: i64,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let iat = now.as_second();
        let exp = iat + i64::from(lifetime);
        let expires_at = Timestamp::from_second(exp).map_err(|_| IssueError::Failed)?;
        let jti = random::<16>().map_err(|_| IssueError::Failed)?;
        let jti = uuid::Builder::from_random_bytes(*jti).into_uuid();
        let wire = Wire {
            exp,
            iat,
            nbf: None,
            jti,
            sub: user_id.to_string(),
            sid: draft.sid,
            role: draft.role,
            fpr: draft.fpr,
            token_type: token_type.to_owned(),
        };
        let token = encode(&self.header, &wire, &self.signing).map_err(|_| IssueError::Failed)?;
        Ok(Issued {
            token,
            jti,
            expires_at,
        })
    }

    fn verify(&self, token_type: &str, token: &str, now: Timestamp) -> Result<Wire, TokenError> {
        if token.len() > MAX_BYTES {
            return Err(TokenError::Malformed);
        }
        let wire = self.open(token)?;
        if wire.token_type != token_type {
            return Err(TokenError::WrongType);
        }
        let second = now.as_second();
        if second >= wire.exp || wire.nbf.is_some_and(|nbf| second < nbf) {
            return Err(TokenError::Expired);
        }
        Ok(wire)
    }

    /// Tries the active key and, only when the signature is another's, the previous ones.
    fn open(&self, token: &str) -> Result<Wire, TokenError> {
        for key in &self.verifying {
            match decode::<Wire>(token, key, &self.validation) {
                // We issue no critical extensions and understand none (RFC 7515 §4.1.11).
                Ok(data) if data.header.crit.is_some() => return Err(TokenError::Malformed),
                Ok(data) => return Ok(data.claims),
                Err(error) => match error.kind() {
                    ErrorKind::InvalidSignature => {}
                    ErrorKind::InvalidAlgorithm => return Err(TokenError::Forged),
                    _ => return Err(TokenError::Malformed),
                },
            }
        }
        Err(TokenError::Forged)
    }
}

fn user_id(wire: &Wire) -> Result<i64, TokenError> {
    wire.sub.parse().map_err(|_| TokenError::Malformed)
}

fn moment(second: i64) -> Result<Timestamp, TokenError> {
    Timestamp::from_second(second).map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
#[path = "token_tests.rs"]
mod tests;
