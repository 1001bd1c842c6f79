//! People and roles as other records show them.

use std::collections::HashMap;

use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use platform::record::Record;

use crate::role::Role;
use crate::user::User;

/// A user as others see them: who it is, and nothing to write or call to.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct ShownUser {
    /// The `id` of the user.
    pub id: i64,
    /// The name they sign in with.
    pub username: String,
    /// Given name of the user.
    pub first_name: String,
    /// Family name of the user.
    pub last_name: String,
}

/// A role as other records show it.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct ShownRole {
    /// The `id` of the role.
    pub id: i64,
    /// Name of the role.
    pub name: String,
    /// What holders of the role do.
    pub description: String,
}

impl From<&User> for ShownUser {
    fn from(user: &User) -> ShownUser {
        ShownUser {
            id: user.meta.id,
            username: user.username.to_string(),
            first_name: user.first_name.to_string(),
            last_name: user.last_name.to_string(),
        }
    }
}

impl From<&Role> for ShownRole {
    fn from(role: &Role) -> ShownRole {
        ShownRole {
            id: role.meta.id,
            name: role.name.to_string(),
            description: role.description.to_string(),
        }
    }
}

/// Records by their ids.
///
/// # Errors
/// When the database fails.
pub(crate) async fn by_ids<R: Record>(
    cx: &mut Cx,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, R>, Error> {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = select::<R>();
    query.and_where(among(cx.dialect(), column(R::TABLE, "id"), &ids));
    let found: Vec<R> = cx
        .unscoped("names beside a record that the caller may see")
        .records(query)
        .await?;
    Ok(found.into_iter().map(|row| (row.meta().id, row)).collect())
}

/// Users by their ids.
///
/// # Errors
/// When the database fails.
pub async fn users(
    cx: &mut Cx,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, User>, Error> {
    by_ids(cx, ids).await
}

/// Roles by their ids.
///
/// # Errors
/// When the database fails.
pub async fn roles(
    cx: &mut Cx,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Role>, Error> {
    by_ids(cx, ids).await
}
