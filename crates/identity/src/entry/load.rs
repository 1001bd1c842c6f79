//! Reads the door's view of sessions, users, keys and grants.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use kernel::Reach;
use platform::access::Grants;
use platform::app::App;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use uuid::Uuid;

use crate::state::{KeyState, SessionState, UserState, effective_role};
use crate::user::UserLanguage;

const WHY: &str = "who is asking is found out before there is a caller";

type SessionRow = (i64, Timestamp, Option<Timestamp>, Timestamp);

pub(crate) async fn session(app: &App, sid: Uuid) -> Result<Option<Arc<SessionState>>, Error> {
    let sql =
        r#"SELECT "user", expires_at, revoked_at, last_used_at FROM "session" WHERE uid = $1"#;
    let row: Option<SessionRow> = app
        .unguarded(WHY)
        .optional(Statement::raw(sql, vec![sid.to_value()]))
        .await?;
    Ok(row.map(|(user, expires_at, revoked_at, last_used_at)| {
        Arc::new(SessionState {
            user,
            expires_at,
            revoked: revoked_at.is_some(),
            last_used_at,
        })
    }))
}

type UserRow = (String, Option<i64>, bool, bool, bool, String);

pub(crate) async fn user(app: &App, id: i64) -> Result<Option<Arc<UserState>>, Error> {
    let sql = "SELECT username, role, is_superuser, is_active, must_change_password, language_preference FROM app_user WHERE id = $1";
    let row: Option<UserRow> = app
        .unguarded(WHY)
        .optional(Statement::raw(sql, vec![id.to_value()]))
        .await?;
    Ok(row.map(
        |(username, role, is_superuser, is_active, must_change_password, language)| {
            Arc::new(UserState {
                id,
                username: username.into(),
                role: effective_role(role, is_superuser),
                is_active,
                must_change_password,
                language: UserLanguage::from_text(&language).map_or("en", UserLanguage::as_str),
            })
        },
    ))
}

pub(crate) async fn key(app: &App, hash: String) -> Result<Option<Arc<KeyState>>, Error> {
    let sql = r#"SELECT id, "user", last_used_at, expires_at FROM api_key WHERE hash = $1 AND is_active = $2"#;
    let statement = Statement::raw(sql, vec![hash.to_value(), true.to_value()]);
    let row: Option<(i64, i64, Option<Timestamp>, Option<Timestamp>)> =
        app.unguarded(WHY).optional(statement).await?;
    Ok(row.map(|(id, user, last_used_at, expires_at)| {
        Arc::new(KeyState {
            id,
            user,
            last_used_at,
            expires_at,
        })
    }))
}

pub(crate) async fn delegation(app: &App, delegate: i64, user: i64) -> Result<bool, Error> {
    let sql = r#"SELECT id FROM delegate_access WHERE delegate = $1 AND "user" = $2 AND can_act_as_user = $3 AND revoked = $4 LIMIT 1"#;
    let values = vec![
        delegate.to_value(),
        user.to_value(),
        true.to_value(),
        false.to_value(),
    ];
    let found: Option<(i64,)> = app
        .unguarded(WHY)
        .optional(Statement::raw(sql, values))
        .await?;
    Ok(found.is_some())
}

/// What a role was given, and what everybody may: the larger of the two.
pub(crate) async fn grants(app: &App, role: Option<i64>) -> Result<Grants, Error> {
    let mut held: HashMap<String, Reach> = app
        .registry
        .permissions
        .values()
        .map(|permission| (permission.name(), permission.default_for(None)))
        .collect();
    if let Some(role) = role {
        for (permission, reach) in stored(app, role).await? {
            let held = held.entry(permission).or_default();
            *held = (*held).max(reach);
        }
    }
    Ok(Grants::new(held))
}

/// What a role was given, of the permissions that exist in this version.
pub(crate) async fn stored(app: &App, role: i64) -> Result<Vec<(String, Reach)>, Error> {
    let sql = "SELECT permission, reach FROM role_grant WHERE role = $1";
    let rows: Vec<(String, String)> = app
        .unguarded(WHY)
        .few(Statement::raw(sql, vec![role.to_value()]))
        .await?;
    Ok(rows
        .into_iter()
        .filter(|(permission, _)| app.registry.permissions.contains_key(permission))
        .filter_map(|(permission, reach)| Some((permission, Reach::parse(&reach)?)))
        .collect())
}
