//! Finding accounts, ending their sessions, and putting logins on record: what the ways in share.

use std::sync::Arc;

use kernel::Reach;
use platform::actor::{Actor, SignedIn, Who};
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, select};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Meta;
use platform::unit::Opening;
use sea_query::{ExprTrait, LockType};
use uuid::Uuid;

use crate::login_activity::{LoginActivity, LoginStatus};
use crate::state::{effective_role, session_topic, user_topic};
use crate::user::{User, fold};

/// The account of a username or e-mail address, whatever its case.
///
/// # Errors
/// When the database fails.
pub async fn by_login(cx: &mut Cx, typed: &str) -> Result<Option<User>, Error> {
    let folded = fold(typed);
    let mut query = select::<User>();
    query
        .and_where(
            User::username_fold
                .eq(folded.clone())
                .or(User::email_fold.eq(folded.clone())),
        )
        .limit(2);
    let mut found: Vec<User> = cx
        .unscoped("nobody is signed in yet")
        .records(query)
        .await?;
    // A username may look like somebody else's address; the username's owner comes first.
    let first = found
        .iter()
        .position(|user| *user.username_fold == *folded)
        .unwrap_or(0);
    Ok((!found.is_empty()).then(|| found.swap_remove(first)))
}

/// The account of exactly this username, whatever its case.
///
/// # Errors
/// When the database fails.
pub(crate) async fn by_username(cx: &mut Cx, typed: &str) -> Result<Option<User>, Error> {
    let mut query = select::<User>();
    query.and_where(User::username_fold.eq(fold(typed)));
    cx.unscoped("whoever knows a username knows that there is one")
        .record(query)
        .await
}

/// An account by its id.
///
/// # Errors
/// When the database fails.
pub async fn by_id(cx: &mut Cx, id: i64) -> Result<Option<User>, Error> {
    let mut query = select::<User>();
    query.and_where(User::id.eq(id));
    cx.unscoped("an account is looked up for its own credentials")
        .record(query)
        .await
}

/// As [`by_id`], held until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub async fn held(cx: &mut Cx, id: i64) -> Result<Option<User>, Error> {
    let mut query = select::<User>();
    query.and_where(User::id.eq(id));
    if cx.dialect() == Dialect::Postgres {
        // Rows that only name the account, such as a refused attempt that is put on record, need not
        // wait: a sign-in that holds the account would wait for their counters in turn, a deadlock.
        query.lock(LockType::NoKeyUpdate);
    }
    cx.unscoped("an account is held while its credentials change")
        .record(query)
        .await
}

/// Opens a unit of work for the caller of this one.
pub fn same(cx: &Cx) -> Opening {
    Opening {
        actor: cx.actor.clone(),
        origin: cx.origin.clone(),
        reach: cx.grant().reach.max(Reach::Own),
    }
}

/// Opens a unit of work for somebody who has just proved who they are.
pub fn proved(cx: &Cx, user: &User, session: Option<Uuid>) -> Opening {
    Opening {
        actor: Arc::new(Actor {
            who: Who::User(SignedIn {
                id: user.meta.id,
                username: Arc::from(&*user.username),
                role: effective_role(user.role.map(|role| role.get()), user.is_superuser),
                session,
                acting: None,
                must_change_password: user.must_change_password,
            }),
            grants: Arc::default(),
            language: Some(user.language_preference.as_str()),
        }),
        origin: cx.origin.clone(),
        reach: Reach::Own,
    }
}

/// Writes an attempt to sign in down, and on record.
///
/// # Errors
/// When the database fails.
pub async fn note_login(cx: &mut Cx, user: Option<i64>, status: LoginStatus) -> Result<(), Error> {
    let mut row = LoginActivity {
        meta: Meta::unstored(),
        user: user.map(Ref::new),
        timestamp: cx.now(),
        ip_address: Blank::cut(&ip(cx)),
        user_agent: Blank::cut(&cx.origin.user_agent),
        status,
    };
    cx.unscoped("the login itself is put on record")
        .part_of::<User>()
        .insert(&mut row)
        .await?;
    let entry = AuditEntry::new(Action::Login, "User", user).saying(status.as_str());
    cx.audit(entry);
    Ok(())
}

/// The caller's address as shown.
pub fn ip(cx: &Cx) -> String {
    cx.origin.ip.map(|ip| ip.to_string()).unwrap_or_default()
}

/// Ends a user's sessions, but for one, and says so on record.
///
/// # Errors
/// When the database fails.
pub async fn revoke_sessions(cx: &mut Cx, user: i64, but: Option<Uuid>) -> Result<(), Error> {
    let sql = r#"UPDATE "session" SET revoked_at = $1, updated_at = $1, version = version + 1 WHERE "user" = $2 AND revoked_at IS NULL AND uid <> $3 RETURNING uid"#;
    let values = vec![
        cx.now().to_value(),
        user.to_value(),
        but.unwrap_or(Uuid::nil()).to_value(),
    ];
    let ended: Vec<(Uuid,)> = cx
        .unscoped("a user's sessions end with their password")
        .part_of::<User>()
        .all(Statement::raw(sql, values))
        .await?;
    for (sid,) in &ended {
        cx.tell(session_topic(*sid), "");
    }
    if !ended.is_empty() {
        let entry = AuditEntry::new(Action::SessionRevoke, "User", Some(user))
            .saying(format!("{} sessions ended", ended.len()));
        cx.audit(entry);
    }
    cx.tell(user_topic(user), "");
    Ok(())
}

/// Gives an account a new password: sessions end, but for one, and old failures are forgotten.
///
/// # Errors
/// When the database fails.
pub async fn set_password(
    cx: &mut Cx,
    user: &User,
    hash: &str,
    temporary: bool,
    but: Option<Uuid>,
) -> Result<(), Error> {
    let mut changed = user.clone();
    changed.password_hash = Some(platform::field::Line::cut(hash));
    changed.must_change_password = temporary;
    cx.update(&mut changed, user).await?;
    crate::guess::forget_account(cx, user.meta.id).await?;
    crate::belongings::end_entrusted(cx, user.meta.id).await?;
    if user.password_hash.is_some() {
        crate::mail::tell(cx, user, user.email.as_deref())?;
    }
    revoke_sessions(cx, user.meta.id, but).await
}
