//! The ways in and out: signing in, the second factor, refreshing, signing out.
//!
//! An attempt is counted before the password is looked at and taken back when it was right. Every
//! attempt leaves a line of login activity and an audit row, also when the answer is a refusal, so
//! these routes open their own units of work.

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use kernel::{BuiltinRole, Code};
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::http::call::{Call, Reply};
use platform::record::Meta;
use platform::texts::Text;
use platform::unit;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::accounts::{by_id, by_login, held, ip, note_login, proved, same};
use crate::credential::secret_text::SecretText;
use crate::credential_routes::fingerprint;
use crate::door::{bad_token, by_session, inactive, token_invalid};
use crate::guess::{self, Attempt};
use crate::login_activity::LoginStatus;
use crate::passwords;
use crate::proof::{count, count_factor};
use crate::session::Session;
use crate::state::{Identity, effective_role, session_topic};
use crate::two_factor::{self, Proof};
use crate::user::User;

platform::input! {
    /// Who signs in.
    pub struct Credentials {
        /// Username or e-mail address, in any case.
        username: Line<254>,
        /// The password of the account. With a second factor, a code may follow it after a blank, for clients that know no
        /// second step.
        password: SecretText,
    }
}

platform::input! {
    /// The second step of signing in.
    pub struct SecondStep {
        /// What the first step answered.
        challenge: SecretText,
        /// A code of the authenticator app, or a recovery code.
        code: SecretText,
    }
}

platform::input! {
    /// A refresh token.
    pub struct RefreshInput {
        /// What signing in answered.
        refresh: SecretText,
    }
}

/// Signed in. What holds tokens does not print.
#[derive(Serialize, JsonSchema)]
pub struct Pair {
    /// Access token: sent as `Authorization: Bearer …` with each request.
    access: String,
    /// Refresh token: sent to `auth/refresh/` for new access tokens, and to nothing else.
    refresh: String,
}

/// A new access token.
#[derive(Serialize, JsonSchema)]
pub struct Access {
    /// Access token: sent as `Authorization: Bearer …` with each request.
    access: String,
}

/// The second factor is due.
#[derive(Serialize, JsonSchema)]
pub struct ChallengeDue {
    two_factor_required: bool,
    challenge: String,
}

/// `POST auth/`.
pub(crate) fn sign_in<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let body = call.body_for(&[("email", "username")])?;
        let input = <Credentials as platform::verb::Input>::parse(&body)?;
        let (user, attempt) = counted(cx, &input.username).await?;
        let stored = user
            .as_ref()
            .and_then(|user| user.password_hash.as_ref().map(ToString::to_string));
        let right = passwords::is_right(&cx.app, input.password.clone(), stored.clone()).await?;
        if !right && let Some((password, code)) = with_code(&input.password) {
            // Whoever has no second factor is kept waiting as long.
            let right = passwords::is_right(&cx.app, password, stored).await?;
            if right
                && let Some(user) = user.clone().filter(|user| user.is_active)
                && two_factor::is_on(cx, user.meta.id).await?
            {
                return with_both(cx, &user, attempt, code).await;
            }
        }
        let Some(user) = user.filter(|_| right) else {
            return Err(failed(cx, &input.username, Text::new("wrong-credentials")).await);
        };
        if !user.is_active {
            failed(cx, &input.username, Text::new("account-inactive")).await;
            return Err(inactive());
        }
        if two_factor::is_on(cx, user.meta.id).await? {
            let (app, opening) = (cx.app.clone(), same(cx));
            unit::write(&app, &opening, move |cx| {
                let attempt = attempt.clone();
                Box::pin(async move { guess::forgive(cx, &attempt).await })
            })
            .await?;
            let challenge = Identity::of(&app)?
                .tokens(&app)?
                .issue_challenge(user.meta.id, &fingerprint(&user), cx.now())
                .map_err(Error::internal)?;
            return Reply::ok(&ChallengeDue {
                two_factor_required: true,
                challenge: challenge.token,
            });
        }
        // Hashing anew takes as long as verifying did, and must not happen in the transaction.
        let rehash = rehash(cx, &user, input.password).await?;
        open_session(cx, &user, attempt, rehash, None).await
    })
}

/// A password with a code of the second factor after a blank, as people type it into clients that know of no second
/// step.
fn with_code(typed: &SecretText) -> Option<(SecretText, SecretText)> {
    let (password, code) = typed.expose().rsplit_once(' ')?;
    let of_app = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    let symbols = code.bytes().filter(u8::is_ascii_alphanumeric).count();
    let for_recovery =
        symbols == 16 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let fits = !password.is_empty() && (of_app || for_recovery);
    fits.then(|| (SecretText::from(password), SecretText::from(code)))
}

