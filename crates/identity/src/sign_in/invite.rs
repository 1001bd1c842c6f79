//! Accounts that others make for people who are invited by other means than this crate's e-mail, such as patients.

use jiff::Timestamp;
use kernel::BuiltinRole;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Line, Ref};
use platform::record::{Body, Record};

use crate::account_rules::complaints;
use crate::credential::token::LinkKind;
use crate::credential_routes::fingerprint;
use crate::state::Identity;
use crate::user::{User, UserLanguage};

/// Who is invited.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The name to sign in with; everybody on staff sees it.
    pub username: String,
    /// The address to sign in with, unless another account has it.
    pub email: Option<String>,
    /// The language of what is written to them: `en`, `fr` or `sw`.
    pub language: String,
}

/// Makes an account with the role Patient and without a password: nobody signs in with it before its link was used.
/// Members of a family share an address; then it stays with the first, and the others sign in by their username.
///
/// # Errors
/// 400 when the username is taken.
pub async fn patient_account(cx: &mut Cx, invited: Invited) -> Result<User, Error> {
    let mut body = Body::default();
    body.0
        .insert("username".to_owned(), invited.username.into());
    let mut user = User::create(&body)?;
    user.email = invited.email.map(|email| Line::cut(&email));
    user.role = Some(Ref::new(BuiltinRole::Patient.id()));
    user.language_preference =
        UserLanguage::from_text(&invited.language).unwrap_or(UserLanguage::English);
    settle(cx, &mut user, None).await?;
    cx.insert(&mut user).await?;
    Ok(user)
}

/// Gives an account that nobody uses yet the address that is on record now, so that links to an earlier one end.
///
/// # Errors
/// When the database fails.
pub async fn readdress(cx: &mut Cx, held: User, email: Option<String>) -> Result<User, Error> {
    let mut user = held.clone();
    user.email = email.map(|email| Line::cut(&email));
    settle(cx, &mut user, Some(&held)).await?;
    cx.update(&mut user, &held).await?;
    Ok(user)
}

/// Checks the account's names, and leaves an address to whoever has it already.
async fn settle(cx: &mut Cx, user: &mut User, before: Option<&User>) -> Result<(), Error> {
    let faults: Faults = complaints(cx, user, before).await?;
    if !faults.has("email") {
        return Ok(faults.into_result()?);
    }
    user.email = None;
    Ok(complaints(cx, user, before).await?.into_result()?)
}

/// The link with which the owner of an account chooses the first password. It ends after a week, and when it was used.
///
/// # Errors
/// When it cannot be signed.
pub fn link(app: &App, user: &User, now: Timestamp) -> Result<String, Error> {
    let tokens = Identity::of(app)?.tokens(app)?;
    let issued = tokens
        .issue_link(LinkKind::Invitation, user.meta.id, &fingerprint(user), now)
        .map_err(Error::internal)?;
    let base = app.settings.public_url();
    Ok(format!("{base}/accept-invitation?token={}", issued.token))
}
