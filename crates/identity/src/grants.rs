//! What roles may do: the stored grants, their defaults, and the rules of editing them.
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
use platform::fault::Faults;
use platform::module::Registry;
use platform::texts::Text;
use sea_query::{Alias, Expr, OnConflict, Query};
use serde_json::Value as Json;

const WHY: &str = "grants are the door's, not a caller's";

/// What an Admin can never lose: the way to set things right.
pub const KEPT: &[&str] = &["roles:read", "roles:update", "users:read", "users:update"];

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
        run(cx, Statement::raw(sql, values)).await?;
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
        .filter(|permission| !known.iter().any(|(name,)| *name == permission.name))
        .collect();
    let mut grants = Vec::new();
    for role in BuiltinRole::ALL {
        for permission in &fresh {
            let reach = permission.default_for(Some(role));
            if reach != Reach::None {
                grants.push((role.id(), permission.name.clone(), reach));
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
                .values([Expr::val(permission.name.to_value())])
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

/// What a change of `permissions` and `scopes` makes of a role's grants: the pure rule.
///
/// `permissions` is the whole list; what stays keeps its reach, what is new gets its scope or the
/// widest reach that a role other than Admin has by default. A scope is given for a permission or
/// for a whole resource.
///
/// # Errors
/// 400 for unknown names (with near ones), for scopes of what is not held, and for what an Admin may
/// not lose.
pub fn edited(
    registry: &Registry,
    role: Option<BuiltinRole>,
    present: &BTreeMap<String, Reach>,
    permissions: Option<&Json>,
    scopes: Option<&Json>,
) -> Result<BTreeMap<String, Reach>, Faults> {
    let mut faults = Faults::new();
    let mut next = match permissions {
        None => present.clone(),
        Some(json) => chosen(registry, role, present, json, &mut faults),
    };
    if let Some(json) = scopes {
        apply_scopes(&mut next, json, &mut faults);
    }
    if role == Some(BuiltinRole::Admin) {
        for name in KEPT {
            if registry.permissions.contains_key(*name) && next.get(*name) != Some(&Reach::All) {
                faults.say(
                    "permissions",
                    Text::new("admin-keeps").with("permission", name),
                );
            }
        }
    }
    faults.into_result()?;
    Ok(next)
}

fn chosen(
    registry: &Registry,
    role: Option<BuiltinRole>,
    present: &BTreeMap<String, Reach>,
    json: &Json,
    faults: &mut Faults,
) -> BTreeMap<String, Reach> {
    let mut next = BTreeMap::new();
    let Some(names) = json.as_array() else {
        faults.say("permissions", Text::new("not-a-list"));
        return next;
    };
    for name in names {
        let name = name.as_str().unwrap_or_default().trim();
        match registry.permissions.get(name) {
            None => {
                let near = near(registry, name);
                faults.say(
                    "permissions",
                    Text::new("unknown-permission")
                        .with("name", name)
                        .with("near", near.join(", ")),
                );
            }
            Some(permission) => {
                let reach = present
                    .get(name)
                    .copied()
                    .unwrap_or_else(|| usual(permission, role));
                next.insert(name.to_owned(), reach);
            }
        }
    }
    next
}

fn apply_scopes(next: &mut BTreeMap<String, Reach>, json: &Json, faults: &mut Faults) {
    let Some(scopes) = json.as_object() else {
        faults.say("scopes", Text::new("not-an-object"));
        return;
    };
    // A resource's scope first, so that the scope of one of its permissions stands.
    let (whole, single): (Vec<_>, Vec<_>) =
        scopes.iter().partition(|(name, _)| !name.contains(':'));
    for (name, reach) in whole.into_iter().chain(single) {
        let Some(reach) = reach
            .as_str()
            .and_then(Reach::parse)
            .filter(|reach| *reach != Reach::None)
        else {
            faults.say(
                "scopes",
                Text::new("not-a-choice")
                    .with("value", reach)
                    .with("choices", "own, assigned, all"),
            );
            continue;
        };
        let mut found = false;
        for (permission, held) in next.iter_mut() {
            let resource = permission.split(':').next();
            if permission == name || resource == Some(name.as_str()) {
                *held = reach;
                found = true;
            }
        }
        if !found {
            faults.say(
                "scopes",
                Text::new("scope-without-permission").with("name", name),
            );
        }
    }
}

/// The reach of a permission that a role is given anew.
fn usual(permission: &PermissionInfo, role: Option<BuiltinRole>) -> Reach {
    let own = permission.default_for(role);
    if own != Reach::None {
        return own;
    }
    let widest = BuiltinRole::ALL
        .into_iter()
        .filter(|other| *other != BuiltinRole::Admin)
        .map(|other| permission.default_for(Some(other)))
        .max()
        .unwrap_or_default();
    match (role, widest) {
        (Some(BuiltinRole::Patient), _) => Reach::Own,
        (_, Reach::None) => Reach::All,
        (_, widest) => widest,
    }
}

/// Up to three permissions whose names are most like this one.
fn near(registry: &Registry, name: &str) -> Vec<String> {
    let mut scored: Vec<(f64, &String)> = registry
        .permissions
        .keys()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored
        .into_iter()
        .take(3)
        .map(|(_, known)| known.clone())
        .collect()
}

/// How far a role's grants reach, by resource; a permission that differs from its resource's
/// reading is named itself.
pub fn scopes(grants: &BTreeMap<String, Reach>) -> BTreeMap<String, Reach> {
    let mut scopes = BTreeMap::new();
    for (permission, reach) in grants {
        let resource = permission.split(':').next().unwrap_or_default();
        let whole = grants
            .get(&format!("{resource}:read"))
            .copied()
            .unwrap_or(*reach);
        scopes.entry(resource.to_owned()).or_insert(whole);
        if scopes.get(resource) != Some(reach) {
            scopes.insert(permission.clone(), *reach);
        }
    }
    scopes
}

async fn run(cx: &mut Cx, statement: Statement) -> Result<(), Error> {
    cx.unscoped(WHY).execute(statement).await?;
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use platform::access::Access;
    use platform::module::Module;
    use serde_json::json;

    fn registry() -> Registry {
        let staff = || Access::own("r").role(BuiltinRole::Admin, "crud");
        let mut module = Module::new("test");
        for name in KEPT {
            module = module.permission(name, Access::may(&[BuiltinRole::Admin]));
        }
        Registry::new(vec![
            module
                .permission("notes:read", staff())
                .permission("notes:merge", Access::may(&[BuiltinRole::Nurse])),
        ])
    }

    fn held(pairs: &[(&str, Reach)]) -> BTreeMap<String, Reach> {
        pairs.iter().map(|(n, r)| ((*n).to_owned(), *r)).collect()
    }

    #[test]
    fn permissions_are_replaced_and_keep_their_reach() {
        let present = held(&[("notes:read", Reach::Assigned)]);
        let next = edited(
            &registry(),
            None,
            &present,
            Some(&json!(["notes:read", "notes:merge"])),
            None,
        )
        .unwrap();
        assert_eq!(
            next,
            held(&[("notes:read", Reach::Assigned), ("notes:merge", Reach::All)])
        );
        let next = edited(&registry(), None, &present, Some(&json!([])), None).unwrap();
        assert!(next.is_empty());
    }

    #[test]
    fn scopes_apply_to_a_resource_or_to_one_permission() {
        let present = held(&[("notes:read", Reach::All), ("notes:merge", Reach::All)]);
        let scopes_json = json!({ "notes": "own", "notes:merge": "all" });
        let next = edited(&registry(), None, &present, None, Some(&scopes_json)).unwrap();
        assert_eq!(
            next,
            held(&[("notes:read", Reach::Own), ("notes:merge", Reach::All)])
        );
        let shown = scopes(&next);
        assert_eq!(
            shown,
            held(&[("notes", Reach::Own), ("notes:merge", Reach::All)])
        );
        for bad in [
            json!({ "beds": "own" }),
            json!({ "notes": "mine" }),
            json!({ "notes": "none" }),
            json!([]),
        ] {
            let faults = edited(&registry(), None, &present, None, Some(&bad)).unwrap_err();
            assert!(faults.has("scopes"), "{bad}");
        }
    }

    #[test]
    fn unknown_names_are_answered_with_near_ones() {
        assert_eq!(near(&registry(), "note:read")[0], "notes:read");
        let faults = edited(
            &registry(),
            None,
            &BTreeMap::new(),
            Some(&json!(["note:read"])),
            None,
        )
        .unwrap_err();
        assert!(faults.has("permissions"));
    }

    #[test]
    fn an_admin_keeps_the_way_to_set_things_right() {
        let present: BTreeMap<_, _> = KEPT
            .iter()
            .map(|name| ((*name).to_owned(), Reach::All))
            .collect();
        let admin = Some(BuiltinRole::Admin);
        assert!(edited(&registry(), admin, &present, Some(&json!(KEPT)), None).is_ok());
        let without = Some(json!(KEPT[..2]));
        assert!(edited(&registry(), admin, &present, without.as_ref(), None).is_err());
        let narrowed = Some(json!({ "users": "own" }));
        assert!(edited(&registry(), admin, &present, None, narrowed.as_ref()).is_err());
        let nurse = Some(BuiltinRole::Nurse);
        assert!(edited(&registry(), nurse, &present, without.as_ref(), None).is_ok());
    }
}
