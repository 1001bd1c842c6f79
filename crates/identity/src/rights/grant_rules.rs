//! The pure rules of editing what a role may do.

use std::collections::BTreeMap;

use kernel::{BuiltinRole, Reach};
use platform::access::{Permission, PermissionInfo};
use platform::fault::Faults;
use platform::module::Registry;
use platform::resource::Resource;
use platform::texts::Text;
use serde_json::Value as Json;

use crate::role::Role;
use crate::user::User;

/// What an Admin can never lose: the way to set things right.
pub const KEPT: &[Permission] = &[Role::READ, Role::UPDATE, User::READ, User::UPDATE];

/// What everybody who is signed in may do, whatever their role: what a new role begins with, so that
/// its permissions say what its holders may do. An Admin adds to it, or says otherwise at once.
pub fn everybodys(registry: &Registry) -> BTreeMap<String, Reach> {
    registry
        .permissions
        .values()
        .map(|permission| (permission.name(), permission.default_for(None)))
        .filter(|(_, reach)| *reach != Reach::None)
        .collect()
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
        for name in KEPT.iter().map(Permission::to_string) {
            if registry.permissions.contains_key(&name) && next.get(&name) != Some(&Reach::All) {
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
            module = module.permission(*name, Access::may(&[BuiltinRole::Admin]));
        }
        Registry::new(vec![
            module
                .permission(Permission::new("notes", "read"), staff())
                .permission(
                    Permission::new("notes", "merge"),
                    Access::may(&[BuiltinRole::Nurse]),
                )
                .permission(Permission::new("remarks", "make"), Access::own("x")),
        ])
    }

    fn names(permissions: &[Permission]) -> Vec<String> {
        permissions.iter().map(Permission::to_string).collect()
    }

    fn held(pairs: &[(&str, Reach)]) -> BTreeMap<String, Reach> {
        pairs.iter().map(|(n, r)| ((*n).to_owned(), *r)).collect()
    }

    #[test]
    fn a_new_role_begins_with_what_everybody_may() {
        assert_eq!(
            everybodys(&registry()),
            held(&[("remarks:make", Reach::Own)])
        );
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
            .map(|name| (name.to_string(), Reach::All))
            .collect();
        let admin = Some(BuiltinRole::Admin);
        assert!(
            edited(
                &registry(),
                admin,
                &present,
                Some(&json!(names(KEPT))),
                None
            )
            .is_ok()
        );
        let without = Some(json!(names(&KEPT[..2])));
        assert!(edited(&registry(), admin, &present, without.as_ref(), None).is_err());
        let narrowed = Some(json!({ "users": "own" }));
        assert!(edited(&registry(), admin, &present, None, narrowed.as_ref()).is_err());
        let nurse = Some(BuiltinRole::Nurse);
        assert!(edited(&registry(), nurse, &present, without.as_ref(), None).is_ok());
    }
}
