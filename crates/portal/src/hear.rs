//! Who is told of what, without what it says.

use contracts::{CallChange, FeedbackAnswered, FeedbackGiven, SecureMessageSent, VideoCallChanged};
use futures_util::future::BoxFuture;
use messaging::notification::NotificationType;
use messaging::{Notice, notify};
use platform::cx::{Cx, select};
use platform::error::Error;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::feedback::Feedback;
use crate::message::{Direction, SecureMessage};
use crate::people;

const WHY: &str = "the program tells whom it concerns";

/// Whoever a message is for is told that there is one.
pub(crate) fn message(cx: &mut Cx, told: SecureMessageSent) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let mut query = select::<SecureMessage>();
        query.and_where(SecureMessage::id.eq(told.message));
        let found: Option<SecureMessage> = cx.unscoped(WHY).record(query).await?;
        let Some(row) = found else { return Ok(()) };
        let sender = row.sender.get();
        let patient = row.patient.map(|it| it.get());
        let from = people::called(cx, &[(sender, patient)])
            .await?
            .remove(&(sender, patient))
            .unwrap_or_default();
        if row.direction == Direction::ToPatient {
            crate::waiting::tell(cx, &row).await?;
        }
        let text = match (row.direction, patient) {
            (Direction::ToPatient, _) | (_, None) => Text::new("notice-secure-message"),
            (_, Some(patient)) => {
                let names = patients::names(cx, [patient]).await?;
                let about = names.get(&patient).map_or("", String::as_str);
                Text::new("notice-secure-message-care").with("patient", about)
            }
        };
        let text = text.with("from", from);
        for user in readers(cx, &row).await? {
            if user != sender {
                let related = Some((SecureMessage::NAME, row.meta.id));
                tell(cx, user, text.clone(), related, patient).await?;
            }
        }
        Ok(())
    })
}

async fn readers(cx: &mut Cx, row: &SecureMessage) -> Result<Vec<i64>, Error> {
    match (row.direction, row.patient, row.recipient) {
        (Direction::ToPatient, Some(patient), _) => people::readers(cx, patient.get()).await,
        (Direction::FromPatient, Some(patient), None) => people::team(cx, patient.get()).await,
        (_, _, Some(user)) => Ok(vec![user.get()]),
        _ => Ok(Vec::new()),
    }
}

/// The Admins are told of feedback.
pub(crate) fn feedback(cx: &mut Cx, told: FeedbackGiven) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        for user in people::admins(cx).await? {
            let related = Some((Feedback::NAME, told.feedback));
            tell(cx, user, Text::new("notice-feedback"), related, None).await?;
        }
        Ok(())
    })
}

/// Whoever gave feedback is told that it was answered.
pub(crate) fn answered(cx: &mut Cx, told: FeedbackAnswered) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let mut query = select::<Feedback>();
        query.and_where(Feedback::id.eq(told.feedback));
        let found: Option<Feedback> = cx.unscoped(WHY).record(query).await?;
        let Some(row) = found else { return Ok(()) };
        let related = Some((Feedback::NAME, row.meta.id));
        let text = Text::new("notice-feedback-answered");
        tell(cx, row.user.get(), text, related, None).await
    })
}

/// The patient, and whoever stands in, are told of a video call that is still to come, or was to: the doctor hears of
/// the appointment.
pub(crate) fn call(cx: &mut Cx, told: VideoCallChanged) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let key = match told.change {
            CallChange::Arranged => "notice-call-arranged",
            CallChange::Moved => "notice-call-moved",
            CallChange::Cancelled => "notice-call-cancelled",
            // They were there.
            CallChange::Ended => return Ok(()),
        };
        if told.starts_at < cx.now() {
            return Ok(());
        }
        let at = cx.app.zone.to_local(told.starts_at);
        let at = format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute());
        for user in people::readers(cx, told.patient).await? {
            let notice = Notice {
                user,
                kind: NotificationType::Appointment,
                text: Text::new(key).with("when", at.as_str()),
                related: Some(("Appointment", told.appointment)),
                patient: Some(told.patient),
            };
            notify(cx, notice).await?;
        }
        Ok(())
    })
}

async fn tell(
    cx: &mut Cx,
    user: i64,
    text: Text,
    related: Option<(&'static str, i64)>,
    patient: Option<i64>,
) -> Result<(), Error> {
    let notice = Notice {
        user,
        kind: NotificationType::Message,
        text,
        related,
        patient,
    };
    notify(cx, notice).await.map(drop)
}
