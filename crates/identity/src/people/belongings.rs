//! What belongs to an account and goes with it, each row with an audit row of its own.

use platform::cx::{Cx, column, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::record::Record;
use platform::resource::Resource;
use sea_query::{Condition, ExprTrait};

use crate::api_key::ApiKey;
use crate::delegate_access::DelegateAccess;
use crate::organization_membership::OrganizationMembership;
use crate::preference::Preference;
use crate::role_change_request::{RequestStatus, RoleChangeRequest};
use crate::session::Session;
use crate::state::ACCESS;
use crate::two_factor;
use crate::user::User;

const WHY: &str = "what belongs to an account goes with it";

/// For an account that is closed but stays, because others refer to it: its second factor, its
/// wishes and its memberships go; keys, delegations and requests end.
///
/// # Errors
/// When the database fails.
pub(crate) async fn end_all(cx: &mut Cx, user: i64) -> Result<(), Error> {
    personal(cx, user).await?;
    let now = cx.now();
    let working = is::<ApiKey>("user", user).add(flag::<ApiKey>("is_active", true));
    change::<ApiKey>(cx, working, |key| key.is_active = false).await?;
    let live = involved(user).add(flag::<DelegateAccess>("revoked", false));
    change::<DelegateAccess>(cx, live, |delegation| {
        delegation.revoked = true;
        delegation.revoked_at = Some(now);
    })
    .await?;
    let status = RoleChangeRequest::status.eq(RequestStatus::Pending.as_str());
    let pending = is::<RoleChangeRequest>("user", user).add(status);
    change::<RoleChangeRequest>(cx, pending, |request| {
        request.status = RequestStatus::Rejected;
        request.reviewed_at = Some(now);
    })
    .await?;
    cx.tell(ACCESS, "");
    Ok(())
}

/// What was entrusted to others and to programs ends when the password changes, and when the account begins to stand
/// for a patient: whoever knew the old one, or prepared the account before its owner used it, may have arranged it.
/// Whoever arranged it rightly does so again.
///
/// # Errors
/// When the database fails.
pub async fn end_entrusted(cx: &mut Cx, user: i64) -> Result<(), Error> {
    let now = cx.now();
    let working = is::<ApiKey>("user", user).add(flag::<ApiKey>("is_active", true));
    change::<ApiKey>(cx, working, |key| key.is_active = false).await?;
    let given = is::<DelegateAccess>("user", user).add(flag::<DelegateAccess>("revoked", false));
    change::<DelegateAccess>(cx, given, |delegation| {
        delegation.revoked = true;
        delegation.revoked_at = Some(now);
    })
    .await?;
    cx.tell(ACCESS, "");
    Ok(())
}

/// For an account that is deleted: everything that is about nothing else. Login activity stays, as
/// nobody's; decisions about others' requests stay, without who decided.
///
/// # Errors
/// When the database fails.
pub(crate) async fn erase_all(cx: &mut Cx, user: i64) -> Result<(), Error> {
    personal(cx, user).await?;
    erase::<Session>(cx, is::<Session>("user", user)).await?;
    erase::<ApiKey>(cx, is::<ApiKey>("user", user)).await?;
    erase::<DelegateAccess>(cx, involved(user)).await?;
    erase::<RoleChangeRequest>(cx, is::<RoleChangeRequest>("user", user)).await?;
    let decided = is::<RoleChangeRequest>("reviewed_by", user);
    change::<RoleChangeRequest>(cx, decided, |request| request.reviewed_by = None).await?;
    let sql = r#"UPDATE login_activity SET "user" = NULL WHERE "user" = $1"#;
    cx.unscoped(WHY)
        .part_of::<User>()
        .execute(Statement::raw(sql, vec![user.to_value()]))
        .await?;
    cx.tell(ACCESS, "");
    Ok(())
}

async fn personal(cx: &mut Cx, user: i64) -> Result<(), Error> {
    if let Some(factor) = two_factor::find(cx, user).await? {
        two_factor::erase(cx, &factor).await?;
    }
    erase::<Preference>(cx, is::<Preference>("user", user)).await?;
    let memberships = is::<OrganizationMembership>("user", user);
    erase::<OrganizationMembership>(cx, memberships).await
}

fn is<R: Record>(name: &'static str, user: i64) -> Condition {
    Condition::all().add(column(R::TABLE, name).eq(user))
}

fn flag<R: Record>(name: &'static str, value: bool) -> sea_query::Expr {
    column(R::TABLE, name).eq(value)
}

/// Delegations from and to a user.
fn involved(user: i64) -> Condition {
    let either = Condition::any()
        .add(DelegateAccess::user.eq(user))
        .add(DelegateAccess::delegate.eq(user));
    Condition::all().add(either)
}

async fn found<R: Record>(cx: &mut Cx, which: Condition) -> Result<Vec<R>, Error> {
    let mut query = select::<R>();
    query.cond_where(which);
    cx.unscoped(WHY).records(query).await
}

async fn erase<R: Resource>(cx: &mut Cx, which: Condition) -> Result<(), Error> {
    for row in found::<R>(cx, which).await? {
        cx.remove(&row).await?;
    }
    Ok(())
}

async fn change<R: Record>(
    cx: &mut Cx,
    which: Condition,
    edit: impl Fn(&mut R),
) -> Result<(), Error> {
    for before in found::<R>(cx, which).await? {
        let mut row = before.clone();
        edit(&mut row);
        cx.update(&mut row, &before).await?;
    }
    Ok(())
}
