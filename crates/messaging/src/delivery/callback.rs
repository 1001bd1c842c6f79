//! What Twilio tells of a message later: that it went out after all, or that it did not arrive.

use jiff::Timestamp;
use kernel::Code;
use platform::app::App;
use platform::cx::{Cx, column, select};
use platform::db::{Dialect, ToValue};
use platform::error::Error;
use platform::field::{Blank, Line};
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::record::Record;
use platform::route::Route;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::unit;
use sea_query::{ExprTrait, LockType};
use uuid::Uuid;

use super::appointment_notification::{AppointmentNotification, MessageStatus};
use super::signature;

const NAME: &str = "twilio status";
const PATH: &str = "messaging/twilio/status";

/// Where the fate of a message may be told; nowhere when nobody outside reaches this server.
pub(super) fn url(public_url: &str, message: Uuid) -> Option<String> {
    let host = public_url.split("://").nth(1)?.split(['/', ':']).next()?;
    let inside = ["localhost", "127.0.0.1", "[", "0.0.0.0"];
    (!inside.contains(&host)).then(|| format!("{public_url}/api/{PATH}/{message}/"))
}

pub(super) fn route() -> Operation {
    let path = format!("{PATH}/{{uid}}/");
    Route::post("messaging", &path, |cx, call| Box::pin(heard(cx, call)))
        .open()
        .limited_by_refusals()
        .own_units()
        .answers_nothing(204)
        .summary("What Twilio tells of a message")
        .description("Called by Twilio with the fields of a status callback as a form, signed in `X-Twilio-Signature`.")
        .done()
}

/// The form's fields, if Twilio signed them.
///
/// # Errors
/// 401 for everybody else, and when no account at Twilio is configured.
pub(super) fn signed(app: &App, call: &Call) -> Result<Vec<(String, String)>, Error> {
    let refused = || Error::refuse(Code::NotAuthenticated, Text::new("not-authenticated"));
    let token = app
        .settings
        .twilio_auth_token
        .as_ref()
        .ok_or_else(refused)?;
    let fields: Vec<(String, String)> =
        serde_urlencoded::from_bytes(&call.body).map_err(|_| refused())?;
    // Twilio signs the URL that it was given: ours from outside, whatever a proxy made of it.
    let mut url = format!("{}{}", app.settings.public_url(), call.head.path);
    if !call.head.query.is_empty() {
        let query = serde_urlencoded::to_string(&call.head.query).map_err(|_| refused())?;
        url = format!("{url}?{query}");
    }
    let signature = call.head.header("x-twilio-signature").unwrap_or_default();
    if signature::is_valid(token.expose(), &url, &fields, signature) {
        Ok(fields)
    } else {
        Err(refused())
    }
}

pub(super) fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value)
}

async fn heard(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let fields = signed(&cx.app, call)?;
    let uid: Uuid = call.param("uid").parse().map_err(|_| Error::not_found())?;
    let told = Told {
        sid: field(&fields, "MessageSid").to_owned(),
        status: field(&fields, "MessageStatus").to_owned(),
        code: field(&fields, "ErrorCode").to_owned(),
    };
    unit::program(&cx.app, NAME, move |cx| {
        let told = told.clone();
        Box::pin(async move { note(cx, uid, &told).await })
    })
    .await?;
    Ok(Reply::empty(http::StatusCode::NO_CONTENT))
}

/// What Twilio tells.
#[derive(Debug, Clone)]
struct Told {
    sid: String,
    status: String,
    code: String,
}

async fn note(cx: &mut Cx, uid: Uuid, told: &Told) -> Result<(), Error> {
    let table = AppointmentNotification::TABLE;
    let mut query = select::<AppointmentNotification>();
    query.and_where(column(table, "uid").eq(uid.to_value()));
    if cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    let row: Option<AppointmentNotification> = cx
        .unscoped("the provider knows the message by its own number")
        .record(query)
        .await?;
    let Some(before) = row else { return Ok(()) };
    let known = before.provider_message_id.as_deref() == Some(&told.sid);
    let Some(now_is) = verdict(before.status, known, &told.status) else {
        return Ok(());
    };
    let mut row = before.clone();
    apply(&mut row, now_is, told, cx.now());
    cx.update(&mut row, &before).await
}

/// What a row becomes by what is told of it; nothing when it says so already or another attempt is
/// meant. `known` says that the row's last accepted message is the one that is told of.
fn verdict(status: MessageStatus, known: bool, told: &str) -> Option<MessageStatus> {
    use MessageStatus::{Failed, Pending, Sending, Sent, Unknown};
    let arrived = match told {
        "accepted" | "queued" | "sending" | "sent" | "delivered" | "read" => true,
        "failed" | "undelivered" | "canceled" => false,
        _ => return None,
    };
    match (status, known, arrived) {
        // Twilio has it, although its answer was lost on the way to us.
        (Unknown | Sending | Pending, false, true) => Some(Sent),
        (Unknown | Sending, false, false) | (Sent, true, false) => Some(Failed),
        _ => None,
    }
}

fn apply(row: &mut AppointmentNotification, status: MessageStatus, told: &Told, now: Timestamp) {
    row.status = status;
    row.next_attempt_at = None;
    row.lease_until = None;
    row.provider_message_id = (!told.sid.is_empty()).then(|| Line::cut(&told.sid));
    if status == MessageStatus::Sent {
        row.sent_at = Some(now);
        row.error_message = Sealed::new(Blank::default());
    } else {
        let mut text = format!("Twilio: {}", told.status);
        if !told.code.is_empty() {
            text = format!("{text} (code {})", told.code);
        }
        row.error_message = Sealed::new(Blank::cut(&text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_believes_what_concerns_it() {
        use MessageStatus::{Cancelled, Failed, Pending, Sending, Sent, Unknown};
        for (status, known, told, becomes) in [
            (Unknown, false, "queued", Some(Sent)),
            (Unknown, false, "delivered", Some(Sent)),
            (Unknown, false, "undelivered", Some(Failed)),
            (Sending, false, "sent", Some(Sent)),
            (Sent, true, "delivered", None),
            (Sent, true, "undelivered", Some(Failed)),
            (Sent, false, "undelivered", None),
            // A retry waits, and the first attempt was accepted after all.
            (Pending, false, "delivered", Some(Sent)),
            // A person has it sent again; what is told is of the first time.
            (Pending, true, "delivered", None),
            (Sending, true, "failed", None),
            (Cancelled, false, "delivered", None),
            (Failed, true, "failed", None),
            (Unknown, false, "something new", None),
        ] {
            assert_eq!(
                verdict(status, known, told),
                becomes,
                "{status:?} {known} {told}"
            );
        }
    }

    #[test]
    fn only_what_is_outside_is_called_back() {
        let uid = Uuid::nil();
        for inside in [
            "http://localhost:8000",
            "http://127.0.0.1",
            "http://[::1]:8000",
        ] {
            assert_eq!(url(inside, uid), None, "{inside}");
        }
        assert_eq!(
            url("https://chelal.hospital.gm", uid).as_deref(),
            Some(
                "https://chelal.hospital.gm/api/messaging/twilio/status/00000000-0000-0000-0000-000000000000/"
            )
        );
    }
}
