//! Who belongs to which organization.

use platform::record::Column;
use platform::resource::Change;
use std::collections::HashMap;

use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::http::call::yes_or_no;
use platform::record::{Body, Record};
use platform::resource::Resource;
use platform::serde_json::Value as Json;
use platform::texts::Text;
use sea_query::{Condition, ExprTrait};

use crate::organization::{Organization, memberships};
use crate::shown;
use crate::user::User;

platform::record! {
    /// A user's place in an organization; one for each pair.
    pub struct OrganizationMembership in "organization_membership" {
        client {
            /// The user who is a member; whoever asks, when it is left out.
            user: Ref<User> = Ref::new(0),
            /// The organization that the user belongs to.
            organization: Ref<Organization>,
            /// What the member does there, in the organization's own words; it gives no rights.
            role: Blank<100>,
            /// Whether the member manages the organization's members.
            is_admin: bool = false,
        }
        server {
            /// When the user became a member, in UTC.
            joined_at: Timestamp = Timestamp::UNIX_EPOCH,
        }
        hidden {}
    }
}

/// The names of a membership.
#[derive(Debug, Clone, Default, serde::Serialize, schemars::JsonSchema)]
pub struct MembershipNames {
    /// Username of the member.
    pub username: String,
    /// Name of the organization.
    pub organization_name: String,
}

/// Admins keep all; an organization's own admins keep those of its members; everybody sees their own
/// and may leave.
impl Resource for OrganizationMembership {
    const PATH: &'static str = "organization-memberships";
    const FILTERS: &'static [Column<Self>] = &[
        OrganizationMembership::user,
        OrganizationMembership::organization,
        OrganizationMembership::is_admin,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["mine"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] =
        &[("mine", "With `true`, the caller's own memberships only.")];
    const ORDERING: &'static [Column<Self>] = &[OrganizationMembership::joined_at];
    const LIST: &'static [Column<Self>] = &[
        OrganizationMembership::user,
        OrganizationMembership::organization,
        OrganizationMembership::role,
        OrganizationMembership::is_admin,
        OrganizationMembership::joined_at,
    ];
    type Extra = MembershipNames;

    fn access() -> Access {
        Access::own("crud")
            .reach(BuiltinRole::Admin, "crud", Reach::All)
            .in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(
                Condition::any()
                    .add(column(Self::TABLE, "user").eq(grant.user))
                    .add(
                        column(Self::TABLE, "organization")
                            .in_subquery(memberships(grant.user, true)),
                    ),
            ),
        }
    }

    fn filter(cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let me = cx.grant().user;
        let mine = Condition::all().add(column(Self::TABLE, "user").eq(me));
        Ok(if yes_or_no(name, value)? {
            mine
        } else {
            Condition::all()
        })
    }

    fn fill_in(cx: &Cx, body: &mut Body) -> Result<(), Error> {
        if body.0.get("user").is_none_or(Json::is_null) {
            body.0.insert("user".to_owned(), cx.user_id()?.into());
        }
        Ok(())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        match before {
            None => row.joined_at = cx.now(),
            Some(before) => {
                for (name, moved) in [
                    ("user", row.user != before.user),
                    ("organization", row.organization != before.organization),
                ] {
                    if moved {
                        return Err(Error::field(name, Text::new("membership-fixed")));
                    }
                }
            }
        }
        let joins = before.is_none() && row.user.get() == cx.user_id()? && !row.is_admin;
        if administers(cx, row.organization.get()).await?
            || (joins && is_open(cx, row.organization.get()).await?)
        {
            Ok(())
        } else {
            Err(Error::denied())
        }
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let leaves = cx.grant().user == row.user.get();
        if leaves || administers(cx, row.organization.get()).await? {
            Ok(())
        } else {
            Err(Error::denied())
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<MembershipNames>, Error> {
        let users = shown::users(cx, rows.iter().map(|row| row.user.get())).await?;
        let places: HashMap<i64, Organization> =
            shown::by_ids(cx, rows.iter().map(|row| row.organization.get())).await?;
        Ok(rows
            .iter()
            .map(|row| MembershipNames {
                username: users
                    .get(&row.user.get())
                    .map(|user| user.username.to_string())
                    .unwrap_or_default(),
                organization_name: places
                    .get(&row.organization.get())
                    .map(|place| place.name.to_string())
                    .unwrap_or_default(),
            })
            .collect())
    }
}

/// Whether whoever sees an organization may join it.
async fn is_open(cx: &mut Cx, organization: i64) -> Result<bool, Error> {
    let mut query = select::<Organization>();
    query
        .and_where(Organization::id.eq(organization))
        .and_where(Organization::open.eq(true))
        .and_where(Organization::is_active.eq(true));
    let found: Option<Organization> = cx
        .unscoped("whether an organization that the caller sees is open")
        .record(query)
        .await?;
    Ok(found.is_some())
}

/// Whether the caller keeps the members of an organization.
async fn administers(cx: &mut Cx, organization: i64) -> Result<bool, Error> {
    let grant = cx.grant();
    if grant.reach == Reach::All {
        return Ok(true);
    }
    let mut query = select::<OrganizationMembership>();
    query
        .and_where(OrganizationMembership::user.eq(grant.user))
        .and_where(OrganizationMembership::organization.eq(organization))
        .and_where(OrganizationMembership::is_admin.eq(true));
    let found: Option<OrganizationMembership> = cx
        .unscoped("the caller's own standing in the organization")
        .record(query)
        .await?;
    Ok(found.is_some())
}
