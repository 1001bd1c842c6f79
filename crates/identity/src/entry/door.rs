//! The door: who is asking.
//!
//! Callers show a bearer token, or an API key (`Authorization: Api-Key chk_…` or `X-Api-Key`). With
//! `X-Act-As: <user id>` a delegate acts as the user who let them; both names are audited.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::HeaderName;
use http::header::AUTHORIZATION;
use kernel::Code;
use platform::actor::{Actor, SignedIn, Who};
use platform::app::{App, Door, Shared, Stay};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::http::call::Head;
use platform::texts::Text;
use uuid::Uuid;

use crate::credential::api_key;
use crate::credential::password::{HasherConfig, PasswordError};
use crate::credential::token::TokenError;
use crate::state::{Identity, ROLES, UserState, session_topic, user_topic};
use crate::ticket;

/// The door of an application, which keeps what it needs in the application's shared values.
///
/// # Errors
/// When the hashing costs are out of range or there is no randomness.
pub fn door(config: HasherConfig, shared: &mut Shared) -> Result<Arc<dyn Door>, PasswordError> {
    let identity = Identity::new(config)?;
    shared.put(identity.clone());
    Ok(Arc::new(IdentityDoor(identity)))
}

/// Lets in whoever shows a good token or key.
pub struct IdentityDoor(Identity);

impl Door for IdentityDoor {
    fn enter<'a>(
        &'a self,
        app: &'a Arc<App>,
        head: &'a Head,
    ) -> BoxFuture<'a, Result<Actor, Error>> {
        Box::pin(async move {
            let (user, session) = self.identify(app, head).await?;
            match head.header(ACT_AS) {
                Some(target) => self.act_as(app, user, session, target).await,
                None => self.actor(app, &user, session, None).await,
            }
        })
    }

    fn redeem<'a>(
        &'a self,
        app: &'a Arc<App>,
        ticket: &'a str,
    ) -> BoxFuture<'a, Result<Actor, Error>> {
        Box::pin(async move {
            let (user, session) = ticket::redeem(app, ticket).await?;
            let user = by_session(&self.0, app, user, session).await?;
            self.actor(app, &user, Some(session), None).await
        })
    }

    fn stay<'a>(
        &'a self,
        app: &'a Arc<App>,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<Stay, Error>> {
        Box::pin(async move {
            // A key has no session that could end: whoever stays signs in.
            let known = actor.user().filter(|user| user.acting.is_none());
            let (id, session) = known
                .and_then(|user| Some((user.id, user.session?)))
                .ok_or_else(not_authenticated)?;
            let user = by_session(&self.0, app, id, session).await?;
            let state = self.0.session(app, session).await?;
            let actor = self.actor(app, &user, Some(session), None).await?;
            Ok(Stay {
                actor: Arc::new(actor),
                until: state.map_or(app.clock.now(), |state| state.expires_at),
                topics: vec![session_topic(session), user_topic(id), ROLES.to_owned()],
            })
        })
    }
}

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const ACT_AS: HeaderName = HeaderName::from_static("x-act-as");

/// What a caller shows.
#[derive(Debug, PartialEq, Eq)]
enum Shown<'a> {
    Token(&'a str),
    Key(&'a str),
}

/// The credential in the headers; `None` when there is none.
fn shown(head: &Head) -> Option<Shown<'_>> {
    if let Some(key) = head.header(API_KEY) {
        return Some(Shown::Key(key.trim()));
    }
    let (scheme, rest) = head.header(AUTHORIZATION)?.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("jwt") {
        Some(Shown::Token(rest))
    } else if scheme.eq_ignore_ascii_case("api-key") {
        Some(Shown::Key(rest))
    } else {
        None
    }
}

impl IdentityDoor {
    async fn identify(
        &self,
        app: &Arc<App>,
        head: &Head,
    ) -> Result<(Arc<UserState>, Option<Uuid>), Error> {
        match shown(head) {
            None => Err(not_authenticated()),
            Some(Shown::Token(token)) => by_token(&self.0, app, token)
                .await
                .map(|(user, sid)| (user, Some(sid))),
            Some(Shown::Key(key)) => self.by_key(app, key).await.map(|user| (user, None)),
        }
    }

    async fn by_key(&self, app: &Arc<App>, key: &str) -> Result<Arc<UserState>, Error> {
        if !api_key::is_well_formed(key) {
            return Err(token_invalid());
        }
        let hash = api_key::hash(key);
        let state = self.0.key(app, hash).await?.ok_or_else(token_invalid)?;
        let now = app.clock.now();
        if state.expires_at.is_some_and(|end| end <= now) {
            return Err(token_invalid());
        }
        let user = active(self.0.user(app, state.user).await?)?;
        // Keys have no uid here; their ids cannot meet a session's random one.
        let what = Uuid::from_u64_pair(0, state.id.unsigned_abs());
        if self.0.touch(what, state.last_used_at, now) {
            let sql = "UPDATE api_key SET last_used_at = $1 WHERE id = $2";
            touch(
                app,
                Statement::raw(sql, vec![now.to_value(), state.id.to_value()]),
            );
        }
        Ok(user)
    }

