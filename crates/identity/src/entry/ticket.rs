//! Tickets: how a browser opens a WebSocket without showing its token in an address.
//!
//! A ticket belongs to the session that asked for it, works once on any node, and only for [`LIFETIME`] seconds. Only
//! its hash is kept.

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use platform::app::App;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::route::Route;
use platform::unit;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

use crate::credential::api_key;
use crate::door::{not_authenticated, token_invalid};

/// How many seconds a ticket works.
pub const LIFETIME: i64 = 30;

/// What asking for a ticket answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ticket {
    /// Goes into the socket's address as `?ticket=`.
    ticket: String,
    /// For how many seconds it works.
    expires_in: i64,
}

/// Adds `POST ws-ticket/`.
pub(crate) fn add(module: Module) -> Module {
    module.route(
        Route::post("auth", "ws-ticket/", issue)
            .signed_in()
            .answers::<Ticket>(201)
            .summary("A ticket to open a WebSocket with")
            .description(
                "Opens `/ws/notifications/<own user id>/?ticket=…` once, within 30 seconds. Clients that can set \
                 `Sec-WebSocket-Protocol` offer `chelal` and their access token there instead. A token in the address \
                 is refused. With `since=<id>` what came after that notification is sent first.\n\n\
                 The server sends `{\"event\": \"connected\", \"last_id\", \"unread\"}` and then, for each notification \
                 in the order of ids, `{\"event\": \"notification\", \"id\", \"message\", …}` as `notifications/` shows \
                 it. It closes with 1001 or 1011 (connect again), 1013 (too slow, connect again with `since`), 4401 \
                 (sign in again), 4403 (not allowed) or 4408 (silent for too long).",
            )
            .done(),
    )
}

fn issue<'a>(cx: &'a mut Cx, _call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let user = cx.user_id()?;
        // Whoever comes with a key has no session that could end; a delegate would be let in as somebody else.
        let session = cx
            .actor
            .user()
            .filter(|user| user.acting.is_none())
            .and_then(|user| user.session);
        let session = session.ok_or_else(Error::denied)?;
        let ticket = api_key::NewApiKey::generate().map_err(Error::internal)?;
        let ticket = ticket
            .expose()
            .trim_start_matches(api_key::PREFIX)
            .to_owned();
        let now = cx.now();
        let why = "a ticket is a credential, not a record";
        let stale = Statement::raw(
            "DELETE FROM ws_ticket WHERE expires_at < $1",
            vec![now.to_value()],
        );
        cx.unscoped(why).execute(stale).await?;
        let insert = Statement::raw(
            "INSERT INTO ws_ticket (hash, \"user\", session, expires_at) VALUES ($1, $2, $3, $4)",
            vec![
                api_key::hash(&ticket).to_value(),
                user.to_value(),
                session.to_value(),
                (now + SignedDuration::from_secs(LIFETIME)).to_value(),
            ],
        );
        cx.unscoped(why).execute(insert).await?;
        let answer = json!({ "ticket": ticket, "expires_in": LIFETIME });
        Reply::json(http::StatusCode::CREATED, &answer)
    })
}

/// Takes a ticket; the user and session that it was made for.
///
/// # Errors
/// 401 when there is none of these letters, it was used, or it is too old.
pub(crate) async fn redeem(app: &Arc<App>, ticket: &str) -> Result<(i64, Uuid), Error> {
    if ticket.is_empty() {
        return Err(not_authenticated());
    }
    let hash = api_key::hash(ticket);
    let found = unit::program(app, "ws-ticket", move |cx| {
        let hash = hash.clone();
        Box::pin(async move {
            let take = Statement::raw(
                "DELETE FROM ws_ticket WHERE hash = $1 AND expires_at > $2 RETURNING \"user\", session",
                vec![hash.to_value(), cx.now().to_value()],
            );
            cx.unscoped("nobody is signed in yet")
                .optional::<(i64, Uuid)>(take)
                .await
        })
    });
    found.await?.ok_or_else(token_invalid)
}
