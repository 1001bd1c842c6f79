//! The names that accounts are found by are one set: usernames and addresses together.

use platform::cx::{Cx, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::user::User;
use crate::user_rules::tidy;

/// Tidies an account and checks everything about its names at once.
///
/// # Errors
/// 400 by field.
pub(crate) async fn check(
    cx: &mut Cx,
    user: &mut User,
    before: Option<&User>,
) -> Result<(), Error> {
    Ok(complaints(cx, user, before).await?.into_result()?)
}

/// As [`check`], for whoever has more to complain of.
///
/// # Errors
/// When the database fails.
pub(crate) async fn complaints(
    cx: &mut Cx,
    user: &mut User,
    before: Option<&User>,
) -> Result<Faults, Error> {
    let faults = tidy(cx, user);
    Ok(faults.and(taken(cx, user, before).await?))
}

/// Nobody signs in by a name that another account has, be it as its username or as its address:
/// people type either into the same box. Only a name that is new is complained of. (That two accounts
/// never have the same username or the same address is a constraint of the table as well.)
async fn taken(cx: &mut Cx, user: &User, before: Option<&User>) -> Result<Faults, Error> {
    let was = |name: &str| {
        before.is_some_and(|before| {
            *before.username_fold == *name || before.email_fold.as_deref() == Some(name)
        })
    };
    let username = Some(&*user.username_fold).filter(|name| !was(name));
    let email = user.email_fold.as_deref().filter(|name| !was(name));
    let wanted: Vec<&str> = username.into_iter().chain(email).collect();
    let mut faults = Faults::new();
    if wanted.is_empty() {
        return Ok(faults);
    }
    let mut query = select::<User>();
    query.and_where(User::id.ne(user.meta.id)).and_where(
        User::username_fold
            .is_in(wanted.clone())
            .or(User::email_fold.is_in(wanted)),
    );
    let others: Vec<User> = cx
        .unscoped("names to sign in with are one set over all accounts")
        .records(query)
        .await?;
    let has = |name: &str| {
        others
            .iter()
            .any(|other| *other.username_fold == *name || other.email_fold.as_deref() == Some(name))
    };
    if username.is_some_and(has) {
        faults.say("username", Text::new("taken"));
    }
    if email.is_some_and(has) {
        faults.say("email", Text::new("taken"));
    }
    Ok(faults)
}
