//! Users: who sees them, and what has to change with them.

use std::sync::Arc;

use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::app::App;
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::http::call::{Call, Prepared};
use platform::jobs;
use platform::mail::Mailer;
use platform::record::Column;
use platform::resource::{Besides, Change, Resource};
use platform::texts::Text;
use platform::unit::Opening;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait, Func, Query};
use serde::Serialize;
use serde_json::json;

use crate::account_rules::complaints;
use crate::accounts::revoke_sessions;
use crate::belongings;
use crate::mail;
use crate::role::Role;
use crate::state::{ACCESS, user_topic};
use crate::user::{User, usual_language};
use crate::user_rules::{
    NewPassword, another_admin, guard, hashed, is_admin_account, own_way_in, touchable,
};

/// The accounts of those who work here: their role reaches records of others. Who has an account as a patient is a
/// patient's secret, and so are the address and the name on it.
fn colleagues() -> Condition {
    let mut roles = Query::select();
    roles
        .column(Alias::new("role"))
        .from(Alias::new("role_grant"))
        .and_where(
            Expr::col(Alias::new("reach")).is_in([Reach::Assigned.as_str(), Reach::All.as_str()]),
        )
        .and_where(Expr::col(Alias::new("role")).ne(BuiltinRole::Patient.id()));
    Condition::any().add(User::role.in_subquery(roles))
}

/// A role as users show it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RoleBrief {
    /// Its id, by which it is written.
    id: i64,
    /// Name of the role.
    name: String,
    /// What holders of the role do.
    description: String,
}

/// The keys of a user that are worked out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct UserExtra {
    /// The role, or null.
    role: Option<RoleBrief>,
    /// The role's id, or null.
    role_id: Option<i64>,
    /// First and last name, or the username.
    full_name: String,
    /// Always null: pictures are not kept.
    profile_image: Option<String>,
    /// In the answer to a create without a password: `queued` when the invitation goes out by e-mail, or `no_mail_server` when nothing is set up to send it; give the account a password then.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<&'static str>,
}

