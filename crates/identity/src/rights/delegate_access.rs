//! Delegation: what somebody lets another user do in their place.

use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::Ref;
use platform::http::call::{Call, yes_or_no};
use platform::record::Column;
use platform::record::{Body, Record};
use platform::resource::Resource;
use platform::resource::{Besides, Change};
use platform::texts::Text;
use sea_query::{Condition, ExprTrait};
use serde_json::{Value as Json, json};

use crate::accounts;
use crate::names::may_name;
use crate::proof::recent;
use crate::shown;
use crate::state::ACCESS;
use crate::user::User;
use crate::user_rules::in_person;

platform::record! {
    /// What a user lets a delegate do. It is live until it is revoked.
    pub struct DelegateAccess in "delegate_access" {
        client {
            /// The user who may act for `user`.
            delegate: Ref<User>,
            /// Whether the delegate may change the user's schedule.
            can_manage_schedule: bool = false,
            /// Whether the delegate may see what the user sees.
            can_view_data: bool = false,
            /// Whether the delegate may act as the user; the audit trail then names both.
            can_act_as_user: bool = false,
            /// True once the delegation no longer holds.
            revoked: bool = false,
        }
        server {
            /// The user in whose place the delegate acts.
            user: Ref<User> = Ref::new(0),
            /// When it was revoked; null while it holds.
            revoked_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

/// The people of a delegation.
#[derive(Debug, Clone, Default, serde::Serialize, schemars::JsonSchema)]
pub struct DelegateNames {
    /// Username of the user in whose place the delegate acts.
    pub username: String,
    /// Username of the delegate.
    pub delegate_username: String,
}

/// The user gives, changes and revokes; the delegate reads. A delegate never passes on what they
/// were given.
impl Resource for DelegateAccess {
    const PATH: &'static str = "delegateaccess";
    const BESIDES: &'static [Besides] = &[Besides {
        name: "delegate_username",
        verbs: "c",
        schema: || json!({ "type": "string", "description": "The exact username of the delegate, in the place of `delegate`." }),
    }];
    const FILTERS: &'static [Column<Self>] = &[
        DelegateAccess::user,
        DelegateAccess::delegate,
        DelegateAccess::revoked,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["all"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "all",
        "Everybody's delegations (`true`), for those who may see them; one's own otherwise.",
    )];
    const OPEN_REFERENCES: &'static [Column<Self>] = &[DelegateAccess::delegate];
    const LIST: &'static [Column<Self>] = &[
        DelegateAccess::user,
        DelegateAccess::delegate,
        DelegateAccess::can_manage_schedule,
        DelegateAccess::can_view_data,
        DelegateAccess::can_act_as_user,
        DelegateAccess::revoked,
    ];
    type Extra = DelegateNames;

    fn access() -> Access {
        Access::own("crud")
            .reach(BuiltinRole::Admin, "rud", Reach::All)
            .in_person()
    }

    /// One's own, also for those who may see everybody's and do not ask for others.
    fn usual_rows(cx: &Cx, call: &Call) -> Option<Condition> {
        let asked = ["user", "delegate", "all"].iter().any(|name| {
            let given = call.query(name).map(str::trim);
            given.is_some_and(|text| !text.is_empty() && text != "false")
        });
        if asked {
            return None;
        }
        let me = cx.grant().user;
        let mine = |name: &'static str| column(Self::TABLE, name).eq(me);
        Some(Condition::any().add(mine("user")).add(mine("delegate")))
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        yes_or_no(name, value)?;
        Ok(Condition::all())
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(
                Condition::any()
                    .add(column(Self::TABLE, "user").eq(grant.user))
                    .add(column(Self::TABLE, "delegate").eq(grant.user)),
            ),
        }
    }

    async fn fold(cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
        if body.0.contains_key("delegate") {
            return Ok(());
        }
        let Some(name) = body.0.get("delegate_username").and_then(Json::as_str) else {
            return Ok(());
        };
        // Not by e-mail address: the answer names the account, and that of a patient tells that they are one.
        let found = accounts::by_username(cx, name).await?;
        let text = Text::new("unknown-username").with("name", name);
        let user = found.ok_or_else(|| Error::field("delegate_username", text))?;
        body.0.insert("delegate".to_owned(), user.meta.id.into());
        Ok(())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        in_person(cx)?;
        let me = cx.user_id()?;
        if before.is_none_or(|before| before.revoked) && !row.revoked {
            recent(cx).await?;
        }
        match before {
            None => {
                // The answer names the delegate: numbers tried in a row would list the staff.
                let by_name = change.body.0.contains_key("delegate_username");
                let known = by_name || is_staff(cx) && may_name(cx, row.delegate.get()).await?;
                if !known {
                    return Err(Error::field("delegate", Text::new("delegate-by-name")));
                }
                row.user = Ref::new(me);
            }
            Some(before) => {
                may_change(cx.grant(), before.user.get())?;
                if row.delegate != before.delegate {
                    return Err(Error::field("delegate", Text::new("delegate-fixed")));
                }
            }
        }
        if row.delegate.get() == row.user.get() {
            return Err(Error::field("delegate", Text::new("delegate-is-self")));
        }
        let delegate = accounts::by_id(cx, row.delegate.get()).await?;
        if before.is_none() && !delegate.is_some_and(|delegate| delegate.is_active) {
            return Err(Error::field("delegate", Text::new("delegate-inactive")));
        }
        row.revoked_at = revoked_at(row.revoked, before, cx.now());
        Ok(())
    }

    async fn stored(cx: &mut Cx, _change: &Change<'_, Self>) -> Result<(), Error> {
        cx.tell(ACCESS, "");
        Ok(())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        in_person(cx)?;
        may_change(cx.grant(), row.user.get())?;
        cx.tell(ACCESS, "");
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<DelegateNames>, Error> {
        let ids = rows
            .iter()
            .flat_map(|row| [row.user.get(), row.delegate.get()]);
        let users = shown::users(cx, ids.collect::<Vec<_>>()).await?;
        let name = |id: i64| {
            users
                .get(&id)
                .map(|user| user.username.to_string())
                .unwrap_or_default()
        };
        Ok(rows
            .iter()
            .map(|row| DelegateNames {
                username: name(row.user.get()),
                delegate_username: name(row.delegate.get()),
            })
            .collect())
    }
}

