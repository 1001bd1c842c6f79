//! What people do about a message: look how it stands, have it sent again, or not at all.

use jiff::{SignedDuration, Timestamp};
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use kernel::{Backoff, Code};
use platform::access::Access;
use platform::access::Right;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Blank;
use platform::http::call::{Call, Reply};
use platform::operation::{Operation, Without};
use platform::route::Route;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::Verb;
use schemars::JsonSchema;
use serde::Serialize;

use super::appointment_notification::{AppointmentNotification, MessageStatus};
use super::schedule::{cancel, messages};
use super::wording::when;

/// How a message stands: exactly this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AppointmentNotificationStatus")]
pub struct Standing {
    /// The `id` of the message.
    pub id: i64,
    /// What it is about.
    pub appointment_id: i64,
    /// `reminder` or `followup`.
    pub notification_type: &'static str,
    /// `sms` or `email`.
    pub channel: &'static str,
    /// `pending`, `sending`, `sent`, `failed`, `cancelled` or `unknown`.
    pub status: &'static str,
    /// When it is to be sent.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub scheduled_for: Timestamp,
    /// When it was sent; null until then.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub sent_at: Option<Timestamp>,
    /// Why it was not sent; empty when nothing went wrong.
    pub error_message: String,
}

impl From<&AppointmentNotification> for Standing {
    fn from(row: &AppointmentNotification) -> Standing {
        Standing {
            id: row.meta.id,
            appointment_id: row.appointment.get(),
            notification_type: row.notification_type.as_str(),
            channel: row.channel.as_str(),
            status: row.status.as_str(),
            scheduled_for: row.scheduled_for,
            sent_at: row.sent_at,
            error_message: row.error_message.open().to_string(),
        }
    }
}

/// `GET appointment-notifications/{id}/status/`.
pub(super) fn status() -> Operation {
    let path = "appointment-notifications/{id}/status/";
    Route::get("appointment-notifications", path, |cx, call| {
        Box::pin(show(cx, call))
    })
    .with::<AppointmentNotification>(Right::Read, Without::Nothing)
    .patient_data()
    .answers::<Standing>(200)
    .summary("How a message to a patient stands")
    .done()
}

async fn show(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: AppointmentNotification = cx.load(call.id()?).await?;
    saw(cx, &row);
    Reply::ok(&Standing::from(&row))
}

fn saw(cx: &mut Cx, row: &AppointmentNotification) {
    cx.saw_record(row);
}

fn not_from(status: MessageStatus) -> Error {
    let text = Text::new("messaging-not-now").with("state", status.as_str());
    Error::refuse(Code::StateConflict, text).with("status", status.as_str())
}

/// The pause after a message was sent again: it doubles each time, up to a day.
const PAUSES: Backoff = Backoff::new(SignedDuration::from_mins(1), SignedDuration::from_hours(24));

/// From when on a message may be sent again that was sent again so often, the last time at a moment.
fn again_from(resends: i64, resent_at: Option<Timestamp>) -> Option<Timestamp> {
    let times = u32::try_from(resends).unwrap_or(u32::MAX);
    resent_at.map(|at| at + PAUSES.pause(times))
}

/// Whoever presses the button once more must wait: each message costs, and reaches a person.
fn too_soon(cx: &Cx, row: &AppointmentNotification) -> Option<Error> {
    let from = again_from(row.resends, row.resent_at)?;
    let wait = from.duration_since(cx.now());
    if wait <= SignedDuration::ZERO {
        return None;
    }
    let text = Text::new("messaging-resent-often")
        .with("times", row.resends)
        .with("when", when(cx.origin.language, cx.app.zone.to_local(from)));
    let seconds = wait.as_secs().unsigned_abs() + 1;
    Some(Error::refuse(Code::RateLimited, text).retry_after(seconds))
}

/// Sends a message again: one that failed, that was cancelled, of which nobody knows, or that the
/// patient says never came. The next round takes it, if the appointment still allows.
pub struct Resend;

impl Verb for Resend {
    type On = AppointmentNotification;
    type Input = ();
    type Answer = Standing;

    const NAME: &'static str = "resend";
    const SUMMARY: &'static str = "Send a message to a patient again";
    const DESCRIPTION: &'static str = "One that failed, was cancelled or is `unknown`, or that the patient says never came. A message that was sent again is not sent once more for a minute, and twice as long after each further time, up to a day: 429 with `Retry-After`.";
    const LIMITED: bool = true;

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    async fn of_use(cx: &mut Cx, row: &AppointmentNotification) -> Result<bool, Error> {
        let waits = matches!(row.status, MessageStatus::Pending | MessageStatus::Sending);
        Ok(!waits && too_soon(cx, row).is_none())
    }

    async fn run(
        cx: &mut Cx,
        before: AppointmentNotification,
        _input: (),
    ) -> Result<Standing, Error> {
        if matches!(
            before.status,
            MessageStatus::Pending | MessageStatus::Sending
        ) {
            return Err(not_from(before.status));
        }
        // What takes its place waits already: sending both would say it twice.
        let others = messages(cx, &[before.appointment.get()]).await?;
        let waits = others.iter().any(|other| {
            other.status == MessageStatus::Pending
                && other.patient == before.patient
                && (other.notification_type, other.channel, other.lead_hours)
                    == (before.notification_type, before.channel, before.lead_hours)
        });
        if waits {
            return Err(not_from(MessageStatus::Pending));
        }
        if let Some(error) = too_soon(cx, &before) {
            return Err(error);
        }
        let mut row = before.clone();
        row.withdrawn = false;
        row.resends += 1;
        row.resent_at = Some(cx.now());
        row.status = MessageStatus::Pending;
        row.attempts = 0;
        row.next_attempt_at = Some(cx.now());
        row.sent_at = None;
        row.error_message = Sealed::new(Blank::default());
        cx.update(&mut row, &before).await?;
        cx.tell(platform::jobs::WAKE, "");
        Ok(Standing::from(&row))
    }
}

/// Does not send a message that waits, or closes the case of one of which nobody knows.
pub struct Cancel;

impl Verb for Cancel {
    type On = AppointmentNotification;
    type Input = ();
    type Answer = Standing;

    const NAME: &'static str = "cancel";
    const SUMMARY: &'static str = "Do not send a message to a patient";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    async fn of_use(_cx: &mut Cx, row: &AppointmentNotification) -> Result<bool, Error> {
        Ok(matches!(
            row.status,
            MessageStatus::Pending | MessageStatus::Unknown
        ))
    }

    async fn run(
        cx: &mut Cx,
        before: AppointmentNotification,
        _input: (),
    ) -> Result<Standing, Error> {
        let mut row = before.clone();
        match before.status {
            MessageStatus::Pending => cancel(&mut row, ""),
            // What is known of it stays.
            MessageStatus::Unknown => row.status = MessageStatus::Cancelled,
            status => return Err(not_from(status)),
        }
        row.withdrawn = true;
        cx.update(&mut row, &before).await?;
        Ok(Standing::from(&row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_minute_to_a_day() {
        let at: Timestamp = "2027-05-27T10:00:00Z".parse().unwrap();
        assert_eq!(again_from(0, None), None);
        for (resends, minutes) in [
            (1, 1),
            (2, 2),
            (3, 4),
            (6, 32),
            (11, 1024),
            (12, 1440),
            (40, 1440),
            (i64::MAX, 1440),
        ] {
            let from = at + SignedDuration::from_mins(minutes);
            assert_eq!(again_from(resends, Some(at)), Some(from), "{resends}");
        }
    }
}