/// Both factors at once.
async fn with_both(
    cx: &mut Cx,
    user: &User,
    attempt: Attempt,
    code: SecretText,
) -> Result<Reply, Error> {
    let at_factor = Attempt::at_factor(cx, user.meta.id);
    count_factor(cx, &at_factor, user.meta.id).await?;
    let proof = SecondProof { used: None, code };
    match open_session(cx, user, attempt, None, Some(proof)).await {
        Err(error) if error.code() == Some(Code::NotAuthenticated) => {
            factor_failed(cx, user.meta.id).await?;
            Err(error)
        }
        answered => answered,
    }
}

/// Puts a wrong code on record.
async fn factor_failed(cx: &mut Cx, user: i64) -> Result<(), Error> {
    let (app, opening) = (cx.app.clone(), same(cx));
    unit::write(&app, &opening, move |cx| {
        Box::pin(note_login(cx, Some(user), LoginStatus::SecondFactorFailed))
    })
    .await
}

/// `POST auth/2fa/`.
pub(crate) fn second_step<'a>(
    cx: &'a mut Cx,
    call: &'a Call,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = <SecondStep as platform::verb::Input>::parse(&call.body_for(&[])?)?;
        let claims = Identity::of(&cx.app)?
            .tokens(&cx.app)?
            .verify_challenge(input.challenge.expose(), cx.now())
            .map_err(bad_token)?;
        let user = by_id(cx, claims.user_id)
            .await?
            .filter(|user| user.is_active)
            .ok_or_else(token_invalid)?;
        claims.bind(&fingerprint(&user)).map_err(bad_token)?;
        let attempt = Attempt::at_factor(cx, user.meta.id);
        count_factor(cx, &attempt, user.meta.id).await?;
        let proof = SecondProof {
            used: Some((claims.jti, claims.expires_at)),
            code: input.code,
        };
        match open_session(cx, &user, attempt, None, Some(proof)).await {
            Err(error) if error.code() == Some(Code::NotAuthenticated) => {
                factor_failed(cx, user.meta.id).await?;
                Err(error)
            }
            answered => answered,
        }
    })
}

/// `POST auth/refresh/`: no rotation, so that parallel calls with one token all succeed.
pub(crate) fn refresh<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let input = <RefreshInput as platform::verb::Input>::parse(&call.body_for(&[])?)?;
        let identity = Identity::of(&cx.app)?;
        let tokens = identity.tokens(&cx.app)?;
        let claims = tokens
            .verify_refresh(input.refresh.expose(), cx.now())
            .map_err(bad_token)?;
        let user = by_session(&identity, &cx.app, claims.user_id, claims.session).await?;
        not_idle(cx, claims.session, user.role).await?;
        let access = tokens
            .issue_access(user.id, claims.session, user.role, cx.now())
            .map_err(Error::internal)?;
        Reply::ok(&Access {
            access: access.token,
        })
    })
}

/// A session of staff that nobody used for too long is over: it was left open somewhere.
async fn not_idle(cx: &mut Cx, session: Uuid, role: Option<i64>) -> Result<(), Error> {
    if role.is_none_or(|role| role == BuiltinRole::Patient.id()) {
        return Ok(());
    }
    let sql = r#"SELECT last_used_at FROM "session" WHERE uid = $1"#;
    let used: Option<(Timestamp,)> = cx
        .unscoped("when the session itself was last used")
        .optional(Statement::raw(sql, vec![ToValue::to_value(&session)]))
        .await?;
    let idle = SignedDuration::try_from(cx.app.settings.idle).unwrap_or(SignedDuration::MAX);
    match used {
        Some((at,)) if cx.now().duration_since(at) > idle => {
            Err(Error::refuse(Code::TokenExpired, Text::new("session-idle")))
        }
        _ => Ok(()),
    }
}

/// `POST auth/logout/`.
pub(crate) fn sign_out<'a>(cx: &'a mut Cx, _call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let sid = cx.actor.user().and_then(|user| user.session);
        let Some(sid) = sid else {
            // An API key has no session to end.
            return Err(Error::denied());
        };
        let sql = r#"UPDATE "session" SET revoked_at = $1, updated_at = $1, version = version + 1 WHERE uid = $2 AND revoked_at IS NULL"#;
        let values = vec![cx.now().to_value(), sid.to_value()];
        cx.unscoped("one's own session")
            .part_of::<User>()
            .execute(Statement::raw(sql, values))
            .await?;
        cx.audit(AuditEntry::new(Action::Logout, "User", cx.actor.user_id()));
        cx.tell(session_topic(sid), "");
        Reply::ok(&serde_json::json!({ "status": "logged out" }))
    })
}

/// Finds the account and counts the attempt.
async fn counted(cx: &mut Cx, typed: &str) -> Result<(Option<User>, Attempt), Error> {
    let user = by_login(cx, typed).await?;
    let attempt = Attempt::at(cx, user.as_ref(), &crate::user::fold(typed));
    let verdict = count(cx, &attempt, user.as_ref().map(|user| user.meta.id)).await?;
    match guess::locked_out(verdict, cx.now()) {
        Some(error) => Err(error),
        None => Ok((user, attempt)),
    }
}

