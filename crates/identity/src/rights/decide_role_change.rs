//! An Admin decides a request for another role; an approved role holds from then on.

use kernel::{BuiltinRole, Code};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::Record;
use platform::resource::Resource;
use platform::texts::Text;
use platform::verb::Verb;

use crate::accounts;
use crate::role_change_request::{RequestNames, RequestStatus, RoleChangeRequest};
use crate::state::user_topic;
use crate::user_rules::{another_admin, is_admin_account, may_give_role, touchable};

platform::input! {
    /// What the Admin says to it.
    pub struct DecisionInput {
        /// What the Admin answers.
        admin_response: Blank<2000>,
    }
}

/// A decided request.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Decided {
    /// The `id` of the request.
    pub id: i64,
    /// `approved` or `rejected`.
    pub status: &'static str,
    /// Why it was asked for.
    pub reason: String,
    /// What the Admin answered.
    pub admin_response: String,
    /// The user who decided; null while it is pending.
    pub reviewed_by: i64,
    /// Another name of `reviewed_by`.
    pub reviewed_by_id: i64,
    /// When it was decided, in UTC; null while it is pending.
    pub reviewed_at: String,
    /// Its people and roles.
    #[serde(flatten)]
    pub names: RequestNames,
}

/// Why a request cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hindrance {
    /// It was decided before.
    Decided,
    /// It is the decider's own, or that of whom they stand for.
    Own,
}

/// A request is decided once, and never by whom it concerns: `deciders` are the caller and, where a
/// delegate acts for them, the delegate.
fn hindrance(status: RequestStatus, asks: i64, deciders: &[i64]) -> Option<Hindrance> {
    if deciders.contains(&asks) {
        Some(Hindrance::Own)
    } else if status != RequestStatus::Pending {
        Some(Hindrance::Decided)
    } else {
        None
    }
}

/// A decision. `APPROVE` gives the role that was asked for; without it, everything stays as it is.
pub struct Decide<const APPROVE: bool>;

impl<const APPROVE: bool> Verb for Decide<APPROVE> {
    type On = RoleChangeRequest;
    type Input = DecisionInput;
    type Answer = Decided;
    const NAME: &'static str = if APPROVE { "approve" } else { "reject" };
    const SUMMARY: &'static str = if APPROVE {
        "Give the user the role they asked for"
    } else {
        "Turn a request for another role down"
    };
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin])
    }

    async fn of_use(cx: &mut Cx, row: &RoleChangeRequest) -> Result<bool, Error> {
        let deciders = deciders(cx)?;
        Ok(hindrance(row.status, row.user.get(), &deciders).is_none())
    }

    async fn run(
        cx: &mut Cx,
        held: RoleChangeRequest,
        input: DecisionInput,
    ) -> Result<Decided, Error> {
        let status = if APPROVE {
            RequestStatus::Approved
        } else {
            RequestStatus::Rejected
        };
        let row = decide(cx, held, input, status).await?;
        if APPROVE {
            give(cx, &row).await?;
        }
        show(cx, &row).await
    }
}

/// Gives the user the role.
async fn give(cx: &mut Cx, request: &RoleChangeRequest) -> Result<(), Error> {
    let before = accounts::held(cx, request.user.get())
        .await?
        .ok_or_else(Error::not_found)?;
    if before.is_superuser {
        let text = Text::new("superuser-is-admin");
        return Err(Error::refuse(Code::Conflict, text));
    }
    touchable(cx, &before)?;
    let mut user = before.clone();
    user.role = Some(request.requested_role);
    may_give_role(cx, &user)?;
    if is_admin_account(&before) && !is_admin_account(&user) {
        another_admin(cx, user.meta.id).await?;
    }
    cx.update(&mut user, &before).await?;
    cx.tell(user_topic(user.meta.id), "");
    Ok(())
}

/// The caller, and the delegate who acts for them.
fn deciders(cx: &Cx) -> Result<Vec<i64>, Error> {
    let delegate = cx.actor.user().and_then(|user| user.acting.as_ref());
    let both = std::iter::once(cx.user_id()?).chain(delegate.map(|(id, _)| *id));
    Ok(both.collect())
}

async fn decide(
    cx: &mut Cx,
    before: RoleChangeRequest,
    input: DecisionInput,
    status: RequestStatus,
) -> Result<RoleChangeRequest, Error> {
    let me = cx.user_id()?;
    match hindrance(before.status, before.user.get(), &deciders(cx)?) {
        Some(Hindrance::Own) => {
            let text = Text::new("own-role-request");
            return Err(Error::refuse(Code::PermissionDenied, text));
        }
        Some(Hindrance::Decided) => {
            let text = Text::new("state-conflict").with("state", before.status.as_str());
            return Err(
                Error::refuse(Code::StateConflict, text).with("status", before.status.as_str())
            );
        }
        None => {}
    }
    let mut row = before.clone();
    row.status = status;
    row.admin_response = input.admin_response;
    row.reviewed_by = Some(Ref::new(me));
    row.reviewed_at = Some(cx.now());
    cx.update(&mut row, &before).await?;
    Ok(row)
}

async fn show(cx: &mut Cx, row: &RoleChangeRequest) -> Result<Decided, Error> {
    let names = RoleChangeRequest::extras(cx, std::slice::from_ref(row))
        .await?
        .pop()
        .unwrap_or_default();
    Ok(Decided {
        id: row.meta().id,
        status: row.status.as_str(),
        reason: row.reason.to_string(),
        admin_response: row.admin_response.to_string(),
        reviewed_by: row.reviewed_by.map(|user| user.get()).unwrap_or_default(),
        reviewed_by_id: row.reviewed_by.map(|user| user.get()).unwrap_or_default(),
        reviewed_at: cx.now().to_string(),
        names,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_decided_once_and_never_by_whom_it_concerns() {
        use RequestStatus::{Approved, Pending, Rejected};
        let own = Some(Hindrance::Own);
        let decided = Some(Hindrance::Decided);
        for (status, asks, deciders, expected) in [
            (Pending, 7, &[1][..], None),
            (Pending, 7, &[1, 2], None),
            (Pending, 1, &[1], own),
            // The delegate of an Admin decides nothing of their own.
            (Pending, 2, &[1, 2], own),
            (Approved, 7, &[1], decided),
            (Rejected, 7, &[1], decided),
            (Approved, 1, &[1], own),
        ] {
            assert_eq!(
                hindrance(status, asks, deciders),
                expected,
                "{status:?} {asks}"
            );
        }
    }
}