    async fn act_as(
        &self,
        app: &Arc<App>,
        delegate: Arc<UserState>,
        session: Option<Uuid>,
        target: &str,
    ) -> Result<Actor, Error> {
        let target: i64 = target.trim().parse().map_err(|_| Error::denied())?;
        if target == delegate.id {
            return self.actor(app, &delegate, session, None).await;
        }
        if !self.0.may_act_as(app, delegate.id, target).await? {
            return Err(Error::denied());
        }
        let user = self
            .0
            .user(app, target)
            .await?
            .filter(|user| user.is_active)
            .ok_or_else(Error::denied)?;
        self.actor(app, &user, session, Some(&delegate)).await
    }

    async fn actor(
        &self,
        app: &Arc<App>,
        user: &UserState,
        session: Option<Uuid>,
        delegate: Option<&UserState>,
    ) -> Result<Actor, Error> {
        // A delegate holds what the user holds and nothing of their own, but for what is nobody's to
        // do in another's name.
        let mut grants = self.0.grants(app, user.role).await?;
        if delegate.is_some() {
            grants = Arc::new(grants.filtered(|name| app.registry.delegable(name)));
        }
        Ok(Actor {
            who: Who::User(SignedIn {
                id: user.id,
                username: user.username.clone(),
                role: user.role,
                session,
                acting: delegate.map(|delegate| (delegate.id, delegate.username.clone())),
                must_change_password: delegate.unwrap_or(user).must_change_password,
            }),
            grants,
            language: Some(delegate.unwrap_or(user).language),
        })
    }
}

/// The user and session behind an access token.
///
/// # Errors
/// 401: the token is bad or expired, the session ended, or the account is not active.
pub async fn by_token(
    identity: &Identity,
    app: &Arc<App>,
    token: &str,
) -> Result<(Arc<UserState>, Uuid), Error> {
    let now = app.clock.now();
    let claims = identity
        .verified(app)?
        .access(token, now)
        .map_err(bad_token)?;
    let user = by_session(identity, app, claims.user_id, claims.session).await?;
    Ok((user, claims.session))
}

/// The user of an open session; notes its use.
///
/// # Errors
/// 401: the session ended, or the account is not active.
pub(crate) async fn by_session(
    identity: &Identity,
    app: &Arc<App>,
    user: i64,
    sid: Uuid,
) -> Result<Arc<UserState>, Error> {
    let now = app.clock.now();
    let session = identity
        .session(app, sid)
        .await?
        .filter(|session| session.user == user && !session.revoked && now < session.expires_at)
        .ok_or_else(|| Error::refuse(Code::TokenInvalid, Text::new("session-revoked")))?;
    let user = active(identity.user(app, user).await?)?;
    if identity.touch(sid, Some(session.last_used_at), now) {
        let sql = r#"UPDATE "session" SET last_used_at = $1 WHERE uid = $2"#;
        touch(
            app,
            Statement::raw(sql, vec![now.to_value(), sid.to_value()]),
        );
    }
    Ok(user)
}

fn active(user: Option<Arc<UserState>>) -> Result<Arc<UserState>, Error> {
    let user = user.ok_or_else(token_invalid)?;
    if user.is_active {
        Ok(user)
    } else {
        Err(inactive())
    }
}

/// Nobody waits for this, and nothing is lost when it fails.
fn touch(app: &Arc<App>, statement: Statement) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app
            .unguarded("the last use of a session or key is no record of anybody")
            .execute(statement)
            .await
        {
            tracing::debug!(%error, "the last use was not written down");
        }
    });
}

/// 401: nothing was shown.
pub(crate) fn not_authenticated() -> Error {
    Error::refuse(Code::NotAuthenticated, Text::new("not-authenticated"))
}

/// 401: what was shown is not ours.
pub(crate) fn token_invalid() -> Error {
    Error::refuse(Code::TokenInvalid, Text::new("token-invalid"))
}

/// 401: the account is not active.
pub(crate) fn inactive() -> Error {
    Error::refuse(Code::NotAuthenticated, Text::new("account-inactive"))
}

/// 401 with the code that fits.
pub(crate) fn bad_token(error: TokenError) -> Error {
    match error {
        TokenError::Expired => Error::refuse(Code::TokenExpired, Text::new("token-expired")),
        TokenError::Malformed | TokenError::Forged | TokenError::WrongType => token_invalid(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn head(name: &'static str, value: &'static str) -> Head {
        let mut headers = http::HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        Head {
            method: http::Method::GET,
            path: String::new(),
            query: Vec::new(),
            headers,
            ip: None,
            proxied: false,
        }
    }

    #[test]
    fn credentials_are_found_whatever_the_case() {
        for (name, value, expected) in [
            ("authorization", "Bearer abc", Some(Shown::Token("abc"))),
            ("authorization", "bearer  abc ", Some(Shown::Token("abc"))),
            ("authorization", "Api-Key chk_x", Some(Shown::Key("chk_x"))),
            ("x-api-key", "chk_x", Some(Shown::Key("chk_x"))),
            ("authorization", "Basic abc", None),
            ("authorization", "Bearer", None),
            ("cookie", "Bearer abc", None),
        ] {
            assert_eq!(shown(&head(name, value)), expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_refused_token_says_whether_to_refresh() {
        assert_eq!(
            bad_token(TokenError::Expired).code(),
            Some(Code::TokenExpired)
        );
        for error in [
            TokenError::Forged,
            TokenError::Malformed,
            TokenError::WrongType,
        ] {
            assert_eq!(bad_token(error).code(), Some(Code::TokenInvalid));
        }
    }
}
