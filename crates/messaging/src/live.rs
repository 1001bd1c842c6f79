//! `/ws/notifications/<user>/`: notifications as they come.
//!
//! What is sent is always read from the database, after the last id that was sent: the hub only says when to look. So
//! a notification that came while the client was away, while nodes could not hear each other, or while the client was
//! slow, is sent in its turn and once.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use platform::cx::{Cx, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::record::Record;
use platform::resource::{Resource, View, Visible};
use platform::socket::{End, Guest, Line, Socket};
use platform::texts::Text;
use platform::unit;
use sea_query::{ExprTrait, Order};
use serde_json::json;

use crate::notification::Notification;
use crate::notify::topic;

/// Notifications read at once: what is kept for a slow client, at most.
const BATCH: u64 = 50;
/// The pause before the database is asked again when it was away.
const AGAIN: Duration = Duration::from_secs(1);

/// The declared socket.
pub(crate) const SOCKET: Socket = Socket {
    path: "notifications/{user}/",
    largest: 4 * 1024,
    admit,
    talk,
};

/// The user's own only.
fn admit(guest: &Guest) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let own = guest.actor().user_id().map(|id| id.to_string());
        if own.as_deref() != Some(guest.param("user"))
            || guest.reach(Notification::READ) == kernel::Reach::None
        {
            return Err(Error::denied());
        }
        since(guest).map(|_| ())
    })
}

/// The database is away, and will be back.
fn is_away(error: &Error) -> bool {
    use platform::db::DbError::{Busy, Retry, Timeout, Unavailable};
    matches!(error, Error::Db(Unavailable(_) | Timeout | Busy | Retry(_)))
}

/// The notification that the client saw last, if it says so.
fn since(guest: &Guest) -> Result<Option<i64>, Error> {
    match guest.query("since").filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(Error::field("since", Text::new("notifications-since-id"))),
        },
    }
}

fn talk<'a>(guest: &'a Guest, line: &'a mut Line) -> BoxFuture<'a, Result<(), End>> {
    Box::pin(async move {
        let user = guest.actor().user_id().unwrap_or_default();
        // From here on nothing new goes unheard, so what is read next and what is heard later leave no gap.
        let mut news = guest.app.hub.subscribe_to(&[topic(user)]);
        let (newest, unread) = standing(guest, user).await?;
        // An id that was never given is none to wait for.
        let mut last = since(guest)?.map_or(newest, |seen| Ord::min(seen, newest));
        let connected = json!({ "event": "connected", "last_id": last, "unread": unread });
        line.say(connected.to_string()).await?;
        loop {
            // On the heap, so that a socket at rest does not hold the room for it.
            let away = match Box::pin(say_more(guest, line, user, last)).await {
                Ok((said, more)) => {
                    last = said;
                    if more {
                        continue;
                    }
                    false
                }
                // What was not read is read when the database is back: all clients at once would only come to
                // be refused.
                Err(End::Failed(error)) if is_away(&error) => true,
                Err(end) => return Err(end),
            };
            tokio::select! {
                signal = news.recv() => if signal.is_none() {
                    return Err(End::GoingAway);
                },
                heard = line.hear() => {
                    // Nothing that clients say means anything here.
                    heard?;
                }
                () = tokio::time::sleep(AGAIN), if away => {}
            }
            // Several that came together are read together.
            while let Some(Some(_)) = news.recv().now_or_never() {}
        }
    })
}

/// The newest notification of a user, and how many are unread.
async fn standing(guest: &Guest, user: i64) -> Result<(i64, i64), Error> {
    let statement = Statement::raw(
        "SELECT (SELECT coalesce(max(id), 0) FROM notification WHERE \"user\" = $1), \
         (SELECT count(*) FROM notification WHERE \"user\" = $1 AND is_read = $2)",
        vec![user.to_value(), false.to_value()],
    );
    let found = guest
        .app
        .unguarded("the socket is the user's own")
        .optional::<(i64, i64)>(statement)
        .await?;
    Ok(found.unwrap_or_default())
}

/// Sends what came after `last`; the last that was sent, and whether there may be more.
async fn say_more(
    guest: &Guest,
    line: &mut Line,
    user: i64,
    last: i64,
) -> Result<(i64, bool), End> {
    let opening = guest.opening(Notification::READ);
    let reading = unit::read(&guest.app, &opening, move |cx| {
        Box::pin(after(cx, user, last))
    });
    let frames = reading.await?;
    let mut said = last;
    let more = !frames.is_empty();
    for (id, frame) in frames {
        line.say(frame).await?;
        said = id;
    }
    Ok((said, more))
}

/// Notifications after an id, oldest first. That they were shown is on record before they are.
async fn after(cx: &mut Cx, user: i64, last: i64) -> Result<Vec<(i64, String)>, Error> {
    let mut query = select::<Notification>();
    query
        .and_where(Notification::user.eq(user))
        .and_where(Notification::id.gt(last))
        .order_by((Notification::TABLE, "id"), Order::Asc)
        .limit(BATCH);
    let rows: Vec<Notification> = cx
        .unscoped("the socket is the user's own")
        .records(query)
        .await?;
    let visible = Visible::of::<Notification>(&cx.grant());
    let mut frames = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.patient.is_some() {
            cx.saw_record(row);
        }
        let mut frame = serde_json::to_value(View::new(row, &(), &visible))?;
        frame["event"] = json!("notification");
        frames.push((row.meta.id, frame.to_string()));
    }
    Ok(frames)
}
