//! Requests for another role, decided by an Admin.

use jiff::Timestamp;
use kernel::{BuiltinRole, Code, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Column;
use platform::record::Record;
use platform::resource::Change;
use platform::resource::Resource;
use platform::texts::Text;
use sea_query::{Condition, ExprTrait};

use crate::accounts;
use crate::role::Role;
use crate::shown::{self, ShownRole, ShownUser};
use crate::user::User;

platform::choice! {
    /// Where a request stands.
    pub enum RequestStatus {
        /// Nobody decided yet.
        Pending = "pending",
        /// The role was given.
        Approved = "approved",
        /// It was not.
        Rejected = "rejected",
    }
}

platform::record! {
    /// Somebody asks for another role.
    pub struct RoleChangeRequest in "role_change_request" {
        client {
            /// The role asked for.
            requested_role: Ref<Role>,
            /// Why the role is asked for.
            reason: Blank<2000>,
        }
        server {
            /// The user who asks.
            user: Ref<User> = Ref::new(0),
            /// `pending` until an Admin decides, then `approved` or `rejected`.
            status: RequestStatus = RequestStatus::Pending,
            /// What the Admin who decided answered.
            admin_response: Blank<2000> = Blank::default(),
            /// The user who decided; null while it is pending.
            reviewed_by: Option<Ref<User>> = None,
            /// When it was decided, in UTC; null while it is pending.
            reviewed_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

/// The people and roles of a request.
#[derive(Debug, Clone, Default, serde::Serialize, schemars::JsonSchema)]
pub struct RequestNames {
    /// The user who asks.
    pub user: ShownUser,
    /// The `id` of the user who asks.
    pub user_id: i64,
    /// The role asked for, under the name that clients show.
    pub role: Option<ShownRole>,
    /// The role they have now.
    pub current_role: Option<ShownRole>,
    /// The role asked for.
    pub requested_role: ShownRole,
    /// The role asked for, by id.
    pub requested_role_id: i64,
}

impl Resource for RoleChangeRequest {
    const PATH: &'static str = "role-change-requests";
    const VERBS: &'static str = "cr";
    const FILTERS: &'static [Column<Self>] = &[
        RoleChangeRequest::status,
        RoleChangeRequest::user,
        RoleChangeRequest::requested_role,
    ];
    const ORDERING: &'static [Column<Self>] = &[RoleChangeRequest::status];
    const OPEN_REFERENCES: &'static [Column<Self>] = &[RoleChangeRequest::requested_role];
    const REPLACED: &'static [Column<Self>] =
        &[RoleChangeRequest::user, RoleChangeRequest::requested_role];
    const LIST: &'static [Column<Self>] = &[
        RoleChangeRequest::user,
        RoleChangeRequest::requested_role,
        RoleChangeRequest::reason,
        RoleChangeRequest::status,
        RoleChangeRequest::reviewed_by,
        RoleChangeRequest::reviewed_at,
    ];
    type Extra = RequestNames;

    fn access() -> Access {
        Access::own("cr")
            .reach(BuiltinRole::Admin, "cr", Reach::All)
            .in_person()
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(Condition::all().add(column(Self::TABLE, "user").eq(grant.user))),
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        not_for_another(cx)?;
        let me = cx.user_id()?;
        // Holding the account makes simultaneous requests of one user wait for each other; the
        // partial unique index is what nobody gets past.
        let user = accounts::held(cx, me).await?.ok_or_else(Error::not_found)?;
        if user.role == Some(row.requested_role) {
            return Err(Error::field(
                "requested_role",
                Text::new("role-already-held"),
            ));
        }
        if pending(cx, me).await? {
            return Err(Error::refuse(
                Code::StateConflict,
                Text::new("role-request-pending"),
            ));
        }
        row.user = user.reference();
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<RequestNames>, Error> {
        let users = shown::users(cx, rows.iter().map(|row| row.user.get())).await?;
        let held = users.values().filter_map(|user| user.role);
        let asked = rows.iter().map(|row| row.requested_role);
        let ids: Vec<i64> = held.chain(asked).map(|role| role.get()).collect();
        let roles = shown::roles(cx, ids).await?;
        let role = |id: i64| roles.get(&id).map(ShownRole::from);
        Ok(rows
            .iter()
            .map(|row| {
                let user = users.get(&row.user.get());
                RequestNames {
                    user: user.map(ShownUser::from).unwrap_or_default(),
                    user_id: row.user.get(),
                    role: role(row.requested_role.get()),
                    current_role: user
                        .and_then(|user| user.role)
                        .and_then(|id| role(id.get())),
                    requested_role: role(row.requested_role.get()).unwrap_or_default(),
                    requested_role_id: row.requested_role.get(),
                }
            })
            .collect())
    }
}

async fn pending(cx: &mut Cx, user: i64) -> Result<bool, Error> {
    let mut query = select::<RoleChangeRequest>();
    query
        .and_where(RoleChangeRequest::user.eq(user))
        .and_where(RoleChangeRequest::status.eq(RequestStatus::Pending.as_str()))
        .limit(1);
    let found: Option<RoleChangeRequest> = cx
        .unscoped("one pending request for each user")
        .record(query)
        .await?;
    Ok(found.is_some())
}

/// What nobody may do in another's name, such as asking for a role or closing the account.
///
/// # Errors
/// 403 for a delegate.
pub(crate) fn not_for_another(cx: &Cx) -> Result<(), Error> {
    match cx.actor.user() {
        Some(user) if user.acting.is_some() => Err(Error::denied()),
        _ => Ok(()),
    }
}
