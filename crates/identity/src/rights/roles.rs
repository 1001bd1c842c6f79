//! Roles: what their holders may do, and over which records.

use std::collections::BTreeMap;

use kernel::{BuiltinRole, Code, Reach};
use platform::access::{Access, Grant, Scope};
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::error::Error;
use platform::record::{Column, Record};
use platform::resource::{Besides, Change, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait};
use serde::Serialize;
use serde_json::json;

use crate::role::{Role, is_admin};
use crate::{grant_rules, grants, state};

/// The keys of a role that are worked out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct RoleExtra {
    /// What its holders may do, as `resource:verb`.
    permissions: Vec<String>,
    /// How far: `own`, `assigned` or `all`, by resource; a permission that differs is named itself.
    scopes: BTreeMap<String, String>,
}

impl Resource for Role {
    const PATH: &'static str = "roles";
    const CALLED: &'static [Column<Self>] = &[Role::name];
    const BESIDES: &'static [Besides] = &[
        Besides {
            name: "permissions",
            verbs: "cu",
            schema: || json!({ "type": "array", "items": { "type": "string" }, "description": "What holders of the role may do, as `resource:verb`: all of it. What stays keeps its scope; a new one gets the widest that a role other than Admin has usually." }),
        },
        Besides {
            name: "scopes",
            verbs: "cu",
            schema: || {
                json!({
                    "type": "object",
                    "additionalProperties": { "enum": ["own", "assigned", "all"] },
                    "description": "How far: over one's own records, those of patients that one treats, or all; by resource, or by `resource:verb`. What is not named stays.",
                })
            },
        },
    ];
    const FILTERS: &'static [Column<Self>] = &[Role::name, Role::is_builtin];
    const ORDERING: &'static [Column<Self>] = &[Role::name];
    const SEARCH: &'static [Column<Self>] = &[Role::name, Role::description];
    const LIST: &'static [Column<Self>] = &[Role::name, Role::description, Role::is_builtin];
    type Extra = RoleExtra;

    fn access() -> Access {
        Access::own("r")
            .role(BuiltinRole::Admin, "crud")
            .roles(BuiltinRole::STAFF, "r")
            .in_person()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        if grant.reach == Reach::All {
            return Scope::All;
        }
        let mut own = sea_query::Query::select();
        own.column(Alias::new("role"))
            .from(Alias::new("app_user"))
            .and_where(Expr::col(Alias::new("id")).eq(grant.user));
        Scope::Where(Condition::all().add(Role::id.in_subquery(own)))
    }

    async fn extras(cx: &mut Cx, rows: &[Role]) -> Result<Vec<RoleExtra>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let mut held = grants::of_roles(cx, &ids).await?;
        Ok(ids
            .iter()
            .map(|id| {
                let held = held.remove(id).unwrap_or_default();
                RoleExtra {
                    scopes: grant_rules::scopes(&held)
                        .into_iter()
                        .map(|(name, reach)| (name, reach.as_str().to_owned()))
                        .collect(),
                    permissions: held.into_keys().collect(),
                }
            })
            .collect())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let body = change.body;
        let row = &mut *change.row;
        if before.is_some_and(|before| before.is_builtin && before.name != row.name) {
            return Err(Error::field("name", Text::new("role-builtin")));
        }
        let edits = body.0.contains_key("permissions") || body.0.contains_key("scopes");
        // Whoever edits grants could give themselves any; only an Admin has them all anyway.
        if edits && !is_admin(cx) {
            return Err(Error::denied());
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let body = change.body;
        let row = &*change.row;
        let (permissions, scopes) = (body.0.get("permissions"), body.0.get("scopes"));
        if before.is_some() && permissions.is_none() && scopes.is_none() {
            return Ok(());
        }
        let (id, app) = (row.meta.id, cx.app.clone());
        let held = grants::of_roles(cx, &[id])
            .await?
            .remove(&id)
            .unwrap_or_default();
        let present = match before {
            None => grant_rules::everybodys(&app.registry),
            Some(_) => held.clone(),
        };
        let builtin = BuiltinRole::from_id(id);
        let next = grant_rules::edited(&app.registry, builtin, &present, permissions, scopes)?;
        if next == held {
            return Ok(());
        }
        grants::replace(cx, id, &next).await?;
        if let Some(before) = before {
            cx.renew(row, before).await?;
        }
        let entry = AuditEntry::new(Action::Edit, Role::NAME, Some(id))
            .saying("grants changed")
            .detailed(json!({ "fields": { "permissions": [held, next] } }));
        cx.audit(entry);
        cx.tell(state::ROLES, "");
        Ok(())
    }

    async fn removing(_cx: &mut Cx, row: &Role) -> Result<(), Error> {
        if row.is_builtin {
            return Err(Error::refuse(Code::Conflict, Text::new("role-builtin")));
        }
        Ok(())
    }

    async fn removable(_cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        Ok(!row.is_builtin)
    }
}
