//! The names of many users at once, for lists of what they do.

use std::collections::HashMap;

use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::serde_json::json;

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
    // One text for any number of ids, so that it is prepared once.
    let sql = match cx.dialect() {
        Dialect::Sqlite => {
            "SELECT id, username, first_name, last_name FROM app_user \
             WHERE id IN (SELECT value FROM json_each($1))"
        }
        Dialect::Postgres => {
            "SELECT id, username, first_name, last_name FROM app_user \
             WHERE id IN (SELECT value::bigint FROM jsonb_array_elements_text($1::jsonb))"
        }
    };
    let rows: Vec<(i64, String, String, String)> = cx
        .unscoped("what colleagues are called is no secret")
        .all(Statement::raw(sql, vec![json!(ids).to_value()]))
        .await?;
    let named = rows.into_iter().map(|(id, username, first, last)| {
        let full = format!("{first} {last}");
        let full = full.trim();
        let name = if full.is_empty() { &username } else { full };
        (id, name.to_owned())
    });
    Ok(named.collect())
}
