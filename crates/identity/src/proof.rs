//! Proving who one is, again or for the first time: attempts are counted before they are looked at.

use platform::cx::Cx;
use platform::error::Error;
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
