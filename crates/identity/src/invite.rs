//! Accounts that others make for people who are invited by other means than this crate's e-mail, such as patients.

use jiff::Timestamp;
use kernel::BuiltinRole;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Line, Ref};
use platform::record::{Body, Record};

use crate::account_rules::complaints;
use crate::credential::token::LinkKind;
use crate::credential_routes::fingerprint;
use crate::state::Identity;
use crate::user::{User, UserLanguage};

/// Who is invited.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The name to sign in with, such as the number on their card.
    pub username: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
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
    user.first_name = Blank::cut(&invited.first_name);
    user.last_name = Blank::cut(&invited.last_name);
    user.email = invited.email.map(|email| Line::cut(&email));
    user.role = Some(Ref::new(BuiltinRole::Patient.id()));
    user.language_preference =
        UserLanguage::from_text(&invited.language).unwrap_or(UserLanguage::English);
    let faults: Faults = complaints(cx, &mut user, None).await?;
    if faults.has("email") {
        user.email = None;
        complaints(cx, &mut user, None).await?.into_result()?;
    } else {
        faults.into_result()?;
    }
    cx.insert(&mut user).await?;
    Ok(user)
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
