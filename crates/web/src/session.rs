//! Sessions of pages: an opaque cookie, of which only the hash is kept, that stands for a session of identity.
//!
//! Whatever ends that session (signing out, revoking it, closing the account, a new password) ends the page's
//! as well, and so does a change of the role. Staff who did nothing for a while sign in again.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole;
use platform::actor::{Actor, SignedIn, Who};
use platform::app::App;
use platform::db::{Ddl, Statement, ToValue};
use platform::error::Error;
use platform::http::call::Head;
use platform::unit;
use rand::RngExt;
use uuid::Uuid;

pub(crate) fn tables(ddl: &mut Ddl) {
    ddl.table("page_session", |t| {
        t.text("hash");
        t.int("user").references("app_user").cascade();
        t.uuid("session");
        t.int("role").null();
        t.timestamp("used_at");
        t.primary_key(&["hash"]);
    });
    ddl.index("page_session", &["user"]);
    ddl.index("page_session", &["used_at"]);
}

/// Pages of staff stand open on machines that others use: they end after so long without use, however long the
/// sessions of programs may last.
const IDLE: SignedDuration = SignedDuration::from_mins(30);

const WHY: &str = "who is asking is found out before there is a caller";

/// How a cookie of ours is called and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    secure: bool,
}

impl Way {
    /// By HTTPS; by plain HTTP only from this machine, or at an address that the settings name.
    pub(crate) fn of(app: &App, head: &Head) -> Option<Way> {
        let base = head.base();
        if base.starts_with("https://") {
            return Some(Way { secure: true });
        }
        let host = base.strip_prefix("http://").unwrap_or_default();
        let named = app.settings.public_url.as_deref() == Some(base.as_str());
        (named || is_here(host)).then_some(Way { secure: false })
    }

    pub(crate) fn name(self) -> &'static str {
        if self.secure {
            "__Host-chelal"
        } else {
            "chelal"
        }
    }

    /// A cookie as it is sent; without seconds it lasts as long as the browser.
    pub(crate) fn cookie(self, name: &str, value: &str, seconds: Option<u32>) -> String {
        let mut cookie = [name, "=", value, "; Path=/; HttpOnly; SameSite=Lax"].concat();
        if self.secure {
            cookie.push_str("; Secure");
        }
        if let Some(seconds) = seconds {
            cookie.push_str("; Max-Age=");
            cookie.push_str(&seconds.to_string());
        }
        cookie
    }
}

/// A host name with or without a port that is this machine.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// A cookie of the request.
pub(crate) fn cookie<'a>(head: &'a Head, name: &str) -> Option<&'a str> {
    let mut all = head.headers.get_all(http::header::COOKIE).iter();
    all.find_map(|header| {
        let pairs = header.to_str().ok()?.split(';');
        pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    })
}

fn hash(token: &str) -> String {
    identity::credential::api_key::hash(token)
}

/// Opens a page's session for a session of identity; the cookie's value.
pub(crate) async fn open(
    app: &Arc<App>,
    user: i64,
    role: Option<i64>,
    session: Uuid,
) -> Result<String, Error> {
    let bytes: [u8; 32] = rand::rng().random();
    let token: String = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    let hashed = hash(&token);
    let stale = longest(app);
    unit::program(app, "page-session", move |cx| {
        let hashed = hashed.clone();
        Box::pin(async move {
            let now = cx.now();
            let old = now.checked_sub(stale).unwrap_or(Timestamp::MIN);
            let sweep = Statement::raw("DELETE FROM page_session WHERE used_at < $1", vec![old.to_value()]);
            cx.unscoped(WHY).execute(sweep).await?;
            let sql = "INSERT INTO page_session (hash, \"user\", session, role, used_at) VALUES ($1, $2, $3, $4, $5)";
            let values = vec![hashed.to_value(), user.to_value(), session.to_value(), role.to_value(), now.to_value()];
            cx.unscoped(WHY).execute(Statement::raw(sql, values)).await?;
            Ok(())
        })
    })
    .await?;
    Ok(token)
}

/// Nothing outlasts a session of identity.
fn longest(app: &App) -> SignedDuration {
    SignedDuration::try_from(app.settings.refresh_lifetime).unwrap_or(SignedDuration::MAX)
}

/// Forgets a page's session.
pub(crate) async fn close(app: &Arc<App>, token: &str) -> Result<(), Error> {
    let statement = Statement::raw(
        "DELETE FROM page_session WHERE hash = $1",
        vec![hash(token).to_value()],
    );
    app.unguarded(WHY).execute(statement).await?;
    Ok(())
}

type Row = (i64, Uuid, Option<i64>, Timestamp);

/// Who shows this cookie; nobody when it is unknown or its session ended. Asking for news (`idle`) is no use of it.
pub(crate) async fn enter(app: &Arc<App>, token: &str, idle: bool) -> Result<Option<Actor>, Error> {
    let sql = "SELECT \"user\", session, role, used_at FROM page_session WHERE hash = $1";
    let statement = Statement::raw(sql, vec![hash(token).to_value()]);
    let found: Option<Row> = app.unguarded(WHY).optional(statement).await?;
    let Some((user, session, role, used_at)) = found else {
        return Ok(None);
    };
    let now = app.clock.now();
    let staff = role.is_some_and(|role| role != BuiltinRole::Patient.id());
    let most = if staff {
        SignedDuration::try_from(app.settings.idle).map_or(IDLE, |idle| idle.min(IDLE))
    } else {
        longest(app)
    };
    if now.duration_since(used_at) > most {
        close(app, token).await?;
        return Ok(None);
    }
    let actor = match app.door.stay(app, &known(user, session)).await {
        Ok(stay) => stay.actor,
        Err(error)
            if matches!(
                error.code(),
                Some(
                    kernel::Code::TokenInvalid
                        | kernel::Code::NotAuthenticated
                        | kernel::Code::TokenExpired
                )
            ) =>
        {
            close(app, token).await?;
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if actor.user().and_then(|user| user.role) != role {
        close(app, token).await?;
        return Ok(None);
    }
    if !idle && now.duration_since(used_at) > SignedDuration::from_secs(60) {
        let sql = "UPDATE page_session SET used_at = $1 WHERE hash = $2";
        let statement = Statement::raw(sql, vec![now.to_value(), hash(token).to_value()]);
        app.unguarded(WHY).execute(statement).await?;
    }
    Ok(Some((*actor).clone()))
}

/// As much of somebody as the door needs to look them up.
fn known(id: i64, session: Uuid) -> Actor {
    Actor {
        who: Who::User(SignedIn {
            id,
            username: "".into(),
            role: None,
            session: Some(session),
            acting: None,
            must_change_password: false,
        }),
        ..Actor::anonymous()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_here() {
        for (host, here) in [
            ("localhost:8000", true),
            ("127.0.0.1:8000", true),
            ("127.9.9.9", true),
            ("[::1]:8000", true),
            ("localhost.example.org", false),
            ("127.0.0.1.example.org", false),
            ("10.0.0.5:8000", false),
            ("hospital", false),
        ] {
            assert_eq!(is_here(host), here, "{host}");
        }
    }
}