impl Resource for User {
    const PATH: &'static str = "users";
    const BESIDES: &'static [Besides] = &[Besides {
        name: "password",
        verbs: "cu",
        schema: || json!({ "type": "string", "format": "password", "description": "The account's password. Without one on create, the address is sent an invitation to choose it." }),
    }];
    const FILTERS: &'static [Column<Self>] =
        &[User::role, User::is_active, User::username, User::email];
    const OWN_FILTERS: &'static [&'static str] = &["role__name"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "role__name",
        "Users with the role of this name, whatever its case.",
    )];
    const ORDERING: &'static [Column<Self>] = &[
        User::username,
        User::first_name,
        User::last_name,
        User::email,
        User::last_login,
        User::is_active,
    ];
    const SEARCH: &'static [Column<Self>] = &[
        User::username,
        User::email,
        User::first_name,
        User::last_name,
    ];
    const REFERRED_WHILE: Option<Column<Self>> = Some(User::is_active);
    const REPLACED: &'static [Column<Self>] = &[User::role];
    const LIST: &'static [Column<Self>] = &[
        User::username,
        User::first_name,
        User::last_name,
        User::role,
        User::email,
        User::is_active,
        User::last_login,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-account",
            &[User::username, User::email, User::role, User::is_active],
        ),
        (
            "group-person",
            &[
                User::first_name,
                User::last_name,
                User::phone,
                User::language_preference,
            ],
        ),
    ];
    type Extra = UserExtra;

    fn access() -> Access {
        BuiltinRole::STAFF
            .iter()
            .fold(
                Access::own("r").role(BuiltinRole::Admin, "crud"),
                |access, role| access.reach(*role, "r", Reach::Assigned),
            )
            .in_person()
    }

    fn label(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        match name.trim() {
            "" => self.username.to_string(),
            name => name.to_owned(),
        }
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            Reach::Assigned => Scope::Where(colleagues().add(User::id.eq(grant.user))),
            _ => Scope::Where(Condition::all().add(User::id.eq(grant.user))),
        }
    }

    fn referable(read: &Grant) -> Scope {
        match read.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(colleagues().add(User::id.eq(read.user))),
        }
    }

    async fn extras(cx: &mut Cx, rows: &[User]) -> Result<Vec<UserExtra>, Error> {
        let mut ids: Vec<i64> = rows
            .iter()
            .filter_map(|row| row.role.map(|role| role.get()))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut roles = Vec::new();
        if !ids.is_empty() {
            let mut query = select::<Role>();
            query.and_where(Role::id.is_in(ids));
            roles = cx
                .unscoped("everybody sees what role somebody has")
                .records::<Role>(query)
                .await?;
        }
        Ok(rows
            .iter()
            .map(|row| {
                let role = row
                    .role
                    .and_then(|role| roles.iter().find(|known| known.meta.id == role.get()));
                UserExtra {
                    role: role.map(|role| RoleBrief {
                        id: role.meta.id,
                        name: role.name.to_string(),
                        description: role.description.to_string(),
                    }),
                    role_id: role.map(|role| role.meta.id),
                    full_name: row.display_name(),
                    profile_image: None,
                    invitation: None,
                }
            })
            .collect())
    }

    async fn extra_created(cx: &mut Cx, row: &User, _call: &Call) -> Result<UserExtra, Error> {
        let extras = User::extras(cx, std::slice::from_ref(row)).await?;
        let mut extra = extras.into_iter().next().unwrap_or_default();
        extra.invitation = row.password_hash.is_none().then_some(match cx.app.mailer {
            Mailer::Off => "no_mail_server",
            _ => "queued",
        });
        Ok(extra)
    }

    async fn before(app: &Arc<App>, _: &Opening, call: &Call) -> Result<Prepared, Error> {
        hashed(app, call).await
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        if before.is_none() && !change.body.0.contains_key("language_preference") {
            row.language_preference = usual_language(&cx.app);
        }
        // Their role follows from what they are: another would be taken and forgotten.
        let admin = Ref::new(BuiltinRole::Admin.id());
        let other =
            row.is_superuser && before.is_some() && row.role.is_some_and(|role| role != admin);
        let mut faults = complaints(cx, row, before).await?;
        if other {
            faults.say("role", Text::new("superuser-is-admin"));
        }
        guard(cx, row, before).await?;
        match (cx.prepared::<NewPassword>().as_deref(), before) {
            (Some(NewPassword(Ok(hash))), _) => {
                own_way_in(cx, row)?;
                row.password_hash = Some(Line::cut(hash));
                row.must_change_password = false;
            }
            (Some(NewPassword(Err(more))), _) => faults = faults.and(more.clone()),
            // Without a password there must be an address to send the invitation to.
            (None, None) if row.email.is_none() => {
                faults.say("password", Text::new("password-or-email"));
            }
            _ => {}
        }
        Ok(faults.into_result()?)
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &*change.row;
        let Some(before) = before else {
            if row.password_hash.is_none() {
                jobs::enqueue(cx, vec![mail::invitation(row.meta.id)])?;
            }
            return Ok(());
        };
        let ends = before.is_active && !row.is_active;
        if ends || before.password_hash != row.password_hash {
            // Whoever changes their own password stays signed in where they did it.
            let own = cx.actor.user().filter(|user| user.id == row.meta.id);
            let but = own.and_then(|user| user.session).filter(|_| !ends);
            if before.password_hash != row.password_hash {
                belongings::end_entrusted(cx, row.meta.id).await?;
            }
            revoke_sessions(cx, row.meta.id, but).await?;
        }
        cx.tell(user_topic(row.meta.id), "");
        Ok(())
    }

    async fn removing(cx: &mut Cx, row: &User) -> Result<(), Error> {
        touchable(cx, row)?;
        if is_admin_account(row) {
            another_admin(cx, row.meta.id).await?;
        }
        revoke_sessions(cx, row.meta.id, None).await?;
        belongings::erase_all(cx, row.meta.id).await?;
        cx.tell(ACCESS, "");
        Ok(())
    }

    fn filter(_cx: &Cx, _name: &str, value: &str) -> Result<Condition, Error> {
        let mut named = Query::select();
        named
            .column(Alias::new("id"))
            .from(Alias::new("role"))
            .and_where(
                Expr::expr(Func::lower(Expr::col(Alias::new("name")))).eq(value.to_lowercase()),
            );
        Ok(Condition::all().add(User::role.in_subquery(named)))
    }
}
