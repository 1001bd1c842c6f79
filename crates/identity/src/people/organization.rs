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
            /// Whether staff join it by themselves; of others one of their administrators makes the member.
            open: bool = true,
        }
        server {}
        hidden {}
    }
}

/// Admins keep all; staff see all that exist, other people those they belong to, and everybody administers what they
/// found. Belonging to one gives no rights.
impl Resource for Organization {
    const PATH: &'static str = "organizations";
    const CALLED: &'static [Column<Self>] = &[Organization::name];
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
        BuiltinRole::STAFF
            .iter()
            .fold(Access::own("cr"), |access, role| {
                access.reach(*role, "cr", Reach::Assigned)
            })
            .reach(BuiltinRole::Admin, "crud", Reach::All)
            .in_person()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            Reach::Assigned => Scope::Where(
                Condition::any()
                    .add(Organization::is_active.eq(true))
                    .add(belongs(grant)),
            ),
            _ => Scope::Where(Condition::all().add(belongs(grant))),
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        // The program itself belongs to none.
        if change.before.is_some() || cx.actor.user_id().is_none() {
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

/// Those that the caller belongs to.
fn belongs(grant: &Grant) -> Expr {
    column(Organization::TABLE, "id").in_subquery(memberships(grant.user, false))
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
