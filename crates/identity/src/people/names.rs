//! The names of many users at once, for lists of what they do.

use crate::user::User;
use std::collections::HashMap;

use jiff::Timestamp;
use kernel::Code;
use platform::access::Scope;
use platform::cx::{Cx, among};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Ref;
use platform::resource::Resource;
use platform::texts::Text;
use sea_query::{ExprTrait, Query};

/// Display names by user (first and last name, or the username of somebody who gave none), with one
/// statement whatever the number of users. What colleagues are called is no secret.
///
/// # Errors
/// When the database fails.
pub async fn names(
    cx: &mut Cx,
    users: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, String>, Error> {
    let mut ids: Vec<i64> = users.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", "username", "first_name", "last_name"])
        .from("app_user")
        .and_where(among(cx.dialect(), User::id, &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, String, String)> = cx
        .unscoped("what colleagues are called is no secret")
        .all(statement)
        .await?;
    let named = rows.into_iter().map(|(id, username, first, last)| {
        let full = format!("{first} {last}");
        let full = full.trim();
        let name = if full.is_empty() { &username } else { full };
        (id, name.to_owned())
    });
    Ok(named.collect())
}

/// Whether the caller may name a user: an answer that says what somebody is called must not tell whose account a
/// number is.
///
/// # Errors
/// When the database fails.
pub async fn may_name(cx: &mut Cx, user: i64) -> Result<bool, Error> {
    let mut query = Query::select();
    query
        .column("id")
        .from("app_user")
        .and_where(User::id.eq(user));
    match User::referable(&cx.grant_of(User::READ)) {
        Scope::All => {}
        Scope::Nothing => return Ok(false),
        Scope::Where(condition) => {
            query.cond_where(condition);
        }
    }
    let statement = Statement::build(cx.dialect(), &query);
    let found: Option<(i64,)> = cx
        .unscoped("the condition is the scope of who may be named")
        .optional(statement)
        .await?;
    Ok(found.is_some())
}

/// The refusal of what somebody did before, which names them and tells when: `refused` where nobody did. The text has
/// `$name` and `$when`, the date and time at the hospital.
///
/// # Errors
/// When the database fails.
pub async fn done_before(
    cx: &mut Cx,
    refused: Error,
    text: Text,
    by: Option<Ref<User>>,
    at: Option<Timestamp>,
) -> Result<Error, Error> {
    let (Some(by), Some(at)) = (by, at) else {
        return Ok(refused);
    };
    let name = names(cx, [by.get()]).await?.remove(&by.get());
    let when = cx.app.zone.to_local(at).strftime("%Y-%m-%d %H:%M");
    let text = text
        .with("name", name.unwrap_or_default())
        .with("when", when.to_string());
    Ok(Error::refuse(Code::StateConflict, text)
        .with("by", by.get())
        .with("at", at.to_string()))
}