fn is_staff(cx: &Cx) -> bool {
    let role = cx.actor.user().and_then(|user| user.role);
    role.is_some_and(|role| role != BuiltinRole::Patient.id())
}

/// Only the user themself, or an Admin, changes what a delegate may do.
fn may_change(grant: Grant, owner: i64) -> Result<(), Error> {
    if grant.reach == Reach::All || grant.user == owner {
        Ok(())
    } else {
        Err(Error::denied())
    }
}

/// Since when a delegation no longer holds: the first moment of its being revoked.
fn revoked_at(revoked: bool, before: Option<&DelegateAccess>, now: Timestamp) -> Option<Timestamp> {
    revoked.then(|| before.and_then(|before| before.revoked_at).unwrap_or(now))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn delegation(revoked_at: Option<Timestamp>) -> DelegateAccess {
        let body = serde_json::json!({ "delegate": 2, "revoked": revoked_at.is_some() });
        let mut row = DelegateAccess::create(&Body(body.as_object().unwrap().clone())).unwrap();
        row.revoked_at = revoked_at;
        row
    }

    #[test]
    fn the_first_moment_of_revocation_stays() {
        let then = Timestamp::from_second(100).unwrap();
        let now = Timestamp::from_second(200).unwrap();
        let (live, ended) = (delegation(None), delegation(Some(then)));
        for (revoked, before, expected) in [
            (false, None, None),
            (true, None, Some(now)),
            (true, Some(&live), Some(now)),
            (true, Some(&ended), Some(then)),
            (false, Some(&ended), None),
        ] {
            assert_eq!(revoked_at(revoked, before, now), expected);
        }
    }

    #[test]
    fn a_delegate_changes_nothing() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let grant = |reach, user| Grant {
            reach,
            user,
            at,
            confined: false,
        };
        assert!(may_change(grant(Reach::Own, 1), 1).is_ok());
        assert!(may_change(grant(Reach::Own, 2), 1).is_err());
        assert!(may_change(grant(Reach::All, 2), 1).is_ok());
    }
}
