//! Choosing and checking passwords, outside any transaction: each takes tens of milliseconds.

use kernel::Code;
use platform::app::App;
use platform::error::Error;
use platform::texts::Text;

use crate::credential::password::PasswordError;
use crate::credential::password_policy::PasswordProblem;
use crate::credential::secret_text::SecretText;
use crate::state::Identity;
use crate::user::User;

/// What others know of a user, which their password must not be.
pub fn words(user: &User) -> Vec<String> {
    let mut words = vec![
        user.username.to_string(),
        user.first_name.to_string(),
        user.last_name.to_string(),
    ];
    words.extend(user.email.as_ref().map(ToString::to_string));
    words.extend(user.phone.as_ref().map(ToString::to_string));
    words
}

/// Checks a new password by the policy and hashes it. Takes tens of milliseconds: never inside a
/// transaction.
///
/// # Errors
/// 400 under `field` when the password may not be chosen, 503 when too many are waiting.
pub async fn choose(
    app: &App,
    field: &str,
    password: SecretText,
    words: Vec<String>,
) -> Result<String, Error> {
    let identity = Identity::of(app)?;
    let hasher = identity.hasher();
    hasher
        .check_policy(password.clone(), words)
        .await
        .map_err(busy)?
        .map_err(|problem| Error::field(field, problem_text(problem)))?;
    hasher.hash(password).await.map_err(busy)
}

/// As [`choose`] for an account that has a password: one that somebody else set must be replaced by another.
///
/// # Errors
/// As [`choose`], and 400 under `field` when it is the temporary one.
pub async fn replace(
    app: &App,
    field: &str,
    password: SecretText,
    user: &User,
) -> Result<String, Error> {
    if user.must_change_password {
        let stored = user.password_hash.as_ref().map(ToString::to_string);
        if is_right(app, password.clone(), stored).await? {
            return Err(Error::field(field, Text::new("password-temporary")));
        }
    }
    choose(app, field, password, words(user)).await
}

/// Whether a password is the stored one; costs the same when there is none.
///
/// # Errors
/// 503 when too many are waiting.
pub async fn is_right(
    app: &App,
    password: SecretText,
    stored: Option<String>,
) -> Result<bool, Error> {
    let identity = Identity::of(app)?;
    identity
        .hasher()
        .verify(password, stored)
        .await
        .map_err(busy)
}

/// Too many passwords at once is a matter of seconds.
pub(crate) fn busy(error: PasswordError) -> Error {
    match error {
        PasswordError::Busy => {
            Error::refuse(Code::Unavailable, Text::new("unavailable")).retry_after(2)
        }
        other => Error::internal(other),
    }
}

fn problem_text(problem: PasswordProblem) -> Text {
    problem
        .args()
        .iter()
        .fold(Text::new(problem.key()), |text, (name, value)| {
            text.with(name, value)
        })
}
