//! Sessions: one for each login, until it is revoked or expires.

use platform::record::Column;
use std::collections::HashMap;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, among, column, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::http::call::{Call, Reply};
use platform::record::Record;
use platform::resource::Resource;
use schemars::JsonSchema;
use sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::state::session_topic;
use crate::user::User;

platform::record! {
    /// A login and what it led to. The row's `uid` is the `sid` of its tokens.
    pub struct Session in "session" {
        client {}
        server {
            /// The user who signed in.
            user: Ref<User> = Ref::new(0),
            /// When a token of the session was last used, to the minute, in UTC.
            last_used_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When the session can no longer be refreshed, in UTC.
            expires_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Address that the user signed in from.
            ip_address: Blank<45> = Blank::default(),
            /// The client's `User-Agent` at sign-in.
            user_agent: Blank<255> = Blank::default(),
            /// When the session was ended by signing out or by an administrator, in UTC; null while it lasts.
            revoked_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

/// The keys of a session that are worked out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct SessionExtra {
    /// Names the session when it is revoked.
    session_key: String,
    /// Who signed in.
    user: String,
    /// The `id` of the user.
    user_id: i64,
    /// When it can no longer be refreshed.
    expire_date: String,
    /// The request came with it.
    is_current: bool,
}

impl Resource for Session {
    const PATH: &'static str = "sessions";
    const VERBS: &'static str = "r";
    const FILTERS: &'static [Column<Self>] = &[Session::user];
    const ORDERING: &'static [Column<Self>] = &[Session::last_used_at, Session::expires_at];
    const REPLACED: &'static [Column<Self>] = &[Session::user];
    const LIST: &'static [Column<Self>] = &[
        Session::user,
        Session::last_used_at,
        Session::ip_address,
        Session::user_agent,
        Session::expires_at,
        Session::revoked_at,
    ];
    type Extra = SessionExtra;

    fn access() -> Access {
        Access::own("r").role(BuiltinRole::Admin, "r").in_person()
    }

    fn label(&self) -> String {
        format!("{} {}", self.ip_address, self.user_agent)
    }

    /// Those that were ended are gone from sight; an hourly job removes the expired.
    fn scope(grant: &Grant) -> Scope {
        let open = Condition::all().add(Session::revoked_at.is_null());
        Scope::Where(match grant.reach {
            Reach::All => open,
            _ => open.add(Session::user.eq(grant.user)),
        })
    }

    async fn extras(cx: &mut Cx, rows: &[Session]) -> Result<Vec<SessionExtra>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.user.get()).collect();
        let names = usernames(cx, ids).await?;
        let current = cx.actor.user().and_then(|user| user.session);
        Ok(rows
            .iter()
            .map(|row| SessionExtra {
                session_key: row.meta.uid.to_string(),
                user: names.get(&row.user.get()).cloned().unwrap_or_default(),
                user_id: row.user.get(),
                expire_date: row.expires_at.to_string(),
                is_current: current == Some(row.meta.uid),
            })
            .collect())
    }
}

/// The usernames of some users, by id.
///
/// # Errors
/// When the database fails.
pub async fn usernames(cx: &mut Cx, mut ids: Vec<i64>) -> Result<HashMap<i64, String>, Error> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = Query::select();
    query
        .columns(["id", "username"].map(Alias::new))
        .from(Alias::new(User::TABLE))
        .and_where(among(cx.dialect(), Expr::col(Alias::new("id")), &ids));
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, String)> = cx
        .unscoped("a record names the user it belongs to")
        .all(statement)
        .await?;
    Ok(rows.into_iter().collect())
}

/// `POST sessions/{id}/revoke/`, by the session's key or number.
pub(crate) fn revoke<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let key = call.param("id");
        let mut query = select::<Session>();
        match (key.parse::<Uuid>(), key.parse::<i64>()) {
            (Ok(sid), _) => query
                .and_where(column(Session::TABLE, "uid").eq(Expr::val(ToValue::to_value(&sid)))),
            (_, Ok(id)) => query.and_where(Session::id.eq(id)),
            _ => return Err(Error::not_found()),
        };
        let found: Option<Session> = cx
            .unscoped("the key names the row, whose scope is checked next")
            .record(query)
            .await?;
        let id = found.ok_or_else(Error::not_found)?.meta.id;
        let before: Session = cx.hold(id).await?;
        let mut row = before.clone();
        row.revoked_at = Some(cx.now());
        cx.update(&mut row, &before).await?;
        let entry = AuditEntry::new(Action::SessionRevoke, Session::NAME, Some(id));
        cx.audit(entry);
        cx.tell(session_topic(row.meta.uid), "");
        Reply::ok(&json!({ "status": "revoked", "session_key": row.meta.uid }))
    })
}
