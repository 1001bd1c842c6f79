//! Organizations that users belong to: departments, partners, other hospitals.

use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::Column;
use platform::record::{Meta, Record};
use platform::resource::Change;
use platform::resource::Resource;
use sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement};

use crate::organization_membership::OrganizationMembership;

platform::record! {
    /// Something that users belong to.
    pub struct Organization in "organization" {
        client {
            /// Name of the organization.
            name: Line<255>,
            /// What the organization does.
            description: Blank<2000>,
            /// Whether the organization still exists.
            is_active: bool = true,
        }
        server {}
        hidden {}
    }
}

/// Admins keep all; others see those they belong to, and administer what they found.
impl Resource for Organization {
    const PATH: &'static str = "organizations";
    const FILTERS: &'static [Column<Self>] = &[Organization::name, Organization::is_active];
    const ORDERING: &'static [Column<Self>] = &[Organization::name];
    const SEARCH: &'static [Column<Self>] = &[Organization::name, Organization::description];
    const LIST: &'static [Column<Self>] = &[
        Organization::name,
        Organization::description,
        Organization::is_active,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::own("cr")
            .reach(BuiltinRole::Admin, "crud", Reach::All)
            .in_person()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(
                Condition::all()
                    .add(column(Self::TABLE, "id").in_subquery(memberships(grant.user, false))),
            ),
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &*change.row;
        if before.is_some() || cx.grant().reach == Reach::All {
            return Ok(());
        }
        let mut founder = OrganizationMembership {
            meta: Meta::unstored(),
            user: Ref::new(cx.user_id()?),
            organization: row.reference(),
            role: Blank::default(),
            is_admin: true,
            joined_at: cx.now(),
        };
        cx.insert(&mut founder).await
    }
}

/// The organizations that a user belongs to, or administers.
pub(crate) fn memberships(user: i64, as_admin: bool) -> SelectStatement {
    let mine = Alias::new("mine");
    let of = |name: &'static str| Expr::col((Alias::new("mine"), Alias::new(name)));
    let mut query = Query::select();
    query
        .expr(of("organization"))
        .from_as(Alias::new(OrganizationMembership::TABLE), mine)
        .and_where(of("user").eq(user));
    if as_admin {
        query.and_where(of("is_admin").eq(true));
    }
    query
}
