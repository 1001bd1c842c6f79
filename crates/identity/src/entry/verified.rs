//! Access tokens whose signature was found good a moment ago.
//!
//! A client shows one token for half an hour, several times a second. Its signature cannot become bad
//! meanwhile; what can change, the session and the account, is looked up on every request as before.
//! Kept by digest, so that no token lies here.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use moka::sync::Cache;

use crate::credential::token::{AccessClaims, TokenError, Tokens};

/// Good tokens of one set of signing keys; with other keys it begins anew.
pub(crate) struct Verified {
    tokens: Arc<Tokens>,
    good: Cache<[u8; 32], AccessClaims>,
}

impl Verified {
    /// None yet.
    pub(crate) fn new(tokens: Tokens) -> Verified {
        Verified {
            tokens: Arc::new(tokens),
            good: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(300))
                .build(),
        }
    }

    /// The tokens themselves.
    pub(crate) fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    /// As [`Tokens::verify_access`].
    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenError> {
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if let Some(claims) = self.good.get(&key)
            && claims.issued_at <= now
            && now < claims.expires_at
        {
            return Ok(claims);
        }
        let claims = self.tokens.verify_access(token, now)?;
        self.good.insert(key, claims.clone());
        Ok(claims)
    }
}
