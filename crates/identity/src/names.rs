//! The names of many users at once, for lists of what they do.

use crate::user::User;
use std::collections::HashMap;

use platform::cx::{Cx, among};
use platform::db::Statement;
use platform::error::Error;
use sea_query::Query;

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