/// Puts a failed attempt on record and answers the refusal; a failure to do so is the answer then.
async fn failed(cx: &mut Cx, typed: &str, text: Text) -> Error {
    let typed = typed.to_owned();
    let noted = unit::write(&cx.app.clone(), &same(cx), move |cx| {
        let typed = typed.clone();
        Box::pin(async move {
            let user = by_login(cx, &typed).await?;
            note_login(cx, user.map(|user| user.meta.id), LoginStatus::Failed).await
        })
    })
    .await;
    match noted {
        Ok(()) => Error::refuse(Code::NotAuthenticated, text),
        Err(error) => error,
    }
}

async fn rehash(cx: &mut Cx, user: &User, password: SecretText) -> Result<Option<String>, Error> {
    let identity = Identity::of(&cx.app)?;
    let outdated = user
        .password_hash
        .as_ref()
        .is_some_and(|hash| identity.hasher().needs_rehash(hash));
    if !outdated {
        return Ok(None);
    }
    let hash = identity
        .hasher()
        .hash(password)
        .await
        .map_err(passwords::busy)?;
    Ok(Some(hash))
}

/// A code, and the challenge that it answers, if there was one: its name and its end.
#[derive(Clone)]
struct SecondProof {
    used: Option<(Uuid, Timestamp)>,
    code: SecretText,
}

/// Opens the session of somebody who has proved who they are, and answers its tokens.
async fn open_session(
    cx: &mut Cx,
    verified: &User,
    attempt: Attempt,
    rehash: Option<String>,
    proof: Option<SecondProof>,
) -> Result<Reply, Error> {
    let app = cx.app.clone();
    let sid = Uuid::new_v4();
    let opening = proved(cx, verified, Some(sid));
    let verified = verified.clone();
    let user = unit::write(&app, &opening, move |cx| {
        let (verified, attempt) = (verified.clone(), attempt.clone());
        let (rehash, proof) = (rehash.clone(), proof.clone());
        Box::pin(async move {
            let user = held(cx, verified.meta.id)
                .await?
                .ok_or_else(token_invalid)?;
            // The password may have changed, or the account been closed, since it was verified.
            if !user.is_active {
                return Err(inactive());
            }
            if user.password_hash != verified.password_hash {
                return Err(token_invalid());
            }
            if let Some(proof) = &proof {
                if let Some((jti, expires_at)) = proof.used {
                    two_factor::use_token(cx, jti, expires_at).await?;
                }
                two_factor::prove(cx, user.meta.id, &proof.code, Proof::Any).await?;
                guess::forgive_factor(cx, user.meta.id).await?;
            }
            guess::forgive(cx, &attempt).await?;
            note_sign_in(cx, &user, rehash.as_deref()).await?;
            new_session(cx, user.meta.id, sid).await?;
            Ok(user)
        })
    })
    .await?;
    let role = effective_role(user.role.map(|role| role.get()), user.is_superuser);
    let tokens = Identity::of(&app)?.tokens(&app)?;
    let access = tokens
        .issue_access(user.meta.id, sid, role, cx.now())
        .map_err(Error::internal)?;
    let refresh = tokens
        .issue_refresh(user.meta.id, sid, cx.now())
        .map_err(Error::internal)?;
    Reply::ok(&Pair {
        access: access.token,
        refresh: refresh.token,
    })
}

async fn note_sign_in(cx: &mut Cx, user: &User, rehash: Option<&str>) -> Result<(), Error> {
    let hash = rehash.or(user.password_hash.as_deref());
    let sql = "UPDATE app_user SET last_login = $1, password_hash = $2 WHERE id = $3";
    let values = vec![
        cx.now().to_value(),
        hash.map(str::to_owned).to_value(),
        user.meta.id.to_value(),
    ];
    cx.unscoped("signing in changes nothing that a person edits")
        .execute(Statement::raw(sql, values))
        .await?;
    note_login(cx, Some(user.meta.id), LoginStatus::Success).await
}

async fn new_session(cx: &mut Cx, user: i64, sid: Uuid) -> Result<(), Error> {
    let lifetime = cx.app.settings.refresh_lifetime.as_secs();
    let lifetime = SignedDuration::from_secs(i64::try_from(lifetime).unwrap_or(i64::MAX));
    let mut row = Session {
        meta: Meta {
            uid: sid,
            ..Meta::unstored()
        },
        user: Ref::new(user),
        last_used_at: cx.now(),
        expires_at: cx.now().checked_add(lifetime).map_err(Error::internal)?,
        ip_address: Blank::cut(&ip(cx)),
        user_agent: Blank::cut(&cx.origin.user_agent),
        revoked_at: None,
    };
    cx.unscoped("the login itself is put on record")
        .part_of::<User>()
        .insert(&mut row)
        .await
}
