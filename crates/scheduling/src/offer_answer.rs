//! What becomes of an offer: `slot-offers/{id}/accept/`, `decline/` and `withdraw/`, and the same behind a link and by
//! text message. Accepted once, declined once; saying it again changes nothing.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole, Receptionist};
use kernel::{Code, Reach};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::record::{Body, Record};
use platform::resource::store_new;
use platform::serde_json::json;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::answer::AnswerChannel;
use crate::appointment::Appointment;
use crate::offer::{OfferStatus, SlotOffer, entry, pass_on};
use crate::slot::hours_and_minutes;
use crate::waiting_entry::WaitingStatus;

/// Takes a patient's answer to an offer, which is held.
///
/// # Errors
/// 409 `state_conflict` when it is over, and what refuses the booking.
pub async fn answer(
    cx: &mut Cx,
    held: SlotOffer,
    accepts: bool,
    channel: AnswerChannel,
) -> Result<SlotOffer, Error> {
    match (held.status, accepts) {
        (OfferStatus::Accepted, true) | (OfferStatus::Declined, false) => return Ok(held),
        _ if is_open(cx, &held) => {}
        _ => {
            let text = Text::new("scheduling-offer-over");
            return Err(
                Error::refuse(Code::StateConflict, text).with("status", held.status.as_str())
            );
        }
    }
    if accepts {
        accept(cx, &held, channel).await
    } else {
        pass_on(cx, &held, OfferStatus::Declined, Some(channel)).await
    }
}

/// Whether it can still be answered.
fn is_open(cx: &Cx, row: &SlotOffer) -> bool {
    row.status == OfferStatus::Open && row.expires_at > cx.now()
}

async fn accept(
    cx: &mut Cx,
    before: &SlotOffer,
    channel: AnswerChannel,
) -> Result<SlotOffer, Error> {
    let waits = entry(cx, before).await?;
    let mut row = before.clone();
    row.status = OfferStatus::Accepted;
    row.settled_at = Some(cx.now());
    row.channel = Some(channel);
    // From here on the time is not offered to anybody.
    cx.update(&mut row, before).await?;
    let local = cx.app.zone.to_local(row.starts_at);
    let body = json!({
        "patient": row.patient.get(),
        "doctor": row.doctor.get(),
        "date": local.date().to_string(),
        "time": hours_and_minutes(local.time()),
        "duration_minutes": waits.duration_minutes,
    });
    let body = Body(body.as_object().cloned().unwrap_or_default());
    let mut visit = Appointment::create(&body)?;
    visit.reason = waits.reason.clone();
    store_new(cx, &mut visit, &body).await?;
    let accepted = row.clone();
    row.appointment = Some(visit.reference());
    cx.update(&mut row, &accepted).await?;
    let mut booked = waits.clone();
    booked.status = WaitingStatus::Booked;
    booked.wish = None;
    booked.appointment = Some(visit.reference());
    cx.update(&mut booked, &waits).await?;
    Ok(row)
}

/// Where somebody who is signed in says it.
fn channel(cx: &Cx) -> AnswerChannel {
    match cx.grant().reach {
        Reach::Own => AnswerChannel::Portal,
        _ => AnswerChannel::Desk,
    }
}

/// `POST slot-offers/{id}/accept/`.
pub(crate) struct Accept;

impl Verb for Accept {
    type On = SlotOffer;
    type Input = ();
    type Answer = One<SlotOffer>;
    const NAME: &'static str = "accept";
    const SUMMARY: &'static str = "Take the time that is offered";
    const DESCRIPTION: &'static str = "The patient, whoever stands in for them, or the desk for somebody who called. \
        Books the appointment; saying it again changes nothing.";

    fn access() -> Access {
        Access::may(&[Admin, Receptionist, Doctor, Nurse, PatientRole])
    }

    async fn of_use(cx: &mut Cx, row: &SlotOffer) -> Result<bool, Error> {
        Ok(is_open(cx, row))
    }

    async fn run(cx: &mut Cx, held: SlotOffer, _: ()) -> Result<One<SlotOffer>, Error> {
        let channel = channel(cx);
        answer(cx, held, true, channel).await.map(One)
    }
}

/// `POST slot-offers/{id}/decline/`.
pub(crate) struct DeclineOffer;

impl Verb for DeclineOffer {
    type On = SlotOffer;
    type Input = ();
    type Answer = One<SlotOffer>;
    const NAME: &'static str = "decline";
    const SUMMARY: &'static str = "Leave the time that is offered to the next";
    const DESCRIPTION: &'static str = "Whoever declines stays on the waiting list for other times.";

    fn access() -> Access {
        Access::may(&[Admin, Receptionist, Doctor, Nurse, PatientRole])
    }

    async fn of_use(cx: &mut Cx, row: &SlotOffer) -> Result<bool, Error> {
        Ok(is_open(cx, row))
    }

    async fn run(cx: &mut Cx, held: SlotOffer, _: ()) -> Result<One<SlotOffer>, Error> {
        let channel = channel(cx);
        answer(cx, held, false, channel).await.map(One)
    }
}

/// `POST slot-offers/{id}/withdraw/`.
pub(crate) struct Withdraw;

impl Verb for Withdraw {
    type On = SlotOffer;
    type Input = ();
    type Answer = One<SlotOffer>;
    const NAME: &'static str = "withdraw";
    const SUMMARY: &'static str = "Take an offer back, so that the time can be booked otherwise";

    fn access() -> Access {
        Access::may(&[Admin, Receptionist])
    }

    fn offered(row: &SlotOffer) -> bool {
        row.status == OfferStatus::Open
    }

    async fn run(cx: &mut Cx, held: SlotOffer, _: ()) -> Result<One<SlotOffer>, Error> {
        pass_on(cx, &held, OfferStatus::Withdrawn, None)
            .await
            .map(One)
    }
}
