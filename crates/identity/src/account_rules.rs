//! The names that accounts are found by are one set: usernames and addresses together.

use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::fault::Faults;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::user::User;

/// Nobody signs in by a name that is another account's address, or the reverse: people type either
/// into the same box. (That neither is taken as such is a constraint of the table.)
///
/// # Errors
/// 400 under the field that is another account's.
pub async fn names_are_free(cx: &mut Cx, user: &User) -> Result<(), Error> {
    let username = user.username_fold.to_string();
    let mut either = column(User::TABLE, "email_fold").eq(username.clone());
    if let Some(email) = &user.email_fold {
        either = either.or(column(User::TABLE, "username_fold").eq(email.to_string()));
    }
    let mut query = select::<User>();
    query
        .and_where(column(User::TABLE, "id").ne(user.meta.id))
        .and_where(either);
    let found: Vec<User> = cx
        .unscoped("names to sign in with are one set over all accounts")
        .records(query)
        .await?;
    let mut faults = Faults::new();
    for other in found {
        let by_name = other.email_fold.as_deref() == Some(username.as_str());
        let field = if by_name { "username" } else { "email" };
        if !faults.has(field) {
            faults.say(field, Text::new("taken"));
        }
    }
    Ok(faults.into_result()?)
}
