//! What roles may do: the stored grants and their defaults. How they are edited: [`grant_rules`](crate::grant_rules).
//!
//! The defaults of a permission are stored when a start first sees it, so that an upgrade brings its
//! permissions along and an Admin's edits stay. Everybody who is signed in also holds what
//! declarations grant to everyone, whatever their role says.

use std::collections::BTreeMap;

use kernel::{BuiltinRole, Reach};
use platform::access::PermissionInfo;
use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use sea_query::{Alias, Expr, OnConflict, Query};

const WHY: &str = "grants are the door's, not a caller's";

/// Stores the built-in roles and the defaults of permissions seen for the first time.
///
/// # Errors
/// When the database fails.
pub(crate) async fn seed(cx: &mut Cx) -> Result<(), Error> {
    for role in BuiltinRole::ALL {
        let sql = "INSERT INTO role (id, uid, created_at, updated_at, version, name, description, is_builtin) VALUES ($1, $2, $3, $3, 1, $4, $5, $6) ON CONFLICT DO NOTHING";
        let values = vec![
            role.id().to_value(),
            uuid::Uuid::now_v7().to_value(),
            cx.now().to_value(),
            role.name().to_value(),
            role.description().to_value(),
            true.to_value(),
        ];
        cx.unscoped("the built-in roles are part of the program")
            .untraced()
            .execute(Statement::raw(sql, values))
            .await?;
    }
    if cx.dialect() == Dialect::Postgres {
        // Given ids do not move the sequence.
        let sql = "SELECT setval(pg_get_serial_sequence('role', 'id'), (SELECT max(id) FROM role))";
        let _: Vec<(i64,)> = cx
            .unscoped(WHY)
            .all(Statement::raw(sql, Vec::new()))
            .await?;
    }
    let known: Vec<(String,)> = cx
        .unscoped(WHY)
        .all(Statement::raw("SELECT name FROM known_permission", vec![]))
        .await?;
    let app = cx.app.clone();
    let fresh: Vec<&PermissionInfo> = app
        .registry
        .permissions
        .values()
        .filter(|permission| !known.iter().any(|(name,)| *name == permission.name()))
        .collect();
    let mut grants = Vec::new();
    for role in BuiltinRole::ALL {
        for permission in &fresh {
            let reach = permission.default_for(Some(role));
            if reach != Reach::None {
                grants.push((role.id(), permission.name(), reach));
            }
        }
    }
    store(cx, &grants).await?;
    for names in fresh.chunks(500) {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new("known_permission"))
            .columns([Alias::new("name")]);
        for permission in names {
            insert
                .values([Expr::val(permission.name().to_value())])
                .map_err(Error::internal)?;
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        let statement = Statement::build(cx.dialect(), &insert);
        run(cx, statement).await?;
    }
    Ok(())
}

async fn store(cx: &mut Cx, grants: &[(i64, String, Reach)]) -> Result<(), Error> {
    for rows in grants.chunks(500) {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new("role_grant"))
            .columns(["role", "permission", "reach"].map(Alias::new));
        for (role, permission, reach) in rows {
            insert
                .values([
                    Expr::val(role.to_value()),
                    Expr::val(permission.to_value()),
                    Expr::val(reach.as_str().to_value()),
                ])
                .map_err(Error::internal)?;
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        let statement = Statement::build(cx.dialect(), &insert);
        run(cx, statement).await?;
    }
    Ok(())
}

/// What roles were given, of the permissions that exist in this version.
///
/// # Errors
/// When the database fails.
pub async fn of_roles(
    cx: &mut Cx,
    roles: &[i64],
) -> Result<BTreeMap<i64, BTreeMap<String, Reach>>, Error> {
    let mut query = Query::select();
    query
        .columns(["role", "permission", "reach"].map(Alias::new))
        .from(Alias::new("role_grant"))
        .and_where(sea_query::ExprTrait::is_in(
            Expr::col(Alias::new("role")),
            roles.to_vec(),
        ));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String, String)> = cx.unscoped(WHY).all(statement).await?;
    let mut held: BTreeMap<i64, BTreeMap<String, Reach>> = BTreeMap::new();
    for (role, permission, reach) in rows {
        if let Some(reach) = Reach::parse(&reach)
            && cx.app.registry.permissions.contains_key(&permission)
        {
            held.entry(role).or_default().insert(permission, reach);
        }
    }
    Ok(held)
}

/// Gives a role exactly these grants.
///
/// # Errors
/// When the database fails.
pub async fn replace(
    cx: &mut Cx,
    role: i64,
    grants: &BTreeMap<String, Reach>,
) -> Result<(), Error> {
    let sql = "DELETE FROM role_grant WHERE role = $1";
    run(cx, Statement::raw(sql, vec![role.to_value()])).await?;
    let rows: Vec<_> = grants
        .iter()
        .map(|(permission, reach)| (role, permission.clone(), *reach))
        .collect();
    store(cx, &rows).await
}

async fn run(cx: &mut Cx, statement: Statement) -> Result<(), Error> {
    cx.unscoped(WHY).execute(statement).await?;
    Ok(())
}
