//! Proving who one is, again or for the first time: attempts are counted before they are looked at.

use jiff::{SignedDuration, Timestamp};
use kernel::Code;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Field;
use platform::record::Body;
use platform::texts::Text;
use platform::unit;

use crate::accounts::{self, note_login, same};
use crate::credential::lockout::Verdict;
use crate::credential::secret_text::SecretText;
use crate::door::token_invalid;
use crate::guess::{self, Attempt};
use crate::login_activity::LoginStatus;
use crate::passwords;
use crate::user::User;
use crate::user_rules::in_person;
use crate::{two_factor, two_factor_routes};

/// Counts in a transaction of its own, which also puts on record who was kept waiting.
pub(crate) async fn count(
    cx: &mut Cx,
    attempt: &Attempt,
    user: Option<i64>,
) -> Result<Verdict, Error> {
    let (app, opening, attempt) = (cx.app.clone(), same(cx), attempt.clone());
    unit::write(&app, &opening, move |cx| {
        let attempt = attempt.clone();
        Box::pin(async move {
            let verdict = guess::count(cx, &attempt).await?;
            if verdict != Verdict::Allowed {
                note_login(cx, user, LoginStatus::Locked).await?;
            }
            Ok(verdict)
        })
    })
    .await
}

/// Counts an attempt at a user's second factor, under its address and under the account alone: whoever
/// gets this far knows the password, and may have any number of addresses.
///
/// # Errors
/// 429 after too many failures.
pub(crate) async fn count_factor(cx: &mut Cx, attempt: &Attempt, user: i64) -> Result<(), Error> {
    let (app, opening, counted) = (cx.app.clone(), same(cx), attempt.clone());
    let verdict = unit::write(&app, &opening, move |cx| {
        let attempt = counted.clone();
        Box::pin(async move {
            let verdict = guess::count_factor(cx, &attempt, user).await?;
            if verdict != Verdict::Allowed {
                note_login(cx, Some(user), LoginStatus::Locked).await?;
            }
            Ok(verdict)
        })
    })
    .await?;
    guess::locked_out(verdict, cx.now()).map_or(Ok(()), Err)
}

/// Counts an attempt to prove one's password while signed in.
///
/// # Errors
/// 429 after too many failures, 400 under `field` when the password is wrong.
pub(crate) async fn prove_password(
    cx: &mut Cx,
    user: &User,
    field: &str,
    password: SecretText,
) -> Result<(), Error> {
    let attempt = Attempt::at(cx, Some(user), "");
    let verdict = count(cx, &attempt, Some(user.meta.id)).await?;
    if let Some(error) = guess::locked_out(verdict, cx.now()) {
        return Err(error);
    }
    let stored = user.password_hash.as_ref().map(ToString::to_string);
    let right = passwords::is_right(&cx.app, password, stored).await?;
    let id = user.meta.id;
    unit::write(&cx.app.clone(), &same(cx), move |cx| {
        let attempt = attempt.clone();
        Box::pin(async move {
            if right {
                guess::forgive(cx, &attempt).await
            } else {
                note_login(cx, Some(id), LoginStatus::Failed).await
            }
        })
    })
    .await?;
    if right {
        Ok(())
    } else {
        Err(Error::field(field, Text::new("wrong-password")))
    }
}

/// A sign-in younger than this proves who is asking.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// Whether the caller signed in a moment ago.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_recent(cx: &mut Cx) -> Result<bool, Error> {
    let Some(session) = cx.actor.user().and_then(|user| user.session) else {
        return Ok(false);
    };
    let sql = r#"SELECT created_at FROM "session" WHERE uid = $1"#;
    let began: Option<(Timestamp,)> = cx
        .unscoped("when the caller's own session began")
        .optional(Statement::raw(sql, vec![ToValue::to_value(&session)]))
        .await?;
    Ok(began.is_some_and(|(at,)| cx.now().duration_since(at) < RECENT))
}

/// Refuses a grave step to a session that may have been left open, or stolen, long after its sign-in.
///
/// # Errors
/// 403 `reauthentication_required`.
pub(crate) async fn recent(cx: &mut Cx) -> Result<(), Error> {
    if is_recent(cx).await? {
        return Ok(());
    }
    let text = Text::new("reauthenticate");
    Err(Error::refuse(Code::ReauthenticationRequired, text))
}

/// The same where the body may prove it: by `old_password` and, with a second factor, its `code`.
///
/// # Errors
/// 403 without a proof, 400 under its name for a wrong one.
pub(crate) async fn proved_anew(cx: &mut Cx, user: &User, body: &Body) -> Result<(), Error> {
    if is_recent(cx).await? {
        return Ok(());
    }
    let mut faults = Faults::new();
    let mut given = |name: &str| match body.0.get(name).filter(|json| !json.is_null()) {
        Some(json) => faults.note(name, <SecretText as Field>::parse(json)),
        None => None,
    };
    let (password, code) = (given("old_password"), given("code"));
    faults.into_result()?;
    let Some(password) = password else {
        return recent(cx).await;
    };
    prove_password(cx, user, "old_password", password).await?;
    if !two_factor::is_on(cx, user.meta.id).await? {
        return Ok(());
    }
    let code = code.ok_or_else(|| Error::field("code", Text::new("wrong-code")))?;
    let attempt = Attempt::at_factor(cx, user.meta.id);
    count_factor(cx, &attempt, user.meta.id).await?;
    let (app, opening) = (cx.app.clone(), same(cx));
    unit::write(&app, &opening, move |cx| {
        let code = code.clone();
        Box::pin(async move { two_factor_routes::proved_factor(cx, &code).await.map(drop) })
    })
    .await
}

/// The caller [in person]: what concerns one's own credentials is nobody else's.
///
/// # Errors
/// 401 when nobody is signed in, 403 for a delegate and for an API key.
///
/// [in person]: in_person
pub(crate) async fn oneself(cx: &mut Cx) -> Result<User, Error> {
    let id = cx.user_id()?;
    in_person(cx)?;
    accounts::by_id(cx, id).await?.ok_or_else(token_invalid)
}
